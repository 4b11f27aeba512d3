"""Claims of a flash sale: who gets one of few, decided in one atomic step before an order is written.

A claim lives until it is confirmed by its order, given back, or past its time. The order's own batch takes stock from
the shelf as well, so a claim store that loses its memory can never oversell the shelf.

An activity starts with two calls: ``open_activity`` with its numbers, ``rebuild_activity`` with the claims that there
are, ``()`` for a new one. A store that can lose its memory, such as Redis, sells nothing between the two, nor after a
restart until they are made again; a database needs the second call only after a restore.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeAlias

from attrs import frozen

__all__ = ["AsyncClaimStore", "Claim", "ClaimResult", "ClaimStore", "LimitReached", "SoldOut"]


@frozen
class Claim:
    """Units that a shopper has for now.

    Attributes:
        token: Its id, chosen by the caller; the same token again returns the same claim.
        until: First instant at which nothing is ordered with it any more, so that a sweep may give it back; aware.
        is_confirmed: Whether its order is placed; it then has no end.
    """

    activity: str
    user: str
    quantity: int
    token: str
    until: datetime
    is_confirmed: bool = False


@frozen
class SoldOut:
    """Nobody gets this many any more; ``left`` units are unclaimed."""

    activity: str
    left: int


@frozen
class LimitReached:
    """This shopper may not have so many; ``claimed`` of ``limit`` units are taken."""

    activity: str
    user: str
    claimed: int
    limit: int


ClaimResult: TypeAlias = Claim | SoldOut | LimitReached


class ClaimStore(Protocol):
    """The sum of an activity's claims never exceeds its stock, and a token has one claim, under any concurrency."""

    def open_activity(self, activity: str, stock: int, per_user: int | None) -> None:
        """Starts an activity; for one that runs, changes its numbers (stock may fall below what is claimed)."""

    def claim(self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime) -> ClaimResult:
        """Claims units, all or none. An activity that is not open is sold out.

        What is refused is answered in this order: not open (``SoldOut`` with 0 left), ``LimitReached``, ``SoldOut``. A
        claim whose time has passed still counts until it is given back.
        """

    def find_claim(self, activity: str, token: str) -> Claim | None:
        """The claim of a token, unless it was given back."""

    def confirm_claim(self, activity: str, token: str) -> bool:
        """Makes a claim permanent; again is harmless. ``False``: there is no such claim (any more)."""

    def give_back(self, activity: str, token: str) -> bool:
        """Ends a claim, confirmed or not; again is harmless. ``False``: there was none."""

    def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """Unconfirmed claims whose time has passed, oldest first."""

    def unclaimed(self, activity: str) -> int:
        """Units that nobody has claimed; never negative."""

    def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> None:
        """Replaces an open activity's claims: when it starts, and from the orders after the store lost its memory.

        Raises:
            CallerError: ``not_open``.
        """


class AsyncClaimStore(Protocol):
    """:class:`ClaimStore` for async apps."""

    async def open_activity(self, activity: str, stock: int, per_user: int | None) -> None:
        """See :class:`ClaimStore`."""

    async def claim(
        self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime
    ) -> ClaimResult:
        """See :class:`ClaimStore`."""

    async def find_claim(self, activity: str, token: str) -> Claim | None:
        """See :class:`ClaimStore`."""

    async def confirm_claim(self, activity: str, token: str) -> bool:
        """See :class:`ClaimStore`."""

    async def give_back(self, activity: str, token: str) -> bool:
        """See :class:`ClaimStore`."""

    async def expired_claims(self, now: datetime, limit: int) -> tuple[Claim, ...]:
        """See :class:`ClaimStore`."""

    async def unclaimed(self, activity: str) -> int:
        """See :class:`ClaimStore`."""

    async def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> None:
        """See :class:`ClaimStore`."""
