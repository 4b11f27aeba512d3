"""KDNiao's signature: base64 of the 32 hexadecimal digits of an MD5, not of its raw bytes.

So it always has 44 characters and ends with one ``=``. Hand it to the form as it is: a form is percent-encoded once,
and a value that was encoded by hand before is encoded twice.
"""

from __future__ import annotations

import base64

from minishop.logistics._signing import md5_hex

__all__ = ["sign"]


def sign(request_data: str, *, app_key: str) -> str:
    """Of the exact text of ``RequestData`` and the key; for requests and pushes alike."""
    return base64.b64encode(md5_hex(f"{request_data}{app_key}").encode()).decode()
