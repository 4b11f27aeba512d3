"""Tables of a document: fields, paths and problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Final, Protocol

from attrs import field, frozen

from minishop.errors import InvalidInput, Problem

__all__ = [
    "INVALID",
    "REQUIRED",
    "Field",
    "FieldType",
    "Problems",
    "build",
    "fault",
    "fields_schema",
    "is_table",
    "join",
    "kind_of",
    "read_fields",
    "write_fields",
]

INVALID: Final[Any] = type("_Invalid", (), {"__repr__": lambda self: "INVALID"})()
REQUIRED: Final[Any] = type("_Required", (), {"__repr__": lambda self: "REQUIRED"})()

Problems = list[Problem]


def fault(problems: Problems, path: str, code: str, message: str, **params: object) -> Any:
    """Notes a problem and returns :data:`INVALID`."""
    problems.append(Problem(path, code, message, params))
    return INVALID


def join(path: str, key: str | int) -> str:
    """The path of a member: ``rule[3].scope``."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


class FieldType(Protocol):
    """How a value stands in a document.

    ``read`` returns the value, or notes problems and returns :data:`INVALID`; ``write`` is its inverse; ``schema`` is
    the JSON Schema of what ``read`` takes.
    """

    def read(self, raw: Any, path: str, problems: Problems) -> Any: ...

    def write(self, value: Any) -> Any: ...

    def schema(self) -> dict[str, Any]: ...


@frozen
class Field:
    """One key of a table.

    Attributes:
        key: The key in the document.
        type: How its value is read, written and described.
        default: What an absent key means; :data:`REQUIRED` if it must be there.
        attribute: The attribute of the typed value, if it is not called like the key.
    """

    key: str
    type: FieldType
    default: Any = field(default=REQUIRED, kw_only=True)
    attribute: str = field(default="", kw_only=True)

    @property
    def name(self) -> str:
        """The attribute of the typed value."""
        return self.attribute or self.key


def is_table(raw: Any, path: str, problems: Problems) -> bool:
    """Whether something is a table; notes a problem if not."""
    if isinstance(raw, Mapping):
        return True
    fault(problems, path, "wrong_type", f"must be a table, got {kind_of(raw)}")
    return False


def kind_of(raw: Any) -> str:
    """What a reader of the document would call a value."""
    if raw is None:
        return "null"
    if isinstance(raw, bool):
        return "true or false"
    for kind, name in ((str, "text"), (int, "a whole number"), (Mapping, "a table"), (Sequence, "a list")):
        if isinstance(raw, kind):
            return name
    return "a decimal number" if isinstance(raw, (Decimal,)) or type(raw).__name__ == "float" else type(raw).__name__


def read_fields(raw: Any, path: str, fields: Sequence[Field], problems: Problems, also: Sequence[str] = ()) -> Any:
    """A table by its fields (null is the same as absent): attribute -> value, or :data:`INVALID` if any of it is wrong.

    Args:
        raw: The table.
        path: Where it stands.
        fields: The keys it may have.
        problems: Takes what is wrong.
        also: Further keys that somebody else reads.
    """
    if not is_table(raw, path, problems):
        return INVALID
    before = len(problems)
    known = [one.key for one in fields]
    for key in raw:
        if key not in known and key not in also:
            allowed = [*also, *known]
            near = get_close_matches(str(key), allowed, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            fault(
                problems,
                join(path, str(key)),
                "unknown_key",
                f"allowed here: {', '.join(allowed) or 'nothing'}{hint}",
                allowed=tuple(allowed),
            )
    values: dict[str, Any] = {}
    for one in fields:
        here = join(path, one.key)
        if raw.get(one.key) is not None or (one.key in raw and one.default is REQUIRED):
            values[one.name] = one.type.read(raw[one.key], here, problems)
        elif one.default is REQUIRED:
            fault(problems, here, "missing_key", "is required")
        else:
            values[one.name] = one.default
    return values if len(problems) == before else INVALID


def write_fields(value: Any, fields: Sequence[Field]) -> dict[str, Any]:
    """The inverse of :func:`read_fields`: every key but those that are absent (``None``) or empty lists by default."""
    found = ((one, getattr(value, one.name)) for one in fields)
    return {
        one.key: one.type.write(item)
        for one, item in found
        if item is not None and not (item == () and one.default == ())
    }


def fields_schema(fields: Sequence[Field]) -> dict[str, Any]:
    """The JSON Schema of a table."""
    required = [one.key for one in fields if one.default is REQUIRED]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {one.key: one.type.schema() for one in fields},
        "additionalProperties": False,
    }
    return {**schema, "required": required} if required else schema


def build(make: Any, values: Any, path: str, problems: Problems) -> Any:
    """The typed value of read fields; what its constructor refuses becomes a problem."""
    if values is INVALID:
        return INVALID
    try:
        return make(**values)
    except InvalidInput as error:
        return fault(problems, join(path, error.field), error.code, error.message, **dict(error.params))
