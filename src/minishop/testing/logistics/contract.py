"""The contract of tracking providers: proves that one of your own keeps what the port promises.

Subclass :class:`ProviderContract` in a test file, and say how to make a ground::

    from minishop.testing.logistics.contract import ProviderContract, ProviderGround

    class TestMyProvider(ProviderContract):
        def make_ground(self):
            fake = FakeKuaidi100(clock=clock)          # or whatever stands in for your provider
            ...
            return ProviderGround(provider=…, known=…, unknown=…, now=…, push=…, secrets=…)

pytest runs one test for each promise. :class:`AsyncProviderContract` runs the same ones on an async provider.
``python -m minishop.testing.contract my.module:TestMyProvider`` prints them without pytest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar

from attrs import evolve, field, frozen

from minishop.errors import MinishopError
from minishop.logistics import (
    AsyncTrackingProvider,
    ErrorKind,
    PhoneNeed,
    ProviderError,
    PushRefused,
    PushResult,
    Shipment,
    SubscribeRequest,
    SubscriptionState,
    TrackingProvider,
    TrackRequest,
    merge,
)
from minishop.testing.contract import BrokenPromise, Chapter, Contract, LoopThread, Promise, holds, same

__all__ = ["AsyncProviderContract", "ProviderContract", "ProviderGround"]


class Need(Enum):
    """What a promise needs; each value says what stays unknown without it."""

    PUSH = "nothing is known about its pushes (give the ground a `push`)"
    SUBSCRIBE = "it takes no subscriptions"
    SIGNED = "its pushes are not signed"


@frozen(kw_only=True)
class ProviderGround:
    """A provider with two parcels.

    Attributes:
        provider: With a fresh memory of what was asked.
        known: A parcel of which it has events; with a phone number, if the carrier wants one.
        unknown: A number that it knows nothing of.
        now: What its clock tells; aware.
        push: Header fields and body of a genuine push about the known parcel, if it sends any.
        callback_url: Where pushes go.
        secrets: Texts that must never be shown.
    """

    provider: TrackingProvider | AsyncTrackingProvider
    known: TrackRequest
    unknown: TrackRequest
    now: datetime
    push: tuple[object, bytes] | None = None
    callback_url: str = "https://shop.test/push"
    secrets: tuple[str, ...] = field(default=(), repr=False)


@frozen
class _Lab:
    ground: ProviderGround
    provider: TrackingProvider

    def push(self, body: bytes | None = None, *, method: str = "POST") -> PushResult:
        """Hands the genuine push over, or another body with its header fields."""
        assert self.ground.push is not None
        headers, genuine = self.ground.push
        sent = genuine if body is None else body
        return self.provider.parse_push(headers, sent, now=self.ground.now, method=method)


asking: Chapter[_Lab] = Chapter("asking")


@asking.promise()
def answers_with_the_parcel(lab: _Lab) -> None:
    """A known parcel comes back under its number, with events in order of time, each with an aware time."""
    found = lab.provider.query(lab.ground.known)
    same(found.number, lab.ground.known.number, "the number")
    holds(bool(found.events), "the ground says that the parcel has events, but none came")
    holds(all(one.at.tzinfo is not None for one in found.events), "every event has an aware time")
    holds(all(one.at <= other.at for one, other in pairwise(found.events)), "the events ascend")


@asking.promise()
def says_who_says_so(lab: _Lab) -> None:
    """The report names the provider and when it was seen, and the same answer merged with itself is the same."""
    found = lab.provider.query(lab.ground.known)
    same({report.provider for report in found.reports}, {lab.provider.name}, "the provider of the reports")
    holds(all(report.seen_at.tzinfo is not None for report in found.reports), "seen_at is aware")
    same(merge(found, found), found, "an answer merged with itself")


@asking.promise()
def keeps_raw_codes(lab: _Lab) -> None:
    """An event says something only if it has a raw code to show for it."""
    found = lab.provider.query(lab.ground.known)
    bare = [one for one in found.events if not one.is_note and not one.code and not one.parent_code]
    same(bare, [], "events with a status and without a raw code")


@asking.promise()
def knows_nothing_in_an_orderly_way(lab: _Lab) -> None:
    """An unknown number is a parcel without events, or ``not_found_yet``."""
    try:
        found = lab.provider.query(lab.ground.unknown)
    except ProviderError as error:
        same(error.kind, ErrorKind.NOT_FOUND_YET, "the kind of the error")
        same(error.provider, lab.provider.name, "whose error it is")
    else:
        same(found.events, (), "events of an unknown parcel")


@asking.promise()
def fails_for_each_alone(lab: _Lab) -> None:
    """Of many, each has its own outcome, in the order of the requests; none fails the others."""
    hopeless = evolve(lab.ground.known, number="X1", carrier="no-such-carrier", carrier_code="")
    outcomes = lab.provider.query_many((hopeless, lab.ground.known, lab.ground.unknown))
    same(len(outcomes), 3, "the number of outcomes")
    holds(isinstance(outcomes[0], MinishopError), "a carrier that does not exist is an error of that item")
    holds(isinstance(outcomes[1], Shipment), f"the known parcel is found among others, but got {outcomes[1]!r}")
    same(lab.provider.query_many(()), (), "no requests")


@asking.promise()
def keeps_its_pace(lab: _Lab) -> None:
    """A second question about one parcel within ``min_interval`` is refused with a time to wait."""
    if not lab.provider.capabilities.min_interval:
        return
    lab.provider.query(lab.ground.known)
    error = _refusal(lambda: lab.provider.query(lab.ground.known), "asking again at once")
    same(error.kind, ErrorKind.RATE_LIMITED, "the kind of the error")
    holds(error.retryable and error.retry_after is not None, "it says when to ask again")


@asking.promise()
def asks_for_the_phone_first(lab: _Lab) -> None:
    """A carrier that wants a phone number is not asked about without one."""
    wanting = [one for one, need in lab.provider.capabilities.phone.items() if need is PhoneNeed.REQUIRED]
    for carrier in wanting:
        request = TrackRequest(number="SF1000000000001", carrier=carrier)
        error = _refusal(partial(lab.provider.query, request), f"{carrier} without a phone number")
        same(error.kind, ErrorKind.PHONE_REQUIRED_OR_MISMATCH, "the kind of the error")


@asking.promise()
def keeps_its_secrets(lab: _Lab) -> None:
    """Neither the provider nor its errors show a secret."""
    shown = repr(lab.provider) + repr(lab.provider.capabilities)
    shown += "".join(f"{one!r} {one}" for one in lab.provider.query_many((lab.ground.unknown,)))
    holds(not any(secret in shown for secret in lab.ground.secrets), "a secret is shown")


subscribing: Chapter[_Lab] = Chapter("subscribing", Need.SUBSCRIBE)


@subscribing.promise()
def subscribes_again(lab: _Lab) -> None:
    """Subscribing twice is as good as once."""
    request = SubscribeRequest(parcel=lab.ground.known, callback_url=lab.ground.callback_url)
    for time in ("once", "again"):
        same(lab.provider.subscribe(request).subscription, SubscriptionState.ACTIVE, f"subscribed {time}")


pushes: Chapter[_Lab] = Chapter("pushes", Need.PUSH)


@pushes.promise()
def reads_a_push(lab: _Lab) -> None:
    """A genuine push gives news of the parcel and an answer to send."""
    result = lab.push()
    same([one.shipment.number for one in result.updates], [lab.ground.known.number], "the parcels")
    holds(200 <= result.ack.status < 300 and bool(result.ack.content_type), "the answer can be sent")


@pushes.promise()
def repeats_without_harm(lab: _Lab) -> None:
    """A push that comes twice changes nothing the second time."""
    (once,), (again,) = lab.push().updates, lab.push().updates
    same(merge(once.shipment, again.shipment), once.shipment, "merged with its repetition")


@pushes.promise()
def refuses_what_is_no_push(lab: _Lab) -> None:
    """A GET, an empty body and noise are refused as pushes, whatever they hold."""
    _refused(lambda: lab.push(method="GET"), "a GET")
    for noise in (b"", b"{", b"\xff\xfe", b"a=b&a=c", b"%", b"<xml/>", b"[" * 10_000):
        _refused(partial(lab.push, noise), f"the body {noise[:20]!r}")


@pushes.promise(Need.SIGNED)
def refuses_what_was_changed(lab: _Lab) -> None:
    """A push of which any byte was changed is refused, or says the same."""
    genuine = lab.push()
    assert lab.ground.push is not None
    body = lab.ground.push[1]
    for place in range(0, len(body), max(1, len(body) // 50)):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        try:
            same(lab.push(changed), genuine, f"what was read with byte {place} changed")
        except PushRefused:
            continue


PROMISES: tuple[Promise[_Lab], ...] = (*asking, *subscribing, *pushes)
"""All that a provider promises."""


def _refusal(call: Callable[[], object], what: str) -> ProviderError:
    try:
        answer = call()
    except ProviderError as error:
        return error
    raise BrokenPromise(f"{what} must be a ProviderError, but the answer is {answer!r}")


def _refused(call: Callable[[], object], what: str) -> None:
    try:
        answer = call()
    except PushRefused:
        return
    raise BrokenPromise(f"{what} must be PushRefused, but the answer is {answer!r}")


class _AnyContract(Contract):
    def make_ground(self) -> ProviderGround:
        """A fresh provider and its parcels. Called for each test."""
        raise NotImplementedError

    def find_missing(self, promise: Promise[Any]) -> tuple[Enum, ...]:
        """See :class:`~minishop.testing.contract.Contract`."""
        ground = self.make_ground()
        abilities = ground.provider.capabilities
        has = {
            Need.PUSH: ground.push is not None,
            Need.SUBSCRIBE: abilities.subscribe,
            Need.SIGNED: abilities.has_signed_pushes,
        }
        return tuple(need for need in Need if need in promise.needs and not has[need])


class ProviderContract(_AnyContract):
    """Tests of a :class:`~minishop.logistics.TrackingProvider`: subclass as ``Test…`` and say how to make a ground."""

    promises: ClassVar[tuple[Promise[Any], ...]] = PROMISES

    @contextmanager
    def open_lab(self) -> Iterator[_Lab]:
        """See :class:`~minishop.testing.contract.Contract`."""
        ground = self.make_ground()
        provider: Any = ground.provider
        yield _Lab(ground, provider)


class AsyncProviderContract(_AnyContract):
    """The same tests of an :class:`~minishop.logistics.AsyncTrackingProvider`."""

    promises: ClassVar[tuple[Promise[Any], ...]] = PROMISES

    @contextmanager
    def open_lab(self) -> Iterator[_Lab]:
        """See :class:`~minishop.testing.contract.Contract`."""
        with LoopThread() as loop:
            ground = self.make_ground()
            provider: Any = _Face(ground.provider, loop)
            yield _Lab(ground, provider)


class _Face:
    """An async provider, synchronously: what it awaits runs on a loop, the rest as it is."""

    def __init__(self, provider: Any, loop: LoopThread) -> None:
        self._provider = provider
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._provider, name)
        if name not in ("query", "query_many", "subscribe"):
            return found
        return lambda *args, **more: self._loop.call(found, *args, **more)

    def __repr__(self) -> str:
        return repr(self._provider)
