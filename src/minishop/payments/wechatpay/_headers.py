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
_LENGTHS = frozenset(map(len, _FIELDS))

#: The usual spellings, so that they are found at once: of HTTP/1, HTTP/2, WSGI and ASGI.
_SPELLINGS: dict[str | bytes, str] = {}
for _name, _field_name in _FIELDS.items():
    for _spelling in (_name, _name.title(), _name.upper()):
        _SPELLINGS |= {_spelling: _field_name, _spelling.encode(): _field_name}

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


def read_headers(headers: HeaderSource) -> SignatureFields:
    """Finds the five fields.

    Raises:
        Malformed: One is missing, sent twice, or not of the documented form.
        InvalidInput: ``headers`` is no mapping, no pairs and no environ.
    """
    found = _find(headers)
    look = found.get
    timestamp, nonce, signature, serial = look("timestamp"), look("nonce"), look("signature"), look("serial")
    if not (timestamp and nonce and signature and serial):
        raise _missing([name for name in _NAMES[:4] if not found.get(name)])
    # Not int(), which takes signs, blanks, underscores and the digits of all scripts.
    if not (timestamp.isascii() and timestamp.isdigit() and timestamp[0] != "0" and len(timestamp) <= 12):
        raise Malformed("Wechatpay-Timestamp is not a plain decimal number")
    # A line feed in it could move the border between nonce and body.
    if not (nonce.isascii() and nonce.isprintable() and " " not in nonce and len(nonce) <= _LONGEST_NONCE):
        raise Malformed("Wechatpay-Nonce is not of the documented form")
    return SignatureFields(int(timestamp), nonce, serial, signature, look("signature-type", ""))


def _find(headers: HeaderSource) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        for name, value in headers.items() if hasattr(headers, "items") else headers:
            field = _SPELLINGS.get(name)
            if field is None and len(name) in _LENGTHS:
                field = _FIELDS.get((name if isinstance(name, str) else name.decode("latin-1")).lower())
            if field is not None:
                if field in found:
                    raise Malformed(f"Wechatpay-{field.title()} was sent twice")
                found[field] = value if isinstance(value, str) else value.decode("latin-1")
    except (AttributeError, TypeError, ValueError):
        raise InvalidInput(
            "headers",
            "wrong_type",
            "must be a mapping, pairs of str or bytes, or a WSGI environ",
            next_step="Pass your framework's request.headers, or scope['headers'], or environ.",
        ) from None
    return found


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
