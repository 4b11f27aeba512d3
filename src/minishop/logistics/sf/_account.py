"""A shop's account at SF's open platform (丰桥)."""

from __future__ import annotations

from datetime import timedelta

from attrs import field, frozen

from minishop.logistics._requests import Capabilities, PhoneNeed
from minishop.logistics._secrets import Credentials, filled
from minishop.quotes.checks import flag, instance_of, text

__all__ = ["BATCH", "CAPABILITIES", "NAME", "SfAccount"]

NAME = "sf"
BATCH = 10

#: SF limits calls, not questions about one parcel; ten minutes are ours.
CAPABILITIES = Capabilities(
    batch=BATCH,
    push=True,
    min_interval=timedelta(minutes=10),
    phone={"sf": PhoneNeed.REQUIRED, "sf_freight": PhoneNeed.REQUIRED},
)


@frozen(kw_only=True)
class SfAccount(Credentials):
    """Keys and addresses.

    Attributes:
        partner_id: The ``partnerID``.
        checkword: The check word that requests are signed with.
        owns_orders: Whether the parcels were ordered with this very account; then SF asks for no phone number.
        trusts_unsigned_pushes: Read route pushes, which SF does not sign. Only if the callback address is secret, or
            the way to it is otherwise guarded.
        url: Address of the gateway. Hong Kong: ``https://sfapi-hk.sf-express.com/std/service``; sandbox:
            ``https://sfapi-sbox.sf-express.com/std/service``.
        min_interval: The shortest time between two queries for one parcel.
    """

    partner_id: str = field(validator=filled)
    checkword: str = field(validator=filled, repr=False)
    owns_orders: bool = field(default=False, validator=flag)
    trusts_unsigned_pushes: bool = field(default=False, validator=flag)
    url: str = field(default="https://bspgw.sf-express.com/std/service", validator=text)
    min_interval: timedelta = field(default=CAPABILITIES.min_interval, validator=instance_of(timedelta))
