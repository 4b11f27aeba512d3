"""HTTP forms, written and read exactly.

What is signed is the text inside the form, so decoding must give back that text and nothing else: UTF-8 or an error,
each field once or an error.
"""

from __future__ import annotations

from binascii import a2b_qp
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

__all__ = ["FORM", "decode_form", "encode_form", "find_header"]

FORM = "application/x-www-form-urlencoded"

_IN_A_FORM = bytes(range(0x21, 0x7F))
_MOST_FIELDS = 100


def encode_form(fields: Iterable[tuple[str, str]]) -> bytes:
    """The body of a form."""
    return urlencode(list(fields)).encode("ascii")


def decode_form(body: bytes) -> dict[str, str]:
    """The fields of a form.

    Raises:
        ValueError: It is none: a broken escape, no UTF-8, a field twice, too many fields.
    """
    if body.translate(None, _IN_A_FORM):
        raise ValueError("bytes that no form has")
    fields: dict[str, str] = {}
    pairs = body.split(b"&", _MOST_FIELDS)
    if len(pairs) > _MOST_FIELDS:
        raise ValueError("too many fields")
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        key = _unescape(name)
        if key in fields:
            raise ValueError("a field stands twice")
        fields[key] = _unescape(value)
    return fields


def _unescape(text: bytes) -> str:
    # Percent escapes are quoted-printable ones with another sign, and the standard library reads those in C: twenty
    # times as fast as urllib for Chinese text, of which every byte is escaped.
    quoted = text.replace(b"+", b" ").replace(b"=", b"=3D").replace(b"%", b"=")
    plain = a2b_qp(quoted)
    # A good escape makes one byte of three; a broken one is left as it is, or loses its sign.
    if len(plain) != len(quoted) - 2 * quoted.count(b"="):
        raise ValueError("a broken escape")
    return plain.decode("utf-8")


def find_header(headers: object, name: str) -> str:
    """A header field by name, from whatever a framework holds them in; empty if it is not there.

    Understands mappings, pairs of str or bytes, and a WSGI environ (``CONTENT_TYPE``, ``HTTP_…``).
    """
    pairs = headers.items() if isinstance(headers, Mapping) or hasattr(headers, "items") else headers
    if not isinstance(pairs, Iterable):
        return ""
    for pair in pairs:
        try:
            key, value = pair
        except (TypeError, ValueError):
            continue
        key = _header_text(key).lower().replace("_", "-").removeprefix("http-")
        if key == name:
            return _header_text(value)
    return ""


def _header_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value if isinstance(value, str) else ""
