"""JSON text, read strictly."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from minishop.errors import InvalidDocument, Problem

__all__ = ["parse_json"]


def parse_json(text: str) -> Any:
    """JSON text as plain data: no duplicate keys, no NaN, no absurd nesting.

    Raises:
        InvalidDocument: With the place of the fault.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(items)
        if len(table) < len(items):
            names = [key for key, _ in items]
            twice = next(key for key in names if names.count(key) > 1)
            raise InvalidDocument([Problem("", "duplicate_key", f"the key {twice!r} stands twice in one table")])
        return table

    def constant(name: str) -> Any:
        raise InvalidDocument([Problem("", "malformed", f"{name} is not JSON")])

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=Decimal)
    except InvalidDocument:
        raise
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InvalidDocument([Problem("", "malformed", f"not JSON: {error.msg} at {where}")]) from error
    except (ArithmeticError, RecursionError, ValueError) as error:
        raise InvalidDocument(
            [Problem("", "malformed", "not JSON that can be read: nested too deep, or a number too long")]
        ) from error
