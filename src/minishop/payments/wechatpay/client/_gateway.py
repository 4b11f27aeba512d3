"""WeChat Pay as the gateway of a shop: the port :class:`minishop.payments.Gateway` over a client."""

from __future__ import annotations

from typing import NoReturn

from minishop.errors import InvalidInput
from minishop.flows import Handlers, awaitable, blocking
from minishop.payments.wechatpay._secrets import not_to_be_stored
from minishop.payments.wechatpay._transactions import GATEWAY
from minishop.payments.wechatpay.client import _gateway_flows
from minishop.payments.wechatpay.client._client import AsyncWechatPay, WechatPay
from minishop.payments.wechatpay.client._gateway_flows import GatewayDesk
from minishop.payments.wechatpay.client._orders import Channel

__all__ = ["AsyncWechatPayGateway", "WechatPayGateway"]


class _Base:
    """What both gateways are made of.

    Args:
        client: The client; its merchant is the shop's.
        channel: Where shoppers pay unless a request says otherwise: ``jsapi``, ``mini_program``, ``app``, ``h5`` or
            ``native``.

    Raises:
        InvalidInput: There is no such channel, or the client has no appid or no notify_url.
    """

    def __init__(self, client: WechatPay | AsyncWechatPay, *, channel: Channel | str = Channel.MINI_PROGRAM) -> None:
        for name in ("appid", "notify_url"):
            if not getattr(client.desk, name):
                raise InvalidInput("client", "missing_key", f"must have been made with {name}")
        #: What every call goes by.
        self.desk = GatewayDesk(client=client.desk, channel=Channel.of(channel))
        #: What answers the requests of flows.
        self.handlers: Handlers = client.handlers

    @property
    def name(self) -> str:
        """``wechatpay``."""
        return GATEWAY

    @property
    def merchant(self) -> str:
        """The merchant number money must arrive at; for a partner that of the merchant it acts for."""
        return self.desk.client.mchid

    def __reduce__(self) -> NoReturn:
        not_to_be_stored("a gateway of WeChat Pay")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.merchant}>"


class WechatPayGateway(_Base):
    """The :class:`~minishop.payments.Gateway` of a :class:`~minishop.checkout.Shop`."""

    create = blocking(_gateway_flows.create)
    query = blocking(_gateway_flows.query)
    close = blocking(_gateway_flows.close)
    refund = blocking(_gateway_flows.refund)
    query_refund = blocking(_gateway_flows.query_refund)
    receive = blocking(_gateway_flows.receive)
    bill = blocking(_gateway_flows.bill)


class AsyncWechatPayGateway(_Base):
    """The :class:`~minishop.payments.AsyncGateway` of an :class:`~minishop.checkout.AsyncShop`."""

    create = awaitable(_gateway_flows.create)
    query = awaitable(_gateway_flows.query)
    close = awaitable(_gateway_flows.close)
    refund = awaitable(_gateway_flows.refund)
    query_refund = awaitable(_gateway_flows.query_refund)
    receive = awaitable(_gateway_flows.receive)
    bill = awaitable(_gateway_flows.bill)
