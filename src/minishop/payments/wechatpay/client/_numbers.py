"""Numbers that are WeChat Pay's, or follow rules of single products."""

from __future__ import annotations

from minishop.payments.wechatpay._checks import check_text, matching

__all__ = ["check_mchid", "check_out_order_no", "check_their_number"]

_THEIRS = matching(r"[0-9A-Za-z_-]{1,64}")
_OUT_ORDER_NO = matching(r"[0-9A-Za-z_|*@-]{1,64}")
_MCHID = matching(r"[0-9]{1,32}")


def check_their_number(value: str, name: str) -> str:
    """A number that WeChat Pay has given.

    Raises:
        InvalidInput: It cannot be one.
    """
    return check_text(name, value, _THEIRS, "1 to 64 letters, digits, _ or -")


def check_out_order_no(value: str, name: str = "out_order_no") -> str:
    """The shop's number of a profit sharing: 1 to 64 of ``0-9A-Za-z_|*@-``.

    Raises:
        InvalidInput: It is not.
    """
    return check_text(name, value, _OUT_ORDER_NO, "1 to 64 of 0-9 A-Z a-z _ | * @ -")


def check_mchid(value: str, name: str = "mchid") -> str:
    """A merchant number.

    Raises:
        InvalidInput: It is not.
    """
    return check_text(name, value, _MCHID, "digits")
