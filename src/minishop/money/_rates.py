"""Rates are whole basis points (1% = 100), and halves round away from zero ("half-up")."""

import re

from minishop.errors import InvalidInput
from minishop.money._checks import check_int

WHOLE = 10_000
"""The basis points of 100%."""

_PERCENT = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,2}))?%")
_SHOWN = 40


def parse_percent(text: str, *, minimum: int = 1, maximum: int = WHOLE) -> int:
    """The basis points that a percentage stands for, exactly.

    >>> parse_percent("33.33%")
    3333

    Args:
        text: ASCII digits, optionally a point and one or two decimals, and a percent sign.
        minimum: The least that is accepted, in basis points. By default more than nothing.
        maximum: The most that is accepted, in basis points. By default 100%.

    Returns:
        A rate in basis points.

    Raises:
        InvalidInput: With code ``wrong_type``, ``malformed`` or ``out_of_range``.
    """
    if not isinstance(text, str):
        got = type(text).__name__
        raise InvalidInput("percent", "wrong_type", f"must be text, got {got}", params={"expected": "str", "got": got})
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    match = _PERCENT.fullmatch(text)
    if match is None:
        raise InvalidInput(
            "percent",
            "malformed",
            f"{shown!r} is not a percentage with at most two decimals",
            params={"text": shown},
            next_step='Write it like "20%" or "33.33%".',
        )
    basis_points = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if not minimum <= basis_points <= maximum:
        low, high = format_percent(minimum), format_percent(maximum)
        raise InvalidInput(
            "percent",
            "out_of_range",
            f"{shown!r} is not between {low} and {high}",
            params={"text": shown, "minimum": low, "maximum": high},
        )
    return basis_points


def format_percent(basis_points: int) -> str:
    """The rate as a percentage without idle zeros; `parse_percent` reads it back.

    >>> format_percent(50)
    '0.5%'

    Args:
        basis_points: A rate in basis points, 0 or more.

    Raises:
        InvalidInput: ``wrong_type`` or ``negative``.
    """
    whole, rest = divmod(check_int("basis_points", basis_points), 100)
    decimals = f".{rest:02d}".rstrip("0").rstrip(".")
    return f"{whole}{decimals}%"


def half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded to a whole number, a half going up.

    >>> half_up(5, 2)
    3

    Args:
        numerator: 0 or more.
        denominator: 1 or more.

    Raises:
        InvalidInput: ``wrong_type``, ``negative`` or ``too_small``.
    """
    check_int("numerator", numerator)
    check_int("denominator", denominator, minimum=1)
    return (2 * numerator + denominator) // (2 * denominator)


def percent_of(amount: int, basis_points: int) -> int:
    """That share of an amount, rounded half-up to a fen.

    >>> percent_of(5990, 500)
    300

    Args:
        amount: Fen, 0 or more.
        basis_points: The rate, 0 or more.

    Returns:
        Fen.

    Raises:
        InvalidInput: ``wrong_type`` or ``negative``.
    """
    check_int("amount", amount)
    check_int("basis_points", basis_points)
    return half_up(amount * basis_points, WHOLE)
