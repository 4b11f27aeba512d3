"""What all fakes have in common: parcels, faults, pushes that wait for their time."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import define, field, frozen

from minishop.errors import MinishopError
from minishop.flows import HttpRequest, HttpResponse, Transport
from minishop.testing.logistics._faults import Fault, PushFault
from minishop.testing.logistics._parcels import FakeParcel, FakeScan, Parcels
from minishop.testing.logistics._wire import AsyncFakeTransport, FakeTransport, LostReply, Unreached, answer

__all__ = ["Delivery", "FakeProvider", "Waiting", "to_json"]

_PAGE = "<html><body><h1>系统维护中</h1></body></html>".encode()


def _utc_now() -> datetime:
    return datetime.now(UTC)


def to_json(value: object) -> str:
    """Compact JSON, Chinese as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@define(kw_only=True)
class Waiting:
    """A push that waits for its time.

    Attributes:
        number: The parcel.
        url: Where to.
        content: What it says: as it was when the push was made, whatever happens later.
        due_at: When; aware.
        attempts: How often it was sent.
    """

    number: str
    url: str
    content: dict[str, Any] = field(repr=False)
    due_at: datetime
    attempts: int = 0


@frozen(kw_only=True)
class Delivery:
    """A push that was sent, and what the app answered.

    Attributes:
        request: As it went out.
        status: HTTP status of the answer; 0: none came.
        is_acknowledged: Whether it is what the provider wants to hear.
    """

    request: HttpRequest
    status: int
    is_acknowledged: bool


class FakeProvider:
    """Base of the fakes. Its parcels exist because a test has added them; its time is the test's.

    Args:
        clock: Tells the time; the machine's unless given.
    """

    #: First push after subscribing, wait before another attempt, attempts at most.
    first_push = timedelta(minutes=15)
    retry_after = timedelta(minutes=35)
    most_attempts = 4

    def __init__(self, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self.clock = clock
        self.parcels = Parcels()
        #: Every call that arrived.
        self.calls: list[HttpRequest] = []
        #: Pushes that wait.
        self.waiting: list[Waiting] = []
        self._faults: list[Fault] = []
        self._push_faults: list[PushFault] = []
        self._lock = threading.RLock()

    # -- what a test does ---------------------------------------------------------------------------------------------

    def add_parcel(self, number: str, carrier: str, *, phone: str = "") -> FakeParcel:
        """Makes a parcel known.

        Args:
            number: Of the waybill.
            carrier: The provider's code of the carrier.
            phone: The last four digits that a question must name; empty: none.
        """
        parcel = FakeParcel(number=number, carrier=carrier, phone=phone)
        with self._lock:
            self.parcels.add(parcel)
        return parcel

    def scan(self, number: str, code: str, text: str = "", *, location: str = "", at: datetime | None = None) -> None:
        """Something happens to a parcel; whoever follows it will be told.

        Args:
            number: Of the waybill.
            code: The provider's own code.
            text: For people.
            location: Where.
            at: When, by the carrier's clock; now unless given. An earlier time makes it a late event.
        """
        with self._lock:
            parcel = self.parcels.take(number)
            scan = FakeScan(at=at or self.clock(), code=code, text=text or f"{number} {code}", location=location)
            parcel.scans.append(scan)
            parcel.scans.sort(key=lambda one: one.at)
            self.tell(parcel)

    def fail_next(self, *faults: Fault) -> None:
        """Makes the next calls fail, in this order."""
        with self._lock:
            self._faults.extend(faults)

    def disturb_next(self, *faults: PushFault) -> None:
        """Makes the next pushes go wrong, in this order."""
        with self._lock:
            self._push_faults.extend(faults)

    def deliver_due(self, to: Transport) -> tuple[Delivery, ...]:
        """Sends every push whose time has come. Nothing is ever sent by itself.

        Args:
            to: Carries them to the app, for example :class:`CallbackTransport`, or a real transport.
        """
        with self._lock:
            now = self.clock()
            due = [one for one in self.waiting if one.due_at <= now]
            self.waiting = [one for one in self.waiting if one.due_at > now]
        sent = [(batch, self._push_faults.pop(0) if self._push_faults else None) for batch in self.batches(due)]
        sent.sort(key=lambda entry: entry[1] is PushFault.LATE)
        deliveries: list[Delivery] = []
        for batch, fault in sent:
            for _ in range(2 if fault is PushFault.DUPLICATE else 1):
                deliveries.append(self._deliver(batch, fault, to))
        return tuple(deliveries)

    @property
    def transport(self) -> FakeTransport:
        """The fake as the other end of a client's calls, in process."""
        return FakeTransport(self)

    @property
    def async_transport(self) -> AsyncFakeTransport:
        """The same for async clients."""
        return AsyncFakeTransport(self)

    # -- what a provider does -----------------------------------------------------------------------------------------

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Answers one call."""
        with self._lock:
            fault = self._faults.pop(0) if self._faults else None
            if fault is Fault.UNREACHABLE:
                raise Unreached
            self.calls.append(request)
            if fault is Fault.UNAVAILABLE:
                return answer(b"", status=503)
            if fault is Fault.HTML:
                return answer(_PAGE, kind="text/html; charset=utf-8")
            if fault is Fault.BUSY:
                return answer(to_json(self.busy(request)).encode())
            body = to_json(self.reply(request)).encode()
        if fault is Fault.DROP_REPLY:
            raise LostReply
        return answer(body[: len(body) // 2] if fault is Fault.CUT else body)

    def busy(self, request: HttpRequest) -> object:
        """What the provider answers when it is busy."""
        raise NotImplementedError

    def reply(self, request: HttpRequest) -> object:
        """What the provider answers."""
        raise NotImplementedError

    def tell(self, parcel: FakeParcel) -> None:
        """Makes a push for whoever follows the parcel."""
        raise NotImplementedError

    def batches(self, due: list[Waiting]) -> list[list[Waiting]]:
        """Which pushes go out together."""
        return [[one] for one in due]

    def push(self, batch: list[Waiting], fault: PushFault | None) -> HttpRequest:
        """The request that carries a batch."""
        raise NotImplementedError

    def is_acknowledged(self, response: HttpResponse) -> bool:
        """Whether an answer is what the provider wants to hear."""
        raise NotImplementedError

    # -- inside -------------------------------------------------------------------------------------------------------

    def _deliver(self, batch: list[Waiting], fault: PushFault | None, to: Transport) -> Delivery:
        request = self.push(batch, fault)
        try:
            response = to.send(request)
        except MinishopError:
            response = HttpResponse(status=0)
        is_good = response.status == 200 and self.is_acknowledged(response)
        for one in batch:
            one.attempts += 1
            if not is_good and one.attempts < self.most_attempts and fault is not PushFault.DUPLICATE:
                one.due_at = self.clock() + self.retry_after
                with self._lock:
                    self.waiting.append(one)
        return Delivery(request=request, status=response.status, is_acknowledged=is_good)
