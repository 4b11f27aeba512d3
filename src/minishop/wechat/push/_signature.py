"""The signature of a push: SHA-1 of the sorted parts, one after the other."""

from __future__ import annotations

import hashlib
import hmac

__all__ = ["is_signature", "push_signature"]


def push_signature(token: str, timestamp: str, nonce: str, encrypted: str = "") -> str:
    """What the platform signs a push with: ``signature``, or ``msg_signature`` if there is something encrypted.

    Args:
        token: From the settings.
        timestamp: As it stands in the address.
        nonce: As it stands in the address.
        encrypted: The text of ``Encrypt``; empty for the plain signature, which does not cover the message.
    """
    parts = sorted(part.encode("utf-8", "replace") for part in (token, timestamp, nonce, encrypted) if part)
    return hashlib.sha1(b"".join(parts)).hexdigest()


def is_signature(given: str, expected: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
