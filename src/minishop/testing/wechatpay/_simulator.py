"""The simulator as a test or a person meets it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import frozen

from minishop.errors import CallerError
from minishop.testing.wechatpay import _payments, _refunds
from minishop.testing.wechatpay._asked import Asked
from minishop.testing.wechatpay._credentials import Credentials, KeySource, credentials_from, private_key
from minishop.testing.wechatpay._delivery import Courier, Delivery, Handler
from minishop.testing.wechatpay._door import Door
from minishop.testing.wechatpay._engine import Engine
from minishop.testing.wechatpay._faults import Fault, NoticeFault
from minishop.testing.wechatpay._ledger import Ledger, Order, Rules
from minishop.testing.wechatpay._orders import close_order
from minishop.testing.wechatpay._platform import KeyMode, Platform
from minishop.testing.wechatpay._post import post_to
from minishop.testing.wechatpay._refusal import Refusal
from minishop.testing.wechatpay._views import refund_view, transaction
from minishop.testing.wechatpay._wire import Received, Reply

__all__ = ["NoAnswer", "Seen", "WechatPaySimulator"]

_PAYER = "oSimulatedPayer0000000000000"
_KEPT = 10_000


class NoAnswer(Exception):
    """The connection breaks instead of an answer.

    Args:
        arrived: Whether the request may have arrived.
    """

    def __init__(self, *, arrived: bool) -> None:
        super().__init__("no answer" if arrived else "no connection")
        self.arrived = arrived


@frozen
class Seen:
    """A request that came, for a test to look at.

    Attributes:
        request: As it arrived.
        status: What it was answered; ``None``: nothing.
    """

    request: Received
    status: int | None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class WechatPaySimulator:
    """A WeChat Pay gateway (API v3) to build and test against. It may be used by several threads.

    Args:
        clock: Tells the time; the machine's unless given. Nothing happens by itself when time passes.
        key_mode: How the gateway proves who it is: by certificates, by its public key, or on the way between them.
        credentials: What the merchant is given; made up unless given.
        sub_merchants: Merchants for whom this one may act as a partner.
        refund_interval: The least time between two refunds of one order.
        refunds_settle_at_once: Instead of when :meth:`settle_refund` is called.
        codes_need_password: Code payments wait for :meth:`pay`, instead of being paid at once.
        bill_token_life: For how long the address of a bill is good.
        sets_api_v3_key: ``False``: the merchant forgot to, so there are no notifications and no certificates.
        other_spelling: Errors have the other spelling of their codes (``ORDERNOTEXIST``), where there is one.
        seed: What numbers and nonces are made from; the same seed and calls give the same bytes.
        keys: Gives private keys by name; those of this process unless given.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = _utc_now,
        key_mode: KeyMode = KeyMode.PUBLIC_KEY,
        credentials: Credentials | None = None,
        sub_merchants: Collection[str] = ("1900000109",),
        refund_interval: timedelta = timedelta(minutes=1),
        refunds_settle_at_once: bool = False,
        codes_need_password: bool = False,
        bill_token_life: timedelta = timedelta(minutes=5),
        sets_api_v3_key: bool = True,
        other_spelling: bool = False,
        seed: str = "simulator",
        keys: KeySource = private_key,
    ) -> None:
        self.credentials = credentials or credentials_from(keys)
        self.clock = clock
        rules = Rules(
            appids=frozenset({self.credentials.appid}),
            sub_merchants=frozenset(sub_merchants),
            refund_interval=refund_interval,
            refunds_settle_at_once=refunds_settle_at_once,
            codes_need_password=codes_need_password,
            bill_token_life=bill_token_life,
            sets_api_v3_key=sets_api_v3_key,
        )
        self._platform = Platform(self.credentials, key_mode, clock, keys)
        self._ledger = Ledger(
            credentials=self.credentials, rules=rules, platform=self._platform, clock=clock, seed=seed
        )
        door = Door(
            mchid=self.credentials.mchid,
            serial=self.credentials.serial,
            key=keys("merchant").public_key(),
            clock=clock,
        )
        self._engine = Engine(self._ledger, door, other_spelling)
        self._lock = threading.RLock()
        self._faults: Asked[Fault] = Asked()
        self._notice_faults: Asked[NoticeFault] = Asked()
        self._courier = Courier(self._ledger.outbox, self._lock, self._notice_faults)
        self._late: list[Received] = []
        self.seen: deque[Seen] = deque(maxlen=_KEPT)

    def __repr__(self) -> str:
        return f"<WechatPaySimulator of {self.credentials.mchid}>"

    # -- the API ------------------------------------------------------------------------------------------------------

    @property
    def base_url(self) -> str:
        """What the addresses that it gives out begin with."""
        return self._ledger.base_url

    @base_url.setter
    def base_url(self, url: str) -> None:
        self._ledger.base_url = url

    def exchange(self, request: Received) -> Reply:
        """Answers one request.

        Raises:
            NoAnswer: A fault that was asked for.
        """
        with self._lock:
            fault = self._faults.take(f"{request.method} {request.target}")
            try:
                reply = self._answer(request, fault)
            except NoAnswer:
                self.seen.append(Seen(request, None))
                raise
            self.seen.append(Seen(request, reply.status))
            return reply

    def _answer(self, request: Received, fault: Fault | None) -> Reply:
        if fault in (Fault.UNREACHABLE, Fault.DROP_REQUEST):
            raise NoAnswer(arrived=fault is Fault.DROP_REQUEST)
        if fault is Fault.LATE_REQUEST:
            self._late.append(request)
            raise NoAnswer(arrived=True)
        if fault is Fault.DUPLICATE_REQUEST:
            self._engine.answer(request)
        reply = self._engine.answer(request, fault)
        self.let_late_requests_in()
        if fault is Fault.DROP_REPLY:
            raise NoAnswer(arrived=True)
        return reply

    # -- faults -------------------------------------------------------------------------------------------------------

    def fail_next(self, *faults: Fault, on: str = "") -> None:
        """Makes the next calls go wrong, one fault each, in this order.

        Args:
            faults: What happens.
            on: Only calls whose ``METHOD path?query`` holds this text.
        """
        with self._lock:
            self._faults.add(faults, on)

    def disturb_next(self, *faults: NoticeFault, on: str = "") -> None:
        """Makes the next attempts to notify go wrong, one fault each, in this order.

        Args:
            faults: What happens.
            on: Only notifications whose event type holds this text, for example ``REFUND``.
        """
        with self._lock:
            self._notice_faults.add(faults, on)

    def let_late_requests_in(self) -> None:
        """Carries out what :attr:`Fault.LATE_REQUEST` has held up; the answers are lost."""
        with self._lock:
            waiting, self._late = self._late, []
            for request in waiting:
                self._engine.answer(request)

    # -- notifications ------------------------------------------------------------------------------------------------

    def due(self) -> Iterator[Delivery]:
        """Attempts to notify whose time has come, each prepared when it is asked for.

        For async handlers: ``for one in simulator.due(): one.answered(await handler(one.headers, one.body))``.
        """
        return self._courier.due()

    def deliver_due(self, handler: Handler | None = None) -> tuple[tuple[Delivery, int], ...]:
        """Delivers every notification whose time has come, and what falls due meanwhile.

        Args:
            handler: Takes header fields and raw body and returns the status of its answer. Without one the
                notification is posted to its address, if that is on this machine.

        Returns:
            Each attempt with the status of its answer; 0: there was none.
        """
        done = []
        for one in self.due():
            status = handler(one.headers, one.body) if handler else post_to(one.url, one.headers, one.body)
            one.answered(status)
            done.append((one, status))
        return tuple(done)

    def next_due_at(self) -> datetime | None:
        """When the next attempt to notify is due; ``None``: there is nothing to tell."""
        with self._lock:
            times = [one.due_at for one in self._ledger.outbox.notices if one.due_at is not None]
            return min(times, default=None)

    # -- what people do -----------------------------------------------------------------------------------------------

    def pay(self, out_trade_no: str, *, openid: str = _PAYER, coupon: int = 0, sub_mchid: str | None = None) -> str:
        """The shopper pays; the merchant is to be told. Paying again changes nothing.

        Args:
            out_trade_no: The merchant's number; of a combined order that of any part.
            openid: Who pays, if the order does not say so.
            coupon: Fen that a coupon of the merchant pays instead.
            sub_mchid: Whose number it is, if several merchants have used it.

        Returns:
            The transaction's number at the gateway.

        Raises:
            CallerError: ``unknown_order``, ``not_payable``, ``bad_coupon``.
        """
        with self._lock:
            order = self._order(out_trade_no, sub_mchid)
            _payments.pay(self._ledger, order, openid=openid, coupon=coupon)
            return order.transaction_id

    def fail(self, out_trade_no: str, *, sub_mchid: str | None = None) -> None:
        """The shopper's attempt to pay fails: a code payment is over, other orders wait for another attempt."""
        with self._lock:
            _payments.fail(self._ledger, self._order(out_trade_no, sub_mchid))

    def close(self, out_trade_no: str, *, sub_mchid: str | None = None) -> None:
        """The gateway closes an unpaid order by itself."""
        with self._lock, _as_caller_error():
            close_order(self._order(out_trade_no, sub_mchid))

    def settle_refund(self, out_refund_no: str) -> None:
        """The money of a refund arrives; the merchant is to be told."""
        self._finish_refund(out_refund_no, "SUCCESS")

    def fail_refund(self, out_refund_no: str) -> None:
        """A refund becomes abnormal: the payer's card or account is gone. The merchant is to be told."""
        self._finish_refund(out_refund_no, "ABNORMAL")

    def close_refund(self, out_refund_no: str) -> None:
        """A refund is closed without paying back; the merchant is to be told."""
        self._finish_refund(out_refund_no, "CLOSED")

    def _finish_refund(self, out_refund_no: str, status: str) -> None:
        with self._lock, _as_caller_error():
            refund = _refunds.find_refund(self._ledger, out_refund_no)
            if refund.status != "PROCESSING":
                raise CallerError(f"the refund {out_refund_no} is {refund.status}", code="not_processing")
            _refunds.finish(self._ledger, refund, status)

    # -- looking ------------------------------------------------------------------------------------------------------

    def order(self, out_trade_no: str, *, sub_mchid: str | None = None) -> dict[str, Any]:
        """What a query would tell of an order."""
        with self._lock:
            return transaction(self._order(out_trade_no, sub_mchid), self.clock())

    def refund(self, out_refund_no: str) -> dict[str, Any]:
        """What a query would tell of a refund."""
        with self._lock, _as_caller_error():
            return refund_view(_refunds.find_refund(self._ledger, out_refund_no))

    # -- keys ---------------------------------------------------------------------------------------------------------

    @property
    def certificates(self) -> tuple[str, ...]:
        """The platform certificates that can be downloaded now, PEM."""
        with self._lock:
            return tuple(one.certificate for one in self._platform.certificates())

    @property
    def public_keys(self) -> Mapping[str, str]:
        """The gateway's public key by its id, PEM; empty while there are only certificates."""
        if self._platform.mode is KeyMode.CERTIFICATE:
            return {}
        return {self.credentials.public_key_id: self.credentials.public_key}

    def announce_certificate(self) -> str:
        """Lists a new certificate that is not used yet; returns its serial."""
        with self._lock:
            return self._platform.announce().serial

    def rotate_certificates(self) -> str:
        """Signs with the newest certificate from now on, and makes one if need be; returns its serial."""
        with self._lock:
            return self._platform.rotate().serial

    def start_migration(self) -> None:
        """The merchant starts to move to the public key: over seven days it signs ever more notifications."""
        with self._lock:
            self._platform.start_migration()

    def finish_migration(self) -> None:
        """The merchant uses the public key alone."""
        with self._lock:
            self._platform.finish_migration()

    # -- inside -------------------------------------------------------------------------------------------------------

    def _order(self, out_trade_no: str, sub_mchid: str | None) -> Order:
        order = self._ledger.find_order(out_trade_no, sub_mchid)
        if order is None:
            raise CallerError(f"there is no order {out_trade_no}, or more than one", code="unknown_order")
        return order


class _as_caller_error:  # noqa: N801  (used like a function)
    """Turns the gateway's refusal into an error for the test that asked for the impossible."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Refusal):
            raise CallerError(str(error), code=error.key) from None
