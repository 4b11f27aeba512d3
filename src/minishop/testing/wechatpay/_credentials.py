"""The two sides' keys: what the merchant is given, and what the gateway signs with.

Keys are made once in a process and then shared by all simulators, since making one takes a tenth of a second. They are
never shipped as text: a published platform key, once trusted by mistake in production, would let anyone forge payments.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeAlias

from attrs import evolve, field, frozen
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from minishop.testing.wechatpay import _crypto

__all__ = ["Credentials", "KeySource", "PlatformKey", "certificate_number", "credentials_from", "private_key"]

#: Name -> private key; the same one each time.
KeySource: TypeAlias = Callable[[str], RSAPrivateKey]

#: Platform certificates live five years; this one has lived for one.
_LIFE = timedelta(days=5 * 365)
_AGE = timedelta(days=365)
_ALWAYS = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


@cache
def private_key(name: str) -> RSAPrivateKey:
    """The process's 2048-bit RSA key of that name."""
    return generate_private_key(public_exponent=65537, key_size=2048)


@frozen(kw_only=True)
class Credentials:
    """What a merchant has to know to call the gateway. Secrets stay out of ``repr``.

    Attributes:
        mchid: Merchant number.
        appid: Of the mini-program or app.
        serial: Serial number of the merchant's API certificate, 40 hexadecimal digits.
        private_key: The merchant's private key, PEM.
        api_v3_key: 32 characters; opens what notifications and certificates hold.
        public_key_id: Name of the gateway's public key.
        public_key: The gateway's public key, PEM.
    """

    mchid: str = "1900000001"
    appid: str = "wx00000000simulate"
    serial: str = "3A5E0C1F7B9D2846E0A1B2C3D4E5F60718293A4B"
    private_key: str = field(factory=lambda: _crypto.private_pem(private_key("merchant")), repr=False)
    api_v3_key: str = field(default="simulatedApiV3KeySimulatedApiV3K", repr=False)
    public_key_id: str = "PUB_KEY_ID_0119000000012026060100000000001"
    public_key: str = field(factory=lambda: _crypto.public_pem(private_key("platform").public_key()))


@frozen(kw_only=True)
class PlatformKey:
    """One key that the gateway signs with and that fields are encrypted to.

    Attributes:
        serial: ``PUB_KEY_ID_…``, or a certificate's serial number.
        key: The private key.
        certificate: PEM; empty for the public key.
        effective: When the certificate begins; aware.
        expires: When it ends.
    """

    serial: str
    key: RSAPrivateKey = field(repr=False)
    certificate: str = field(default="", repr=False)
    effective: datetime = _ALWAYS
    expires: datetime = _NEVER


def credentials_from(keys: KeySource, *, api_v3_key: str | None = None) -> Credentials:
    """Credentials with keys that were kept, for a gateway that is to be the same after a restart."""
    made = Credentials(
        private_key=_crypto.private_pem(keys("merchant")), public_key=_crypto.public_pem(keys("platform").public_key())
    )
    return made if api_v3_key is None else evolve(made, api_v3_key=api_v3_key)


def certificate_number(number: int, key: RSAPrivateKey, now: datetime) -> PlatformKey:
    """The gateway's first, second … certificate. The first has lived for a year, the others begin now."""
    effective = (now - _AGE if number == 1 else now).replace(microsecond=0)
    expires = effective + _LIFE
    serial = f"7C4D9E0A5B6A39281706F5E4D3C2B1A0{number:08X}"
    return PlatformKey(
        serial=serial,
        key=key,
        certificate=_crypto.certificate(key, serial, effective, expires),
        effective=effective,
        expires=expires,
    )
