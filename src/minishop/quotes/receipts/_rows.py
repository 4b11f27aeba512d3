"""What a receipt says, row by row, whatever it is printed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from minishop.messages import Catalogue
from minishop.money import format_yuan

if TYPE_CHECKING:
    from minishop.quotes._answers import Hint, Rejected
    from minishop.quotes._quote import Quote
    from minishop.quotes._quote_line import QuoteLine

__all__ = ["Kind", "Names", "Row", "receipt_rows"]

Kind = Literal[
    "line", "cut", "line_total", "gift", "gift_by", "totals", "total", "part", "payable", "note", "section", "refusal"
]


@frozen
class Row:
    """One row.

    Attributes:
        kind: What it is; a printer decides how that looks.
        label: The text at the left.
        amount: Yuan at the right, or ``""``.
    """

    kind: Kind | Literal["hint", "certificate"]
    label: str = ""
    amount: str = ""


@frozen
class Names:
    """What rules are called in a language.

    Attributes:
        rules: Rule id to name, as the rules document has them.
        texts: The language, for what is not a rule of the document.
    """

    rules: Mapping[str, str]
    texts: Catalogue

    def of(self, rule: str | None, coupon: str | None = None) -> str:
        """What a rule is called, and the coupon that it came by."""
        shown = "" if rule is None else self.rules.get(rule, rule)
        if rule is not None and rule not in self.rules:
            shown = self.texts.text("free_template" if rule.startswith("freight:") else rule)
        if coupon is None:
            return shown
        return self.texts.text("named_coupon" if shown else "coupon", {"name": shown, "id": coupon})

    def reason(self, code: str, params: Mapping[str, object]) -> str:
        """The text of a reason, rules in it by their names."""
        named = {key: self.of(str(value)) if key == "rule" else value for key, value in params.items()}
        return self.texts.text(code, named)


def receipt_rows(quote: Quote, names: Names, *, hints: bool) -> Iterator[Row]:
    """The rows of a receipt, from the first line to the certificate.

    Args:
        quote: What to print.
        names: Rules by name, and the language.
        hints: Whether to look for hints, each of which prices a cart.
    """
    for line in quote.lines:
        yield from _line(line, names)
    for gift in quote.gifts:
        yield Row("gift", f"{names.texts.text('gift', {'sku': gift.sku})} ×{gift.quantity}", "0.00")
        yield Row("gift_by", names.of(gift.rule, gift.coupon))
    yield Row("totals")
    yield from _totals(quote, names)
    rejected = quote.rejected
    if rejected:
        yield Row("section", names.texts.text("not_used"))
    for entry in rejected:
        yield Row("refusal", _refusal(entry, names))
    if hints and quote.hints:
        yield Row("section", names.texts.text("hints"))
        for hint in quote.hints:
            yield Row("hint", hint_text(hint, quote, names))
    yield Row("certificate", _certificate(quote, names.texts))


def _line(line: QuoteLine, names: Names) -> Iterator[Row]:
    price = format_yuan(line.line.unit_price)
    yield Row("line", f"{line.line.sku}  {price} × {line.quantity}", format_yuan(line.list_total))
    for cut in line.adjustments:
        yield Row("cut", names.of(cut.rule, cut.coupon), f"-{format_yuan(cut.amount)}")
    if line.adjustments:
        yield Row("line_total", "", f"= {format_yuan(line.payable)}")


def _totals(quote: Quote, names: Names) -> Iterator[Row]:
    texts = names.texts
    yield Row("total", texts.text("goods"), format_yuan(quote.goods_total))
    if quote.discount_total:
        yield Row("total", texts.text("discounts"), f"-{format_yuan(quote.discount_total)}")
    for applied in quote.applied:
        if applied.layer != "freight" and applied.amount:
            yield Row("part", names.of(applied.rule, applied.coupon), f"-{format_yuan(applied.amount)}")
    if quote.points.used:
        label = texts.text("points_used", {"used": quote.points.used})
        yield Row("total", label, f"-{format_yuan(quote.points.value)}")
    if quote.payable is None:
        skus = {line.id: line.line.sku for line in quote.lines}
        lost = texts.text("explain:separator").join(skus[line] for line in quote.undeliverable)
        yield Row("payable", texts.text("undeliverable", {"lines": lost}))
        return
    listed, paid = quote.freight_list or 0, quote.freight or 0
    if listed:
        code = "freight" if paid == listed else "freight_waived" if paid else "freight_free"
        yield Row("total", texts.text(code, {"listed": listed}), format_yuan(paid))
    yield Row("payable", texts.text("payable"), format_yuan(quote.payable))
    notes = []
    saved = quote.discount_total + quote.points.value + listed - paid
    if saved:
        notes.append(texts.text("saved", {"amount": saved}))
    if quote.points.earned:
        notes.append(texts.text("points_earned", {"earned": quote.points.earned}))
    if notes:
        yield Row("note", "", " · ".join(notes))


def _refusal(entry: Rejected, names: Names) -> str:
    reason = names.reason(entry.reason.code, entry.reason.params)
    return names.texts.text("refusal", {"name": names.of(entry.rule, entry.coupon), "reason": reason})


def hint_text(hint: Hint, quote: Quote, names: Names) -> str:
    """A hint as a sentence."""
    change = hint.payable_change
    effect = names.texts.text("hint_less" if change < 0 else "hint_more", {"amount": abs(change)})
    params: dict[str, object] = {"rule": names.of(hint.rule), "effect": effect}
    code = "hint_claim" if hint.is_claim else "hint"
    if hint.add_quantity is not None:
        params["line"] = next(line.line.sku for line in quote.lines if line.id == hint.line)
        return names.texts.text(f"{code}_quantity", {**params, "quantity": hint.add_quantity})
    if hint.add_amount is not None:
        return names.texts.text(f"{code}_amount", {**params, "amount": hint.add_amount})
    return names.texts.text("hint_claim", params)


def _certificate(quote: Quote, texts: Catalogue) -> str:
    optimality = quote.optimality
    if optimality.proven:
        return f"✓ {texts.text('proven' if quote.is_searched else 'fixed')}"
    return f"≈ {texts.text('not_proven', {'gap': optimality.gap})}"
