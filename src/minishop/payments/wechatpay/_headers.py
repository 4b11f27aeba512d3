"""The five header fields of a signed message, out of whatever a framework calls its headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from minishop.errors import InvalidInput
from minishop.payments.wechatpay._errors import Malformed

__all__ = ["HeaderSource", "SignatureFields", "read_headers"]

#: A mapping in any case, pairs of str or bytes (ASGI), or a WSGI environ.
HeaderSource: TypeAlias = Mapping[str, Any] | Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]

_NAMES = ("timestamp", "nonce", "signature", "serial", "signature-type")
_FIELDS = {f"wechatpay-{name}": name for name in _NAMES}
_FIELDS |= {f"http_wechatpay_{name}".replace("-", "_"): name for name in _NAMES}
_RAW_FIELDS = {f"wechatpay-{name}".encode(): name for name in _NAMES}  # apart: python -bb compares no str with bytes
_LENGTHS = frozenset(map(len, _FIELDS))

#: What a mapping is asked for first: as HTTP/1 spells the names, WSGI, HTTP/2.
_SPELLINGS = [
    tuple(f"Wechatpay-{name.title()}" for name in _NAMES),
    tuple(f"HTTP_WECHATPAY_{name.upper()}".replace("-", "_") for name in _NAMES),
    tuple(f"wechatpay-{name}" for name in _NAMES),
]

_LONGEST_NONCE = 128


class SignatureFields(NamedTuple):
    """What a signed message says of its signature; well-formed, and nothing more.

    Attributes:
        timestamp: Seconds since 1970.
        nonce: As sent.
        serial: Which key.
        signature: As sent: base64, unless it is a probe.
        algorithm: ``Wechatpay-Signature-Type``; empty if it was not sent.
    """

    timestamp: int
    nonce: str
    serial: str
    signature: str
    algorithm: str

    def as_headers(self) -> dict[str, str]:
        """The fields as they were sent, by their names in HTTP/1; without the algorithm if it was not sent."""
        headers = {
            "Wechatpay-Timestamp": str(self.timestamp),
            "Wechatpay-Nonce": self.nonce,
            "Wechatpay-Signature": self.signature,
            "Wechatpay-Serial": self.serial,
        }
        return headers | {"Wechatpay-Signature-Type": self.algorithm} if self.algorithm else headers


def read_headers(headers: HeaderSource) -> SignatureFields:
    """Finds the five fields.

    A mapping is believed in what it answers: of a field that was sent twice most give one value, some both in one.

    Raises:
        Malformed: One is missing, not of the documented form, or twice among pairs.
        InvalidInput: ``headers`` is no mapping, no pairs and no environ.
    """
    timestamp, nonce, signature, serial, algorithm = _asked(headers) or _searched(headers)
    # Not int(), which takes signs, blanks, underscores and the digits of all scripts.
    if not (timestamp.isascii() and timestamp.isdigit() and timestamp[0] != "0" and len(timestamp) <= 12):
        raise Malformed("Wechatpay-Timestamp is not a plain decimal number")
    # A line feed in it could move the border between nonce and body.
    if not (nonce.isascii() and nonce.isprintable() and " " not in nonce and len(nonce) <= _LONGEST_NONCE):
        raise Malformed("Wechatpay-Nonce is not of the documented form")
    # As SignatureFields(...) does it, without a call of Python between.
    return tuple.__new__(SignatureFields, (int(timestamp), nonce, serial, signature, algorithm))


_Five: TypeAlias = tuple[str, str, str, str, str]


def _asked(headers: HeaderSource) -> _Five | None:
    """What a mapping answers, if it knows all five by one spelling; nothing is searched."""
    get = getattr(headers, "get", None)
    if get is None:
        return None
    try:
        for one, two, three, four, five in _SPELLINGS:
            timestamp = get(one)
            if timestamp:
                nonce, signature, serial, algorithm = get(two), get(three), get(four), get(five)
                if type(timestamp) is type(nonce) is type(signature) is type(serial) is type(algorithm) is str:
                    return (timestamp, nonce, signature, serial, algorithm) if nonce and signature and serial else None
    except Exception:
        pass  # whatever its get() is: whether it is of any use, the search will tell
    return None


def _searched(headers: HeaderSource) -> _Five:
    """The five, wherever they are and in whatever case."""
    found: dict[str, str] = {}
    try:
        for name, value in headers.items() if hasattr(headers, "items") else headers:
            if len(name) in _LENGTHS:
                if isinstance(name, str):
                    field = _FIELDS.get(name) or _FIELDS.get(name.lower())
                else:
                    field = _RAW_FIELDS.get(name) or _FIELDS.get(name.decode("latin-1").lower())
                if field is not None:
                    if field in found:
                        raise Malformed(f"Wechatpay-{field.title()} was sent twice")
                    found[field] = value if isinstance(value, str) else value.decode("latin-1")
    except (AttributeError, LookupError, TypeError, ValueError):
        raise InvalidInput(
            "headers",
            "wrong_type",
            "must be a mapping, pairs of str or bytes, or a WSGI environ",
            next_step="Pass your framework's request.headers, or scope['headers'], or environ.",
        ) from None
    missing = [name for name in _NAMES[:4] if not found.get(name)]
    if missing:
        raise _missing(missing)
    return found["timestamp"], found["nonce"], found["signature"], found["serial"], found.get("signature-type", "")


def _missing(names: list[str]) -> Malformed:
    fields = ", ".join(f"Wechatpay-{name.title()}" for name in names)
    return Malformed(
        f"these header fields are missing: {fields}",
        params={"fields": fields},
        next_step=(
            "If genuine messages arrive without them, a reverse proxy in front of this app drops header fields that it "
            "does not know: let it pass those that start with Wechatpay-."
        ),
    )
