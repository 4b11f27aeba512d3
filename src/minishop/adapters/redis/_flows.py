"""What the stores do, written once for both clients: which script with what, and what its answer means."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from attrs import field, frozen

from minishop.adapters._claims import check_activity, check_claim, check_rebuild, not_open
from minishop.adapters.redis import _scripts
from minishop.errors import InvalidInput
from minishop.flows import Flow, Request, StoredToken, ask
from minishop.inventory import Claim, ClaimResult, LimitReached, SoldOut

__all__ = ["ClaimFlows", "Eval", "NonceFlows", "TokenFlows"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)


@frozen
class Eval(Request[Any]):
    """Runs a script; text in the answer is ``bytes`` or ``str``, as the client is set up."""

    script: str
    keys: tuple[str, ...]
    args: tuple[str | int, ...] = ()


@frozen
class ClaimFlows:
    """:class:`~minishop.inventory.ClaimStore`."""

    prefix: str
    keep: timedelta = field()

    @keep.validator
    def _check_keep(self, attribute: object, value: timedelta) -> None:
        if value < _DAY:
            raise InvalidInput("keep", "out_of_range", "must be a day at least", params={"got": str(value)})

    def open_activity(self, activity: str, stock: int, per_user: int | None) -> Flow[None]:
        """Registered afterwards: see :meth:`expired_claims`."""
        check_activity(activity, stock, per_user)
        limit = "" if per_user is None else per_user
        yield from ask(Eval(_scripts.OPEN, self._keys(activity), (stock, limit, self._kept)))
        yield from ask(Eval(_scripts.REGISTER, (self._all,), (activity,)))

    def claim(
        self, activity: str, user: str, quantity: int, token: str, now: datetime, until: datetime
    ) -> Flow[ClaimResult]:
        """One script."""
        check_claim(activity, user, quantity, token, now, until)
        args = (token, user, quantity, _micros(until), _seconds(max(self.keep, until - now + _DAY)))
        answer = yield from ask(Eval(_scripts.CLAIM, self._keys(activity), args))
        match _text(answer[0]):
            case "claim":
                return _claim(activity, token, answer[1])
            case "limit":
                return LimitReached(activity, user, int(answer[1]), int(answer[2]))
            case _:
                return SoldOut(activity, int(answer[1]))

    def find_claim(self, activity: str, token: str) -> Flow[Claim | None]:
        """One script."""
        record = yield from ask(Eval(_scripts.FIND, self._keys(activity)[:1], (token,)))
        return None if record is None else _claim(activity, token, record)

    def confirm_claim(self, activity: str, token: str) -> Flow[bool]:
        """One script."""
        return bool((yield from ask(Eval(_scripts.CONFIRM, self._keys(activity), (token,)))))

    def give_back(self, activity: str, token: str) -> Flow[bool]:
        """One script."""
        return bool((yield from ask(Eval(_scripts.GIVE_BACK, self._keys(activity), (token,)))))

    def expired_claims(self, now: datetime, limit: int) -> Flow[tuple[Claim, ...]]:
        """One script for each activity.

        An activity that is gone is forgotten, and looked at once more: somebody may have opened it between the two
        steps, and either that look finds it or the opener registers it later than we forget it.
        """
        found: list[Claim] = []
        for name in (yield from ask(Eval(_scripts.KNOWN, (self._all,)))):
            activity = _text(name)
            claims = yield from self._expired(activity, now, limit)
            if claims is None:
                yield from ask(Eval(_scripts.FORGET, (self._all,), (activity,)))
                if (yield from self._expired(activity, now, limit)) is not None:
                    yield from ask(Eval(_scripts.REGISTER, (self._all,), (activity,)))
            found += claims or ()
        return tuple(sorted(found, key=lambda claim: (claim.until, claim.activity, claim.token))[:limit])

    def _expired(self, activity: str, now: datetime, limit: int) -> Flow[list[Claim] | None]:
        answer = yield from ask(Eval(_scripts.EXPIRED, self._keys(activity), (_micros(now), limit)))
        rest = answer[1:]
        return [_claim(activity, _text(rest[n]), rest[n + 1]) for n in range(0, len(rest), 2)] if answer[0] else None

    def unclaimed(self, activity: str) -> Flow[int]:
        """One script."""
        return int((yield from ask(Eval(_scripts.UNCLAIMED, self._keys(activity)[:1]))))

    def rebuild_activity(self, activity: str, claims: tuple[Claim, ...]) -> Flow[None]:
        """One script, however many claims; registered again, in case that was lost as well."""
        check_rebuild(activity, claims)
        text = json.dumps([[claim.token, _record(claim)] for claim in claims])
        if not (yield from ask(Eval(_scripts.REBUILD, self._keys(activity), (self._kept, text)))):
            raise not_open(activity)
        yield from ask(Eval(_scripts.REGISTER, (self._all,), (activity,)))

    @property
    def _all(self) -> str:
        return f"{self.prefix}:activities"

    @property
    def _kept(self) -> int:
        return _seconds(self.keep)

    def _keys(self, activity: str) -> tuple[str, str]:
        return f"{self.prefix}:claims:{{{activity}}}", f"{self.prefix}:ends:{{{activity}}}"


@frozen
class TokenFlows:
    """:class:`~minishop.flows.TokenStore`."""

    prefix: str

    def get_token(self, key: str) -> Flow[StoredToken | None]:
        """One script."""
        value, ends, version = yield from ask(Eval(_scripts.GET_TOKEN, (self._key("token", key),)))
        return None if version is None else StoredToken(_text(value), _instant(ends), int(version))

    def set_token(self, key: str, token: StoredToken) -> Flow[bool]:
        """One script."""
        args = (token.value, _micros(token.expires_at), token.version, token.version - 1)
        return bool((yield from ask(Eval(_scripts.SET_TOKEN, (self._key("token", key),), args))))

    def try_lock(self, key: str, owner: str, now: datetime, until: datetime) -> Flow[bool]:
        """One script."""
        args = (owner, _micros(now), _micros(until), _garbage_after(now, until))
        return bool((yield from ask(Eval(_scripts.TRY_LOCK, (self._key("lease", key),), args))))

    def unlock(self, key: str, owner: str) -> Flow[None]:
        """One script."""
        yield from ask(Eval(_scripts.UNLOCK, (self._key("lease", key),), (owner,)))

    def _key(self, kind: str, key: str) -> str:
        return f"{self.prefix}:{kind}:{key}"


@frozen
class NonceFlows:
    """:class:`~minishop.flows.NonceStore`."""

    prefix: str

    def remember(self, key: str, now: datetime, until: datetime) -> Flow[bool]:
        """One script."""
        args = (uuid4().hex, _micros(now), _micros(until), _garbage_after(now, until))
        return bool((yield from ask(Eval(_scripts.REMEMBER, (f"{self.prefix}:nonce:{key}",), args))))


def _record(claim: Claim) -> str:
    return f"{int(claim.is_confirmed)}|{_micros(claim.until)}|{claim.quantity}|{claim.user}"


def _claim(activity: str, token: str, record: Any) -> Claim:
    confirmed, until, quantity, user = _text(record).split("|", 3)
    return Claim(activity, user, int(quantity), token, _instant(until), confirmed == "1")


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _micros(moment: datetime) -> int:
    if moment.utcoffset() is None:
        raise InvalidInput("now", "naive_time", "an instant must have a time zone", params={"got": str(moment)})
    return (moment - _EPOCH) // _MICROSECOND


def _instant(count: Any) -> datetime:
    return _EPOCH + int(count) * _MICROSECOND


def _seconds(span: timedelta) -> int:
    return -(-span // timedelta(seconds=1))


def _garbage_after(now: datetime, until: datetime) -> int:
    return _seconds(max(timedelta(0), until - now) + _DAY)
