"""The keys that an app goes by, and how they are renewed.

Verifying takes the keys that are there and never fetches others. Renewing is a flow of its own, which a timer, a client
before its call, or a handler *after* a refusal runs:

* one at a time: whoever comes while a renewal is on its way goes on with the keys that are there;
* not more often than every ``pause``, however many unknown serials arrive;
* what was fetched is merged with what is known and takes its place in one assignment; a failure changes nothing;
* a list whose newest certificate is older than one that is known is an old list, sent again: it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from attrs import frozen

from minishop.errors import InvalidInput, MinishopError, RemoteError
from minishop.flows import Flow, Handlers, Now, Request, Sleep, ask
from minishop.payments.wechatpay._checks import unix_seconds
from minishop.payments.wechatpay._downloading import HOST, download_keys
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._merchant import Merchant

__all__ = ["FetchKeys", "Fetcher", "KeyRing", "KeySource", "downloaded", "fetched", "key_handlers"]

#: Makes the flow that fetches keys; given those that are known.
Fetcher: TypeAlias = Callable[[PlatformKeys], Flow[PlatformKeys]]

_WAIT = timedelta(milliseconds=100)
_WAITS = 100


class KeySource(Protocol):
    """Where a client gets the platform's keys."""

    def current(self) -> Flow[PlatformKeys]:
        """The keys to go by now."""

    def refreshed(self, seen: PlatformKeys) -> Flow[PlatformKeys]:
        """Newer keys than those that lacked one; the same object if there are none."""


@frozen
class FetchKeys(Request[PlatformKeys]):
    """The app's own way to get the keys, for example from a file or a shared cache."""


def fetched(known: PlatformKeys) -> Flow[PlatformKeys]:
    """A :data:`Fetcher`: whatever answers :class:`FetchKeys`; see :func:`key_handlers`."""
    return (yield from ask(FetchKeys()))


def key_handlers(fetch: Callable[[], object]) -> Handlers:
    """Answers :class:`FetchKeys` by a function, or an async one, that returns :class:`PlatformKeys`."""
    return {FetchKeys: lambda ask: fetch()}


def downloaded(merchant: Merchant, *, host: str = HOST) -> Fetcher:
    """A :data:`Fetcher`: the gateway's list of certificates; see :func:`download_keys`."""
    return lambda known: download_keys(merchant, known, host=host)


class _Turn:
    """A renewal that may be begun once, by whoever is first from ``at`` on."""

    def __init__(self, at: datetime | None) -> None:
        self.at = at
        self._takers: dict[str, object] = {}

    def is_taken_by(self, taker: object) -> bool:
        # dict.setdefault is atomic: of several threads exactly one finds its own object there.
        return self._takers.setdefault("first", taker) is taker


