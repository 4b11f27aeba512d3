"""What a device may ask of a cart. It queues these while it is offline and sends them again until they are answered.

Every operation names its device, its number there and the last sequence that the device had seen. Numbers count up
from 1 for the life of the device and are never used twice, whichever cart they go to: that is how a repetition is told
from a new wish.
"""

from __future__ import annotations

from attrs import field, frozen

from minishop.cart._key import canonical_customisation, key_of
from minishop.cart._saved import MOST_UNITS
from minishop.quotes.checks import at_least, fen, flag, optional, text

__all__ = ["Add", "Operation", "Remove", "SaveForLater", "Select", "Set"]


@frozen(kw_only=True)
class Operation:
    """What all operations have in common: who asks, and which line is meant.

    Attributes:
        device: Id of the device (of the installation of the app), not of the shopper.
        number: Counts the device's operations from 1.
        base: The cart's ``sequence`` in the last answer that the device had seen when the shopper did this; 0 for none.
        sku: The line's sku.
        customisation: The line's customisation, as a mapping or as JSON text, or ``None``.
        activity: The line's activity, or ``None``.

    Raises:
        InvalidInput: A value is out of its range; ``field`` names it.
    """

    device: str = field(validator=text)
    number: int = field(validator=at_least(1))
    base: int = field(validator=at_least(0))
    sku: str = field(validator=text)
    customisation: str | None = field(default=None, converter=canonical_customisation)
    activity: str | None = field(default=None, validator=optional(text))

    @property
    def line(self) -> str:
        """The key of the line that is meant."""
        return key_of(self.sku, self.customisation, self.activity)


@frozen(kw_only=True)
class Add(Operation):
    """Some units more. Additions commute: two devices that each add one make two.

    A line that is not there is put in, selected; one that was saved for later comes back into the cart.

    Attributes:
        quantity: Units to add, 1 to 9999. The sum stops at 9999, and the answer says so.
        price: Unit price that the shopper was shown, fen, before promotions. Without it, a new line notes the shelf's
            price and an old one keeps what it had.
    """

    quantity: int = field(default=1, validator=at_least(1, MOST_UNITS))
    price: int | None = field(default=None, validator=optional(fen))


@frozen(kw_only=True)
class Set(Operation):
    """Exactly so many units. Of two, the one that arrives later counts; a line that is not there is put in.

    Attributes:
        quantity: Units, 0 to 9999; 0 takes the line out, whatever other devices have done to it.
        price: As in :class:`Add`.
    """

    quantity: int = field(validator=at_least(0, MOST_UNITS))
    price: int | None = field(default=None, validator=optional(fen))


@frozen(kw_only=True)
class Remove(Operation):
    """Take the line out, unless another device changed its quantity and the sender could not know.

    The sender has seen a change whose sequence is at most ``base``, and every change by its own earlier operations.
    """


@frozen(kw_only=True)
class Select(Operation):
    """Tick or untick the line; of two, the one that arrives later counts. Never brings a line back."""

    selected: bool = field(default=True, validator=flag)


@frozen(kw_only=True)
class SaveForLater(Operation):
    """Put the line aside or take it back; of two, the one that arrives later counts. Never brings a line back."""

    saved: bool = field(default=True, validator=flag)
