"""Waybill numbers: how they are written, and whose they may be.

:func:`detect` works offline and only ranks; it never decides. Shapes are shared (twelve digits are used by several
carriers) and change, so the confidence marks of the table are kept, and a check digit counts where there is one.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from enum import IntEnum
from functools import cache
from importlib.resources import files

from attrs import field, frozen

from minishop.errors import InvalidInput

__all__ = ["Confidence", "Guess", "clean_number", "detect", "is_s10", "is_ups"]

_LONGEST = 32
_ALLOWED = re.compile(r"[0-9A-Z-]+")
_JD_PARCEL = re.compile(r"(JD[A-Z]{0,2}\d{10,15})-\d+-\d+-?")
_PAYMENT = re.compile(r"42\d{26}")
_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


class Confidence(IntEnum):
    """How much a shape says. None of them is proof."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@frozen(kw_only=True)
class Guess:
    """Whose a number may be.

    Attributes:
        carrier: Our id.
        confidence: Of the shape; ``LOW`` if the check digit is wrong.
        check: Whether the check digit is right; ``None`` if the shape has none.
        notes: What is known about the shape.
    """

    carrier: str
    confidence: Confidence
    check: bool | None = None
    notes: str = ""


def clean_number(text: str) -> str:
    """A waybill number as providers take it: NFKC, trimmed, in capitals, without JD's parcel suffix.

    Raises:
        InvalidInput: ``wrong_type``, ``empty``; ``too_long``: more than 32 characters; ``malformed``: something else
            than digits, letters and hyphens; ``payment_number``: the number of a WeChat payment.
    """
    if not isinstance(text, str):
        raise InvalidInput("number", "wrong_type", "must be a str", params={"got": type(text).__name__})
    number = unicodedata.normalize("NFKC", text).strip().upper()
    if not number:
        raise InvalidInput("number", "empty", "must not be empty")
    if len(number) > _LONGEST:
        raise InvalidInput(
            "number", "too_long", f"must have at most {_LONGEST} characters", params={"got": len(number)}
        )
    if not _ALLOWED.fullmatch(number):
        raise InvalidInput("number", "malformed", "must be of 0-9, A-Z and hyphens")
    if _PAYMENT.fullmatch(number):
        raise InvalidInput(
            "number",
            "payment_number",
            "28 digits that begin with 42 are the number of a WeChat payment, not of a waybill",
            next_step="Take the number from the carrier's label.",
        )
    parcel = _JD_PARCEL.fullmatch(number)
    return parcel[1] if parcel else number


def is_s10(number: str) -> bool:
    """Whether the check digit of a UPU S10 number (two letters, nine digits, two letters) is right."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{9}[A-Z]{2}", number):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_S10_WEIGHTS, number[2:10], strict=True))
    check = 11 - total % 11
    return int(number[10]) == {10: 0, 11: 5}.get(check, check)


def is_ups(number: str) -> bool:
    """Whether the check digit of a UPS number (``1Z`` and 16 more) is right."""
    if not re.fullmatch(r"1Z[0-9A-Z]{15}[0-9]", number):
        return False
    values = [int(sign) if sign.isdigit() else (ord(sign) - 63) % 10 for sign in number[2:17]]
    total = sum(values[0::2]) + 2 * sum(values[1::2])
    return int(number[17]) == -total % 10


_CHECKS = {"s10": is_s10, "ups": is_ups}


@frozen
class _Shape:
    carrier: str
    pattern: re.Pattern[str]
    confidence: Confidence
    check: str = field(default="")
    notes: str = field(default="")


@cache
def _shapes() -> tuple[_Shape, ...]:
    text = files("minishop.logistics").joinpath("data/numbers.csv").read_text(encoding="utf-8")
    return tuple(
        _Shape(
            row["carrier"],
            re.compile(row["pattern"], re.ASCII),
            Confidence[row["confidence"].upper()],
            row["check"],
            row["notes"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def detect(number: str) -> tuple[Guess, ...]:
    """Whose a number may be, the likeliest first; empty if its shape is not known. Let a person or the carrier decide.

    Args:
        number: As it was typed.

    Raises:
        InvalidInput: As :func:`clean_number`.
    """
    cleaned = clean_number(number)
    found: dict[str, Guess] = {}
    for shape in _shapes():
        if shape.pattern.fullmatch(cleaned):
            check = _CHECKS[shape.check](cleaned) if shape.check else None
            confidence = Confidence.LOW if check is False else shape.confidence
            known = found.get(shape.carrier)
            if known is None or known.confidence < confidence:
                found[shape.carrier] = Guess(
                    carrier=shape.carrier, confidence=confidence, check=check, notes=shape.notes
                )
    return tuple(sorted(found.values(), key=lambda guess: -guess.confidence))
