"""The fake's access tokens: a stable pool and a legacy one that know nothing of each other."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from minishop.testing.wechat._wire import Call, Clock, Refusal

__all__ = ["Credentials"]

_CHINA = timezone(timedelta(hours=8))
_OVERLAP = timedelta(minutes=5)


class Credentials:
    """Hands out tokens and checks them.

    Args:
        appid: The app.
        secret: Its secret.
        clock: Tells the time.
        life: How long a token lives.
    """

    def __init__(self, appid: str, secret: str, clock: Clock, life: timedelta) -> None:
        self.appid, self.secret, self.life = appid, secret, life
        self.force_per_day = 20
        self.fetches: list[tuple[str, bool]] = []  # pool, by force
        self._clock = clock
        self._ends: dict[str, datetime] = {}
        self._current: dict[str, str] = {}
        self._refused: set[str] = set()
        self._forced: list[datetime] = []
        self._made = 0

    def legacy(self, call: Call) -> dict[str, Any]:
        """``/cgi-bin/token``: a new one each time; the one before is good for 5 more minutes."""
        self._check_app(call.query)
        self.fetches.append(("legacy", False))
        old = self._current.get("legacy")
        if old is not None:
            self._ends[old] = min(self._ends[old], self._clock() + _OVERLAP)
        return self._hand_out(self._make("legacy"))

    def stable(self, call: Call) -> dict[str, Any]:
        """``/cgi-bin/stable_token``: the same one until 5 minutes before its end, or a new one by force."""
        fields = call.fields
        self._check_app(fields)
        is_forced = fields.get("force_refresh", False)
        if not isinstance(is_forced, bool):
            raise Refusal(47001, "force_refresh must be boolean")
        self.fetches.append(("stable", is_forced))
        current = self._current.get("stable")
        if is_forced:
            self._spend()
            if current is not None:
                self._ends[current] = self._clock()
            current = None
        if current is None or self._ends[current] - self._clock() <= min(_OVERLAP, self.life / 2):
            current = self._make("stable")
        return self._hand_out(current)

    def check(self, token: str | None) -> None:
        """Lets a call through, or not."""
        if not token:
            raise Refusal(41001, "access_token missing")
        if token not in self._ends or token in self._refused:
            raise Refusal(40001, "invalid credential, access_token is invalid or not latest")
        if self._ends[token] <= self._clock():
            raise Refusal(42001, "access_token expired")

    def revoke(self, *, but_hand_it_out_again: bool = False) -> None:
        """No token is good any more; the stable one may be handed out again all the same, until it is forced."""
        self._refused.update(self._ends)
        if not but_hand_it_out_again:
            self._current.clear()

    def _check_app(self, fields: Any) -> None:
        if fields.get("grant_type") != "client_credential":
            raise Refusal(40002, "invalid grant_type")
        if fields.get("appid") != self.appid:
            raise Refusal(40013, "invalid appid")
        if fields.get("secret") != self.secret:
            raise Refusal(40001, "invalid credential, secret is invalid")

    def _spend(self) -> None:
        now = self._clock()
        today = now.astimezone(_CHINA).date()
        self._forced = [at for at in self._forced if at.astimezone(_CHINA).date() == today]
        if len(self._forced) >= self.force_per_day:
            raise Refusal(45009, "reach max api daily quota limit")
        if self._forced and now - self._forced[-1] < timedelta(seconds=30):
            raise Refusal(45011, "api minute-quota reach limit")
        self._forced.append(now)

    def _make(self, pool: str) -> str:
        self._made += 1
        token = f"{pool.upper()}-{self._made}_{'x' * 120}"
        self._current[pool], self._ends[token] = token, self._clock() + self.life
        return token

    def _hand_out(self, token: str) -> dict[str, Any]:
        return {"access_token": token, "expires_in": int((self._ends[token] - self._clock()).total_seconds())}
