"""What can go wrong, on purpose."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Fault", "PushFault"]


class Fault(StrEnum):
    """What becomes of the next call."""

    BUSY = "busy"
    """The provider's own way of saying that it is busy."""
    UNAVAILABLE = "unavailable"
    """HTTP status 503."""
    HTML = "html"
    """A page for people with HTTP status 200, as proxies and firewalls send it."""
    CUT = "cut"
    """An answer that stops in the middle."""
    DROP_REPLY = "drop_reply"
    """The call is carried out, and the answer gets lost."""
    UNREACHABLE = "unreachable"
    """Nothing arrives."""


class PushFault(StrEnum):
    """What becomes of the next push."""

    DUPLICATE = "duplicate"
    """It comes twice."""
    LATE = "late"
    """It comes after those that follow it."""
    BAD_SIGNATURE = "bad_signature"
    """It is signed with another secret."""
    UNSIGNED = "unsigned"
    """The signature is left out."""
    REWRITTEN = "rewritten"
    """The document is parsed and written again after signing: other bytes, the same content."""
    GET = "get"
    """It comes as a GET."""
