"""What a scenario expects of a quote: the keys of its ``expect`` table, typed and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from attrs import field, frozen

from minishop.money import format_yuan
from minishop.promotions.rules import COUPON_LAYERS, RuleSet
from minishop.quotes import Quote, QuoteRequest, Reason
from minishop.quotes.reading import (
    INVALID,
    Count,
    Field,
    Flag,
    MapOf,
    Money,
    Names,
    Problems,
    Text,
    fault,
    is_table,
    join,
    read_fields,
)
from minishop.quotes.receipts import Names as RuleNames

__all__ = ["Expectation", "Mismatch", "check_names", "compare", "label", "read_expectation"]

_FEN = Money(positive=False)
_FIELDS = (
    Field("payable", _FEN, default=None),
    Field("freight", _FEN, default=None),
    Field("discount_total", _FEN, default=None),
    Field("rejected", MapOf(Text()), default=None),
    Field("points_used", Count(least=0), default=None),
    Field("undeliverable", Flag(), default=None),
    Field("lines", MapOf(_FEN), default=None),
)
_KEYS = ("applied", *(one.key for one in _FIELDS))


@frozen(kw_only=True)
class Expectation:
    """What must be so; ``None`` is not looked at. Money is fen.

    Attributes:
        payable: What the cart costs.
        freight: The freight to pay.
        discount_total: What rules and coupons take off goods.
        applied: Exactly these rules (``"618"``) and coupons (``"new-20/c1"``); a mapping also gives their amounts.
        rejected: Rule or coupon to the code of the reason; others are not looked at.
        points_used: Points that pay part of the goods.
        undeliverable: Whether a line cannot be delivered.
        lines: Line id to what is paid for the line.
    """

    payable: int | None = None
    freight: int | None = None
    discount_total: int | None = None
    applied: tuple[str, ...] | Mapping[str, int] | None = field(default=None, hash=False)
    rejected: Mapping[str, str] | None = field(default=None, hash=False)
    points_used: int | None = None
    undeliverable: bool | None = None
    lines: Mapping[str, int] | None = field(default=None, hash=False)


@frozen
class Mismatch:
    """One expectation that the quote does not meet.

    Attributes:
        path: The keys below ``expect``: ``("rejected", "618")``.
        expected: What the scenario says, for people.
        got: What the quote says, for people.
        notes: Why, as far as the quote tells.
        value: What the document would have to say, as plain data; ``None`` if the key would have to go.
    """

    path: tuple[str, ...]
    expected: str
    got: str
    notes: tuple[str, ...] = ()
    value: Any = field(default=None, hash=False)

    @property
    def key(self) -> str:
        """The path as text: ``rejected."618"``."""
        return ".".join([self.path[0], *(json.dumps(name, ensure_ascii=False) for name in self.path[1:])])


def label(rule: str | None, coupon: str | None) -> str:
    """What scenarios call a rule or a coupon: ``rule``, ``rule/coupon``, and ``/coupon`` if it is not held."""
    return rule or "" if coupon is None else f"{rule or ''}/{coupon}"


# -- reading ----------------------------------------------------------------------------------------------------------


def read_expectation(raw: Any, path: str, problems: Problems) -> Any:
    """The typed expectation of an ``expect`` table, or INVALID."""
    if not is_table(raw, path, problems):
        return INVALID
    if not any(raw.get(key) is not None for key in _KEYS):
        return fault(problems, path, "empty", f"must have at least one of {', '.join(_KEYS)}")
    before = len(problems)
    applied = None
    if raw.get("applied") is not None:
        applied = _read_applied(raw["applied"], join(path, "applied"), problems)
    values = read_fields(raw, path, _FIELDS, problems, also=("applied",))
    for key in ("rejected", "lines"):
        if raw.get(key) == {}:
            fault(problems, join(path, key), "empty", "must name at least one, or be left out")
    return INVALID if len(problems) > before else Expectation(applied=applied, **values)


def _read_applied(raw: Any, path: str, problems: Problems) -> Any:
    if isinstance(raw, Mapping):
        return MapOf(_FEN).read(raw, path, problems)
    if not isinstance(raw, list):
        return fault(problems, path, "wrong_type", "must be a list of texts, or a table of amounts")
    names = Names().read(raw, path, problems)
    for index, name in enumerate(raw):
        if name in raw[:index]:
            fault(problems, join(path, index), "duplicate_id", f"{name!r} is named before")
    return names


def check_names(expect: Expectation, ruleset: RuleSet, request: QuoteRequest, path: str) -> Problems:
    """Names of rules, coupons and lines that the rules and the cart do not have."""
    held = {coupon.id for coupon in request.coupons}
    listed = () if isinstance(request.use_coupons, str) else request.use_coupons
    rules = {
        *(rule.id for rule in ruleset.rules if rule.layer not in COUPON_LAYERS),
        *(label(coupon.rule, coupon.id) for coupon in request.coupons),
        *(label(None, coupon) for coupon in listed if coupon not in held),
        *(f"freight:{template.id}" for template in ruleset.freight),
        *("member-price", "activity-price"),
    }
    lines = {line.id for line in request.cart.ranked_lines}
    problems: Problems = []
    applied = expect.applied or ()
    for at, name in enumerate(applied):
        key = name if isinstance(applied, Mapping) else at
        _known(name, rules, join(f"{path}.applied", key), problems)
    for name in expect.rejected or ():
        _known(name, rules, join(f"{path}.rejected", name), problems)
    for name in expect.lines or ():
        _known(name, lines, join(f"{path}.lines", name), problems)
    return problems


def _known(name: str, allowed: set[str], path: str, problems: Problems) -> None:
    if name not in allowed:
        names = sorted(allowed, key=lambda one: (len(one), one))
        near = get_close_matches(name, names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        message = f"must be one of {', '.join(names)}{hint}" if names else "there is none"
        fault(problems, path, "unknown_id", message, allowed=tuple(names))


# -- comparing --------------------------------------------------------------------------------------------------------


def compare(expect: Expectation, quote: Quote, names: RuleNames) -> Iterator[Mismatch]:
    """Where a quote is not as expected.

    Args:
        expect: What is expected.
        quote: What the engine says.
        names: How reasons are put into words.
    """
    yield from _amount(("payable",), expect.payable, quote.payable)
    yield from _amount(("freight",), expect.freight, quote.freight)
    yield from _amount(("discount_total",), expect.discount_total, quote.discount_total)
    used = quote.points.used
    if expect.points_used not in (None, used):
        yield Mismatch(("points_used",), str(expect.points_used), str(used), value=used)
    yield from _undeliverable(expect, quote)
    if expect.applied is not None:
        yield from _applied(expect.applied, quote, names)
    yield from _rejected(expect.rejected or {}, quote, names)
    paid = {line.id: line.payable for line in quote.lines}
    for line, amount in (expect.lines or {}).items():
        yield from _amount(("lines", line), amount, paid[line])


def _amount(path: tuple[str, ...], expected: int | None, got: int | None) -> Iterator[Mismatch]:
    if expected is None or expected == got:
        return
    if got is None:
        yield Mismatch(path, format_yuan(expected), "none: cannot be delivered")
    else:
        yield Mismatch(path, format_yuan(expected), format_yuan(got), value=format_yuan(got))


def _undeliverable(expect: Expectation, quote: Quote) -> Iterator[Mismatch]:
    got = bool(quote.undeliverable)
    expected = expect.undeliverable
    if expected is None and (expect.payable, expect.freight) != (None, None):
        expected = False  # an amount to pay says so
    if expected not in (None, got):
        notes = (f"not deliverable: {', '.join(quote.undeliverable)}",) if got else ()
        yield Mismatch(("undeliverable",), str(expected).lower(), str(got).lower(), notes, value=got)


def _applied(expected: tuple[str, ...] | Mapping[str, int], quote: Quote, names: RuleNames) -> Iterator[Mismatch]:
    found = {label(entry.rule, entry.coupon): entry.amount for entry in quote.applied}
    if isinstance(expected, Mapping):
        fine = expected == found
        value: Any = {name: format_yuan(amount) for name, amount in found.items()}
        shown = [", ".join(f"{name} {format_yuan(fen)}" for name, fen in some.items()) for some in (expected, found)]
    else:
        fine = set(expected) == set(found)
        value = list(found)
        shown = [", ".join(some) for some in (expected, found)]
    if fine:
        return
    reasons = _reasons(quote)
    missing = [f"missing {name}: {_why(reasons.get(name), names)}" for name in expected if name not in found]
    extra = [f"not expected {name}: takes {format_yuan(fen)}" for name, fen in found.items() if name not in expected]
    yield Mismatch(("applied",), shown[0] or "nothing", shown[1] or "nothing", (*missing, *extra), value)


def _rejected(expected: Mapping[str, str], quote: Quote, names: RuleNames) -> Iterator[Mismatch]:
    if not expected:
        return  # reasons are computed when they are read
    reasons = _reasons(quote)
    taken = {label(entry.rule, entry.coupon): entry.amount for entry in quote.applied}
    for name, code in expected.items():
        reason = reasons.get(name)
        if reason is not None and reason.code == code:
            continue
        got = f"applied, takes {format_yuan(taken[name])}" if name in taken else _why(reason, names)
        yield Mismatch(("rejected", name), code, got, value=reason and reason.code)


def _reasons(quote: Quote) -> dict[str, Reason]:
    return {label(entry.rule, entry.coupon): entry.reason for entry in quote.rejected}


def _why(reason: Reason | None, names: RuleNames) -> str:
    if reason is None:
        return "neither applied nor rejected"
    return f"{reason.code} ({names.reason(reason.code, reason.params)})"
