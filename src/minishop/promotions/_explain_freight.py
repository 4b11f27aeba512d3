"""Putting freight into words: which tariff, how many steps, why free."""

from __future__ import annotations

from collections.abc import Iterator

from minishop.promotions._freight import Charge
from minishop.promotions._settle import Settlement
from minishop.promotions.rules import Threshold
from minishop.quotes import CartLine, ExplainedFreight
from minishop.quotes.receipts import Names

__all__ = ["explain_freight"]

#: Decimals of the unit that people read: kilograms of milligrams, cubic metres of cubic centimetres.
_DIGITS = {"piece": 0, "weight": 6, "volume": 6}


def explain_freight(settlement: Settlement, names: Names) -> tuple[ExplainedFreight, ...]:
    """An entry for each template that the cart ships by; none if it cannot be delivered."""
    desk = settlement.desk
    if desk is None or settlement.undeliverable:
        return ()
    destination = settlement.problem.request.destination
    charges = desk.charges(settlement.freight_basis(), destination)
    return tuple(_entry(charge, settlement, names) for charge in charges)


def _entry(charge: Charge, settlement: Settlement, names: Names) -> ExplainedFreight:
    lines = [settlement.problem.lines[place] for place in charge.places]
    return ExplainedFreight(
        template=charge.template.id,
        region=charge.code,
        by=charge.template.by,
        how=charge.how,
        measure=charge.measure,
        steps=charge.steps,
        fee=charge.fee,
        is_free=charge.is_free,
        lines=tuple(line.id for line in lines),
        text="\n  ".join(_texts(charge, lines, names)),
    )


def _texts(charge: Charge, lines: list[CartLine], names: Names) -> Iterator[str]:
    text, region, by = names.texts.text, charge.region, charge.template.by

    def amount(number: int) -> str:
        return text(f"explain:in_{by}", {"number": _decimal(number, _DIGITS[by])})

    yield text(
        f"explain:freight_{charge.how}",
        {
            "template": charge.template.id,
            "region": charge.code,
            "measure": amount(charge.measure),
            "start": amount(region.start),
            "start_fee": region.start_fee,
            "steps": charge.steps,
            "extra": amount(region.extra),
            "extra_fee": region.extra_fee,
            "fee": charge.fee,
        },
    )
    if charge.is_free and charge.template.free is not None:
        yield text("explain:freight_free")
        for threshold in charge.template.free.thresholds:
            measure, reach, measured = _reached(threshold, charge, lines)
            if measured >= reach:
                yield text(f"explain:reached_{measure}", {"reach": reach, "measured": measured})


def _reached(threshold: Threshold, charge: Charge, lines: list[CartLine]) -> tuple[str, int, int]:
    if threshold.amount is not None:
        return "amount", threshold.amount, charge.basis
    if threshold.quantity is not None:
        return "quantity", threshold.quantity, sum(line.quantity for line in lines)
    assert threshold.distinct is not None
    return "distinct", threshold.distinct, len({line.product or line.sku for line in lines})


def _decimal(number: int, digits: int) -> str:
    whole, part = divmod(number, 10**digits)
    return f"{whole}.{part:0{digits}}".rstrip("0").rstrip(".") if digits else str(whole)
