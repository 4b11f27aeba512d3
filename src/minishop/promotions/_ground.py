"""What stands still while one cart is priced: its lines, who is in the running, and what has been applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from minishop.money import AllocationPolicy
from minishop.promotions._program import Compiled
from minishop.quotes import CartLine, Coupon, Source, Usage

__all__ = ["Candidate", "Entry", "Ground"]


class Candidate:
    """A rule, or one coupon, and the lines in its scope."""

    __slots__ = ("barring", "bit", "coupon", "place", "places", "quantity", "rule", "source")

    def __init__(self, rule: Compiled, coupon: Coupon | None, places: Sequence[int]) -> None:
        self.rule = rule
        self.coupon = coupon
        self.places = places
        self.source = rule.source if coupon is None else Source(rule.rule.id, coupon.id, rule.rule.layer)
        self.place = 0
        self.bit = 0
        #: The candidates that this one bars when it is used, as bits.
        self.barring = 0
        self.quantity = 0


class Entry:
    """One candidate as it was applied: how many fen off which lines."""

    __slots__ = ("amount", "candidate", "parts", "places", "source", "units", "unused")

    def __init__(
        self,
        candidate: Candidate,
        places: Sequence[int],
        parts: Sequence[int],
        amount: int,
        unused: int = 0,
        units: Mapping[int, Sequence[int]] | None = None,
    ) -> None:
        self.candidate = candidate
        self.source = candidate.source
        self.places = places
        self.parts = parts
        self.amount = amount
        self.unused = unused
        #: Line -> fen per unit, where the benefit chose the units.
        self.units = units


class Ground:
    """What does not change while one cart is priced."""

    __slots__ = ("everything", "floors", "gift_stock", "is_even", "lines", "parallel", "policy", "usage", "whole")

    def __init__(
        self,
        lines: tuple[CartLine, ...],
        everything: Sequence[int],
        floors: Sequence[int] | None,
        *,
        parallel: bool,
        policy: AllocationPolicy,
        usage: Mapping[str, Usage] | None,
        gift_stock: Mapping[str, int] | None,
    ) -> None:
        self.lines = lines
        #: The lines that discounts may touch; candidates of the whole cart share this very object.
        self.everything = everything
        #: The same if that is all lines, else ``None``.
        self.whole = everything if len(everything) == len(lines) else None
        self.floors = floors
        #: Whether a cut is shared out by largest remainder with no line's floor in the way.
        self.is_even = floors is None and policy == "largest-remainder"
        self.parallel = parallel
        self.policy = policy
        self.usage = usage
        self.gift_stock = gift_stock

    def count(self, candidate: Candidate) -> None:
        """Fills in the units in its scope."""
        candidate.quantity = sum(self.lines[place].quantity for place in candidate.places)

    def distinct(self, places: Sequence[int]) -> int:
        """Different products, or skus where a line has no product."""
        return len({self.lines[place].product or self.lines[place].sku for place in places})
