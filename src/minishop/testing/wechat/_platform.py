"""The fake as a whole: which address does what, faults, limits, and what a test does to it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from minishop.testing.clock import FakeClock
from minishop.testing.wechat._contents import Contents
from minishop.testing.wechat._credentials import Credentials
from minishop.testing.wechat._orders import ShippingService
from minishop.testing.wechat._payments import Payment
from minishop.testing.wechat._people import Messages, Sessions
from minishop.testing.wechat._pushes import Push, PushSender
from minishop.testing.wechat._waybills import Waybills
from minishop.testing.wechat._wire import Call, Clock, Refusal, Reply, parse_call

__all__ = ["FakePlatform", "Fault"]

#: ``busy``: -1. ``lose_request``: nothing done, no answer. ``lose_reply``: done, no answer. ``html``: nothing done, a
#: proxy's page with status 502. ``html_ok``: done, but a page with status 200 comes back. A number: that refusal.
Fault: TypeAlias = Literal["busy", "lose_request", "lose_reply", "html", "html_ok"] | int

_PAGE = b"<html><body><h1>Bad Gateway</h1></body></html>"
_OPEN = ("/cgi-bin/token", "/cgi-bin/stable_token", "/sns/jscode2session")


class FakePlatform:
    """The platform's server, for tests: strict, deterministic, and made to misbehave on request.

    Args:
        appid: The app's id.
        secret: The app's secret.
        clock: Tells the time.
        token_life: How long an access token lives.
        push: How pushes are written; a plain JSON sender by default.
        calls_per_minute: More are refused with 45011; ``None``: no limit.
        echoes: Refusals repeat what was sent in their text, as the platform sometimes does.
    """

    def __init__(
        self,
        *,
        appid: str = "wx0000000000000001",
        secret: str = "fake-secret",
        clock: Clock | None = None,
        token_life: timedelta = timedelta(hours=2),
        push: PushSender | None = None,
        calls_per_minute: int | None = None,
        echoes: bool = False,
    ) -> None:
        self.appid, self.secret = appid, secret
        self.clock: Clock = clock or FakeClock()
        self.sender = push or PushSender(appid=appid, token="demoToken", clock=self.clock)
        self.credentials = Credentials(appid, secret, self.clock, token_life)
        self.sessions = Sessions(appid, secret, self.clock)
        self.messages = Messages()
        self.contents = Contents(appid, self._notify)
        self.shipping = ShippingService(self.clock, appid, self._notify)
        self.waybills = Waybills()
        #: Pushes that wait to be delivered, oldest first.
        self.pushes: list[Push] = []
        #: Every request that arrived.
        self.calls: list[Call] = []
        self._faults: list[Fault] = []
        self._limit, self._echoes = calls_per_minute, echoes
        self._served: list[datetime] = []
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"<FakePlatform {self.appid}>"

    # -- what a test does ---------------------------------------------------------------------------------------------

    def fail_next(self, *faults: Fault) -> None:
        """Makes the next requests fail, in this order; requests for tokens are spared."""
        with self._lock:
            self._faults.extend(faults)

    def new_login_code(self, openid: str, *, unionid: str = "") -> str:
        """A code as ``wx.login`` gives it."""
        with self._lock:
            if unionid:
                self.sessions.unionids[openid] = unionid
            return self.sessions.new_code("login", openid)

    def new_phone_code(self, number: str) -> str:
        """A code as the telephone button gives it."""
        with self._lock:
            return self.sessions.new_code("phone", number)

    def add_template(self, template_id: str, *keys: str) -> None:
        """Adds a message template with the keys of its data."""
        self.messages.templates[template_id] = keys

    def consent(self, openid: str, template_id: str, times: int = 1) -> None:
        """A shopper consents to so many further messages."""
        key = (openid, template_id)
        self.messages.consents[key] = self.messages.consents.get(key, 0) + times

    def add_payment(
        self,
        transaction_id: str,
        *,
        openid: str,
        amount: int = 1,
        mchid: str = "1900000000",
        out_trade_no: str = "",
        sub_mchid: str = "",
        description: str = "",
        known_after: timedelta = timedelta(0),
    ) -> Payment:
        """A shopper has paid.

        Args:
            transaction_id: WeChat Pay's number.
            openid: Who paid.
            amount: Fen.
            mchid: To which merchant.
            out_trade_no: The shop's number.
            sub_mchid: The sub-merchant.
            description: What for.
            known_after: For so long the shipping service says that there is no such payment.
        """
        now = self.clock()
        payment = Payment(
            transaction_id=transaction_id,
            openid=openid,
            amount=amount,
            mchid=mchid,
            out_trade_no=out_trade_no or f"T-{transaction_id}",
            sub_mchid=sub_mchid,
            description=description,
            paid_at=now,
            known_at=now + known_after,
        )
        self.shipping.payments[transaction_id] = payment
        return payment

    def refund(self, transaction_id: str) -> None:
        """A payment is given back."""
        self.shipping.payments[transaction_id].state = 5

    def confirm_receipt(self, transaction_id: str, *, automatic: bool = False) -> None:
        """The shopper confirms, or time does; the second settlement event is pushed."""
        with self._lock:
            self.shipping.receive(transaction_id, automatic=automatic)

    def push(self, event: str, fields: dict[str, Any] | None = None) -> Push:
        """Writes a push and puts it into :attr:`pushes`."""
        return self._notify(event, fields or {})

    def take_pushes(self) -> tuple[Push, ...]:
        """The pushes that wait, which then do not wait any more."""
        with self._lock:
            taken, self.pushes = tuple(self.pushes), []
            return taken

    @property
    def token_fetches(self) -> int:
        """How often a token was asked for."""
        return len(self.credentials.fetches)

    # -- the server ---------------------------------------------------------------------------------------------------

    def serve(self, method: str, url: str, body: bytes) -> Reply | None:
        """Answers a request; ``None``: no answer comes."""
        with self._lock:
            call = parse_call(method, url, body)
            self.calls.append(call)
            is_open = call.path in ("/cgi-bin/token", "/cgi-bin/stable_token")
            fault = self._faults.pop(0) if self._faults and not is_open else None
            if fault == "lose_request":
                return None
            if fault == "html":
                return Reply(502, "text/html", _PAGE)
            reply = Reply.json(self._answer(call, fault))
            if fault == "html_ok":
                return Reply(200, "text/html", _PAGE)
            return None if fault == "lose_reply" else reply

    def _answer(self, call: Call, fault: Fault | None) -> dict[str, Any]:
        try:
            if fault == "busy":
                raise Refusal(-1, "system error")
            if isinstance(fault, int):
                raise Refusal(fault, "as the test wants it")
            fields = self._route(call)
        except Refusal as refusal:
            return {"errcode": refusal.errcode, "errmsg": self._text(refusal.errmsg, call)}
        return fields if call.path in _OPEN else {"errcode": 0, "errmsg": "ok", **fields}

    def _text(self, errmsg: str, call: Call) -> str:
        sent = f" {call.query} {call.body.decode('utf-8', 'replace')}" if self._echoes else ""
        return f"{errmsg}{sent} rid: 6566f2a1-1a2b3c4d-{len(self.calls):08x}"

    def _route(self, call: Call) -> dict[str, Any]:
        method, answer = self._routes.get(call.path, ("", None))
        if answer is None:
            raise Refusal(48001, "api unauthorized")
        if call.method != method:
            raise Refusal(43002 if method == "POST" else 43001, f"require {method} method")
        if call.path not in _OPEN:
            self.credentials.check(call.query.get("access_token"))
        self._count()
        return answer(call)

    def _count(self) -> None:
        now = self.clock()
        self._served = [at for at in self._served if now - at < timedelta(minutes=1)]
        if self._limit is not None and len(self._served) >= self._limit:
            raise Refusal(45011, "api minute-quota reach limit")
        self._served.append(now)

    @property
    def _routes(self) -> dict[str, tuple[str, Callable[[Call], dict[str, Any]] | None]]:
        orders, express = "/wxa/sec/order/", "/cgi-bin/express/delivery/open_msg/"
        return {
            "/cgi-bin/token": ("GET", self.credentials.legacy),
            "/cgi-bin/stable_token": ("POST", self.credentials.stable),
            "/sns/jscode2session": ("GET", self.sessions.login),
            "/wxa/checksession": ("GET", self.sessions.check_session),
            "/wxa/business/getuserphonenumber": ("POST", self.sessions.phone),
            "/cgi-bin/message/subscribe/send": ("POST", self.messages.send),
            "/wxa/msg_sec_check": ("POST", self.contents.check_text),
            "/wxa/media_check_async": ("POST", self.contents.check_media),
            orders + "upload_shipping_info": ("POST", self.shipping.upload),
            orders + "upload_combined_shipping_info": ("POST", self.shipping.upload_combined),
            orders + "get_order": ("POST", self.shipping.get),
            orders + "get_order_list": ("POST", self.shipping.list),
            orders + "notify_confirm_receive": ("POST", self.shipping.remind),
            orders + "set_msg_jump_path": ("POST", self.shipping.set_message_path),
            orders + "update_order_detail_path": ("POST", self.shipping.set_detail_path),
            orders + "get_order_detail_path": ("POST", self.shipping.get_detail_path),
            orders + "opspecialorder": ("POST", self.shipping.special),
            orders + "is_trade_managed": ("POST", self.shipping.managed),
            orders + "is_trade_management_confirmation_completed": ("POST", self.shipping.confirmed),
            express + "get_delivery_list": ("POST", self.waybills.list),
            express + "trace_waybill": ("POST", self.waybills.trace),
            express + "query_trace": ("POST", self.waybills.query),
        }

    def _notify(self, event: str, fields: dict[str, Any]) -> Push:
        push = self.sender.write(event, fields)
        self.pushes.append(push)
        return push
