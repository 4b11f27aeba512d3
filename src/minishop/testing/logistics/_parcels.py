"""What a fake provider knows: parcels and their scans, in the provider's own codes."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field

from minishop.errors import CallerError

__all__ = ["FakeParcel", "FakeScan", "Parcels"]


@define(kw_only=True)
class FakeScan:
    """One entry of a parcel's history.

    Attributes:
        at: The carrier's time; aware.
        code: The provider's own code; empty if this entry has none.
        text: For people.
        location: Where.
    """

    at: datetime
    code: str
    text: str
    location: str = ""


@define(kw_only=True)
class FakeParcel:
    """A parcel.

    Attributes:
        number: Of the waybill.
        carrier: The provider's code of the carrier.
        phone: The last four digits that it wants to hear; empty: nobody asks.
        scans: Oldest first, in the order in which they were told.
    """

    number: str
    carrier: str
    phone: str = ""
    scans: list[FakeScan] = field(factory=list)


class Parcels:
    """All parcels of a fake, by number."""

    def __init__(self) -> None:
        self._known: dict[str, FakeParcel] = {}

    def add(self, parcel: FakeParcel) -> None:
        """Takes a parcel; one of the same number is replaced."""
        self._known[parcel.number] = parcel

    def find(self, number: str, carrier: str | None = None) -> FakeParcel | None:
        """A parcel, of a certain carrier if one is named."""
        found = self._known.get(number)
        return found if found and carrier in (None, found.carrier) else None

    def take(self, number: str) -> FakeParcel:
        """A parcel that a test has added.

        Raises:
            CallerError: ``no_such_parcel``.
        """
        found = self._known.get(number)
        if found is None:
            raise CallerError(f"the fake has no parcel {number}", code="no_such_parcel", next_step="Add it first.")
        return found
