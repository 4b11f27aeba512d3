"""A shop's account at kuaidi100."""

from __future__ import annotations

from datetime import timedelta

from attrs import field, frozen

from minishop.logistics._requests import Capabilities, PhoneNeed
from minishop.logistics._secrets import Credentials, filled
from minishop.quotes.checks import as_names, flag, instance_of, names, text, text_or_empty

__all__ = ["CAPABILITIES", "NAME", "Kuaidi100Account"]

NAME = "kuaidi100"

#: More than 48 queries for one parcel in 24 hours, and it is not refreshed for a day; half an hour is the least.
CAPABILITIES = Capabilities(
    subscribe=True,
    push=True,
    has_signed_pushes=True,
    detect=True,
    min_interval=timedelta(minutes=30),
    phone={
        "sf": PhoneNeed.REQUIRED,
        "sf_freight": PhoneNeed.REQUIRED,
        "fengwang": PhoneNeed.REQUIRED,
        "zto": PhoneNeed.RECOMMENDED,
    },
)


@frozen(kw_only=True)
class Kuaidi100Account(Credentials):
    """Keys and addresses.

    Attributes:
        customer: The customer number, for queries.
        key: The authorisation key.
        salt: Given when subscribing; every push is then signed with it. Leave it empty only together with
            ``trusts_unsigned_pushes``.
        former_salts: Of older subscriptions, whose pushes still come.
        trusts_unsigned_pushes: Read pushes although nothing proves who sent them. Only if the callback address is
            secret, or the way to it is otherwise guarded.
        callback_url: Where pushes go, unless a subscription names another address.
        poll_url: Base address of queries and subscriptions.
        auto_url: Base address of recognising carriers.
        min_interval: The shortest time between two queries for one parcel.
    """

    customer: str = field(validator=filled, repr=False)
    key: str = field(validator=filled, repr=False)
    salt: str = field(default="", validator=text_or_empty, repr=False)
    former_salts: tuple[str, ...] = field(default=(), converter=as_names, validator=names, repr=False)
    trusts_unsigned_pushes: bool = field(default=False, validator=flag)
    callback_url: str = field(default="", validator=text_or_empty, repr=False)
    poll_url: str = field(default="https://poll.kuaidi100.com", validator=text)
    auto_url: str = field(default="https://www.kuaidi100.com", validator=text)
    min_interval: timedelta = field(default=CAPABILITIES.min_interval, validator=instance_of(timedelta))
