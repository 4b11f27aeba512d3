"""The simulator as a test or a person meets it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta

from attrs import evolve, frozen

from minishop.errors import CallerError
from minishop.testing.wechatpay._asked import Asked
from minishop.testing.wechatpay._credentials import Credentials, KeySource, credentials_from, private_key
from minishop.testing.wechatpay._delivery import Courier, Delivery, Handler
from minishop.testing.wechatpay._door import Door
from minishop.testing.wechatpay._engine import Engine
from minishop.testing.wechatpay._faults import Fault, NoticeFault
from minishop.testing.wechatpay._keys import Keys
from minishop.testing.wechatpay._ledger import Ledger, Rules
from minishop.testing.wechatpay._outbox import Notice
from minishop.testing.wechatpay._people import People
from minishop.testing.wechatpay._platform import KeyMode, Platform
from minishop.testing.wechatpay._post import Poster
from minishop.testing.wechatpay._wire import Received, Reply

__all__ = ["NoAnswer", "Seen", "WechatPaySimulator"]

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


class WechatPaySimulator(People, Keys):
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

    Attributes:
        seen: The requests that came, oldest first; the last ten thousand.
        poster: What posts notifications when :meth:`deliver_due` is given no handler.
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
        platform = Platform(self.credentials, key_mode, clock, keys)
        self._ledger = Ledger(credentials=self.credentials, rules=rules, platform=platform, clock=clock, seed=seed)
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
        self.poster = Poster()
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

    @property
    def faults_left(self) -> int:
        """How many of the faults that were asked for have not happened: 0 at the end of a test that means them."""
        with self._lock:
            return len(self._faults) + len(self._notice_faults)

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
            handler: Takes header fields and raw body and returns the status of its answer. Without one
                :attr:`poster` posts the notification to its address.

        Returns:
            Each attempt with the status of its answer; 0: there was none.
        """
        done = []
        for one in self.due():
            status = handler(one.headers, one.body) if handler else self.poster.post(one.url, one.headers, one.body)
            one.answered(status)
            done.append((one, status))
        return tuple(done)

    def notices(self) -> tuple[Notice, ...]:
        """What the merchant was or is to be told, in the order in which it happened, as it is now."""
        with self._lock:
            return tuple(evolve(one) for one in self._ledger.outbox.notices.values())

    def tell_again(self, notification_id: str) -> None:
        """Makes a notification due now, acknowledged or not; it is open again until it is acknowledged."""
        with self._lock:
            outbox = self._ledger.outbox
            if notification_id not in outbox.notices:
                raise CallerError(f"there is no notification {notification_id}", code="unknown_notification")
            outbox.notices[notification_id].is_acknowledged = False
            outbox.schedule(outbox.notices[notification_id], self.clock())

    def next_due_at(self) -> datetime | None:
        """When the next attempt to notify is due; ``None``: there is nothing to tell."""
        with self._lock:
            return self._ledger.outbox.next_due_at()
