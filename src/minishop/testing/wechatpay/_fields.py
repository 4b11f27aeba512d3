"""Sensitive fields of a request: encrypted to the key that its ``Wechatpay-Serial`` names."""

from __future__ import annotations

from minishop.testing.wechatpay import _crypto
from minishop.testing.wechatpay._ledger import Call, Ledger
from minishop.testing.wechatpay._refusal import Refusal, bad_field

__all__ = ["open_fields", "open_text"]


def open_fields(ledger: Ledger, call: Call, *names: str) -> dict[str, str]:
    """The plain text of those members of the body that are there."""
    return {name: open_text(ledger, call, call.body[name], f"/body/{name}") for name in names if name in call.body}


def open_text(ledger: Ledger, call: Call, text: str, at: str) -> str:
    """One field's plain text.

    Raises:
        Refusal: ``PARAM_ERROR``: no key is named, a wrong one, or the text does not open.
    """
    if not call.serial:
        raise Refusal(400, "PARAM_ERROR", "no_platform_serial")
    key = ledger.platform.named(call.serial)
    if key is None:
        raise Refusal(400, "PARAM_ERROR", "unknown_platform_serial", serial=call.serial)
    try:
        return _crypto.open_field(key.key, text)
    except ValueError:
        raise bad_field(at, "", "not_encrypted") from None
