"""The carriers' signatures, over the exact text that is sent.

base64 of raw MD5 bytes has 24 characters, of which some may be ``+`` and ``/``: in a form it must be percent-encoded,
in a header it must not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Literal

from minishop.logistics._signing import md5_base64, md5_hex

__all__ = ["sign_cainiao", "sign_jd", "sign_jt", "sign_sto", "sign_yto", "sign_yunda", "sign_zto"]


def sign_zto(body: str, *, secret: str) -> str:
    """ZTO's ``x-datadigest``."""
    return md5_base64(f"{body}{secret}")


def sign_yto(param: str, *, method: str, version: str, secret: str) -> str:
    """YTO's ``sign``; method and version are parts of the address, for example ``track_query_adapter`` and ``v1``."""
    return md5_base64(f"{param}{method}{version}{secret}")


def sign_sto(content: str, *, secret: str) -> str:
    """STO's ``data_digest``."""
    return md5_base64(f"{content}{secret}")


def sign_yunda(body: str, *, secret: str) -> str:
    """Yunda's ``sign``, which goes into a header: lower-case hexadecimal digits."""
    return md5_hex(f"{body}_{secret}")


def sign_jt(biz_content: str, *, private_key: str) -> str:
    """J&T's ``digest``, which goes into a header."""
    return md5_base64(f"{biz_content}{private_key}")


def sign_cainiao(content: str, *, secret: str) -> str:
    """Cainiao Link's ``data_digest``."""
    return md5_base64(f"{content}{secret}")


def sign_jd(
    body: str,
    *,
    path: str,
    app_key: str,
    app_secret: str,
    access_token: str,
    timestamp: str,
    version: str = "2.0",
    algorithm: Literal["md5-salt", "HMacMD5", "HMacSHA1", "HMacSHA256"] = "md5-salt",
) -> str:
    """JD's ``sign``: names and values in a fixed order, with the secret at both ends.

    Args:
        body: The exact body.
        path: Of the method, for example ``/ecap/v1/orders/trace/query``.
        app_key: Of the app.
        app_secret: Of the app.
        access_token: Of the shop.
        timestamp: ``yyyy-MM-dd HH:mm:ss``.
        version: Of the gateway's protocol.
        algorithm: The one that the query string names. ``md5-salt`` gives hexadecimal digits, the others base64.
    """
    content = (
        f"{app_secret}access_token{access_token}app_key{app_key}method{path}param_json{body}"
        f"timestamp{timestamp}v{version}{app_secret}"
    )
    if algorithm == "md5-salt":
        return md5_hex(content)
    digest = {"HMacMD5": hashlib.md5, "HMacSHA1": hashlib.sha1, "HMacSHA256": hashlib.sha256}[algorithm]
    return base64.b64encode(hmac.new(app_secret.encode(), content.encode(), digest).digest()).decode()
