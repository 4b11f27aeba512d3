"""What the codes of WeChat Pay mean for the caller: a table, and nothing else.

Several codes come in two spellings (``SYSTEM_ERROR``, ``SYSTEMERROR``), so they are compared without underscores. A
code that is not in the table is judged by the HTTP status. Source: the error codes of each call's documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["CLASSES", "CodeClass", "class_of", "normalised"]


class CodeClass(StrEnum):
    """What to do about a code."""

    AGAIN = "again"
    """The gateway broke down. The same parameters again are right; if money moves, ask first what happened."""
    SLOW = "slow"
    """Too many calls; nothing was done."""
    PENDING = "pending"
    """Not decided yet: ask again."""
    LATER = "later"
    """Not made yet; nothing was done."""
    SETTINGS = "settings"
    """The request or the merchant's settings are wrong; the same call fails again."""
    FINAL = "final"
    """The state of the business forbids it."""
    ABSENT = "absent"
    """There is no such thing."""


def _table() -> dict[str, CodeClass]:
    rows = {
        CodeClass.AGAIN: "SYSTEMERROR BANKERROR",
        CodeClass.SLOW: "FREQUENCYLIMITED FREQUENCYLIMIT RATELIMITEXCEEDED RATELIMIT",
        CodeClass.LATER: "STATEMENTCREATING",
        CodeClass.PENDING: "USERPAYING",
        CodeClass.SETTINGS: "SIGNERROR NOAUTH MCHNOTEXISTS APPIDMCHIDNOTMATCH INVALIDREQUEST PARAMERROR",
        CodeClass.FINAL: "OUTTRADENOUSED ORDERPAID ORDERCLOSED TRADEERROR RULELIMIT NOTENOUGH USERACCOUNTABNORMAL "
        "ACCOUNTERROR OPENIDMISMATCH NOSTATEMENTEXIST",
        CodeClass.ABSENT: "ORDERNOTEXIST RESOURCENOTEXISTS NOTFOUND",
    }
    return {code: kind for kind, codes in rows.items() for code in codes.split()}


#: Code without underscores to its class.
CLASSES: Mapping[str, CodeClass] = _table()


def normalised(code: str) -> str:
    """The code in upper case without underscores."""
    return code.replace("_", "").upper()


def class_of(status: int, code: str) -> CodeClass:
    """What to do about a refusal.

    Args:
        status: The HTTP status; not a success, or 202.
        code: As normalised; empty if the body had none.
    """
    known = CLASSES.get(code)
    if known is not None:
        return known
    if status == 429:
        return CodeClass.SLOW
    if status == 202:
        return CodeClass.PENDING
    if status == 404 and code:
        return CodeClass.ABSENT
    return CodeClass.SETTINGS if 400 <= status < 500 else CodeClass.AGAIN
