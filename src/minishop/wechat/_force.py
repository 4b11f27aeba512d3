"""The budget for fetching a token by force: at least 30 s apart, at most 20 a day, counted in the shared store."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from attrs import frozen

from minishop.flows import Flow, GetToken, Now, SetToken, StoredToken, ask
from minishop.wechat._errors import PlatformUnavailable
from minishop.wechat._program import Program

__all__ = ["SHANGHAI", "force_key", "next_midnight", "spend_force"]

SHANGHAI = timezone(timedelta(hours=8))

_A_DAY = 20
_APART = timedelta(seconds=30)


def force_key(program: Program) -> str:
    """Where the budget lies in the store."""
    return f"minishop:wx:force:{program.appid}"


def next_midnight(now: datetime) -> datetime:
    """When the platform's day ends."""
    return now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


@frozen
class _Spent:
    """What a day has used up."""

    count: int = 0
    last: datetime | None = None

    @classmethod
    def read(cls, stored: StoredToken | None, now: datetime) -> _Spent:
        """What is noted of today; a note of another day, or one that cannot be read, is none."""
        if stored is None or stored.expires_at <= now:
            return cls()
        count, _, last = stored.value.partition(" ")
        try:
            return cls(int(count), datetime.fromisoformat(last))
        except ValueError:
            return cls()

    def wait(self, now: datetime) -> timedelta | None:
        """How long until the next is allowed; ``None``: now."""
        if self.count >= _A_DAY:
            return next_midnight(now) - now
        # Much later than now: noted by a clock that has been put right since.
        if self.last is not None and abs(now - self.last) < _APART:
            return self.last + _APART - now
        return None


def spend_force(program: Program) -> Flow[None]:
    """Takes one forced refresh from the budget, before it is used.

    Raises:
        PlatformUnavailable: ``force_budget``: none is left for the moment; ``retry_after`` says for how long.
    """
    now = yield from ask(Now())
    key = force_key(program)
    stored = yield from ask(GetToken(key))
    spent = _Spent.read(stored, now)
    wait = spent.wait(now)
    if wait is None:
        note = f"{spent.count + 1} {now.isoformat()}"
        token = StoredToken(note, next_midnight(now), stored.version + 1 if stored else 1)
        if (yield from ask(SetToken(key, token))):
            return
        wait = _APART  # another process was faster
    error = PlatformUnavailable(
        "the platform hands out the refused token again, and it must not be renewed by force yet",
        code="force_budget",
        next_step="Wait for `retry_after`; look whether something else renews the tokens of this app.",
    )
    raise error.about(0, "token", retry_after=wait)
