"""The five header fields of a signed message, out of whatever a framework calls its headers."""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from attrs import frozen

from minishop.errors import InvalidInput
from minishop.payments.wechatpay._checks import matching
from minishop.payments.wechatpay._errors import Malformed

__all__ = ["HeaderSource", "SignatureFields", "read_headers"]

#: A mapping in any case, pairs of str or bytes (ASGI), or a WSGI environ.
HeaderSource: TypeAlias = Mapping[str, Any] | Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]

PROBE = "WECHATPAY/SIGNTEST/"

_NAMES = ("timestamp", "nonce", "signature", "serial", "signature-type")
_FIELDS = {f"wechatpay-{name}": name for name in _NAMES}
_FIELDS |= {f"http_wechatpay_{name}".replace("-", "_"): name for name in _NAMES}
_SHORTEST, _LONGEST = min(map(len, _FIELDS)), max(map(len, _FIELDS))

_TIMESTAMP = matching(r"[1-9][0-9]{0,11}")
_NONCE = matching(r"[!-~]{1,128}")


@frozen
class SignatureFields:
    """What a signed message says of its signature; well-formed, and nothing more.

    Attributes:
        timestamp: Seconds since 1970.
        nonce: As sent.
        serial: Which key.
        signature: The raw signature; ``None``: it is a probe.
        algorithm: ``Wechatpay-Signature-Type``; empty if it was not sent.
    """

    timestamp: int
    nonce: str
    serial: str
    signature: bytes | None
    algorithm: str


def read_headers(headers: HeaderSource) -> SignatureFields:
    """Finds the five fields.

    Raises:
        Malformed: One is missing, sent twice, or not of the documented form.
        InvalidInput: ``headers`` is no mapping, no pairs and no environ.
    """
    found = _find(headers)
    missing = [name for name in _NAMES[:4] if not found.get(name)]
    if missing:
        raise _missing(missing)
    timestamp, nonce, signature = found["timestamp"], found["nonce"], found["signature"]
    if not _TIMESTAMP.fullmatch(timestamp):
        raise Malformed("Wechatpay-Timestamp is not a plain decimal number")
    if not _NONCE.fullmatch(nonce):
        raise Malformed("Wechatpay-Nonce is not of the documented form")
    raw = None if signature.startswith(PROBE) else _decode(signature)
    return SignatureFields(int(timestamp), nonce, found["serial"], raw, found.get("signature-type", ""))


def _find(headers: HeaderSource) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        pairs = headers.items() if hasattr(headers, "items") else headers
        for name, value in pairs:
            if not _SHORTEST <= len(name) <= _LONGEST:
                continue
            text = name if isinstance(name, str) else name.decode("latin-1")
            field = _FIELDS.get(text.lower())
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


def _decode(signature: str) -> bytes:
    try:
        return a2b_base64(signature, strict_mode=True)
    except ValueError:
        raise Malformed("Wechatpay-Signature is not base64") from None


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
