"""Freight: templates, free conditions, shipping rules and coupons.

Templates are charged for the lines that name them. Then, in this order: templates whose own free condition is reached
ship free; free-shipping candidates take their scope's lines out of the templates; shipping-off candidates take from
what is left, line by line, where a line's freight is its share of the template's fee by measure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

from attrs import frozen

from minishop.errors import InvalidInput
from minishop.money import AllocationPolicy, share_out
from minishop.promotions._ground import Candidate
from minishop.promotions._program import Compiled, Op
from minishop.promotions.benefits import ShippingOff
from minishop.promotions.rules import FreeCondition, FreightRegion, FreightTemplate, Policy
from minishop.quotes import Cart, CartLine, Source

__all__ = ["Charge", "Freight", "FreightDesk", "Waiver", "line_faults"]


OverBudget = Callable[[Compiled, int], bool]


@frozen
class Waiver:
    """Something that made freight cheaper: a free template, a shipping rule or coupon, and the fen it saved."""

    source: Source
    candidate: Candidate | None
    amount: int
    unused: int = 0


@frozen
class Freight:
    """What shipping costs. ``listed`` is the freight before anything was waived."""

    listed: int
    total: int
    waivers: tuple[Waiver, ...] = ()
    #: Candidates that saved nothing.
    idle: tuple[Candidate, ...] = ()


@frozen
class Charge:
    """What one template asks for before anything is waived, and how it comes to that.

    Attributes:
        template: The template.
        region: Its tariff for the destination.
        code: The destination code that chose the tariff, or ``*``.
        places: Places of its lines.
        measure: What they measure together, in the template's unit.
        steps: Steps of ``extra`` that were begun.
        fee: Fen.
        how: ``whole``; ``extra-only``: beside a template with a dearer start; ``none``: another one is the dearest.
        is_free: Whether its own free condition is reached.
        basis: Fen that an amount in that condition was compared with.
    """

    template: FreightTemplate
    region: FreightRegion
    code: str
    places: tuple[int, ...]
    measure: int
    steps: int
    fee: int
    how: Literal["whole", "extra-only", "none"]
    is_free: bool
    basis: int


class _Parcel:
    """One template, the tariff of the destination, and the lines that ship by it."""

    __slots__ = ("measures", "region", "source", "template")

    def __init__(self, template: FreightTemplate, region: FreightRegion) -> None:
        self.template = template
        self.region = region
        self.source = Source(f"freight:{template.id}", None, "freight")
        self.measures: dict[int, int] = {}


class FreightDesk:
    """The freight side of one cart: built once per quote, asked for every combination that could change it."""

    __slots__ = ("_combine", "_lines", "_parcels", "_policy", "conditional", "undeliverable")

    def __init__(
        self,
        cart: Cart,
        templates: Mapping[str, FreightTemplate],
        destination: Sequence[str] | None,
        policy: Policy,
    ) -> None:
        self._lines = lines = cart.ranked_lines
        self._policy = policy
        self._combine = _COMBINE[policy.freight_combine]
        parcels: dict[str, _Parcel | None] = {}
        undeliverable: list[int] = []
        for place, line in enumerate(lines):
            if line.freight is None:
                continue
            template = templates.get(line.freight)
            if template is None:
                raise next(line_faults(cart, templates))
            if template.id not in parcels:
                region = _region(template, destination)
                parcels[template.id] = None if region is None else _Parcel(template, region)
            measure = _measure(line, template)
            if measure is None:
                raise next(line_faults(cart, templates))
            parcel = parcels[template.id]
            if parcel is None:
                undeliverable.append(place)
            else:
                parcel.measures[place] = measure
        #: Places of the lines that no region covers.
        self.undeliverable = tuple(undeliverable)
        self._parcels = [parcel for _, parcel in sorted(parcels.items()) if parcel is not None]
        basis = policy.free_shipping_basis
        #: Whether discounts can change the freight without a shipping rule.
        self.conditional = basis != "list" and any(
            threshold.amount is not None
            for parcel in self._parcels
            if parcel.template.free is not None
            for threshold in parcel.template.free.thresholds
        )

    @property
    def ships(self) -> bool:
        """Whether any line pays freight at all."""
        return bool(self._parcels) and not self.undeliverable

    def charge(self, amounts: Sequence[int], shipping: Iterable[Candidate], over_budget: OverBudget) -> Freight:
        """The freight when the lines cost ``amounts`` and the ``shipping`` candidates are used.

        Args:
            amounts: What each line costs at the point that the policy's basis names.
            shipping: Shipping candidates in use.
            over_budget: Whether an amount would exceed what is left of a rule's budget.
        """
        open_parcels = [(parcel, parcel.measures) for parcel in self._parcels]
        listed = total = self._combine(open_parcels)
        if not total:
            return Freight(listed, 0, (), tuple(shipping))
        waivers: list[Waiver] = []
        idle: list[Candidate] = []
        for parcel in self._parcels:
            if parcel.template.free is not None and self._is_free(parcel, amounts):
                open_parcels = [entry for entry in open_parcels if entry[0] is not parcel]
                left = self._combine(open_parcels)
                if left < total:
                    waivers.append(Waiver(parcel.source, None, total - left))
                total = left

        def spent(candidate: Candidate) -> int:
            return sum(
                waiver.amount
                for waiver in waivers
                if waiver.candidate is not None and waiver.candidate.rule is candidate.rule
            )

        takers = sorted(shipping, key=lambda candidate: candidate.place)
        for candidate in takers:
            if candidate.rule.op is not Op.FREE_SHIPPING:
                continue
            waived = set(candidate.places)
            remaining = [
                (parcel, {place: measure for place, measure in measures.items() if place not in waived})
                for parcel, measures in open_parcels
            ]
            left = self._combine(remaining)
            if left < total and not over_budget(candidate.rule, total - left + spent(candidate)):
                waivers.append(Waiver(candidate.source, candidate, total - left))
                open_parcels, total = remaining, left
            else:
                idle.append(candidate)
        off = [candidate for candidate in takers if candidate.rule.op is Op.SHIPPING_OFF]
        if off:
            shares = self._by_line(open_parcels, total)
            for candidate in off:
                places, parts = _off_parts(candidate, shares, self._policy.allocation)
                taken = sum(parts)
                if not taken or over_budget(candidate.rule, taken + spent(candidate)):
                    idle.append(candidate)
                    continue
                for place, part in zip(places, parts, strict=True):
                    shares[place] -= part
                waivers.append(Waiver(candidate.source, candidate, taken, _face(candidate) - taken))
                total -= taken
        return Freight(listed, total, tuple(waivers), tuple(idle))

    def least(self, amounts: Sequence[int], shipping: Sequence[Candidate]) -> int:
        """A lower bound of the freight, whichever ``shipping`` candidates are used and whatever else is cut.

        Fees never rise when lines or templates drop out, and what is not free at these amounts is not at lower ones.
        """
        free = [candidate for candidate in shipping if candidate.rule.op is Op.FREE_SHIPPING]
        off = sum(_face(candidate) for candidate in shipping if candidate.rule.op is Op.SHIPPING_OFF)
        return max(0, self.charge(amounts, free, _never).total - off)

    def charges(self, amounts: Sequence[int], destination: Sequence[str] | None) -> Iterator[Charge]:
        """What each template asks for, by id, when the lines cost ``amounts``; for the explanation."""
        entries = [(parcel, parcel.measures) for parcel in self._parcels]
        fees = {parcel.template.id: fee for parcel, _, fee in _fees(entries, self._policy.freight_combine) if parcel}
        first = min(entries, key=lambda entry: (-entry[0].region.start_fee, entry[0].template.id), default=None)
        by_extra = self._policy.freight_combine == "highest-first-plus-extra"
        for parcel, measures in entries:
            region, name, measure = parcel.region, parcel.template.id, sum(measures.values())
            how: Literal["whole", "extra-only", "none"] = "whole" if name in fees else "none"
            if by_extra and first is not None and parcel is not first[0]:
                how = "extra-only"
            counted = measure if how == "extra-only" else max(0, measure - region.start)
            yield Charge(
                template=parcel.template,
                region=region,
                code=_code(region, destination),
                places=tuple(measures),
                measure=measure,
                steps=-(-counted // region.extra),
                fee=fees.get(name, 0),
                how=how,
                is_free=parcel.template.free is not None and self._is_free(parcel, amounts),
                basis=self._basis(parcel, amounts),
            )

    def missing(self, amounts: Sequence[int], measure: str) -> list[tuple[FreightTemplate, list[int], int]]:
        """The templates that lack some of an ``amount`` or ``quantity`` threshold to be free, their lines, how much."""
        result = []
        for parcel in self._parcels:
            free = parcel.template.free
            if free is None or self._is_free(parcel, amounts):
                continue
            places = list(parcel.measures)
            have = (
                self._basis(parcel, amounts)
                if measure == "amount"
                else sum(self._lines[place].quantity for place in places)
            )
            reach = [getattr(threshold, measure) for threshold in free.thresholds]
            short = [wanted - have for wanted in reach if wanted is not None and wanted > have]
            if short:
                result.append((parcel.template, places, min(short) if free.match == "any" else max(short)))
        return result

    def _basis(self, parcel: _Parcel, amounts: Sequence[int]) -> int:
        if self._policy.free_shipping_basis == "list":
            return sum(self._lines[place].quantity * self._lines[place].unit_price for place in parcel.measures)
        return sum(amounts[place] for place in parcel.measures)

    def _is_free(self, parcel: _Parcel, amounts: Sequence[int]) -> bool:
        assert parcel.template.free is not None
        lines = [self._lines[place] for place in parcel.measures]
        return _reached(parcel.template.free, lines, self._basis(parcel, amounts))

    def _by_line(self, parcels: list[_Open], total: int) -> dict[int, int]:
        """What of the total falls on each line."""
        shares: dict[int, int] = {}
        for parcel, measures, fee in _fees(parcels, self._policy.freight_combine):
            if parcel is not None and measures:
                parts = share_out(fee, list(measures.values()), [fee] * len(measures), self._policy.allocation)
                shares.update(zip(measures, parts, strict=True))
        assert sum(shares.values()) == total
        return dict(sorted(shares.items()))


_Open = tuple[_Parcel, dict[int, int]]


def _never(rule: Compiled, amount: int) -> bool:
    return False


def line_faults(cart: Cart, templates: Mapping[str, FreightTemplate]) -> Iterator[InvalidInput]:
    """Why lines cannot be charged freight: a template that does not exist, a measure that it needs."""
    for index, line in enumerate(cart.lines):
        if line.freight is None or not line.selected:
            continue
        template = templates.get(line.freight)
        if template is None:
            yield _line_error(index, line, "freight", "unknown_id", f"no freight template {line.freight!r}")
        elif _measure(line, template) is None:
            key = template.by
            message = f"freight template {template.id!r} is by {key}"
            yield _line_error(index, line, key, "missing_measure", message)


def _line_error(index: int, line: CartLine, key: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(f"lines[{index}].{key}", code, message, params={"line": line.id})


def _region(template: FreightTemplate, destination: Sequence[str] | None) -> FreightRegion | None:
    """The region that lists the last destination code that any lists; else the one for ``*``; none where it refuses."""
    if any(code in template.no_delivery for code in destination or ()):
        return None
    by_code = {code: region for region in template.regions for code in region.region}
    for code in reversed(destination or ()):
        if code in by_code and code != "*":
            return by_code[code]
    return by_code.get("*")


def _code(region: FreightRegion, destination: Sequence[str] | None) -> str:
    """The destination code by which a tariff was chosen."""
    return next((code for code in reversed(destination or ()) if code in region.region and code != "*"), "*")


def _measure(line: CartLine, template: FreightTemplate) -> int | None:
    """What the template charges the line by; ``None`` if the line does not say."""
    if template.by == "piece":
        return line.quantity
    each = line.weight_mg if template.by == "weight" else line.volume_cm3
    return None if each is None else line.quantity * each


def _reached(free: FreeCondition, lines: Sequence[CartLine], amount: int) -> bool:
    results = []
    for threshold in free.thresholds:
        if threshold.amount is not None:
            results.append(amount >= threshold.amount)
        elif threshold.quantity is not None:
            results.append(sum(line.quantity for line in lines) >= threshold.quantity)
        else:
            assert threshold.distinct is not None
            results.append(len({line.product or line.sku for line in lines}) >= threshold.distinct)
    return all(results) if free.match == "all" else any(results)


def _whole_fee(parcel: _Parcel, measures: Mapping[int, int]) -> int:
    region = parcel.region
    beyond = sum(measures.values()) - region.start
    return region.start_fee + (-(-beyond // region.extra) * region.extra_fee if beyond > 0 else 0)


def _extra_fee(parcel: _Parcel, measures: Mapping[int, int]) -> int:
    return -(-sum(measures.values()) // parcel.region.extra) * parcel.region.extra_fee


def _fees(parcels: Sequence[_Open], combine: str) -> list[tuple[_Parcel | None, Mapping[int, int], int]]:
    """The fee of each template that still has lines, as the combination charges it."""
    used = [(parcel, measures) for parcel, measures in parcels if measures]
    if not used:
        return []
    if combine == "sum":
        return [(parcel, measures, _whole_fee(parcel, measures)) for parcel, measures in used]
    if combine == "max":
        fees = [(parcel, measures, _whole_fee(parcel, measures)) for parcel, measures in used]
        return [max(fees, key=lambda fee: fee[2])]
    first = min(used, key=lambda entry: (-entry[0].region.start_fee, entry[0].template.id))[0]
    return [
        (parcel, measures, _whole_fee(parcel, measures) if parcel is first else _extra_fee(parcel, measures))
        for parcel, measures in used
    ]


def _combiner(combine: str) -> Callable[[Sequence[_Open]], int]:
    return lambda parcels: sum(fee for _, _, fee in _fees(parcels, combine))


_COMBINE = {combine: _combiner(combine) for combine in ("sum", "highest-first-plus-extra", "max")}


def _face(candidate: Candidate) -> int:
    benefit = candidate.rule.benefit
    assert isinstance(benefit, ShippingOff)
    return benefit.amount


def _off_parts(
    candidate: Candidate, shares: Mapping[int, int], policy: AllocationPolicy
) -> tuple[list[int], list[int]]:
    """What a shipping-off takes from which lines' freight."""
    places = [place for place in candidate.places if shares.get(place)]
    room = [shares[place] for place in places]
    return places, share_out(_face(candidate), room, room, policy)
