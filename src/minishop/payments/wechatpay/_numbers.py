"""The shop's own numbers, by the documented alphabets."""

from __future__ import annotations

from minishop.errors import InvalidInput
from minishop.money import MAX_FEN
from minishop.payments.wechatpay._checks import check_text, matching

__all__ = ["check_fen", "check_out_bill_no", "check_out_refund_no", "check_out_trade_no"]

_OUT_TRADE_NO = matching(r"[0-9A-Za-z_|*-]{6,32}")
_OUT_REFUND_NO = matching(r"[0-9A-Za-z_|*@-]{1,64}")
_OUT_BILL_NO = matching(r"[0-9A-Za-z]{1,32}")


def check_out_trade_no(value: str, name: str = "out_trade_no") -> str:
    """An order number: 6 to 32 of ``0-9A-Za-z_|*-``.

    Raises:
        InvalidInput: It is not.
    """
    return check_text(name, value, _OUT_TRADE_NO, "6 to 32 of 0-9 A-Z a-z _ | * -")


def check_out_refund_no(value: str, name: str = "out_refund_no") -> str:
    """A refund number: 1 to 64 of ``0-9A-Za-z_|*@-``.

    Raises:
        InvalidInput: It is not.
    """
    return check_text(name, value, _OUT_REFUND_NO, "1 to 64 of 0-9 A-Z a-z _ | * @ -")


def check_out_bill_no(value: str, name: str = "out_bill_no") -> str:
    """A transfer number: 1 to 32 letters and digits.

    Raises:
        InvalidInput: It is not.
    """
    return check_text(name, value, _OUT_BILL_NO, "1 to 32 letters and digits")


def check_fen(value: int, name: str) -> int:
    """An amount: an ``int`` of fen, at least 1.

    Raises:
        InvalidInput: Another type (``bool`` too), or not positive.
    """
    if type(value) is not int:
        raise InvalidInput(name, "wrong_type", f"must be an int of fen, not {type(value).__name__}")
    if not 0 < value <= MAX_FEN:
        raise InvalidInput(name, "out_of_range", "must be at least 1 fen, and an amount of money that exists")
    return value
