"""The gateway's keys, as a test sees and turns them."""

from __future__ import annotations

from collections.abc import Mapping

from minishop.testing.wechatpay._base import Base
from minishop.testing.wechatpay._platform import KeyMode

__all__ = ["Keys"]


class Keys(Base):
    """The part of the simulator that is about the gateway's own keys."""

    @property
    def certificates(self) -> tuple[str, ...]:
        """The platform certificates that can be downloaded now, PEM."""
        with self._lock:
            return tuple(one.certificate for one in self._ledger.platform.certificates())

    @property
    def public_keys(self) -> Mapping[str, str]:
        """The gateway's public key by its id, PEM; empty while there are only certificates."""
        if self._ledger.platform.mode is KeyMode.CERTIFICATE:
            return {}
        return {self.credentials.public_key_id: self.credentials.public_key}

    def announce_certificate(self) -> str:
        """Lists a new certificate that is not used yet; returns its serial."""
        with self._lock:
            return self._ledger.platform.announce().serial

    def rotate_certificates(self) -> str:
        """Signs with the newest certificate from now on, and makes one if need be; returns its serial."""
        with self._lock:
            return self._ledger.platform.rotate().serial

    def start_migration(self) -> None:
        """The merchant starts to move to the public key: over seven days it signs ever more notifications."""
        with self._lock:
            self._ledger.platform.start_migration()

    def finish_migration(self) -> None:
        """The merchant uses the public key alone."""
        with self._lock:
            self._ledger.platform.finish_migration()
