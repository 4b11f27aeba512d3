"""Reading documents strictly: field types that read, write and describe themselves.

A document is plain data (what TOML and JSON parse to). A table of :class:`Field` says which keys it has. Reading
collects every problem with its path instead of stopping at the first; writing is the inverse; the JSON Schema comes
from the same declaration, so the three cannot drift apart.
"""

from minishop.quotes.reading._core import (
    INVALID,
    REQUIRED,
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
from minishop.quotes.reading._json import parse_json
from minishop.quotes.reading._types import (
    Choice,
    Count,
    Flag,
    ListOf,
    MapOf,
    Money,
    Names,
    Percent,
    Scaled,
    Table,
    Text,
    Time,
)

__all__ = [
    "INVALID",
    "REQUIRED",
    "Choice",
    "Count",
    "Field",
    "FieldType",
    "Flag",
    "ListOf",
    "MapOf",
    "Money",
    "Names",
    "Percent",
    "Problems",
    "Scaled",
    "Table",
    "Text",
    "Time",
    "build",
    "fault",
    "fields_schema",
    "is_table",
    "join",
    "kind_of",
    "parse_json",
    "read_fields",
    "write_fields",
]
