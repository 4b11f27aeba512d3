"""kuaidi100's signatures: upper-case MD5 of a text and secrets, in an order that differs for each interface.

Sign the text that is sent, and verify the text that came. A document that was parsed and written again is another text.
"""

from __future__ import annotations

from minishop.logistics._signing import md5_hex

__all__ = ["sign_cloud", "sign_label", "sign_push", "sign_query", "sign_sms"]


def sign_query(param: str, *, key: str, customer: str) -> str:
    """For queries: of param, key, customer."""
    return md5_hex(f"{param}{key}{customer}").upper()


def sign_push(param: str, *, salt: str) -> str:
    """For pushes: of param and the salt that was given when subscribing."""
    return md5_hex(f"{param}{salt}").upper()


def sign_label(param: str, *, t: str, key: str, secret: str) -> str:
    """For labels, orders and printing: of param, t (milliseconds since 1970), key, secret."""
    return md5_hex(f"{param}{t}{key}{secret}").upper()


def sign_cloud(*, key: str, secret: str) -> str:
    """For the cloud platform: of key and secret."""
    return md5_hex(f"{key}{secret}").upper()


def sign_sms(*, key: str, userid: str) -> str:
    """For text messages: of key and user id."""
    return md5_hex(f"{key}{userid}").upper()
