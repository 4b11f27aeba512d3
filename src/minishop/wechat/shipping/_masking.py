"""Telephone numbers as the platform wants them: the last four digits to be seen, the number not."""

from __future__ import annotations

import re
import unicodedata

from minishop.errors import InvalidInput

__all__ = ["mask_phone"]

_LONGEST = 1024
_FEWEST = 5  # 95338 is a number, too
_FEWEST_STARS = 2
_MOST_SHOWN = 8  # an area code of four and the last four

_MOBILE = re.compile(r"(?:(?:\+|00)?86)?(1\d{10})")
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d\d)\d{7,8}")


def mask_phone(phone: str, *, field: str = "phone") -> str:
    """The number with everything hidden that may be, and the last four digits shown.

    ``138****5678`` for a Chinese mobile number, with or without +86; ``021****5678`` for a landline; for anything else
    (an extension, another country, a relay number) everything but the last four digits becomes a star. What is masked
    already is left as it is.

    Args:
        phone: As people write it: blanks, hyphens, brackets, full-width digits.
        field: How to call it in an error.

    Raises:
        InvalidInput: ``wrong_type``, ``too_long``, ``malformed``: fewer than 5 digits, or the last four are not digits.
    """
    if not isinstance(phone, str):
        raise InvalidInput(field, "wrong_type", "must be a text", params={"got": type(phone).__name__})
    plain = unicodedata.normalize("NFKC", phone).strip()
    if len(plain) > _LONGEST:
        raise InvalidInput(field, "too_long", f"must have at most {_LONGEST} characters")
    compact = "".join(character for character in plain if character.isalnum() or character in "*+")
    if not re.fullmatch(r"[0-9]{4}", compact[-4:]):
        raise InvalidInput(field, "malformed", "must end in four digits")
    if compact.count("*") >= _FEWEST_STARS and _shown(plain.removeprefix("+86")) <= _MOST_SHOWN:
        return _before_last_four(plain) + compact[-4:]
    if "*" not in compact and _shown(compact) < _FEWEST:
        raise InvalidInput(field, "malformed", f"must have at least {_FEWEST} digits, or be masked")
    return _known(compact) or "".join(map(_star, _before_last_four(plain))) + compact[-4:]


def _shown(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _known(compact: str) -> str:
    found = _MOBILE.fullmatch(compact)
    if found:
        return f"{found[1][:3]}****{compact[-4:]}"
    found = _LANDLINE.fullmatch(compact)
    return f"{found[1]}****{compact[-4:]}" if found else ""


def _before_last_four(plain: str) -> str:
    """What stands before the last four digits."""
    places = [place for place, character in enumerate(plain) if character.isalnum()]
    return plain[: places[-4]]


def _star(character: str) -> str:
    return "*" if character.isalnum() else character
