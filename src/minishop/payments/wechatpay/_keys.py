"""The platform's keys: one immutable map from exactly what stands in ``Wechatpay-Serial`` to a public key.

Certificates stand under their serial number, taken from the certificate itself; public keys under their
``PUB_KEY_ID_…``. Both may be held together, as the migration from one to the other needs. Nothing here does I/O, and
nothing is ever taken out of a map: a new one is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from minishop.errors import CallerError, InvalidInput
from minishop.payments.wechatpay._checks import check_text, matching, unix_seconds
from minishop.payments.wechatpay._merchant import Merchant

__all__ = ["PlatformKey", "PlatformKeys"]

_PUBLIC_KEY_ID = matching(r"PUB_KEY_ID_[0-9A-Za-z]{1,64}")
Pem = str | bytes


@frozen(eq=False)
class PlatformKey:
    """One key of WeChat Pay.

    Attributes:
        serial: What stands in ``Wechatpay-Serial``: a certificate's serial number (40 upper-case hex digits) or a
            ``PUB_KEY_ID_…``.
        public_key: The RSA key.
        effective_at: First instant at which a certificate is good; ``None``: always.
        expires_at: Last instant of it; ``None``: never.
    """

    serial: str
    public_key: RSAPublicKey = field(repr=False)
    effective_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_certificate(self) -> bool:
        """Whether it came from a certificate, which expires."""
        return self.expires_at is not None

    def is_good_at(self, now: datetime) -> bool:
        """Whether it may be used at this time."""
        return (self.effective_at is None or self.effective_at <= now) and (
            self.expires_at is None or now <= self.expires_at
        )

    def is_same_as(self, key: RSAPublicKey) -> bool:
        """Whether the two are the same key."""
        return _der(self.public_key) == _der(key)


class PlatformKeys(Mapping[str, PlatformKey]):
    """An immutable map from the exact text of ``Wechatpay-Serial`` to a key. Make one with :meth:`of`.

    Args:
        keys: The keys; later ones of the same serial must be the same key.

    Raises:
        InvalidInput: ``conflict``: two different keys of one serial.
    """

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[PlatformKey] = ()) -> None:
        known: dict[str, PlatformKey] = {}
        for key in keys:
            other = known.setdefault(key.serial, key)
            if other is not key and not other.is_same_as(key.public_key):
                raise InvalidInput(
                    "keys", "conflict", f"two different keys are called {key.serial}", params={"serial": key.serial}
                )
        self._keys: Mapping[str, PlatformKey] = MappingProxyType(known)

    @classmethod
    def of(
        cls,
        *,
        certificates: Iterable[Pem] = (),
        public_keys: Mapping[str, Pem] | None = None,
        merchant: Merchant | None = None,
    ) -> PlatformKeys:
        """Keys from the texts that WeChat Pay gives.

        Args:
            certificates: Platform certificates in PEM; their serial numbers are read from them.
            public_keys: ``PUB_KEY_ID_…`` to a public key in PEM, as the merchant console shows them.
            merchant: If given, its own certificate or key among them is refused.

        Raises:
            InvalidInput: A text is not that; ``own_key``: it is the merchant's own.
        """
        read = [_certificate(f"certificates[{place}]", pem) for place, pem in enumerate(certificates)]
        read += [_public_key(serial, pem) for serial, pem in (public_keys or {}).items()]
        if merchant is not None:
            for key in read:
                _refuse_own(key, merchant)
        return cls(read)

    def __getitem__(self, serial: str) -> PlatformKey:
        return self._keys[serial]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"PlatformKeys({', '.join(self._keys)})"

    def find(self, serial: str) -> PlatformKey | None:
        """The key of exactly this serial; quicker than :meth:`get`."""
        return self._keys.get(serial)

    def encryption_key(self, now: datetime) -> tuple[str, RSAPublicKey]:
        """Serial and key to encrypt sensitive fields with; send the serial in ``Wechatpay-Serial``.

        The certificate that is effective and expires last; without one, the public key that was given last. (A public
        key beside certificates means that a migration is on, and before it was started WeChat Pay ignores the id.)

        Raises:
            CallerError: ``no_platform_key``: no key is good at this time.
        """
        unix_seconds(now)
        good = [key for key in self._keys.values() if key.is_good_at(now)]
        dated = [(key.expires_at, place) for place, key in enumerate(good) if key.expires_at is not None]
        if not good:
            raise CallerError(
                "no platform key is good at this time",
                code="no_platform_key",
                next_step="Refresh the platform keys, or add the WeChat Pay public key.",
            )
        best = good[max(dated)[1]] if dated else good[-1]
        return best.serial, best.public_key

    def merged(self, other: PlatformKeys) -> PlatformKeys:
        """The keys of both; what is known stays.

        Raises:
            InvalidInput: ``conflict``: a serial has different keys in the two.
        """
        return PlatformKeys((*self._keys.values(), *other.values()))


def _refuse_own(key: PlatformKey, merchant: Merchant) -> None:
    if key.serial == merchant.serial or key.is_same_as(merchant.private_key.public_key()):
        raise InvalidInput(
            "certificates" if key.is_certificate else "public_keys",
            "own_key",
            "has the merchant's own certificate or key, with which WeChat Pay never signs",
            params={"serial": key.serial},
            next_step="Take the platform certificate or the WeChat Pay public key instead.",
        )


def _certificate(name: str, pem: Pem) -> PlatformKey:
    try:
        read = x509.load_pem_x509_certificate(pem.encode() if isinstance(pem, str) else pem)
        key = read.public_key()
    except (TypeError, ValueError, UnsupportedAlgorithm, AttributeError):
        raise InvalidInput(name, "malformed", "must be a certificate in PEM") from None
    serial = f"{read.serial_number:040X}"
    return PlatformKey(serial, _rsa(name, key), read.not_valid_before_utc, read.not_valid_after_utc)


def _public_key(serial: str, pem: Pem) -> PlatformKey:
    check_text("public_keys", serial, _PUBLIC_KEY_ID, "named by PUB_KEY_ID_ and digits, as the merchant console shows")
    name = f"public_keys[{serial}]"
    try:
        key = load_pem_public_key(pem.encode() if isinstance(pem, str) else pem)
    except (TypeError, ValueError, UnsupportedAlgorithm):
        raise InvalidInput(name, "malformed", "must be a public key in PEM") from None
    return PlatformKey(serial, _rsa(name, key))


def _rsa(name: str, key: object) -> RSAPublicKey:
    if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
        raise InvalidInput(name, "unsupported_key", "must be an RSA key of at least 2048 bits")
    return key


def _der(key: RSAPublicKey) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
