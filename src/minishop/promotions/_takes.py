"""What taking a rule or coupon does to a state, by the kind of its benefit.

Each function applies one candidate to its lines ``places`` at its turn and answers :data:`APPLIED`, or says why it
cannot and leaves the state as it was. Whether the candidate is permitted has been asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from minishop.money import share_out, spread
from minishop.promotions._ground import Candidate, Entry
from minishop.promotions._program import Measure, Op
from minishop.promotions._units import cut_units
from minishop.promotions.benefits import AmountOff, Exchange, Gift

if TYPE_CHECKING:
    from minishop.promotions._waterfall import State

__all__ = ["APPLIED", "BELOW", "LIMIT", "NOTHING", "TAKE"]

#: The answers.
APPLIED, BELOW, NOTHING, LIMIT = range(4)

_AMOUNT = Measure.AMOUNT  # Looking up a member of an enum costs more than what is done with it here.


def take_cut(state: State, candidate: Candidate, places: Sequence[int]) -> int:
    """One cut, computed on the sum of the lines and shared out among them."""
    rule, ground, stage = candidate.rule, state.ground, state.stage
    weights: Sequence[int] = ()
    if at_once := state.may_wait and stage is None and places is ground.whole:
        base = state.total
    else:
        basis = state.amounts if stage is None else stage
        weights = [basis[place] for place in places]
        base = sum(weights)
    times = 1
    if rule.measure is _AMOUNT:
        if base < rule.reach:
            return BELOW
        if rule.every:
            times = base // rule.reach
    elif rule.measure:
        measure, reach = state.measured(candidate, places)
        if measure < reach:
            return BELOW
        if rule.every:
            times = measure // reach
    nominal = rule.cut(base, state.quantity(candidate, places) if rule.counts else 0, times)  # type: ignore[misc]
    if nominal <= 0 or not base:
        return NOTHING
    if at_once:
        amount = nominal if nominal < base else base
        if rule.limited and state.over_budget(rule, amount):
            return LIMIT
        state.commit_whole(Entry(candidate, places, (), amount, nominal - amount))
        return APPLIED
    if stage is None and ground.is_even:
        if nominal < base:
            return _commit(state, candidate, places, spread(nominal, weights, base), nominal, nominal)
        return _commit(state, candidate, places, weights, base, nominal)
    if stage is None:
        room = state.room
        parts: Sequence[int] = share_out(nominal, weights, [room[place] for place in places], ground.policy)
    else:
        parts = _clamped(state, candidate, places, nominal, weights)
    return _commit(state, candidate, places, parts, sum(parts), nominal)


def _commit(
    state: State,
    candidate: Candidate,
    places: Sequence[int],
    parts: Sequence[int],
    amount: int,
    nominal: int,
    units: Mapping[int, Sequence[int]] | None = None,
) -> int:
    if not amount:
        return NOTHING
    rule = candidate.rule
    if rule.limited and state.over_budget(rule, amount):
        return LIMIT
    state.commit(Entry(candidate, places, parts, amount, nominal - amount, units))
    return APPLIED


def _clamped(
    state: State, candidate: Candidate, places: Sequence[int], nominal: int, weights: Sequence[int]
) -> Sequence[int]:
    """Parallel: the candidate allocated on the stage as if there were no other, then what of it fits."""
    policy, room = state.ground.policy, state.stage_room
    alone = state.alone.get(candidate.place) if places is candidate.places else None
    if alone is None:
        alone = share_out(nominal, weights, [room[place] for place in places], policy)
        if places is candidate.places:
            state.alone[candidate.place] = alone
    room = state.room
    return [part if part < room[place] else room[place] for part, place in zip(alone, places, strict=True)]


def take_lines(state: State, candidate: Candidate, places: Sequence[int]) -> int:
    """A cut on every line by itself."""
    rule = candidate.rule
    if rule.measure:
        measure, reach = state.measured(candidate, places)
        if measure < reach:
            return BELOW
    amounts, percent = state.amounts, rule.percent
    if percent is not None:
        parts = [(amounts[place] * percent + 5000) // 10000 for place in places]
        amount = nominal = sum(parts)
    else:
        benefit = rule.benefit
        assert isinstance(benefit, AmountOff)
        parts = [min(benefit.amount, amounts[place]) for place in places]
        amount, nominal = sum(parts), benefit.amount * len(places)
    if state.ground.floors is not None:
        room = state.room
        parts = [min(part, room[place]) for part, place in zip(parts, places, strict=True)]
        amount = sum(parts)
    if rule.cap is not None and amount > rule.cap:
        amount = nominal = rule.cap
        parts = share_out(amount, parts, parts, state.ground.policy)
    return _commit(state, candidate, places, parts, amount, nominal)


def take_units(state: State, candidate: Candidate, places: Sequence[int]) -> int:
    """An item cut on units of its own choice."""
    measure, reach = state.measured(candidate, places)
    if measure < reach:
        return BELOW
    rule, ground, all_units = candidate.rule, state.ground, state.units
    assert all_units is not None
    assert rule.item is not None
    units = [all_units[place] for place in places]
    floors = [0 if ground.floors is None else ground.floors[place] for place in places]
    given, unused = cut_units(rule.item.shares(units), units, floors, ground.policy)
    parts = [sum(given.get(at, ())) for at in range(len(places))]
    rows = {places[at]: row for at, row in given.items()}
    amount = sum(parts)
    return _commit(state, candidate, places, parts, amount, amount + unused, rows)


def take_exchange(state: State, candidate: Candidate, places: Sequence[int]) -> int:
    """The dearest units, free."""
    measure, reach = state.measured(candidate, places)
    if measure < reach:
        return BELOW
    benefit = candidate.rule.benefit
    assert isinstance(benefit, Exchange)
    chosen = state.dearest(places, benefit.quantity)
    units: dict[int, Sequence[int]] = {}
    for place in places:
        mine = {index: amount for amount, line, index in chosen if line == place}
        if mine:
            units[place] = _freed(state, place, mine)
    parts = [sum(units.get(place, ())) for place in places]
    nominal = sum(amount for amount, _, _ in chosen)
    answer = _commit(state, candidate, places, parts, sum(parts), nominal, units)
    if answer == APPLIED:
        state.freed = state.freed | {(line, index) for _, line, index in chosen}
    return answer


def _freed(state: State, place: int, chosen: Mapping[int, int]) -> list[int]:
    """Fen per unit of a line of which the ``chosen`` units (index -> amount) are to cost nothing."""
    units, ground = state.units, state.ground
    assert units is not None
    floor = 0 if ground.floors is None else ground.floors[place]
    now = units[place]
    row = [0] * len(now)
    wanted = 0
    stage = now if state.stage_units is None else state.stage_units[place]
    for index, amount in chosen.items():
        wanted += min(amount, max(0, stage[index] - floor))
        row[index] = min(amount, max(0, now[index] - floor))
    rest = wanted - sum(row)
    if rest > 0:
        left = [max(0, unit - cut - floor) for unit, cut in zip(now, row, strict=True)]
        more = share_out(rest, left, left, ground.policy)
        row = [cut + extra for cut, extra in zip(row, more, strict=True)]
    return row


def take_gift(state: State, candidate: Candidate, places: Sequence[int]) -> int:
    """A gift, while there are any."""
    measure, reach = state.measured(candidate, places)
    if measure < reach:
        return BELOW
    benefit = candidate.rule.benefit
    assert isinstance(benefit, Gift)
    stock = state.ground.gift_stock
    given = state.given.get(benefit.sku, 0) + benefit.quantity
    if stock is not None and benefit.sku in stock and given > stock[benefit.sku]:
        return LIMIT
    state.given[benefit.sku] = given
    state.commit(Entry(candidate, places, (), 0))
    return APPLIED


def take_multiplier(state: State, candidate: Candidate, places: Sequence[int]) -> int:
    """More points: settled at the end."""
    measure, reach = state.measured(candidate, places)
    if measure < reach:
        return BELOW
    state.commit(Entry(candidate, places, (), 0))
    return APPLIED


def take_shipping(state: State, candidate: Candidate, places: Sequence[int]) -> int:
    """Cheaper shipping: settled with the freight."""
    answer = take_multiplier(state, candidate, places)
    if answer == APPLIED:
        state.shipping.append(candidate)
    return answer


TAKE: dict[Op, Callable[[State, Candidate, Sequence[int]], int]] = {
    Op.LINES: take_lines,
    Op.UNITS: take_units,
    Op.CUT: take_cut,
    Op.EXCHANGE: take_exchange,
    Op.GIFT: take_gift,
    Op.MULTIPLIER: take_multiplier,
    Op.FREE_SHIPPING: take_shipping,
    Op.SHIPPING_OFF: take_shipping,
}
