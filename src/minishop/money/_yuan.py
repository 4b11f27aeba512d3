"""Yuan as people write them, fen as the library counts them.

The grammar is deliberately narrow: ASCII digits, then perhaps a point and one or two more. Whatever
`int`, `float` or `Decimal` would let through besides (spaces, underscores, signs, exponents, full-width
digits, "nan") is refused, because in a price it is a mistake or an attack.
"""

import re

from minishop.errors import InvalidMoney
from minishop.money._checks import check_int

MAX_FEN = 10**15
"""The largest amount that is read from text: ten trillion yuan, in fen. More is a typing error."""

_YUAN = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_SHOWN = 40


def parse_yuan(text: str, *, signed: bool = False) -> int:
    """The fen that a text in yuan stands for, exactly.

    >>> parse_yuan("19.90")
    1990
    >>> parse_yuan("-0.05", signed=True)
    -5

    Args:
        text: ASCII digits, optionally a point and one or two decimals. Nothing else, not even spaces.
        signed: Allow one leading minus.

    Returns:
        An amount in fen, at most `MAX_FEN` in size.

    Raises:
        InvalidMoney: With code ``wrong_type``, ``malformed``, ``too_many_decimals``, ``negative`` or
            ``too_large``.
    """
    if not isinstance(text, str):
        got = type(text).__name__
        raise InvalidMoney("amount", "wrong_type", f"must be text, got {got}", params={"expected": "str", "got": got})
    match = _YUAN.fullmatch(text)
    if match is None:
        raise _refusal("malformed", "is not an amount in yuan", text)
    minus, whole, decimals = match[1], match[2], match[3] or ""
    if minus and not signed:
        raise _refusal("negative", "must not be negative", text)
    if len(decimals) > 2:
        raise _refusal("too_many_decimals", "has more than two decimals", text)
    if len(whole) > len(str(MAX_FEN)):  # also keeps `int` from ever seeing thousands of digits
        raise _refusal("too_large", "is larger than any price", text)
    fen = int(whole) * 100 + int(decimals.ljust(2, "0"))
    if fen > MAX_FEN:
        raise _refusal("too_large", "is larger than any price", text)
    return -fen if minus else fen


def format_yuan(fen: int) -> str:
    """The amount in yuan, always with two decimals; `parse_yuan` reads it back.

    >>> format_yuan(1990)
    '19.90'

    Args:
        fen: An amount in fen, of either sign.

    Raises:
        InvalidInput: ``wrong_type`` for anything but an ``int``; a ``bool`` is refused too.
    """
    whole, rest = divmod(abs(check_int("fen", fen, minimum=None)), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"


def _refusal(code: str, why: str, text: str) -> InvalidMoney:
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return InvalidMoney("amount", code, f"{shown!r} {why}", params={"text": shown})
