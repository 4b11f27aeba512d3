"""Claims of a flash sale and the orders that use them.

A shopper claims units first, then orders them. The order's own batch takes stock from the shelf, so a claim that got
lost oversells nothing. An order keeps the names of its claims as unique keys: a claim whose time has passed is given
back only if no order has it, and a claim is used by one order.

Claims and orders may be kept in two places, so no transaction spans both. An order is placed only while its claims run,
by the time that its batch carries; a claim is given back some minutes later, when no such batch is on its way any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from minishop.checkout._act import Request as Asked
from minishop.checkout._act import order_batch
from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._outcomes import Refused, refused
from minishop.checkout._records import (
    CLAIMS,
    ORDER,
    claims_of,
    decode_order,
    has_claims_to_give_back,
    keeps_claims,
)
from minishop.flows import Flow, Handlers, Request, ask
from minishop.inventory import AsyncClaimStore, Claim, ClaimStore
from minishop.orders import AppEvent, Order
from minishop.orders import evolve as evolve_order
from minishop.storage import Committed, FindUnique

__all__ = [
    "ConfirmClaim",
    "FindClaim",
    "FindExpiredClaims",
    "GiveBackClaim",
    "claim_handlers",
    "confirm_claims",
    "find_ended",
    "give_back_claims",
    "give_back_expired",
]

#: Longer than placing an order takes, from reading the clock to the end of its commit, and than clocks differ.
_GRACE = timedelta(minutes=2)


@frozen
class ConfirmClaim(Request[bool]):
    """:meth:`~minishop.inventory.ClaimStore.confirm_claim`."""

    activity: str
    token: str


@frozen
class GiveBackClaim(Request[bool]):
    """:meth:`~minishop.inventory.ClaimStore.give_back`."""

    activity: str
    token: str


@frozen
class FindClaim(Request[Claim | None]):
    """:meth:`~minishop.inventory.ClaimStore.find_claim`."""

    activity: str
    token: str


@frozen
class FindExpiredClaims(Request[tuple[Claim, ...]]):
    """:meth:`~minishop.inventory.ClaimStore.expired_claims`."""

    now: datetime
    limit: int


def claim_handlers(store: ClaimStore | AsyncClaimStore | None) -> Handlers:
    """Answers the requests of this module; without a store nothing is ever claimed."""
    if store is None:
        return {
            ConfirmClaim: lambda ask: False,
            GiveBackClaim: lambda ask: False,
            FindClaim: lambda ask: None,
            FindExpiredClaims: lambda ask: (),
        }
    return {
        ConfirmClaim: lambda ask: store.confirm_claim(ask.activity, ask.token),
        GiveBackClaim: lambda ask: store.give_back(ask.activity, ask.token),
        FindClaim: lambda ask: store.find_claim(ask.activity, ask.token),
        FindExpiredClaims: lambda ask: store.expired_claims(ask.now, ask.limit),
    }


def find_ended(claims: tuple[tuple[str, str], ...], now: datetime) -> Flow[Refused | None]:
    """The refusal of an order some of whose claims have ended, or never were; one that an order has does not end."""
    for activity, token in claims:
        claim = yield from ask(FindClaim(activity, token))
        if claim is None or not (claim.is_confirmed or now < claim.until):
            return refused("claim_over", which=f"{activity}:{token}")
    return None


def confirm_claims(order: Order) -> Flow[None]:
    """Makes the claims of a placed order permanent; again is harmless, also when the order has ended meanwhile."""
    if not keeps_claims(order):
        return
    for activity, token in claims_of(order):
        yield from ask(ConfirmClaim(activity, token))


def give_back_claims(desk: Desk, order: Order, version: int) -> Flow[bool]:
    """Gives back the claims of an order that has ended, and notes that it did."""
    if not has_claims_to_give_back(order):
        return False
    for activity, token in claims_of(order):
        yield from ask(GiveBackClaim(activity, token))
    now = yield from now_of()
    event = AppEvent(at=now, namespace=CLAIMS, name="given-back", data={"given_back": True})
    batch = order_batch(desk, evolve_order(order, event), order, version, (event,), now, Asked(name="give_back"))
    return isinstance((yield from commit(desk, batch)), Committed)


def give_back_expired(desk: Desk, limit: int) -> Flow[int]:
    """Gives back claims whose time passed some minutes ago and that no order uses; confirms those that one does.

    A token is for one order: who claims again under that of an order that has ended gets a claim that nothing can be
    ordered with.
    """
    now = yield from now_of()
    count = 0
    for claim in (yield from ask(FindExpiredClaims(now - _GRACE, limit))):
        used = yield from ask(FindUnique(f"claim:{claim.activity}:{claim.token}"))
        if used is None or (used.kind == ORDER and not keeps_claims(decode_order(used))):
            count += yield from ask(GiveBackClaim(claim.activity, claim.token))
        else:
            yield from ask(ConfirmClaim(claim.activity, claim.token))
    return count
