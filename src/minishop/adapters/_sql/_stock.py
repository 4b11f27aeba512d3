"""Stock: one conditional update per key where nobody holds anything, a lock and a sum where somebody does.

``minishop_stock.held_until`` is the latest end of any hold the key ever had; it only grows. If it has passed, no hold
counts, and the update itself can decide. Otherwise the row is locked *first* and the live holds are summed by the next
statement: under READ COMMITTED an update that had to wait sees the newest version of its own row, but what a sub-select
reads in other tables is as old as the statement. Whoever adds to ``minishop_held`` has locked the key's row before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from minishop.adapters._sql._refused import Refused
from minishop.adapters._sql._retry import Busy
from minishop.adapters._sql._session import Session, insert_new, matches, pairs
from minishop.adapters._sql._values import instant, micros, wanted_text, wanted_value
from minishop.adapters._stock import Delta, Hold, StockPlan, holds_named, is_short, plan_stock
from minishop.inventory import HoldState, StockChange, StockKey, StockLevel
from minishop.storage import Batch, Conflict, Insufficient

__all__ = ["change_stock", "drop_holds", "find_holds", "levels"]

_ANY = 2**62
_UPDATE = (
    "UPDATE minishop_stock SET on_hand = on_hand + :on_hand, allocated = allocated + :allocated,"
    " held_until = CASE WHEN held_until < :until THEN :until ELSE held_until END"
    " WHERE sku = :sku AND location = :location"
)
_UPDATE_IF_ENOUGH = (
    _UPDATE + " AND held_until <= :free AND on_hand + :on_hand >= :least_on_hand"
    " AND allocated + :allocated >= :least_allocated"
    " AND on_hand + :on_hand - allocated - :allocated - :held >= :least_available"
)
_HELD = "SELECT COALESCE(SUM(quantity), 0) FROM minishop_held h WHERE h.sku = {}sku AND h.location = {}location"


def change_stock(session: Session, batch: Batch) -> None:
    """Holds, levels and movements of a batch."""
    if not batch.stock:
        return
    known = find_holds(session, batch.stock, lock=True)
    plan = plan_stock(batch.stock, known, batch.now)
    if plan.committed:
        raise Refused(Conflict("unique", f"hold:{plan.committed[0]}"))
    if plan.gone:
        raise Refused(Insufficient("stock", f"hold:{plan.gone[0]}"))
    _put_holds(session, plan, known)
    for key, delta in plan.deltas.items():
        if not _change_level(session, key, delta, _until(plan, key), micros(batch.now)):
            raise Refused(Insufficient("stock", str(key)))
    _put_held(session, plan, known)
    now = micros(batch.now)
    moves = [(move.entry, move.key.sku, move.key.location, move.kind.value, move.quantity, now) for move in plan.moves]
    columns = ("entry", "sku", "location", "kind", "quantity", "moved_at")
    if insert_new(session, "minishop_movements", columns, moves) < len(moves):
        raise Refused(Conflict("unique", str(moves[0][0])))


def find_holds(session: Session, changes: Iterable[StockChange], *, lock: bool = False) -> dict[str, Hold]:
    """The stored ones of the holds that a batch names."""
    holds: dict[str, Hold] = {}
    for condition, values in matches("hold", holds_named(changes)):
        found = session.rows(
            f"SELECT hold, state, wanted, ends_at FROM minishop_holds WHERE {condition} ORDER BY hold"
            + (session.dialect.locked if lock else ""),
            values,
        )
        holds |= {row[0]: Hold(row[0], HoldState(row[1]), wanted_value(row[2]), instant(row[3])) for row in found}
    return holds


def _put_holds(session: Session, plan: StockPlan, known: Mapping[str, Hold]) -> None:
    new = [
        (hold.id, hold.state.value, wanted_text(hold.wanted), micros(hold.until))
        for hold in plan.holds.values()
        if hold.id not in known
    ]
    if insert_new(session, "minishop_holds", ("hold", "state", "wanted", "ends_at"), new) < len(new):
        raise Busy("somebody reserved under the same hold just now")
    for hold in plan.holds.values():
        if hold.id in known:
            session.run(
                "UPDATE minishop_holds SET state = :state, wanted = :wanted, ends_at = :ends_at WHERE hold = :hold",
                {
                    "hold": hold.id,
                    "state": hold.state.value,
                    "wanted": wanted_text(hold.wanted),
                    "ends_at": micros(hold.until),
                },
            )


def _put_held(session: Session, plan: StockPlan, known: Mapping[str, Hold]) -> None:
    for condition, values in matches("hold", [id_ for id_ in plan.holds if id_ in known]):
        session.run(f"DELETE FROM minishop_held WHERE {condition}", values)
    rows = [
        (hold.id, key.sku, key.location, units, micros(hold.until))
        for hold in plan.holds.values()
        if hold.state is HoldState.LIVE
        for key, units in hold.wanted
    ]
    insert_new(session, "minishop_held", ("hold", "sku", "location", "quantity", "ends_at"), rows)


def _until(plan: StockPlan, key: StockKey) -> int:
    """Until when somebody newly holds a key."""
    ends = [
        micros(hold.until)
        for hold in plan.holds.values()
        if hold.state is HoldState.LIVE and any(wanted == key for wanted, _ in hold.wanted)
    ]
    return max(ends, default=0)


def _change_level(session: Session, key: StockKey, delta: Delta, until: int, now: int) -> bool:
    takes_more = delta.promised > 0
    if not (delta.on_hand or delta.allocated or until or takes_more or delta.checked < 0):
        return True
    place = {"sku": key.sku, "location": key.location}
    change = {**place, "on_hand": delta.on_hand, "allocated": delta.allocated, "until": until}
    bounds = {
        "held": delta.held,
        "free": now if takes_more else _ANY,
        "least_on_hand": 0 if delta.checked < 0 else -_ANY,
        "least_allocated": 0 if delta.allocated < 0 else -_ANY,
        "least_available": 0 if takes_more else -_ANY,
    }
    if session.run(_UPDATE_IF_ENOUGH, {**change, **bounds}):
        return True
    level = _locked_level(session, place, now, needs_held=takes_more)
    return not is_short(level, delta) and session.run(_UPDATE, change) == 1


def _locked_level(session: Session, place: Mapping[str, str], now: int, *, needs_held: bool) -> StockLevel:
    select = "SELECT on_hand, allocated FROM minishop_stock WHERE sku = :sku AND location = :location"
    found = session.rows(select + session.dialect.locked, place)
    if not found:
        columns = ("sku", "location", "on_hand", "allocated", "held_until")
        insert_new(session, "minishop_stock", columns, [(*place.values(), 0, 0, 0)])
        found = session.rows(select + session.dialect.locked, place)
    on_hand, allocated = found[0]
    if not needs_held:
        return StockLevel(on_hand, allocated)
    held = session.rows(_HELD.format(":", ":") + " AND h.ends_at > :now", {**place, "now": now})
    return StockLevel(on_hand, allocated, int(held[0][0]))


def levels(session: Session, keys: Sequence[StockKey], now: int) -> dict[StockKey, StockLevel]:
    """The level of each key, all of one part in one statement and so of one moment."""
    found = {key: StockLevel() for key in keys}
    for condition, values in pairs(("s.sku", "s.location"), [(key.sku, key.location) for key in found]):
        rows = session.rows(
            f"SELECT s.sku, s.location, s.on_hand, s.allocated, ({_HELD.format('s.', 's.')} AND h.ends_at > :now)"
            f" FROM minishop_stock s WHERE {condition}",
            {**values, "now": now},
        )
        found |= {StockKey(row[0], row[1]): StockLevel(row[2], row[3], int(row[4])) for row in rows}
    return found


def drop_holds(session: Session, now: int, limit: int) -> int:
    """Marks live holds that have expired; returns how many."""
    found = session.rows(
        "SELECT hold FROM minishop_holds WHERE state = :live AND ends_at <= :now ORDER BY ends_at, hold LIMIT :limit"
        + session.dialect.unlocked,
        {"live": HoldState.LIVE.value, "now": now, "limit": limit},
    )
    for condition, values in matches("hold", [row[0] for row in found]):
        session.run(
            f"UPDATE minishop_holds SET state = :expired WHERE {condition}",
            {"expired": HoldState.EXPIRED.value, **values},
        )
        session.run(f"DELETE FROM minishop_held WHERE {condition}", values)
    return len(found)
