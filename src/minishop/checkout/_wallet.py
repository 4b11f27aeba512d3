"""Coupons and points of a buyer, as far as an order needs them."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of
from minishop.checkout._effects import points_account
from minishop.checkout._keys import derived_id
from minishop.checkout._outcomes import Refused, refused
from minishop.errors import InvalidInput
from minishop.flows import Flow, ask
from minishop.members import HeldCoupon
from minishop.promotions import COUPON_LAYERS
from minishop.quotes import Coupon
from minishop.storage import (
    Batch,
    Committed,
    GetBalance,
    GetTaken,
    Insufficient,
    LedgerEntry,
    ListRecords,
    Load,
    Put,
    Stored,
    Take,
)
from minishop.storage.codec import decode, encode

__all__ = ["claim_coupon", "extend_coupons", "grant_points", "load_coupons", "points_of", "wallet"]

KIND = "coupon"


def claim_coupon(
    desk: Desk,
    *,
    buyer: str,
    rule: str,
    key: str,
    issued: int | None = None,
    per_buyer: int | None = None,
    valid_for: timedelta | None = None,
) -> Flow[HeldCoupon | Refused]:
    """Puts a coupon into a buyer's wallet. Of two who claim the last one, one gets it.

    Args:
        desk: The shop's.
        buyer: Who claims.
        rule: The coupon rule.
        key: The caller's idempotency key: the same key is the same coupon.
        issued: How many coupons of the rule there are; ``None``: no end.
        per_buyer: How many of them one buyer may have.
        valid_for: How long it can be used, from now; ``None``: as long as the rule.

    Returns:
        HeldCoupon: It is in the wallet.
        Refused: ``coupons_gone``, or ``coupon_limit`` for the buyer's own.

    Raises:
        InvalidInput: The rule is not a coupon rule of the shop.
    """
    if not any(one.id == rule and one.layer in COUPON_LAYERS for one in desk.engine.rules.rules):
        raise InvalidInput("rule", "not_a_coupon", f"{rule!r} is not a rule of a coupon layer", params={"rule": rule})
    now = yield from now_of()
    coupon = HeldCoupon(
        id=derived_id("c", desk.shop, buyer, rule, key),
        rule=rule,
        buyer=buyer,
        claimed_at=now,
        valid_until=None if valid_for is None else now + valid_for,
    )
    takes = [Take(f"issued:{rule}", coupon.id, 1, issued), Take(f"issued:{rule}:{buyer}", coupon.id, 1, per_buyer)]
    batch = Batch(now=now, puts=(_put(desk, coupon, 0),), limits=tuple(takes))
    result = yield from commit(desk, batch)
    if isinstance(result, Committed):
        return coupon
    if isinstance(result, Insufficient):
        return refused("coupons_gone" if result.which == f"issued:{rule}" else "coupon_limit", rule=rule)
    stored = yield from ask(Load(KIND, coupon.id))
    assert stored is not None  # the only thing it can conflict with is itself
    return decode(HeldCoupon, stored.document)


def wallet(desk: Desk, *, buyer: str) -> Flow[tuple[HeldCoupon, ...]]:
    """The buyer's coupons that no order has used, oldest first."""
    held: list[HeldCoupon] = []
    cursor: str | None = None
    while True:
        page = yield from ask(ListRecords(kind=KIND, shopper=buyer, cursor=cursor, limit=100))
        held.extend(decode(HeldCoupon, stored.document) for stored in page.records)
        cursor = page.next
        if cursor is None:
            break
    if not held:
        return ()
    taken = yield from ask(GetTaken(tuple(f"coupon:{coupon.id}" for coupon in held)))
    return tuple(coupon for coupon in reversed(held) if not taken.get(f"coupon:{coupon.id}"))


def load_coupons(desk: Desk, buyer: str) -> Flow[tuple[Coupon, ...]]:
    """The wallet as it is priced: coupons of rules that the shop still has."""
    rules = {rule.id for rule in desk.engine.rules.rules if rule.layer in COUPON_LAYERS}
    if not rules:
        return ()
    held = yield from wallet(desk, buyer=buyer)
    return tuple(coupon.to_coupon() for coupon in held if coupon.rule in rules)


def extend_coupons(desk: Desk, coupons: tuple[str, ...], days: int) -> Flow[tuple[Put, ...]]:
    """The puts that make coupons that go back valid for some days more."""
    puts: list[Put] = []
    for coupon_id in coupons:
        stored: Stored | None = yield from ask(Load(KIND, coupon_id))
        coupon = decode(HeldCoupon, stored.document) if stored else None
        if stored is not None and coupon is not None and coupon.valid_until is not None:
            longer = evolve(coupon, valid_until=coupon.valid_until + timedelta(days=days))
            puts.append(_put(desk, longer, stored.version))
    return tuple(puts)


def grant_points(desk: Desk, *, buyer: str, points: int, key: str, note: str = "") -> Flow[int]:
    """Gives points to a buyer, or takes some (negative, never below 0); returns the balance.

    The same key counts once.
    """
    now: datetime = yield from now_of()
    entry = LedgerEntry(derived_id("points-", desk.shop, buyer, key), points_account(buyer), points, 0, note)
    yield from commit(desk, Batch(now=now, ledger=(entry,)))
    return (yield from points_of(desk, buyer=buyer))


def points_of(desk: Desk, *, buyer: str) -> Flow[int]:
    """The buyer's points; negative is debt."""
    return (yield from ask(GetBalance(points_account(buyer))))


def _put(desk: Desk, coupon: HeldCoupon, expected: int) -> Put:
    return Put(
        kind=KIND,
        id=coupon.id,
        expected=expected,
        document=encode(coupon).document,
        shop=desk.shop,
        shopper=coupon.buyer,
        created_at=coupon.claimed_at,
    )
