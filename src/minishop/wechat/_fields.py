"""The formats of a subscribe message's values, by the kind that stands in front of a key's number: ``thing1``.

The rules are those of the platform's page on sending subscribe messages. Lengths are counted in characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime

from attrs import frozen

from minishop.errors import InvalidInput
from minishop.money import format_yuan
from minishop.wechat._force import SHANGHAI

__all__ = ["FIELD_RULES", "FieldRule", "amount_value", "check_field", "thing_value", "time_value"]

_KEY = re.compile(r"([a-z]+(?:_[a-z]+)*)([0-9]{0,3})")
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"
_DATE = (
    r"(?:\d{4}年(?:1[0-2]|0?[1-9])月(?:(?:3[01]|[12]\d|0?[1-9])日)?|(?:1[0-2]|0?[1-9])月(?:3[01]|[12]\d|0?[1-9])日"
    r"|(?:\d{4}[-/.])?(?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9])|\d{4}[-/.](?:1[0-2]|0?[1-9]))"
)
_MOMENT = rf"{_DATE}(?: ?{_TIME})?"
_CLOCK = rf"(?:{_DATE} ?)?{_TIME}"


@frozen
class FieldRule:
    """What a kind of value may be.

    Attributes:
        text: In one sentence.
        is_kept: Whether a value keeps the rule.
    """

    text: str
    is_kept: Callable[[str], bool]


def _matches(pattern: str, longest: int = 64) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: len(value) <= longest and compiled.fullmatch(value) is not None


def _is_symbols(value: str) -> bool:
    return len(value) <= 5 and all(unicodedata.category(character)[0] in "PS" for character in value)


def _is_code(value: str) -> bool:
    return len(value) <= 32 and not re.search(f"[{_HAN}]", value)


def _is_name(value: str) -> bool:
    if any(character.isdigit() for character in value):
        return False
    return len(value) <= (10 if re.search(f"[{_HAN}]", value) else 20)


def _is_amount(value: str) -> bool:
    found = re.fullmatch(r"(?P<sign>[^\w\s])?(?P<number>\d+(?:\.\d+)?)元?", value)
    if found is None or sum(character.isdigit() for character in found["number"]) > 10:
        return False
    return found["sign"] is None or unicodedata.category(found["sign"]) == "Sc"


FIELD_RULES: Mapping[str, FieldRule] = {
    "amount": FieldRule("a currency sign at most, up to 10 digits, decimals, 元 at the end at most", _is_amount),
    "car_number": FieldRule(
        "up to 8 letters and digits; the first and the last may be Chinese",
        _matches(rf"[0-9A-Za-z{_HAN}](?:[0-9A-Za-z]*[0-9A-Za-z{_HAN}])?", 8),
    ),
    "character_string": FieldRule("up to 32 digits, letters and symbols, nothing Chinese", _is_code),
    "date": FieldRule(
        "a date, a time of day after it at most; two with ~ between them", _matches(rf"{_MOMENT}(?:~{_MOMENT})?")
    ),
    "enum": FieldRule("one of the texts of the template", lambda value: True),
    "letter": FieldRule("up to 32 letters", _matches(r"[A-Za-z]+", 32)),
    "name": FieldRule("up to 10 characters if any is Chinese, else up to 20 letters and symbols", _is_name),
    "number": FieldRule("up to 32 digits, with decimals at most", _matches(r"[0-9]+(?:\.[0-9]+)?", 32)),
    "phone_number": FieldRule("up to 17 digits and symbols", _matches(r"[0-9+\-()*#. ]+", 17)),
    "phrase": FieldRule("up to 5 Chinese characters", _matches(rf"[{_HAN}]+", 5)),
    "symbol": FieldRule("up to 5 symbols", _is_symbols),
    "thing": FieldRule("up to 20 characters", lambda value: len(value) <= 20),
    "time": FieldRule(
        "a time of day, a date before it at most; two with ~ between them", _matches(rf"{_CLOCK}(?:~{_CLOCK})?")
    ),
}
"""Kind to rule."""


def check_field(key: str, value: object) -> None:
    """Checks one value of a message by its key.

    A kind that we do not know may hold any text.

    Raises:
        InvalidInput: ``data.thing1``: ``malformed`` key, ``wrong_type``, ``empty``, ``wrong_format``.
    """
    found = _KEY.fullmatch(key) if isinstance(key, str) else None
    if found is None:
        raise InvalidInput("data", "malformed", "keys are those of the template, such as thing1")
    field = f"data.{key}"
    if not isinstance(value, str):
        raise InvalidInput(field, "wrong_type", "must be a text")
    if not value.strip():
        raise InvalidInput(field, "empty", "must not be empty")
    rule = FIELD_RULES.get(found[1])
    is_clean = all(unicodedata.category(character)[0] != "C" or character == "\u200d" for character in value)
    if not is_clean or (rule is not None and not rule.is_kept(value)):
        allowed = rule.text if rule is not None else "a text in one line"
        raise InvalidInput(field, "wrong_format", f"must be {allowed}, without control characters")


def thing_value(text: str) -> str:
    """A text for a ``thing``: in one line, cut at 20 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 20 else line[:19] + "…"


def amount_value(fen: int) -> str:
    """Fen for an ``amount``: ``19.90元``."""
    return f"{format_yuan(fen)}元"


def time_value(moment: datetime) -> str:
    """An aware time for a ``time`` or a ``date``, as the clocks in China show it: ``2026年6月1日 12:00``."""
    if moment.utcoffset() is None:
        raise InvalidInput("moment", "naive_time", "must have a UTC offset, for example +08:00")
    local = moment.astimezone(SHANGHAI)
    return f"{local.year:04d}年{local.month}月{local.day}日 {local:%H:%M}"
