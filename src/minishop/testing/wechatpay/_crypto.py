"""The gateway's cryptography, straight on the ``cryptography`` library.

It shares no line with :mod:`minishop.payments.wechatpay`, so that each can prove the other.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

__all__ = [
    "certificate",
    "lines",
    "open_field",
    "private_pem",
    "public_pem",
    "seal",
    "sign",
    "verifies",
]


def lines(*parts: str | bytes) -> bytes:
    """What is signed: each part and a line feed."""
    return b"".join((part.encode() if isinstance(part, str) else part) + b"\n" for part in parts)


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """SHA-256 with RSA (PKCS #1 v1.5), as base64."""
    return b64encode(key.sign(message, PKCS1v15(), SHA256())).decode("ascii")


def verifies(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether the base64 is a signature of the message."""
    try:
        key.verify(b64decode(signature, validate=True), message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True


def seal(api_v3_key: str, nonce: str, associated_data: str, plain: bytes) -> str:
    """AES-256-GCM with the tag at the end, as base64."""
    sealed = AESGCM(api_v3_key.encode()).encrypt(nonce.encode(), plain, associated_data.encode())
    return b64encode(sealed).decode("ascii")


def open_field(key: RSAPrivateKey, text: str) -> str:
    """A sensitive field that was encrypted to the gateway.

    Raises:
        ValueError: It was not.
    """
    padding = OAEP(MGF1(SHA1()), SHA1(), label=None)
    return key.decrypt(b64decode(text, validate=True), padding).decode()


def private_pem(key: RSAPrivateKey) -> str:
    """The key as PKCS #8 text."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def public_pem(key: RSAPublicKey) -> str:
    """The key as SubjectPublicKeyInfo text."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def certificate(key: RSAPrivateKey, serial: str, start: datetime, end: datetime) -> str:
    """A platform certificate in PEM, signed by itself.

    Args:
        key: The platform's private key.
        serial: Forty hexadecimal digits.
        start: From when it holds; aware.
        end: Until when.
    """
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "minishop WeChat Pay simulator, for tests only"),
            x509.NameAttribute(NameOID.COMMON_NAME, "simulated platform certificate"),
        ]
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int(serial, 16))
        .not_valid_before(start)
        .not_valid_after(end)
        .sign(key, SHA256())
    )
    return built.public_bytes(Encoding.PEM).decode("ascii")
