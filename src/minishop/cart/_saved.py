"""The stored cart: what the shopper put in, and what it takes to keep several devices in step.

Every value is frozen, with plain fields, and carries ``extra``: fields that a newer release wrote and this one does not
know. They are kept through every change of the value, so that two releases can run side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import field, frozen

from minishop.cart._key import canonical_customisation, key_of
from minishop.cart._receipts import DeviceReceipts
from minishop.errors import InvalidInput
from minishop.quotes.checks import (
    as_dict,
    as_names,
    as_tuple,
    at_least,
    aware,
    each,
    fen,
    flag,
    names,
    optional,
    text,
)

__all__ = ["MOST_UNITS", "QuantityChange", "SavedCart", "SavedLine", "Tombstone"]

#: The most units that a line can hold.
MOST_UNITS = 9999


@frozen(kw_only=True)
class QuantityChange:
    """That a device changed the quantity of a line: what a later ``Remove`` must have seen.

    Attributes:
        device: Whose operation it was.
        number: The operation's number on that device.
        sequence: The cart's sequence that the operation got.
        extra: Fields of a newer release, kept as they are.
    """

    device: str = field(validator=text)
    number: int = field(validator=at_least(1))
    sequence: int = field(validator=at_least(1))
    extra: Mapping[str, object] = field(factory=dict, converter=as_dict, hash=False)


@frozen(kw_only=True)
class SavedLine:
    """One line of a stored cart.

    Attributes:
        sku: What is wanted.
        quantity: Units, 1 to 9999. Stock and limits never change it; they are reported by
            :func:`~minishop.cart.find_problems`.
        customisation: Canonical JSON text, or ``None``; a mapping or any JSON text is brought to that form.
        activity: Id of the activity that it is bought in.
        selected: Whether it is ordered next.
        saved_for_later: Put aside: neither priced nor ordered.
        was: Unit price when it was put in, fen: the activity's price or the list price, before any promotion.
        changed_at: Server time of the last change of the quantity; aware.
        changes: The latest quantity changes of each device since the line was put in, by sequence; of one device, only
            those that no later one outnumbers.
        ordered_meanwhile: An order took it, and the last change of its quantity is by a device that had not seen that.
        extra: Fields of a newer release, kept as they are.

    Raises:
        InvalidInput: A value is out of its range; ``field`` names it.
    """

    sku: str = field(validator=text)
    quantity: int = field(validator=at_least(1, MOST_UNITS))
    customisation: str | None = field(default=None, converter=canonical_customisation)
    activity: str | None = field(default=None, validator=optional(text))
    selected: bool = field(default=True, validator=flag)
    saved_for_later: bool = field(default=False, validator=flag)
    was: int | None = field(default=None, validator=optional(fen))
    changed_at: datetime = field(validator=aware)
    changes: tuple[QuantityChange, ...] = field(default=(), converter=as_tuple, validator=each(QuantityChange))
    ordered_meanwhile: bool = field(default=False, validator=flag)
    extra: Mapping[str, object] = field(factory=dict, converter=as_dict, hash=False)

    @property
    def key(self) -> str:
        """The line's name in its cart, in quotes and in orders: see :func:`~minishop.cart.line_key`."""
        return key_of(self.sku, self.customisation, self.activity)

    @property
    def is_active(self) -> bool:
        """Whether the line would be ordered now: selected and not saved for later."""
        return self.selected and not self.saved_for_later


@frozen(kw_only=True)
class Tombstone:
    """That a line was taken out. It stays when the line comes back, and is renewed when the line goes again.

    Attributes:
        line: The line's key.
        sequence: The cart's sequence when it went.
        at: Server time when it went; aware.
        ordered: The cart's sequence when an order last took it, or ``None``.
        extra: Fields of a newer release, kept as they are.
    """

    line: str = field(validator=text)
    sequence: int = field(validator=at_least(1))
    at: datetime = field(validator=aware)
    ordered: int | None = field(default=None, validator=optional(at_least(1)))
    extra: Mapping[str, object] = field(factory=dict, converter=as_dict, hash=False)


@frozen(kw_only=True)
class SavedCart:
    """What a shopper put in, the same on all devices.

    Change it with :func:`~minishop.cart.apply_operations`, :func:`~minishop.cart.merge` and
    :func:`~minishop.cart.remove_ordered`; price it with :func:`~minishop.cart.to_cart`.

    Attributes:
        id: Unique among carts.
        shopper: The member it belongs to; ``None`` is a guest's cart.
        currency: ISO 4217 code.
        sequence: Counts the changes. A device sends back the last one it has seen as the ``base`` of its operations.
        lines: In the order in which they were put in; keys are unique.
        tombstones: One for each line that ever went.
        receipts: One for each device that ever sent an operation.
        merged_into: Id of the cart that took everything over; this one is empty then.
        merged_from: Ids of the carts that were merged into this one.
        extra: Fields of a newer release, kept as they are.

    Raises:
        InvalidInput: Two lines share a key, or a value is out of its range.
    """

    id: str = field(validator=text)
    shopper: str | None = field(default=None, validator=optional(text))
    currency: str = field(default="CNY", validator=text)
    sequence: int = field(default=0, validator=at_least(0))
    lines: tuple[SavedLine, ...] = field(default=(), converter=as_tuple, validator=each(SavedLine))
    tombstones: tuple[Tombstone, ...] = field(default=(), converter=as_tuple, validator=each(Tombstone))
    receipts: tuple[DeviceReceipts, ...] = field(default=(), converter=as_tuple, validator=each(DeviceReceipts))
    merged_into: str | None = field(default=None, validator=optional(text))
    merged_from: tuple[str, ...] = field(default=(), converter=as_names, validator=names)
    extra: Mapping[str, object] = field(factory=dict, converter=as_dict, hash=False)

    def __attrs_post_init__(self) -> None:
        _unique("lines", (line.key for line in self.lines))
        _unique("tombstones", (stone.line for stone in self.tombstones))
        _unique("receipts", (receipts.device for receipts in self.receipts))
        if self.merged_into is not None and self.lines:
            raise InvalidInput("lines", "not_allowed", "must be empty in a cart that was merged into another")

    def line(self, key: str) -> SavedLine | None:
        """The line with this key, if it is in the cart."""
        return next((line for line in self.lines if line.key == key), None)

    @property
    def active_lines(self) -> tuple[SavedLine, ...]:
        """The lines that would be ordered now: selected and not saved for later."""
        return tuple(line for line in self.lines if line.is_active)


def _unique(field_name: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise InvalidInput(field_name, "duplicate_id", "keys must be unique", params={"id": key})
        seen.add(key)
