"""What a provider is asked, and what its pushes are answered with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.logistics._numbers import clean_number
from minishop.logistics._reports import TrackingNotice
from minishop.logistics._shipment import Shipment
from minishop.quotes.checks import is_unicode

__all__ = [
    "Ack",
    "Capabilities",
    "PhoneNeed",
    "PushResult",
    "PushUpdate",
    "RecognisedCarrier",
    "SecondLeg",
    "SubscribeRequest",
    "TrackRequest",
]


def _plain(instance: object, attribute: Any, value: object) -> None:
    if not isinstance(value, str):
        raise InvalidInput(attribute.name, "wrong_type", "must be a str", params={"got": type(value).__name__})
    if "\0" in value or not is_unicode(value):
        raise InvalidInput(attribute.name, "malformed", "holds a NUL or half of a surrogate pair")


def _phone(text: str) -> str:
    """The last four digits; that is all that any provider needs, so nothing else is kept."""
    if not isinstance(text, str):
        raise InvalidInput("phone", "wrong_type", "must be a str", params={"got": type(text).__name__})
    digits = "".join(sign for sign in text if sign in "0123456789")
    if text and len(digits) < 4:
        raise InvalidInput("phone", "malformed", "must have at least four digits")
    return digits[-4:]


@frozen(kw_only=True)
class TrackRequest:
    """Which parcel.

    Attributes:
        number: The waybill number; cleaned as :func:`~minishop.logistics.clean_number` does.
        carrier: Our id of the carrier.
        carrier_code: The provider's own code; instead of ``carrier``, and stronger.
        phone: A phone number of the recipient or the sender. Only its last four digits are kept and sent.
        origin: Where it comes from, for estimates.
        destination: Where it goes, for estimates.
        merchant: The shop's number at the carrier, where one is asked for (JD through KDNiao).
    """

    number: str = field(converter=clean_number)
    carrier: str = field(default="", validator=_plain)
    carrier_code: str = field(default="", validator=_plain)
    phone: str = field(default="", converter=_phone, repr=False)
    origin: str = field(default="", validator=_plain, repr=False)
    destination: str = field(default="", validator=_plain, repr=False)
    merchant: str = field(default="", validator=_plain, repr=False)


@frozen(kw_only=True)
class SecondLeg:
    """A journey through two carriers; countries in ISO 3166 letters, carriers by the provider's codes."""

    departure_country: str = field(default="", validator=_plain)
    departure_code: str = field(default="", validator=_plain)
    destination_country: str = field(default="", validator=_plain)
    destination_code: str = field(default="", validator=_plain)


@frozen(kw_only=True)
class SubscribeRequest:
    """Whose news shall be pushed, and where to.

    Attributes:
        parcel: Which parcel.
        callback_url: Where pushes go, absolute. Not shown: shops put secrets into it.
        reference: Comes back with each push where the provider can do that.
        second_leg: For a journey through two carriers.
    """

    parcel: TrackRequest
    callback_url: str = field(default="", validator=_plain, repr=False)
    reference: str = field(default="", validator=_plain)
    second_leg: SecondLeg | None = None


@frozen(kw_only=True)
class RecognisedCarrier:
    """A provider's guess whose a number is.

    Attributes:
        code: The provider's code of the carrier.
        carriers: Our ids of the carriers that the code may mean; an empty one stands for companies that we do not know.
    """

    code: str
    carriers: tuple[str, ...] = ()


class PhoneNeed(StrEnum):
    """Whether a carrier's parcels can be asked about without a phone number."""

    NO = "no"
    RECOMMENDED = "recommended"
    REQUIRED = "required"


@frozen(kw_only=True)
class Capabilities:
    """What a provider can do.

    Attributes:
        query: Answers a question about a parcel.
        batch: How many parcels one call takes; 1: one.
        subscribe: Takes subscriptions.
        push: Its pushes can be read.
        has_signed_pushes: They carry a signature.
        detect: Recognises carriers by number (usually billed).
        min_interval: The shortest time between two questions about one parcel.
        phone: Our id of a carrier to whether it wants a phone number; not listed: no.
    """

    query: bool = True
    batch: int = 1
    subscribe: bool = False
    push: bool = False
    has_signed_pushes: bool = False
    detect: bool = False
    min_interval: timedelta = timedelta(0)
    phone: Mapping[str, PhoneNeed] = field(factory=dict, hash=False)

    def phone_need(self, carrier: str) -> PhoneNeed:
        """Whether a carrier (our id) wants a phone number."""
        return self.phone.get(carrier, PhoneNeed.NO)


@frozen(kw_only=True)
class Ack:
    """The exact answer that tells a provider that its push has arrived. Send these bytes.

    Attributes:
        status: HTTP status.
        content_type: Of the body.
        body: The bytes.
    """

    status: int = 200
    content_type: str = "application/json; charset=utf-8"
    body: bytes = b""


@frozen(kw_only=True)
class PushUpdate:
    """News of one parcel.

    Attributes:
        shipment: What the push says; :func:`~minishop.logistics.merge` it into what you have.
        reference: What the shop gave when it subscribed, if the provider sends it back.
        resubscribe_after: If the provider has given up: subscribe again, after this long, once the number is checked.
    """

    shipment: Shipment
    reference: str = ""
    resubscribe_after: timedelta | None = None


@frozen(kw_only=True)
class PushResult:
    """A push that may be trusted. Store the updates, then answer with :attr:`ack`, also if you know no such parcel.

    Attributes:
        updates: News of each parcel in it.
        ack: What to answer.
        skipped: What could not be read; the rest is good, and asking for it again would bring the same.
    """

    updates: tuple[PushUpdate, ...]
    ack: Ack
    skipped: tuple[TrackingNotice, ...] = ()