class KeyRing:
    """Holds the keys that an app goes by: a :class:`KeySource`. Share one among all threads and tasks of a process.

    Args:
        keys: Those known at the start; they are never lost.
        fetch: Where newer ones come from; ``None``: the keys given are all there will be.
        every: Renew at least this often; WeChat Pay asks for 12 hours.
        pause: The least time between the beginnings of two renewals, whatever happens.

    Raises:
        InvalidInput: ``pause`` is not positive, or longer than ``every``.
    """

    def __init__(
        self,
        keys: PlatformKeys | None = None,
        fetch: Fetcher | None = None,
        *,
        every: timedelta = timedelta(hours=12),
        pause: timedelta = timedelta(minutes=1),
    ) -> None:
        if not timedelta() < pause <= every:
            raise InvalidInput("pause", "out_of_range", "must be longer than nothing and not longer than every")
        self._keys = PlatformKeys() if keys is None else keys
        self._fetch = fetch
        self._every = every
        self._pause = pause
        self._turn = _Turn(None)
        self._is_busy = False
        self._renewed_at: datetime | None = None
        self._failed_with = ""

    @property
    def keys(self) -> PlatformKeys:
        """The keys of now. Never waits, never fetches."""
        return self._keys

    @property
    def renewed_at(self) -> datetime | None:
        """When newer keys were last fetched; ``None``: never. Watch that it does not grow old."""
        return self._renewed_at

    @property
    def failed_with(self) -> str:
        """Code of the error that the last renewal ended with; empty if it did not fail."""
        return self._failed_with

    def renew(self) -> Flow[bool]:
        """Renews the keys if they are older than ``every``; for a timer, or at the start.

        Returns:
            bool: Whether keys were fetched. ``False``: it is not time yet, or somebody else is at it.

        Raises:
            RemoteError: ``keys_rolled_back``: an old list came; ``keys_unavailable``: the fetcher failed in a way of
                its own. Also what it raises of our errors. The keys stay.
        """
        now = yield from ask(Now())
        if self._renewed_at is not None and now - self._renewed_at < self._every:
            return False
        return (yield from self._renew(now))

    def current(self) -> Flow[PlatformKeys]:
        """The keys, renewed first if they are older than ``every``. If that fails, those that are there go on.

        Raises:
            MinishopError: There are no keys at all, and fetching them failed; ``no_platform_keys``: it failed a
                moment ago.
        """
        try:
            yield from self.renew()
        except MinishopError:
            if not self._keys:
                raise
        for _ in range(_WAITS):
            if self._keys or not self._is_busy:
                break
            yield from ask(Sleep(_WAIT))
        if not self._keys:
            raise RemoteError(
                "there are no platform keys yet",
                code="no_platform_keys",
                next_step="See failed_with of the key ring; it tries again after its pause.",
            )
        return self._keys

    def refreshed(self, seen: PlatformKeys) -> Flow[PlatformKeys]:
        """The keys after a message named one that ``seen`` lacks; ``seen`` itself if there are no newer ones.

        Fetches only if nobody has since ``seen`` was read, and not within ``pause`` of the last time.
        """
        if self._keys is seen:
            now = yield from ask(Now())
            try:
                yield from self._renew(now)
            except MinishopError:
                return self._keys
        return self._keys

    def _renew(self, now: datetime) -> Flow[bool]:
        unix_seconds(now)
        turn = self._turn
        if self._fetch is None or (turn.at is not None and now < turn.at) or not turn.is_taken_by(object()):
            return False
        ours = self._turn = _Turn(now + self._pause)
        self._is_busy = True
        try:
            fresh = yield from _certain(self._fetch, self._keys)
            if self._turn is not ours:
                return False  # it took longer than the pause, and somebody else has begun since
            self._take(fresh)
        except MinishopError as error:
            self._failed_with = error.code
            raise
        finally:
            self._is_busy = self._is_busy and self._turn is not ours
        self._failed_with = ""
        self._renewed_at = now
        return True

    def _take(self, fresh: PlatformKeys) -> None:
        if 0 < _newest(fresh) < _newest(self._keys):
            raise RemoteError(
                "the list of platform keys is older than the keys that are known",
                code="keys_rolled_back",
                next_step="Nothing was changed. If it comes again, somebody in between replays old lists.",
            )
        merged = self._keys.merged(fresh)
        if len(merged) > len(self._keys):
            self._keys = merged


def _certain(fetch: Fetcher, known: PlatformKeys) -> Flow[PlatformKeys]:
    """What a fetcher gives; whatever else it raises becomes an error of ours, without what that one may hold."""
    try:
        return (yield from fetch(known))
    except MinishopError:
        raise
    except Exception as error:
        cause = type(error).__name__
    raise RemoteError(
        f"the platform keys could not be fetched ({cause})", code="keys_unavailable", params={"cause": cause}
    )


def _newest(keys: PlatformKeys) -> int:
    return max((unix_seconds(key.effective_at) for key in keys.values() if key.effective_at is not None), default=0)
