"""What every store of flash-sale claims checks and answers in the same words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from minishop.errors import CallerError, InvalidInput
from minishop.inventory import Claim, LimitReached, SoldOut
from minishop.quotes.checks import is_unicode

__all__ = ["check_activity", "check_claim", "check_rebuild", "check_text", "find_refusal", "not_open"]

_MOST_CHARACTERS = 255
_MOST_UNITS = 10**9


def check_activity(activity: str, stock: int, per_user: int | None) -> None:
    """Refuses numbers that no activity has, and names that some database cannot keep."""
    check_text("activity", activity)
    _check_units("stock", stock, 0)
    if per_user is not None:
        _check_units("per_user", per_user, 0)


def check_claim(activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime) -> None:
    """Refuses a claim that makes no sense."""
    for name, text in (("activity", activity), ("user", user), ("token", token)):
        check_text(name, text)
    _check_units("quantity", quantity, 1)
    if now.utcoffset() is None or until.utcoffset() is None:
        raise InvalidInput("until", "naive_time", "now and until must have a time zone")
    if until <= now:
        raise InvalidInput("until", "out_of_range", "must be after now")


def check_rebuild(activity: str, claims: Sequence[Claim]) -> None:
    """Refuses claims that are not those of one activity."""
    tokens: set[str] = set()
    for claim in claims:
        check_text("token", claim.token)
        check_text("user", claim.user)
        _check_units("quantity", claim.quantity, 1)
        if claim.activity != activity:
            raise InvalidInput("claims", "unknown_id", f"must be claims of {activity}", params={"id": claim.activity})
        if claim.token in tokens:
            raise InvalidInput("claims", "duplicate_id", "a token has one claim", params={"id": claim.token})
        tokens.add(claim.token)


def find_refusal(
    activity: str, user: str, quantity: int, *, left: int, mine: int, limit: int | None
) -> SoldOut | LimitReached | None:
    """Why a new claim cannot be had. The shopper's own limit comes first: it is the answer that stays true.

    Args:
        activity: The activity.
        user: Who claims.
        quantity: Units wanted.
        left: Stock less all claims; negative if the stock was lowered.
        mine: Units that the shopper has.
        limit: The most that one shopper may have.
    """
    if limit is not None and mine + quantity > limit:
        return LimitReached(activity, user, mine, limit)
    if quantity > left:
        return SoldOut(activity, max(0, left))
    return None


def not_open(activity: str) -> CallerError:
    """The refusal to rebuild what nobody opened."""
    return CallerError(
        f"activity {activity} is not open",
        code="not_open",
        params={"activity": activity},
        next_step="Call open_activity first.",
    )


def check_text(name: str, text: str) -> None:
    """Refuses what one of the databases could not keep as a key, so that all of them refuse the same."""
    if not 0 < len(text) <= _MOST_CHARACTERS:
        raise InvalidInput(name, "too_long", f"must have 1 to {_MOST_CHARACTERS} characters", params={"got": len(text)})
    if "\0" in text or not is_unicode(text):
        raise InvalidInput(name, "unstorable", "must not hold a NUL or half of a surrogate pair")


def _check_units(name: str, units: int, least: int) -> None:
    if type(units) is not int or not least <= units <= _MOST_UNITS:
        raise InvalidInput(name, "out_of_range", f"must be {least} to {_MOST_UNITS} units", params={"got": units})
