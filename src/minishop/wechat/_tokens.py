"""The access token: one for all processes of an app, fetched by one of them.

How it works. The token lies in the shared store under a key that names the app and the mode, no secret. Who finds none,
or one that is over, tries for the lease of the same key. Who gets it reads once more (somebody may have been faster),
fetches, stores under the next version, and gives the lease back. The others look again every tenth of a second and take
what they find. So one fetch serves any number of threads, tasks and processes. A fetcher that dies holds the others up
for as long as its lease lasts; one that fails leaves a note, which fails the others as well instead of sending each of
them to the platform in turn.

A call whose token is refused asks for another one: whoever finds that the store has a newer one takes that. Else the
token is fetched in the ordinary way, and only if the platform hands out the refused one again, by force
(:mod:`minishop.wechat._force`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from minishop.errors import MinishopError, OutcomeUnknown, RemoteError
from minishop.flows import Flow, GetToken, NewNonce, Now, SetToken, Sleep, StoredToken, TryLock, Unlock, ask
from minishop.wechat._codes import error_for
from minishop.wechat._errors import PlatformError
from minishop.wechat._exchange import Message, exchange
from minishop.wechat._force import spend_force
from minishop.wechat._json import as_int
from minishop.wechat._program import Program
from minishop.wechat._refusal import refusal

__all__ = ["access_token", "effective_life", "other_token", "token_key"]

_LEASE = timedelta(seconds=10)
_FETCH_WITHIN = timedelta(seconds=4)  # twice, by force at worst, must fit into the lease
_FAILURE_HOLDS = timedelta(seconds=2)
_CLOCKS_DIFFER = timedelta(seconds=10)
_LOOK_EVERY = timedelta(milliseconds=100)
_LOOKS = 150  # longer than a lease, so that somebody takes over from one who died
_TRY_EVERY = 5  # looks; a look only reads
_LONGEST_LIFE = 30 * 24 * 3600  # seconds; more is nothing to rely on


def token_key(program: Program) -> str:
    """Where the token lies in the store."""
    return f"minishop:wx:token:{program.mode}:{program.appid}"


def effective_life(expires_in: int) -> timedelta:
    """How long a token is used: a twentieth less than it lives, at most 5 minutes less; at least a second.

    Args:
        expires_in: What the platform says, seconds.
    """
    return timedelta(seconds=max(1, expires_in - min(300, expires_in * 5 // 100)))


def access_token(program: Program) -> Flow[str]:
    """A token that is good now; fetched if there is none, by one of all who ask.

    For addresses that the library has no method for, prefer :meth:`MiniProgram.call`: it repeats a call whose token was
    refused.

    Raises:
        PlatformError: The platform refuses the app.
        RemoteError: ``token_unavailable``: it cannot be had at the moment.
    """
    now = yield from ask(Now())
    found = _good(now, (yield from ask(GetToken(token_key(program)))), "")
    return found or (yield from _fetch_once(program, ""))


def other_token(program: Program, refused: str) -> Flow[str]:
    """Another token than one that the platform has refused."""
    return (yield from _fetch_once(program, refused))


def _good(now: datetime, stored: StoredToken | None, refused: str) -> str:
    """The stored token, or nothing if it is over or refused."""
    return stored.value if stored and stored.expires_at > now and stored.value != refused else ""


def _fetch_once(program: Program, refused: str) -> Flow[str]:
    key = token_key(program)
    owner = yield from ask(NewNonce())
    for look in range(_LOOKS):
        now = yield from ask(Now())
        found = _good(now, (yield from ask(GetToken(key))), refused)
        if found:
            return found
        yield from _raise_noted(key, now)
        if look % _TRY_EVERY == 0 and (yield from ask(TryLock(key, owner, now, now + _LEASE))):
            return (yield from _as_holder(program, owner, refused))
        yield from ask(Sleep(_LOOK_EVERY))
    raise _unavailable("somebody else is fetching the access token and does not come to an end")


def _as_holder(program: Program, owner: str, refused: str) -> Flow[str]:
    key = token_key(program)
    try:
        now = yield from ask(Now())
        stored = yield from ask(GetToken(key))
        value = _good(now, stored, refused) or (yield from _fetch(program, stored, refused))
    except MinishopError as error:
        yield from _note_failure(key, error)
        yield from ask(Unlock(key, owner))
        raise
    yield from ask(Unlock(key, owner))
    return value


def _fetch(program: Program, stored: StoredToken | None, refused: str) -> Flow[str]:
    fresh = yield from _request(program, stored, is_forced=False)
    if fresh.value == refused and program.mode == "stable":
        yield from spend_force(program)
        fresh = yield from _request(program, stored, is_forced=True)
    if not (yield from ask(SetToken(token_key(program), fresh))):
        # A lease that ran out: somebody has fetched in the meantime, and in legacy mode theirs has ended ours.
        now = yield from ask(Now())
        return _good(now, (yield from ask(GetToken(token_key(program)))), refused) or fresh.value
    return fresh.value


def _request(program: Program, stored: StoredToken | None, *, is_forced: bool) -> Flow[StoredToken]:
    sent_at = yield from ask(Now())
    try:
        answer = yield from exchange(program, _message(program, is_forced))
    except OutcomeUnknown:  # of this fetch, not of the call that needs the token
        raise _unavailable("the platform did not answer when the access token was renewed by force") from None
    if answer.errcode:
        raise (yield from refusal(answer))
    value, expires_in = answer.fields.get("access_token"), as_int(answer.fields.get("expires_in"))
    if not isinstance(value, str) or not value or not value.isascii() or expires_in is None:
        raise _unavailable("the platform's answer holds no access token")
    life = effective_life(min(expires_in, _LONGEST_LIFE))
    return StoredToken(value, sent_at + life, stored.version + 1 if stored else 1)


def _message(program: Program, is_forced: bool) -> Message:
    named = {"grant_type": "client_credential", "appid": program.appid, "secret": program.secret}
    if program.mode == "legacy":
        return Message(path="/cgi-bin/token", query=named, is_repeatable=True, timeout=_FETCH_WITHIN)
    payload = {**named, "force_refresh": is_forced}
    return Message(path="/cgi-bin/stable_token", payload=payload, is_repeatable=not is_forced, timeout=_FETCH_WITHIN)


def _note_failure(key: str, error: MinishopError) -> Flow[None]:
    now = yield from ask(Now())
    noted = yield from ask(GetToken(f"{key}:failed"))
    value = str(error.errcode) if isinstance(error, PlatformError) else ""
    note = StoredToken(value, now + _FAILURE_HOLDS, noted.version + 1 if noted else 1)
    yield from ask(SetToken(f"{key}:failed", note))


def _raise_noted(key: str, now: datetime) -> Flow[None]:
    noted = yield from ask(GetToken(f"{key}:failed"))
    # A note that ends much later than one of now was made by a clock that has been put right since.
    if noted is None or not now < noted.expires_at <= now + _FAILURE_HOLDS + _CLOCKS_DIFFER:
        return
    errcode = as_int(noted.value)
    if errcode:
        raise error_for(errcode)
    raise _unavailable("fetching the access token has failed a moment ago")


def _unavailable(why: str) -> RemoteError:
    return RemoteError(why, code="token_unavailable", http_status_hint=503)
