"""The mini-program as an object: every call as a method, blocking on one class, awaitable on the other.

A method is made from the flow of the same name, so there is one text for both, and the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NoReturn

from minishop.errors import InvalidInput
from minishop.flows import (
    AsyncNonceStore,
    AsyncTokenStore,
    AsyncTransport,
    Handlers,
    NewNonce,
    NonceStore,
    Now,
    Sleep,
    TokenStore,
    Transport,
    awaitable,
    blocking,
    nonce_handlers,
    token_handlers,
    transport_handlers,
)
from minishop.wechat import _call, _content, _login, _phone, _subscribe, _tokens, _waybills
from minishop.wechat._program import Program, PushSettings, TokenMode, holds_secrets
from minishop.wechat.push import _receiving
from minishop.wechat.shipping import _asking, _reporting

__all__ = ["AsyncMiniProgram", "MiniProgram"]


class _Base:
    """What both are made of. Making one does no I/O; it can be neither pickled nor copied.

    Args:
        appid: The app's id.
        secret: The app's secret.
        transport: Makes HTTP calls, for example :class:`~minishop.adapters.httpx.HttpxTransport`.
        tokens: Where access tokens are kept; share it between all processes of the app.
        clock: Tells the time; aware. :func:`~minishop.adapters.machine.utc_now` will do.
        nonce: Makes unpredictable texts; :func:`~minishop.adapters.machine.new_nonce`.
        sleep: Waits for so many seconds; ``time.sleep``, or ``asyncio.sleep``.
        push: How message pushes are verified.
        nonces: Remembers the pushes that were seen; needed with ``push``.
        mode: Where access tokens come from.
        host: Address of the platform; a fake's in tests.
    """

    def __init__(
        self,
        *,
        appid: str,
        secret: str,
        transport: Transport | AsyncTransport,
        tokens: TokenStore | AsyncTokenStore,
        clock: Callable[[], datetime],
        nonce: Callable[[], str],
        sleep: Callable[[float], object],
        push: PushSettings | None = None,
        nonces: NonceStore | AsyncNonceStore | None = None,
        mode: TokenMode = "stable",
        host: str = "https://api.weixin.qq.com",
    ) -> None:
        if push is not None and nonces is None:
            raise InvalidInput("nonces", "missing_key", "must be given with push: it tells a new message from a replay")
        #: What every call goes by.
        self.desk = Program(appid=appid, secret=secret, mode=mode, host=host, push=push)
        #: What answers the requests of flows; a flow of the app's own can be run with them.
        self.handlers: Handlers = {
            **transport_handlers(transport),
            **token_handlers(tokens),
            **(nonce_handlers(nonces) if nonces is not None else {}),
            Now: lambda ask: clock(),
            NewNonce: lambda ask: nonce(),
            Sleep: lambda ask: sleep(ask.delay.total_seconds()),
        }

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.desk.appid}>"

    def __reduce__(self) -> NoReturn:
        raise holds_secrets(self)


class MiniProgram(_Base):
    """A mini-program's server side for blocking code; may be shared by threads."""

    access_token = blocking(_tokens.access_token)
    call = blocking(_call.call)
    log_in = blocking(_login.log_in)
    check_session = blocking(_login.check_session)
    fetch_phone_number = blocking(_phone.fetch_phone_number)
    send_subscribe_message = blocking(_subscribe.send_subscribe_message)
    check_text = blocking(_content.check_text)
    check_media = blocking(_content.check_media)
    receive_push = blocking(_receiving.receive_push)
    report_shipping = blocking(_reporting.report_shipping)
    report_combined_shipping = blocking(_reporting.report_combined_shipping)
    find_shipping_order = blocking(_asking.find_shipping_order)
    list_shipping_orders = blocking(_asking.list_shipping_orders)
    remind_receipt = blocking(_asking.remind_receipt)
    set_message_path = blocking(_asking.set_message_path)
    set_order_detail_path = blocking(_asking.set_order_detail_path)
    order_detail_path = blocking(_asking.order_detail_path)
    register_presale = blocking(_asking.register_presale)
    mark_test_order = blocking(_asking.mark_test_order)
    check_trade = blocking(_asking.check_trade)
    list_delivery_companies = blocking(_waybills.list_delivery_companies)
    trace_waybill = blocking(_waybills.trace_waybill)
    query_waybill = blocking(_waybills.query_waybill)


class AsyncMiniProgram(_Base):
    """:class:`MiniProgram` for async code; the same names, parameters and answers."""

    access_token = awaitable(_tokens.access_token)
    call = awaitable(_call.call)
    log_in = awaitable(_login.log_in)
    check_session = awaitable(_login.check_session)
    fetch_phone_number = awaitable(_phone.fetch_phone_number)
    send_subscribe_message = awaitable(_subscribe.send_subscribe_message)
    check_text = awaitable(_content.check_text)
    check_media = awaitable(_content.check_media)
    receive_push = awaitable(_receiving.receive_push)
    report_shipping = awaitable(_reporting.report_shipping)
    report_combined_shipping = awaitable(_reporting.report_combined_shipping)
    find_shipping_order = awaitable(_asking.find_shipping_order)
    list_shipping_orders = awaitable(_asking.list_shipping_orders)
    remind_receipt = awaitable(_asking.remind_receipt)
    set_message_path = awaitable(_asking.set_message_path)
    set_order_detail_path = awaitable(_asking.set_order_detail_path)
    order_detail_path = awaitable(_asking.order_detail_path)
    register_presale = awaitable(_asking.register_presale)
    mark_test_order = awaitable(_asking.mark_test_order)
    check_trade = awaitable(_asking.check_trade)
    list_delivery_companies = awaitable(_waybills.list_delivery_companies)
    trace_waybill = awaitable(_waybills.trace_waybill)
    query_waybill = awaitable(_waybills.query_waybill)
