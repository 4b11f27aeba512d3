"""Cart documents in and out: everything that one quote is computed from, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from minishop.errors import InvalidDocument, Problem
from minishop.quotes._cart import Cart, CartLine, Coupon, PointsRequest, QuoteRequest, Shopper, Usage
from minishop.quotes.reading import (
    REQUIRED,
    Count,
    Field,
    Flag,
    ListOf,
    MapOf,
    Money,
    Names,
    Problems,
    Scaled,
    Table,
    Text,
    Time,
    fault,
    fields_schema,
    join,
    kind_of,
    parse_json,
    read_fields,
    write_fields,
)

__all__ = ["cart_schema", "parse_request_json", "read_request", "write_request"]

_LINE = Table(
    CartLine,
    (
        Field("id", Text()),
        Field("sku", Text()),
        Field("quantity", Count(most=10**6)),
        Field("unit_price", Money(positive=False)),
        Field("product", Text(), default=None),
        Field("category", Names(), default=()),
        Field("brand", Text(), default=None),
        Field("tag", Names(), default=()),
        Field("shop", Text(), default=None),
        Field("member_prices", MapOf(Money(positive=False)), default={}),
        Field("activity_price", Money(positive=False), default=None),
        Field("floor", Money(positive=False), default=0),
        Field("freight", Text(), default=None),
        Field("weight", Scaled(6), default=None, attribute="weight_mg"),
        Field("volume", Scaled(6), default=None, attribute="volume_cm3"),
        Field("selected", Flag(), default=True),
    ),
)
_SHOPPER = Table(
    Shopper,
    (
        Field("id", Text(), default=None),
        Field("level", Text(), default=None),
        Field("tag", Names(), default=()),
        Field("new_customer", Flag(), default=False),
    ),
)
_COUPON = Table(
    Coupon,
    (
        Field("id", Text()),
        Field("rule", Text()),
        Field("claimed_at", Time(), default=None),
        Field("valid_from", Time(), default=None),
        Field("valid_until", Time(), default=None),
    ),
)
_USAGE = Table(
    Usage,
    (
        Field("shopper", Count(least=0), default=0),
        Field("total", Count(least=0), default=0),
        Field("budget", Money(positive=False), default=0),
    ),
)


@frozen
class _CouponChoice:
    """``"best"``, ``"none"``, or a list of ids."""

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if isinstance(raw, str):
            if raw in ("best", "none"):
                return raw
            return fault(problems, path, "unknown_value", 'must be "best", "none" or a list of coupon ids')
        return Names().read(raw, path, problems)

    def write(self, value: Any) -> Any:
        return value if isinstance(value, str) else list(value)

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [{"enum": ["best", "none"]}, Names().schema()]}


@frozen
class _PointsUse:
    """``"max"``, ``"none"``, or a number."""

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if isinstance(raw, str):
            if raw in ("max", "none"):
                return raw
            return fault(problems, path, "unknown_value", 'must be "max", "none" or a number of points')
        return Count(least=0).read(raw, path, problems)

    def write(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [{"enum": ["max", "none"]}, Count(least=0).schema()]}


_POINTS = Table(PointsRequest, (Field("balance", Count(least=0)), Field("use", _PointsUse(), default="none")))

_CART = (
    Field("lines", ListOf(_LINE)),
    Field("gift_stock", MapOf(Count(least=0)), default=None),
    Field("usage", MapOf(_USAGE), default=None),
)
_REQUEST = (
    Field("at", Time(), default=None),
    Field("channel", Text(), default=None),
    Field("shopper", _SHOPPER, default=None),
    Field("coupons", ListOf(_COUPON), default=()),
    Field("use_coupons", _CouponChoice(), default="best"),
    Field("points", _POINTS, default=None),
    Field("destination", Names(), default=None),
)


def read_request(raw: Any, *, now: datetime | None = None) -> QuoteRequest:
    """The typed request of a cart document.

    Args:
        raw: What JSON or TOML parsed to.
        now: The instant to quote at if the document has no ``at``; aware.

    Raises:
        InvalidDocument: With everything that is wrong, by path.
    """
    problems: Problems = []
    if not isinstance(raw, Mapping):
        raise InvalidDocument([Problem("", "wrong_type", f"must be a table, got {kind_of(raw)}")])
    values = _read_all(raw, problems)
    for key in ("lines", "coupons"):
        _unique(raw.get(key), key, problems)
    if values["at"] is None:
        values["at"] = now
        if now is None:
            fault(problems, "at", "missing_key", "is required: the instant of the quote")
    if problems:
        raise InvalidDocument(problems)
    cart = Cart(values.pop("lines"), gift_stock=values.pop("gift_stock"), usage=values.pop("usage"))
    return QuoteRequest(cart=cart, **values)


def _read_all(raw: Mapping[str, Any], problems: Problems) -> dict[str, Any]:
    fields = (*_CART, *_REQUEST)
    known = tuple(one.key for one in fields)
    read_fields({key: raw[key] for key in raw if key not in known}, "", (), problems, also=known)
    values: dict[str, Any] = {}
    for one in fields:
        if raw.get(one.key) is not None:
            values[one.name] = one.type.read(raw[one.key], one.key, problems)
        elif one.default is REQUIRED:
            values[one.name] = fault(problems, one.key, "missing_key", "is required")
        else:
            values[one.name] = one.default
    return values


def _unique(raw: Any, key: str, problems: Problems) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(raw if isinstance(raw, (list, tuple)) else ()):
        name = entry.get("id") if isinstance(entry, Mapping) else None
        if isinstance(name, str):
            if name in seen:
                fault(problems, f"{join(key, index)}.id", "duplicate_id", f"{name!r} is used before")
            seen.add(name)


def parse_request_json(text: str, *, now: datetime | None = None) -> QuoteRequest:
    """The typed request of a JSON document; raises as :func:`read_request`."""
    return read_request(parse_json(text), now=now)


def write_request(request: QuoteRequest) -> dict[str, Any]:
    """The document of a request; :func:`read_request` reads it back."""
    return write_fields(request.cart, _CART) | write_fields(request, _REQUEST)


def cart_schema() -> dict[str, Any]:
    """The JSON Schema of a cart document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "minishop cart",
        **fields_schema((*_CART, *_REQUEST)),
    }
