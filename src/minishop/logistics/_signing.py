"""The few digests that signatures are made of, and comparing them."""

from __future__ import annotations

import base64
import hashlib
import hmac

__all__ = ["is_same", "md5_base64", "md5_hex"]


def md5_hex(text: str) -> str:
    """MD5 of a text in UTF-8, as 32 hexadecimal digits in lower case."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def md5_base64(text: str) -> str:
    """MD5 of a text in UTF-8, its sixteen raw bytes in base64: 24 characters, of which some may be ``+`` and ``/``."""
    return base64.b64encode(hashlib.md5(text.encode(), usedforsecurity=False).digest()).decode()


def is_same(given: str, computed: str) -> bool:
    """Compares in a time that does not tell how much of it was right."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), computed.encode())
