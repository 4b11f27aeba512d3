"""SF's digest: base64 of the raw MD5 of a text that was URL-encoded as Java does it.

Java leaves ``*`` as it is, writes a blank as ``+`` and escapes ``~``; Python's and JavaScript's encoders differ in one
of these, which goes unnoticed until an address holds such a character. SF's own prose leaves the encoding out
altogether and does not reproduce SF's own example.
"""

from __future__ import annotations

from urllib.parse import quote_plus

from minishop.logistics._signing import md5_base64

__all__ = ["java_url_encode", "sign"]


def java_url_encode(text: str) -> str:
    """What ``java.net.URLEncoder`` makes of a text, in UTF-8."""
    return quote_plus(text, safe="*").replace("~", "%7E")


def sign(msg_data: str, *, timestamp: str, checkword: str) -> str:
    """Of the exact text of ``msgData``, the time in milliseconds since 1970, and the check word."""
    return md5_base64(java_url_encode(f"{msg_data}{timestamp}{checkword}"))
