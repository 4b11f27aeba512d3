"""Never run, only type-checked: names from the lazy façade have their real types."""

from datetime import datetime
from typing import assert_type

import minishop
from minishop import Allocation, CallerError, Cart, Engine, Quote, allocate, parse_yuan


def money() -> None:
    assert_type(parse_yuan("1"), int)
    assert_type(minishop.format_yuan(1), str)
    assert_type(allocate(1, [1]), Allocation)
    assert_type(allocate(1, [1]).parts, tuple[int, ...])
    allocate(1, [1], policy="last-line")
    allocate(1, [1], policy="no-such-policy")  # type: ignore[arg-type]
    minishop.no_such_name  # type: ignore[attr-defined]  # noqa: B018


def errors(error: CallerError) -> None:
    assert_type(error.code, str)
    assert_type(error.http_status_hint, int)
    assert_type(error.retryable, bool)


def pricing(text: str, cart: Cart, at: datetime) -> None:
    engine = Engine.from_toml(text)
    assert_type(engine, Engine)
    quote = engine.quote(cart, at=at)
    assert_type(quote, Quote)
    assert_type(quote.payable, int | None)
