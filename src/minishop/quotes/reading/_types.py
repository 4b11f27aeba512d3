"""How values stand in a document: texts, money, counts, times, lists and tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from attrs import frozen

from minishop.errors import InvalidInput
from minishop.money import MAX_FEN, format_percent, format_yuan, parse_percent, parse_yuan
from minishop.quotes.checks import has_utc, is_unicode
from minishop.quotes.reading._core import (
    INVALID,
    Field,
    FieldType,
    Problems,
    build,
    fault,
    fields_schema,
    is_table,
    join,
    kind_of,
    read_fields,
    write_fields,
)

__all__ = [
    "Choice",
    "Count",
    "Flag",
    "ListOf",
    "MapOf",
    "Money",
    "Names",
    "Percent",
    "Scaled",
    "Table",
    "Text",
    "Time",
]


def _texts(raw: Any, path: str, problems: Problems) -> bool:
    if isinstance(raw, str):
        return True
    fault(problems, path, "wrong_type", f"must be text, got {kind_of(raw)}")
    return False


@frozen
class Text:
    """A text that is not empty."""

    empty: bool = False

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not _texts(raw, path, problems):
            return INVALID
        if not raw and not self.empty:
            return fault(problems, path, "empty", "must not be empty")
        if not is_unicode(raw):
            return fault(problems, path, "malformed", "must not hold half a surrogate pair")
        return raw

    def write(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "string"} if self.empty else {"type": "string", "minLength": 1}


@frozen
class Money:
    """Yuan as text with at most two decimals; fen in Python."""

    positive: bool = True

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not isinstance(raw, str):
            return fault(problems, path, "wrong_type", f'must be yuan as text such as "19.90", got {kind_of(raw)}')
        try:
            fen = parse_yuan(raw)
        except InvalidInput as error:
            return fault(problems, path, error.code, error.message, **dict(error.params))
        if self.positive and not fen:
            return fault(problems, path, "out_of_range", "must be more than 0.00")
        return fen

    def write(self, value: Any) -> Any:
        return format_yuan(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,2})?$", "description": "yuan"}


@frozen
class Percent:
    """A percentage as text (``"20%"``); basis points in Python."""

    zero: bool = False

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not isinstance(raw, str):
            return fault(problems, path, "wrong_type", f'must be text such as "20%", got {kind_of(raw)}')
        if self.zero and raw in ("0%", "0.0%", "0.00%"):
            return 0
        try:
            return parse_percent(raw)
        except InvalidInput as error:
            return fault(problems, path, error.code, error.message, **dict(error.params))

    def write(self, value: Any) -> Any:
        return format_percent(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,2})?%$", "description": "more than 0%, at most 100%"}


@frozen
class Count:
    """A whole number."""

    least: int = 1
    most: int = MAX_FEN

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if type(raw) is not int:
            return fault(problems, path, "wrong_type", f"must be a whole number, got {kind_of(raw)}")
        if not self.least <= raw <= self.most:
            return fault(problems, path, "out_of_range", f"must be {self.least} to {self.most}")
        return raw

    def write(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@frozen
class Flag:
    """true or false."""

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if type(raw) is not bool:
            return fault(problems, path, "wrong_type", f"must be true or false, got {kind_of(raw)}")
        return raw

    def write(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@frozen
class Choice:
    """One text out of a list."""

    allowed: tuple[str, ...]

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not _texts(raw, path, problems):
            return INVALID
        if raw not in self.allowed:
            names = ", ".join(self.allowed)
            return fault(problems, path, "unknown_value", f"must be one of {names}", allowed=self.allowed)
        return raw

    def write(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.allowed)}


@frozen
class Time:
    """An instant: a TOML date-time with offset, or ISO 8601 text with offset; written in UTC."""

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        time = raw
        if isinstance(raw, str):
            try:
                time = datetime.fromisoformat(raw)
            except ValueError:
                return fault(problems, path, "malformed", "must be a time such as 2026-06-01T00:00:00+08:00")
        if not isinstance(time, datetime):
            return fault(problems, path, "wrong_type", f"must be a time with an offset, got {kind_of(raw)}")
        if time.utcoffset() is None:
            return fault(problems, path, "naive_time", "must have an offset, for example +08:00")
        if not has_utc(time):
            return fault(problems, path, "out_of_range", "must lie in the years 1 to 9999 of UTC")
        return time

    def write(self, value: Any) -> Any:
        return value.astimezone(UTC).isoformat()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "description": "with an offset"}


@frozen
class Names:
    """A list of texts."""

    least: int = 0

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not isinstance(raw, (list, tuple)):
            return fault(problems, path, "wrong_type", f"must be a list of texts, got {kind_of(raw)}")
        before = len(problems)
        for index, item in enumerate(raw):
            Text().read(item, join(path, index), problems)
        if len(problems) > before:
            return INVALID
        if len(raw) < self.least:
            return fault(problems, path, "empty", "must name at least one")
        return tuple(raw)

    def write(self, value: Any) -> Any:
        return list(value)

    def schema(self) -> dict[str, Any]:
        schema = {"type": "array", "items": {"type": "string", "minLength": 1}}
        return {**schema, "minItems": self.least} if self.least else schema


@frozen
class Scaled:
    """A decimal as text, kept as a whole number of its smallest step (``digits`` decimals)."""

    digits: int
    least: int = 0
    most: int = 10**15

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not isinstance(raw, str):
            return fault(problems, path, "wrong_type", f'must be a number as text such as "0.35", got {kind_of(raw)}')
        whole, dot, part = raw.partition(".")
        if not (whole.isascii() and whole.isdigit() and (not dot or (part.isascii() and part.isdigit()))):
            return fault(problems, path, "malformed", 'must be plain digits such as "0.35"')
        if len(part) > self.digits:
            return fault(problems, path, "too_many_decimals", f"at most {self.digits} decimals")
        if len(whole) > 18:
            return fault(problems, path, "too_large", "is too large")
        value = int(whole + part.ljust(self.digits, "0"))
        if not self.least <= value <= self.most:
            code = "too_large" if value > self.most else "out_of_range"
            return fault(problems, path, code, f"must be {self.write(self.least)} to {self.write(self.most)}")
        return value

    def write(self, value: Any) -> Any:
        if not self.digits:
            return str(value)
        text = str(value).rjust(self.digits + 1, "0")
        return f"{text[: -self.digits]}.{text[-self.digits :]}".rstrip("0").rstrip(".")

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": rf"^[0-9]+(\.[0-9]{{1,{max(1, self.digits)}}})?$"}


@frozen
class Table:
    """A table that becomes a typed value."""

    make: Any
    fields: tuple[Field, ...]

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        return build(self.make, read_fields(raw, path, self.fields, problems), path, problems)

    def write(self, value: Any) -> Any:
        return write_fields(value, self.fields)

    def schema(self) -> dict[str, Any]:
        return fields_schema(self.fields)


@frozen
class ListOf:
    """A list of one type."""

    item: FieldType
    least: int = 0

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not isinstance(raw, (list, tuple)):
            return fault(problems, path, "wrong_type", f"must be a list, got {kind_of(raw)}")
        if len(raw) < self.least:
            return fault(problems, path, "empty", "must not be empty")
        items = [self.item.read(one, join(path, index), problems) for index, one in enumerate(raw)]
        return INVALID if any(item is INVALID for item in items) else tuple(items)

    def write(self, value: Any) -> Any:
        return [self.item.write(item) for item in value]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema()}


@frozen
class MapOf:
    """A table with any keys and values of one type."""

    item: FieldType

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not is_table(raw, path, problems):
            return INVALID
        before = len(problems)
        items = {}
        for key, one in raw.items():
            Text().read(key, join(path, str(key)), problems)
            items[key] = self.item.read(one, join(path, str(key)), problems)
        return INVALID if len(problems) > before else items

    def write(self, value: Any) -> Any:
        return {key: self.item.write(item) for key, item in value.items()}

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.item.schema()}
