"""Which key the gateway signs with: certificates, the public key, and the seven days between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from minishop.testing.wechatpay._credentials import Credentials, KeySource, PlatformKey, certificate_number

__all__ = ["KeyMode", "Platform"]

#: Share of notifications that the public key signs, day by day after the merchant pressed "start".
_STEPS = tuple(Fraction(percent, 1000) for percent in (1, 10, 50, 100, 200, 500, 1000))


class KeyMode(StrEnum):
    """How the gateway proves who it is."""

    CERTIFICATE = "certificate"
    MIGRATING = "migrating"
    PUBLIC_KEY = "public_key"


class Platform:
    """The gateway's keys.

    Args:
        credentials: The merchant's; they name the public key.
        mode: To begin with.
        clock: Tells the time; aware.
        keys: Gives the private keys by name.
    """

    def __init__(self, credentials: Credentials, mode: KeyMode, clock: Callable[[], datetime], keys: KeySource) -> None:
        self.mode = mode
        self._clock = clock
        self._keys = keys
        self._public_key = PlatformKey(serial=credentials.public_key_id, key=keys("platform"))
        self._certificates: list[PlatformKey] = []
        self._in_use: PlatformKey | None = None
        self._started: datetime | None = clock() if mode is KeyMode.MIGRATING else None
        self._sent = 0
        if mode is not KeyMode.PUBLIC_KEY:
            self._in_use = self.announce()

    def announce(self) -> PlatformKey:
        """Makes the next certificate. It is listed, and not used yet."""
        number = len(self._certificates) + 1
        made = certificate_number(number, self._keys(f"certificate-{number}"), self._clock())
        self._certificates.append(made)
        return made

    def rotate(self) -> PlatformKey:
        """Signs with the newest certificate, a new one if the newest is in use. The old one stays listed."""
        if not self._certificates or self._certificates[-1] is self._in_use:
            self.announce()
        self._in_use = self._certificates[-1]
        return self._in_use

    def start_migration(self) -> None:
        """What the merchant's "start" button does."""
        self.mode = KeyMode.MIGRATING
        self._started = self._clock()
        self._sent = 0

    def finish_migration(self) -> None:
        """Only the public key from now on."""
        self.mode = KeyMode.PUBLIC_KEY

    def certificates(self) -> tuple[PlatformKey, ...]:
        """Those that can be downloaded: not expired, oldest first."""
        if self.mode is KeyMode.PUBLIC_KEY:
            return ()
        return tuple(one for one in self._certificates if self._clock() < one.expires)

    def named(self, serial: str) -> PlatformKey | None:
        """The key that a request's ``Wechatpay-Serial`` names, if it can be used now."""
        usable = [*self.certificates()]
        if self.mode is not KeyMode.CERTIFICATE:
            usable.append(self._public_key)
        return next((one for one in usable if one.serial == serial), None)

    def for_reply(self, asked: str | None) -> PlatformKey:
        """The key that signs an answer: the one that the request named, or the usual one."""
        named = self.named(asked) if asked else None
        return named or self._usual()

    def for_notification(self) -> PlatformKey:
        """The key that signs the next notification; during the migration ever more often the public key."""
        share = self._share()
        before, self._sent = self._sent, self._sent + 1
        # Counting instead of drawing lots: of n notifications, the share of n, rounded down, have had their turn.
        if share and int(self._sent * share) > int(before * share):
            return self._public_key
        return self._usual()

    def _usual(self) -> PlatformKey:
        if self.mode is KeyMode.PUBLIC_KEY or self._in_use is None:
            return self._public_key
        return self._in_use

    def _share(self) -> Fraction | None:
        if self.mode is not KeyMode.MIGRATING or self._started is None:
            return None
        days = (self._clock() - self._started) // timedelta(days=1)
        return _STEPS[min(days, len(_STEPS) - 1)]
