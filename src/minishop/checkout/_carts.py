"""The stored cart: read with its problems, synced between devices, merged on login."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from minishop.cart import (
    CartProblem,
    MergePolicy,
    MergeReport,
    Moved,
    Operation,
    SavedCart,
    Synced,
    apply_operations,
    find_problems,
    merge,
)
from minishop.checkout._commit import commit
from minishop.checkout._desk import Desk, now_of, shelf_of
from minishop.checkout._outcomes import Refused, refused
from minishop.checkout._records import cart_put, load_cart
from minishop.flows import Flow
from minishop.storage import Batch, Committed, StoreBusy

__all__ = ["CartView", "merge_carts", "read_cart", "sync_cart"]


@frozen(kw_only=True)
class CartView:
    """A stored cart and what is amiss with it."""

    cart: SavedCart
    problems: tuple[CartProblem, ...] = ()
    synced: Synced | None = None
    merged: MergeReport | None = None


def read_cart(desk: Desk, cart: str, *, shopper: str | None = None) -> Flow[CartView]:
    """The cart and its problems; one that does not exist is empty."""
    loaded = yield from load_cart(cart)
    saved = loaded[0] if loaded else SavedCart(id=cart, shopper=shopper)
    return (yield from _view(saved))


def _view(saved: SavedCart, synced: Synced | None = None, merged: MergeReport | None = None) -> Flow[CartView]:
    now = yield from now_of()
    shelf = yield from shelf_of([line.sku for line in saved.lines], saved.shopper or "")
    return CartView(cart=saved, problems=find_problems(saved, shelf, now), synced=synced, merged=merged)


def sync_cart(
    desk: Desk, cart: str, operations: Sequence[Operation], *, shopper: str | None = None
) -> Flow[CartView | Refused]:
    """Applies a device's queued operations, each once however often it is sent, and answers with the whole cart.

    Operations for a guest's cart that was merged go to the cart that it was merged into.

    Args:
        desk: The shop's.
        cart: Id of the cart; it is made if it does not exist.
        operations: In the order of the device's queue.
        shopper: The member it belongs to; ``None``: a guest.

    Returns:
        CartView: With an outcome for each operation.
        Refused: ``no_such_cart``: it is another member's.
    """
    addressed_to: str | None = None
    for _ in range(desk.rounds):
        now = yield from now_of()
        loaded = yield from load_cart(cart)
        saved, version = loaded or (SavedCart(id=cart, shopper=shopper), 0)
        if saved.shopper not in (None, shopper):
            return refused("no_such_cart", id=cart)
        shelf = yield from shelf_of(
            [*(line.sku for line in saved.lines), *(operation.sku for operation in operations)], shopper or ""
        )
        after, result = apply_operations(saved, operations, now, shelf=shelf, addressed_to=addressed_to)
        if isinstance(result, Moved):
            addressed_to, cart = cart, result.to
            continue
        if after == saved:
            return CartView(cart=saved, problems=result.problems, synced=result)
        answer = yield from commit(desk, Batch(now=now, puts=(cart_put(desk, after, version, now),)))
        if isinstance(answer, Committed):
            return CartView(cart=after, problems=result.problems, synced=result)
    raise StoreBusy("the cart changed faster than it could be written", code="busy")


def merge_carts(
    desk: Desk,
    *,
    guest: str,
    member: str,
    shopper: str,
    policy: MergePolicy = "guest-wins-if-newer",
) -> Flow[CartView]:
    """Merges a guest's cart into a member's on login; repeating it changes nothing.

    Args:
        desk: The shop's.
        guest: Id of the guest's cart.
        member: Id of the member's.
        shopper: The member.
        policy: What counts where both have a line.
    """
    for _ in range(desk.rounds):
        now = yield from now_of()
        mine = yield from load_cart(member)
        own, own_version = mine or (SavedCart(id=member, shopper=shopper), 0)
        theirs = yield from load_cart(guest)
        if theirs is None:
            return (yield from _view(own))
        shelf = yield from shelf_of([line.sku for line in (*own.lines, *theirs[0].lines)], shopper)
        merged, emptied, report = merge(own, theirs[0], policy=policy, shelf=shelf)
        if (merged, emptied) == (own, theirs[0]):
            return (yield from _view(own, merged=report))
        puts = (cart_put(desk, emptied, theirs[1], now), cart_put(desk, merged, own_version, now))
        if isinstance((yield from commit(desk, Batch(now=now, puts=puts))), Committed):
            return (yield from _view(merged, merged=report))
    raise StoreBusy("the carts changed faster than they could be written", code="busy")
