"""Flash-sale claims. Whoever changes what is claimed holds the row of its activity, so one after the other decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from minishop.adapters._claims import find_refusal, not_open
from minishop.adapters._sql._session import Session, insert_new
from minishop.adapters._sql._values import instant, micros
from minishop.inventory import Claim, ClaimResult, SoldOut

__all__ = ["claim", "confirm", "expired", "find", "give_back", "open_activity", "rebuild", "unclaimed"]

_COLUMNS = ("activity", "token", "buyer", "quantity", "ends_at", "is_confirmed")
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM minishop_claims"
_ONE = " WHERE activity = :activity AND token = :token"


def open_activity(session: Session, activity: str, stock: int, per_user: int | None) -> None:
    """Inserts an activity or changes its numbers."""
    values = {"activity": activity, "stock": stock, "per_user": per_user}
    update = "UPDATE minishop_activities SET stock = :stock, per_user = :per_user WHERE activity = :activity"
    columns = ("activity", "stock", "per_user", "claimed")
    if not session.run(update, values):
        insert_new(session, "minishop_activities", columns, [(activity, stock, per_user, 0)])
        session.run(update, values)


def claim(
    session: Session, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime
) -> ClaimResult:
    """Claims units, all or none."""
    numbers = _lock(session, activity)
    if numbers is None:
        return SoldOut(activity, 0)
    known = find(session, activity, token)
    if known is not None:
        return known
    stock, limit, claimed = numbers
    mine = 0 if limit is None else _claimed_by(session, activity, user)
    refusal = find_refusal(activity, user, quantity, left=stock - claimed, mine=mine, limit=limit)
    if refusal is not None:
        return refusal
    new = Claim(activity, user, quantity, token, until)
    insert_new(session, "minishop_claims", _COLUMNS, [_row(new)])
    _count(session, activity, quantity)
    return new


def find(session: Session, activity: str, token: str) -> Claim | None:
    """The claim of a token."""
    rows = session.rows(_SELECT + _ONE, {"activity": activity, "token": token})
    return _claim(rows[0]) if rows else None


def confirm(session: Session, activity: str, token: str) -> bool:
    """Makes a claim permanent."""
    change = "UPDATE minishop_claims SET is_confirmed = 1" + _ONE
    return bool(session.run(change, {"activity": activity, "token": token}))


def give_back(session: Session, activity: str, token: str) -> bool:
    """Ends a claim."""
    if _lock(session, activity) is None:
        return False
    known = find(session, activity, token)
    if known is None:
        return False
    session.run("DELETE FROM minishop_claims" + _ONE, {"activity": activity, "token": token})
    _count(session, activity, -known.quantity)
    return True


def expired(session: Session, now: datetime, limit: int) -> tuple[Claim, ...]:
    """Unconfirmed claims whose time has passed, oldest first."""
    condition = " WHERE is_confirmed = 0 AND ends_at <= :now ORDER BY ends_at, activity, token LIMIT :limit"
    return tuple(_claim(row) for row in session.rows(_SELECT + condition, {"now": micros(now), "limit": limit}))


def unclaimed(session: Session, activity: str) -> int:
    """Units that nobody has claimed."""
    rows = session.rows(
        "SELECT stock - claimed FROM minishop_activities WHERE activity = :activity", {"activity": activity}
    )
    return max(0, int(rows[0][0])) if rows else 0


def rebuild(session: Session, activity: str, claims: Sequence[Claim]) -> None:
    """Replaces all claims."""
    numbers = _lock(session, activity)
    if numbers is None:
        raise not_open(activity)
    session.run("DELETE FROM minishop_claims WHERE activity = :activity", {"activity": activity})
    insert_new(session, "minishop_claims", _COLUMNS, [_row(one) for one in claims])
    _count(session, activity, sum(one.quantity for one in claims) - numbers[2])


def _lock(session: Session, activity: str) -> tuple[int, int | None, int] | None:
    rows = session.rows(
        "SELECT stock, per_user, claimed FROM minishop_activities WHERE activity = :activity" + session.dialect.locked,
        {"activity": activity},
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


def _claimed_by(session: Session, activity: str, user: str) -> int:
    rows = session.rows(
        "SELECT COALESCE(SUM(quantity), 0) FROM minishop_claims WHERE activity = :activity AND buyer = :buyer",
        {"activity": activity, "buyer": user},
    )
    return int(rows[0][0])


def _count(session: Session, activity: str, change: int) -> None:
    session.run(
        "UPDATE minishop_activities SET claimed = claimed + :change WHERE activity = :activity",
        {"activity": activity, "change": change},
    )


def _row(one: Claim) -> tuple[object, ...]:
    return one.activity, one.token, one.user, one.quantity, micros(one.until), int(one.is_confirmed)


def _claim(row: Sequence[Any]) -> Claim:
    activity, token, user, quantity, until, is_confirmed = row
    return Claim(activity, user, quantity, token, instant(until), bool(is_confirmed))
