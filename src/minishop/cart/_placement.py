"""The cart's side of an order: its name as a source, what an order takes out, how it comes back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import attrs

from minishop.cart._operations import Add
from minishop.cart._saved import SavedCart, Tombstone
from minishop.cart._workbench import buried
from minishop.errors import InvalidInput

__all__ = ["Item", "rebuy", "remove_ordered", "source_key"]


class Item(Protocol):
    """What names a line and counts it: a :class:`SavedLine` does, and so may a line of an order."""

    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def customisation(self) -> str | None: ...
    @property
    def activity(self) -> str | None: ...


def source_key(cart: SavedCart) -> str:
    """The name of this state of the cart: unique among orders, so that one state is ordered once.

    The cart lives on after an order and may be ordered again, which is why its id alone will not do. Take the key
    before :func:`remove_ordered`, which moves the cart to its next sequence.
    """
    return f"cart:{cart.id}@{cart.sequence}"


def remove_ordered(cart: SavedCart, lines: Iterable[str], now: datetime) -> SavedCart:
    """The cart without the lines that an order takes, at its next sequence; to be stored in the order's own batch.

    A device that had not seen the order may still bring such a line back by a late ``Add`` or ``Set``; it then has the
    problem ``ordered_meanwhile``.

    Args:
        cart: The cart as it was ordered.
        lines: Keys of the ordered lines: the ids of the quote's lines.
        now: Server time; aware.

    Raises:
        InvalidInput: ``unknown_id``, for a line that is not in the cart.
    """
    taken = tuple(dict.fromkeys(lines))
    known = {line.key for line in cart.lines}
    for key in taken:
        if key not in known:
            raise InvalidInput("lines", "unknown_id", "must be lines of the cart", params={"id": key})
    sequence = cart.sequence + 1
    stones: dict[str, Tombstone] = {stone.line: stone for stone in cart.tombstones}
    for key in taken:
        stones[key] = buried(stones.get(key), key, sequence, now, is_order=True)
    return attrs.evolve(
        cart,
        sequence=sequence,
        lines=[line for line in cart.lines if line.key not in taken],
        tombstones=stones.values(),
    )


def rebuy(order: str, items: Iterable[Item], *, base: int) -> tuple[Add, ...]:
    """Operations that put the goods of an order back into a cart, for example after the order was closed.

    They come from a device that is the order itself, so that applying them twice puts the goods in once. ``was`` is
    noted from the shelf at that moment; what is no longer sold becomes a problem of the cart.

    Args:
        order: The order's id.
        items: What was ordered, always in the same order.
        base: The cart's present ``sequence``.
    """
    return tuple(
        Add(
            device=f"rebuy:{order}",
            number=number,
            base=base,
            sku=item.sku,
            customisation=item.customisation,
            activity=item.activity,
            quantity=item.quantity,
        )
        for number, item in enumerate(items, start=1)
    )
