"""A shop's account at KDNiao."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from attrs import field, frozen

from minishop.logistics._requests import Capabilities, PhoneNeed
from minishop.logistics._secrets import Credentials, filled
from minishop.quotes.checks import instance_of, one_of, text

__all__ = ["CAPABILITIES", "NAME", "KdniaoAccount"]

NAME = "kdniao"

#: KDNiao names no pace for one parcel; ten minutes are ours, because calls are counted (free plan: 500 a day).
CAPABILITIES = Capabilities(
    subscribe=True,
    push=True,
    has_signed_pushes=True,
    detect=True,
    min_interval=timedelta(minutes=10),
    phone={"sf": PhoneNeed.REQUIRED},
)


@frozen(kw_only=True)
class KdniaoAccount(Credentials):
    """Keys and addresses.

    Attributes:
        business_id: The ``EBusinessID``.
        app_key: The key that requests and pushes are signed with.
        plan: ``free`` asks the instant query and the plain subscription (few carriers, coarse states), ``paid`` the
            monitoring ones.
        query_url: Address of queries and of recognising carriers.
        subscribe_url: Address of subscriptions.
        min_interval: The shortest time between two queries for one parcel.
    """

    business_id: str = field(validator=filled)
    app_key: str = field(validator=filled, repr=False)
    plan: Literal["free", "paid"] = field(default="paid", validator=one_of("free", "paid"))
    query_url: str = field(default="https://api.kdniao.com/Ebusiness/EbusinessOrderHandle.aspx", validator=text)
    subscribe_url: str = field(default="https://api.kdniao.com/api/dist", validator=text)
    min_interval: timedelta = field(default=CAPABILITIES.min_interval, validator=instance_of(timedelta))
