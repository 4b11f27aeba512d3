"""The tables of a rules document: which keys they have, and what typed values they become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import frozen

from minishop.errors import CallerError
from minishop.promotions.benefits import BUILT_IN_BENEFITS, Benefit
from minishop.promotions.conditions import Condition
from minishop.promotions.rules import (
    BEARERS,
    LAYERS,
    SCOPE_KEYS,
    Audience,
    FreeCondition,
    FreightRegion,
    FreightTemplate,
    Group,
    Limit,
    PointsPolicy,
    Policy,
    Rule,
    Scope,
    Threshold,
)
from minishop.quotes.reading import (
    INVALID,
    Choice,
    Count,
    Field,
    Flag,
    ListOf,
    Money,
    Names,
    Percent,
    Problems,
    Scaled,
    Table,
    Text,
    Time,
    build,
    fault,
    is_table,
    join,
    read_fields,
    write_fields,
)

__all__ = ["GROUP", "POINTS", "POLICY", "TEMPLATE", "Kinds", "rule_table"]

Kinds = Iterable[type[Benefit] | type[Condition]]


@frozen
class Kinded:
    """A table whose ``kind`` says which other keys it has."""

    kinds: Mapping[str, Any]

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not is_table(raw, path, problems):
            return INVALID
        if "kind" not in raw:
            return fault(problems, join(path, "kind"), "missing_key", f"is required: {', '.join(self.kinds)}")
        kind = Choice(tuple(self.kinds)).read(raw["kind"], join(path, "kind"), problems)
        if kind is INVALID:
            return INVALID
        make = self.kinds[kind]
        values = read_fields(raw, path, make.fields, problems, also=("kind",))
        return build(make, values, path, problems)

    def write(self, value: Any) -> Any:
        return {"kind": value.kind, **write_fields(value, value.fields)}

    def schema(self) -> dict[str, Any]:
        options = []
        for kind, make in self.kinds.items():
            schema = Table(make, make.fields).schema()
            schema["properties"] = {"kind": {"const": kind}, **schema["properties"]}
            schema["required"] = ["kind", *schema.get("required", [])]
            options.append(schema)
        return {"oneOf": options} if options else {"not": {}}


def _pick() -> Any:
    return _Pick()


@frozen
class _Pick:
    """How many of a group: a number, or ``"any"`` (``None`` in Python)."""

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if raw == "any":
            return None
        if type(raw) is not int:
            return fault(problems, path, "wrong_type", 'must be a whole number or "any"')
        return Count().read(raw, path, problems)

    def write(self, value: Any) -> Any:
        return "any" if value is None else value

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [{"type": "integer", "minimum": 1}, {"const": "any"}]}


@frozen
class _MinimumPayable:
    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        value = Money(positive=False).read(raw, path, problems)
        if value is not INVALID and value > 1:
            return fault(problems, path, "out_of_range", 'must be "0.00" or "0.01"')
        return value

    def write(self, value: Any) -> Any:
        return Money().write(value)

    def schema(self) -> dict[str, Any]:
        return {"enum": ["0.00", "0.01"]}


@frozen
class _Funding:
    """Bearer to percentage."""

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not is_table(raw, path, problems):
            return INVALID
        fields = tuple(Field(bearer, Percent(zero=True), default=None) for bearer in BEARERS)
        values = read_fields(raw, path, fields, problems)
        return values if values is INVALID else {key: share for key, share in values.items() if share is not None}

    def write(self, value: Any) -> Any:
        return {bearer: Percent().write(value[bearer]) for bearer in BEARERS if bearer in value}

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {bearer: Percent().schema() for bearer in BEARERS},
            "additionalProperties": False,
        }


_SCOPE_KEYS = tuple(Field(key, Names(least=1), default=()) for key in SCOPE_KEYS)
_EXCEPT = Table(Scope, _SCOPE_KEYS)
SCOPE = Table(
    Scope,
    (
        *_SCOPE_KEYS,
        Field("except", _EXCEPT, default=None, attribute="exclude"),
        Field("only_undiscounted", Flag(), default=False),
    ),
)
AUDIENCE = Table(
    Audience,
    (
        Field("level", Names(least=1), default=()),
        Field("channel", Names(least=1), default=()),
        Field("tag", Names(least=1), default=()),
        Field("new_customer", Flag(), default=None),
    ),
)
THRESHOLD = Table(
    Threshold,
    (
        Field("amount", Money(), default=None),
        Field("quantity", Count(), default=None),
        Field("distinct", Count(), default=None),
    ),
)
LIMIT = Table(
    Limit,
    (
        Field("order", Count(), default=None),
        Field("shopper", Count(), default=None),
        Field("total", Count(), default=None),
        Field("budget", Money(), default=None),
    ),
)
GROUP = Table(
    Group,
    (
        Field("id", Text()),
        Field("pick", _Pick(), default=None),
        Field("per", Choice(("order", "line")), default="order"),
    ),
)
POLICY = Table(
    Policy,
    (
        Field("basis", Choice(("progressive", "parallel")), default="progressive"),
        Field("choice", Choice(("best", "priority")), default="best"),
        Field("allocation", Choice(("largest-remainder", "last-line", "first-lines")), default="largest-remainder"),
        Field("activity", Choice(("exclusive", "stackable")), default="exclusive"),
        Field("minimum_payable", _MinimumPayable(), default=0),
        Field("free_shipping_basis", Choice(("list", "after-discounts", "after-points")), default="after-discounts"),
        Field("freight_combine", Choice(("sum", "highest-first-plus-extra", "max")), default="sum"),
        Field("search_nodes", Count(), default=200_000),
    ),
)
POINTS = Table(
    PointsPolicy,
    (
        Field("value", Money()),
        Field("max_share", Percent(), default=10000),
        Field("maximum", Count(least=0), default=None),
        Field("step", Count(), default=1),
        Field("minimum", Count(least=0), default=0),
        Field("with_coupons", Flag(), default=True),
        Field("earn_per_yuan", Count(least=0), default=0),
        Field("earn_on_freight", Flag(), default=False),
    ),
)

#: How a template measures: the decimals of one piece, kilogram or cubic metre that Python counts as whole numbers.
_DIGITS = {"piece": 0, "weight": 6, "volume": 6}


@frozen
class _Template:
    """A freight template: what its measures are follows from ``by``."""

    def _fields(self, digits: int) -> tuple[Field, ...]:
        region = Table(
            FreightRegion,
            (
                Field("region", Names(least=1)),
                Field("start", Scaled(digits)),
                Field("start_fee", Money(positive=False)),
                Field("extra", Scaled(digits, least=1), default=10**digits),
                Field("extra_fee", Money(positive=False), default=0),
            ),
        )
        return (
            Field("id", Text()),
            Field("by", Choice(tuple(_DIGITS))),
            Field("regions", ListOf(region, least=1)),
            Field("free", _Free(), default=None),
            Field("no_delivery", Names(), default=()),
        )

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        by = raw.get("by") if isinstance(raw, Mapping) else None
        digits = _DIGITS.get(by, 6) if isinstance(by, str) else 6
        return build(FreightTemplate, read_fields(raw, path, self._fields(digits), problems), path, problems)

    def write(self, value: Any) -> Any:
        return write_fields(value, self._fields(_DIGITS[value.by]))

    def schema(self) -> dict[str, Any]:
        return Table(FreightTemplate, self._fields(6)).schema()


@frozen
class _Free:
    """When a template ships free: one threshold, or ``all`` / ``any`` of several."""

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not is_table(raw, path, problems):
            return INVALID
        for match in ("all", "any"):
            if match in raw:
                values = read_fields(raw, path, (Field(match, ListOf(THRESHOLD, least=1)),), problems)
                if values is INVALID:
                    return INVALID
                return FreeCondition(thresholds=values[match], match=match)
        threshold = THRESHOLD.read(raw, path, problems)
        return INVALID if threshold is INVALID else FreeCondition(thresholds=(threshold,))

    def write(self, value: Any) -> Any:
        return {value.match: [THRESHOLD.write(threshold) for threshold in value.thresholds]}

    def schema(self) -> dict[str, Any]:
        many = ListOf(THRESHOLD, least=1).schema()
        return {
            "oneOf": [
                THRESHOLD.schema(),
                *(
                    {"type": "object", "properties": {match: many}, "required": [match], "additionalProperties": False}
                    for match in ("all", "any")
                ),
            ]
        }


TEMPLATE = _Template()


def split_kinds(kinds: Kinds) -> tuple[dict[str, type[Benefit]], dict[str, type[Condition]]]:
    """The benefit kinds, built-in ones first, and the condition kinds.

    Raises:
        CallerError: A kind is neither a benefit nor a condition, or its name is taken.
    """
    benefits = dict(BUILT_IN_BENEFITS)
    conditions: dict[str, type[Condition]] = {}
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, Benefit):
            taken: Mapping[str, Any] = benefits
        elif isinstance(kind, type) and issubclass(kind, Condition):
            taken = conditions
        else:
            raise CallerError(f"{kind!r} is neither a Benefit nor a Condition", code="unknown_kind")
        if kind.kind in taken:
            raise CallerError(
                f"the kind {kind.kind!r} exists already", code="duplicate_kind", params={"kind": kind.kind}
            )
        if issubclass(kind, Benefit):
            benefits[kind.kind] = kind
        else:
            conditions[kind.kind] = kind
    return benefits, conditions


def rule_table(kinds: Kinds = ()) -> Table:
    """The table of a rule, with the app's own kinds among the benefits and conditions."""
    benefits, conditions = split_kinds(kinds)
    return Table(
        Rule,
        (
            Field("id", Text()),
            Field("name", Text(empty=True), default=""),
            Field("layer", Choice(tuple(LAYERS))),
            Field("group", Text(), default=None),
            Field("priority", Count(least=-(10**9), most=10**9), default=0),
            Field("excludes", Names(), default=()),
            Field("starts_at", Time(), default=None),
            Field("ends_at", Time(), default=None),
            Field("scope", SCOPE, default=Scope()),
            Field("audience", AUDIENCE, default=Audience()),
            Field("threshold", THRESHOLD, default=None),
            Field("conditions", ListOf(Kinded(conditions)), default=()),
            Field("benefit", Kinded(benefits)),
            Field("funding", _Funding(), default={}),
            Field("limit", LIMIT, default=Limit()),
        ),
    )
