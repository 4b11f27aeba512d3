"""The keys that an app goes by, and how they are renewed.

Verifying takes the keys that are there and never waits for others. Renewing is a flow of its own, which a timer or a
handler runs *after* a message was refused:

* one at a time: whoever comes while a renewal is on its way goes on with the keys that are there;
* not more often than every ``pause``, however many unknown serials arrive;
* what was fetched is merged with what is known and takes its place in one assignment; a failure changes nothing;
* a list whose newest certificate is older than one that is known is an old list, sent again: it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from attrs import frozen

from minishop.errors import InvalidInput, RemoteError
from minishop.flows import Flow, Handlers, Now, Request, ask
from minishop.payments.wechatpay._checks import unix_seconds
from minishop.payments.wechatpay._downloading import HOST, download_keys
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._merchant import Merchant

__all__ = ["FetchKeys", "KeyRing", "KeySource", "downloaded", "fetched", "key_handlers"]

#: Makes the flow that fetches keys; given those that are known.
KeySource: TypeAlias = Callable[[PlatformKeys], Flow[PlatformKeys]]


@frozen
class FetchKeys(Request[PlatformKeys]):
    """The app's own way to get the keys, for example from a file or a shared cache."""


def fetched(known: PlatformKeys) -> Flow[PlatformKeys]:
    """A :data:`KeySource`: whatever answers :class:`FetchKeys`; see :func:`key_handlers`."""
    return (yield from ask(FetchKeys()))


def key_handlers(fetch: Callable[[], object]) -> Handlers:
    """Answers :class:`FetchKeys` by a function, or an async one, that returns :class:`PlatformKeys`."""
    return {FetchKeys: lambda ask: fetch()}


def downloaded(merchant: Merchant, *, host: str = HOST) -> KeySource:
    """A :data:`KeySource`: the gateway's list of certificates; see :func:`download_keys`."""
    return lambda known: download_keys(merchant, known, host=host)


@frozen(eq=False)
class _Turn:
    """A renewal that may be taken once, by whoever is first from ``at`` on."""

    at: datetime | None
    takers: dict[str, object]

    def is_taken_by(self, taker: object) -> bool:
        # dict.setdefault is atomic: of several threads exactly one finds its own object there.
        return self.takers.setdefault("first", taker) is taker


class KeyRing:
    """Holds the keys that an app goes by. Share one among all threads and tasks of a process.

    Args:
        keys: Those known at the start; static ones are never lost.
        source: Where newer ones come from; ``None``: the keys given are all there will be.
        every: Renew at least this often: 12 hours is what WeChat Pay asks for.
        pause: The least time between two renewals, whatever happens.
    """

    def __init__(
        self,
        keys: PlatformKeys,
        source: KeySource | None = None,
        *,
        every: timedelta = timedelta(hours=12),
        pause: timedelta = timedelta(minutes=1),
    ) -> None:
        if not timedelta() < pause <= every:
            raise InvalidInput("pause", "out_of_range", "must be longer than nothing and not longer than every")
        self._keys = keys
        self._source = source
        self._every = every
        self._pause = pause
        self._turn = _Turn(None, {})
        self._renewed_at: datetime | None = None

    @property
    def keys(self) -> PlatformKeys:
        """The keys of now. Never waits."""
        return self._keys

    @property
    def renewed_at(self) -> datetime | None:
        """When the source last gave keys; ``None``: not yet. Watch that it does not grow old."""
        return self._renewed_at

    def renew(self) -> Flow[bool]:
        """Renews the keys if they are older than ``every``; for a timer, or at the start.

        Returns:
            bool: Whether newer keys were fetched.

        Raises:
            RemoteError: ``keys_rolled_back``: the source gave an old list. Also what the source raises. The keys stay.
        """
        now = yield from ask(Now())
        if self._renewed_at is not None and now - self._renewed_at < self._every:
            return False
        return (yield from self._renew(now))

    def renew_for_unknown(self) -> Flow[bool]:
        """Renews the keys because a message named one that is not known; what :meth:`renew` says holds here too."""
        return (yield from self._renew((yield from ask(Now()))))

    def _renew(self, now: datetime) -> Flow[bool]:
        unix_seconds(now)
        turn = self._turn
        if self._source is None or (turn.at is not None and now < turn.at) or not turn.is_taken_by(object()):
            return False
        ours = self._turn = _Turn(now + self._pause, {})
        fresh = yield from self._source(self._keys)
        if self._turn is not ours:
            return False  # it took longer than the pause, and somebody else has begun since
        if _newest(fresh) < _newest(self._keys):
            raise RemoteError(
                "the list of platform keys is older than the keys that are known",
                code="keys_rolled_back",
                next_step="Nothing was changed. If it comes again, somebody between here and the gateway replays old lists.",
            )
        self._keys = self._keys.merged(fresh)
        self._renewed_at = now
        return True


def _newest(keys: PlatformKeys) -> int:
    return max((unix_seconds(key.effective_at) for key in keys.values() if key.effective_at is not None), default=0)
