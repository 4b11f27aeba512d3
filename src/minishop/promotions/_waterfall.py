"""The waterfall: line amounts, and what taking one rule or coupon does to them.

Theory of operation. A :class:`State` holds, per line in canonical order, the ``amounts`` still to pay and the
``room`` that cuts may still take (the amounts themselves unless some line has a floor). :meth:`State.take` applies one
candidate at its turn, or says why it cannot; it is the only place where a price changes after the price layer (what it
does to which kind of benefit stands in :mod:`minishop.promotions._takes`). Fixed choices run one state forward, the
search copies states; both go through the same code, so a searched price and a replayed one cannot differ.

Work is done on whole lines. Units are computed when somebody asks for them (:mod:`minishop.promotions._units`),
except on lines that a candidate looks at unit by unit: those carry their units along.

Most cuts are of the whole cart, and what follows them often looks at its total only. Such a cut waits: it is taken off
the total at once and shared out among the lines when somebody looks at ``amounts``. Its parts are those that it would
have got at its turn, since nothing happens to single lines while cuts wait.

In the parallel preset the amounts at the end of the item layer are kept as the ``stage``. Order and coupon candidates
are measured and allocated on the stage, alone; a line keeps what still fits into its room.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub

from minishop.money import spread
from minishop.promotions._ground import Candidate, Entry, Ground
from minishop.promotions._program import FREIGHT, ITEM, Compiled, Measure
from minishop.promotions._takes import APPLIED, BELOW, LIMIT, NOTHING, TAKE
from minishop.promotions._units import unit_parts
from minishop.quotes import Usage

__all__ = ["APPLIED", "BELOW", "LIMIT", "NOTHING", "State"]

_NO_USAGE = Usage()
_AMOUNT, _QUANTITY, _DISTINCT = Measure.AMOUNT, Measure.QUANTITY, Measure.DISTINCT


class State:
    """Amounts on their way down.

    Args:
        ground: What does not change.
        amounts: Fen per line; the state goes on with this very list.
        room: Fen that cuts may take of each line, or ``None`` if no line has a floor.
        units: Line -> its units, where a candidate needs them.
        cut_in: Line -> first layer that cut it, where a candidate asks for undiscounted lines.
    """

    __slots__ = (
        "_room",
        "_sheet",
        "_trace",
        "alone",
        "barred",
        "cut_in",
        "freed",
        "given",
        "ground",
        "may_wait",
        "picked",
        "shipping",
        "spent",
        "stage",
        "stage_room",
        "stage_units",
        "taken",
        "total",
        "units",
        "uses",
    )

    def __init__(
        self,
        ground: Ground,
        amounts: list[int],
        room: list[int] | None = None,
        units: dict[int, tuple[int, ...]] | None = None,
        cut_in: list[int] | None = None,
    ) -> None:
        self.ground = ground
        #: The amounts and the cuts that wait to be shared out over them. One tuple, so that threads that read a quote
        #: for the first time at once all see either both or none.
        self._sheet: tuple[list[int], tuple[Entry, ...]] = (amounts, ())
        self._room = room
        #: Sum of the amounts of ``ground.everything``; kept because most thresholds look at the whole cart.
        self.total = sum(amounts) if ground.whole is not None else sum([amounts[at] for at in ground.everything])
        self._trace: list[Entry] = []
        #: Shipping candidates in use: they are settled with the freight.
        self.shipping: list[Candidate] = []
        self.barred = 0
        #: Group -> rules of it in use; group -> lines taken, as bits.
        self.picked: dict[str, int] = {}
        self.taken: dict[str, int] = {}
        self.uses: dict[int, int] = {}
        self.spent: dict[int, int] = {}
        self.given: dict[str, int] = {}
        self.units = units
        self.cut_in = cut_in
        #: Whether cuts of the whole cart may wait to be shared out.
        self.may_wait = ground.is_even and units is None and cut_in is None
        self.freed: frozenset[tuple[int, int]] = frozenset()
        self.stage: list[int] | None = None
        self.stage_room: list[int] = amounts
        self.stage_units: dict[int, tuple[int, ...]] | None = None
        self.alone: dict[int, Sequence[int]] = {}

    def copy(self) -> State:
        """A state to go on from, apart from this one."""
        twin = State.__new__(State)
        twin.ground = self.ground
        amounts, waiting = self._sheet
        twin._sheet = amounts[:], waiting
        twin._room = None if self._room is None else self._room[:]
        twin.total = self.total
        twin._trace = self._trace[:]
        twin.shipping = self.shipping[:]
        twin.barred = self.barred
        twin.picked = self.picked.copy()
        twin.taken = self.taken.copy()
        twin.uses = self.uses.copy()
        twin.spent = self.spent.copy()
        twin.given = self.given.copy()
        twin.units = None if self.units is None else self.units.copy()
        twin.cut_in = None if self.cut_in is None else self.cut_in[:]
        twin.freed = self.freed
        twin.may_wait = self.may_wait
        twin.stage = self.stage
        twin.stage_room = self.stage_room
        twin.stage_units = self.stage_units
        twin.alone = self.alone
        return twin

    @property
    def amounts(self) -> list[int]:
        """Fen still to pay, per line."""
        amounts, waiting = self._sheet
        return self._share_out(amounts, waiting) if waiting else amounts

    @property
    def room(self) -> list[int]:
        """Fen that cuts may still take, per line."""
        return self.amounts if self._room is None else self._room

    @property
    def trace(self) -> list[Entry]:
        """What has been applied, in order."""
        amounts, waiting = self._sheet
        if waiting:
            self._share_out(amounts, waiting)
        return self._trace

    def _share_out(self, amounts: list[int], waiting: tuple[Entry, ...]) -> list[int]:
        base = sum(amounts)
        for entry in waiting:
            amount = entry.amount
            parts = entry.parts = spread(amount, amounts, base) if amount < base else amounts
            amounts = list(map(sub, amounts, parts))
            base -= amount
        self._sheet = (amounts, ())
        return amounts

    # -- may it ---------------------------------------------------------------------------------------------------

    def permits(self, candidate: Candidate) -> bool:
        """Whether group, excludes and counted limits leave room for the candidate."""
        if self.barred & candidate.bit:
            return False
        rule = candidate.rule
        if rule.pick is not None and self.picked.get(rule.group, 0) >= rule.pick:  # type: ignore[arg-type]
            return False
        return not (rule.limited and self.over_count(rule))

    def over_count(self, rule: Compiled) -> bool:
        """Whether one more use would exceed a counted limit."""
        limit = rule.rule.limit
        uses = self.uses.get(rule.no, 0) + 1
        if limit.order is not None and uses > limit.order:
            return True
        if self.ground.usage is None:
            return False
        usage = self.ground.usage.get(rule.rule.id, _NO_USAGE)
        return (limit.shopper is not None and usage.shopper + uses > limit.shopper) or (
            limit.total is not None and usage.total + uses > limit.total
        )

    def over_budget(self, rule: Compiled, amount: int) -> bool:
        """Whether ``amount`` fen more would exceed the rule's budget."""
        budget = rule.rule.limit.budget
        if budget is None or self.ground.usage is None:
            return False
        used = self.ground.usage.get(rule.rule.id, _NO_USAGE).budget
        return used + self.spent.get(rule.no, 0) + amount > budget

    def open_places(self, candidate: Candidate) -> Sequence[int]:
        """The candidate's lines that its per-line group has not given to another rule yet."""
        if not candidate.rule.per_line:
            return candidate.places
        taken = self.taken.get(candidate.rule.group, 0)  # type: ignore[arg-type]
        if not taken:
            return candidate.places
        return [place for place in candidate.places if not taken >> place & 1]

    def scope(self, candidate: Candidate, places: Sequence[int]) -> Sequence[int]:
        """``places`` without the lines that an earlier layer cut, if the rule asks for undiscounted ones."""
        cut_in = self.cut_in
        if not candidate.rule.fresh or cut_in is None:
            return places
        layer = candidate.rule.layer
        return [place for place in places if cut_in[place] >= layer]

    # -- how much is there ----------------------------------------------------------------------------------------

    def basis(self, rule: Compiled) -> list[int]:
        """The amounts that the rule is measured and computed on."""
        return self.amounts if self.stage is None or rule.layer == FREIGHT else self.stage

    def measured(self, candidate: Candidate, places: Sequence[int]) -> tuple[int, int]:
        """What the candidate's threshold counts over ``places``, and what it should reach."""
        rule = candidate.rule
        if rule.measure is _AMOUNT:
            basis = self.basis(rule)
            return sum([basis[place] for place in places]), rule.reach
        if rule.measure is _QUANTITY:
            return self.quantity(candidate, places), rule.reach
        if rule.measure is _DISTINCT:
            return self.ground.distinct(places), rule.reach
        return len(places), 1

    def quantity(self, candidate: Candidate, places: Sequence[int]) -> int:
        """Units on ``places``."""
        if places is candidate.places:
            return candidate.quantity
        lines = self.ground.lines
        return sum([lines[place].quantity for place in places])

    # -- take it --------------------------------------------------------------------------------------------------

    def take(self, candidate: Candidate, places: Sequence[int]) -> int:
        """Applies a candidate to its lines ``places``, or says why not and leaves everything as it was.

        Whether it is permitted (group, excludes, counted limits) is for the caller to ask first.
        """
        rule = candidate.rule
        if self.stage is None and self.ground.parallel and rule.layer > ITEM:
            self.enter_stage()
        if rule.fresh:
            places = self.scope(candidate, places)
        if not places:
            return BELOW
        return TAKE[rule.op](self, candidate, places)

    def enter_stage(self) -> None:
        """Keeps the item-stage amounts that the parallel preset computes on."""
        self.stage = self.amounts[:]
        self.stage_room = self.stage if self._room is None else self._room[:]
        self.stage_units = None if self.units is None else self.units.copy()
        self.alone = {}

    def dearest(self, places: Sequence[int], count: int) -> list[tuple[int, int, int]]:
        """The dearest units that no exchange has freed: (amount, line, index). Of equal ones on a line, the last."""
        units = self.units if self.stage_units is None else self.stage_units
        assert units is not None
        row = sorted(
            (-amount, place, -index)
            for place in places
            for index, amount in enumerate(units[place])
            if (place, index) not in self.freed
        )
        return [(-amount, place, -index) for amount, place, index in row[:count]]

    def commit(self, entry: Entry) -> None:
        """Applies what has been computed."""
        candidate = entry.candidate
        rule = candidate.rule
        if entry.amount:
            places, parts = entry.places, entry.parts
            if self.units is not None:
                self._commit_units(entry)
            amounts = self.amounts
            for place, part in zip(places, parts):  # noqa: B905  (of one length; hot)
                amounts[place] -= part
            if self._room is not None:
                room = self._room
                for place, part in zip(places, parts, strict=True):
                    room[place] -= part
            if self.cut_in is not None:
                for place, part in zip(places, parts, strict=True):
                    if part and self.cut_in[place] > rule.layer:
                        self.cut_in[place] = rule.layer
            self.total -= entry.amount
        self._trace.append(entry)
        if not rule.free:
            self._note(entry)

    def commit_whole(self, entry: Entry) -> None:
        """Applies a cut of the whole cart, to be shared out later."""
        amounts, waiting = self._sheet
        self._sheet = (amounts, (*waiting, entry))
        self.total -= entry.amount
        self._trace.append(entry)
        if not entry.candidate.rule.free:
            self._note(entry)

    def _note(self, entry: Entry) -> None:
        """What others have to know of an entry: excludes, groups, limits."""
        candidate = entry.candidate
        rule = candidate.rule
        self.barred |= candidate.barring
        if rule.group is not None:
            self.picked[rule.group] = self.picked.get(rule.group, 0) + 1
            if rule.per_line:
                mask = 0
                for place in entry.places:
                    mask |= 1 << place
                self.taken[rule.group] = self.taken.get(rule.group, 0) | mask
        if rule.limited:
            self.uses[rule.no] = self.uses.get(rule.no, 0) + 1
            self.spent[rule.no] = self.spent.get(rule.no, 0) + entry.amount

    def _commit_units(self, entry: Entry) -> None:
        units = self.units
        assert units is not None
        floors = self.ground.floors
        for place, part in zip(entry.places, entry.parts, strict=True):
            now = units.get(place)
            if now is None or not part:
                continue
            if entry.units is not None:
                row = entry.units[place]
            else:
                row = unit_parts(part, now, 0 if floors is None else floors[place], self.ground.policy)
            units[place] = tuple([unit - cut for unit, cut in zip(now, row, strict=True)])
