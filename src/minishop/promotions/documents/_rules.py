"""Rules documents in and out."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from minishop.errors import InvalidDocument, Problem
from minishop.promotions.documents._tables import GROUP, POINTS, POLICY, TEMPLATE, Kinds, rule_table
from minishop.promotions.rules import Policy, RuleSet
from minishop.promotions.validation import check_rules
from minishop.quotes.reading import (
    INVALID,
    Field,
    FieldType,
    ListOf,
    Problems,
    fault,
    fields_schema,
    join,
    kind_of,
    parse_json,
    read_fields,
)

__all__ = ["FORMAT", "parse_rules_json", "parse_rules_toml", "read_rules", "rules_schema", "write_rules"]

#: The version of the document format.
FORMAT = 1


class _Format:
    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if raw != FORMAT or type(raw) is not int:
            return fault(problems, path, "unknown_format", f"must be {FORMAT}")
        return raw

    def write(self, value: Any) -> Any:
        return value

    def schema(self) -> dict[str, Any]:
        return {"const": FORMAT}


class _Each:
    """A list whose good entries are kept, with their places, when others are not good."""

    def __init__(self, item: FieldType) -> None:
        self.item = item

    def read(self, raw: Any, path: str, problems: Problems) -> Any:
        if not isinstance(raw, Sequence) or isinstance(raw, str):
            fault(problems, path, "wrong_type", f"must be a list of tables, got {kind_of(raw)}")
            return {}
        items = {index: self.item.read(one, join(path, index), problems) for index, one in enumerate(raw)}
        return {index: item for index, item in items.items() if item is not INVALID}

    def write(self, value: Any) -> Any:
        return [self.item.write(item) for item in value]

    def schema(self) -> dict[str, Any]:
        return ListOf(self.item).schema()


def _sections(kinds: Kinds) -> tuple[Field, ...]:
    return (
        Field("format", _Format()),
        Field("policy", POLICY, default=Policy()),
        Field("group", _Each(GROUP), default={}, attribute="groups"),
        Field("rule", _Each(rule_table(kinds)), default={}, attribute="rules"),
        Field("points", POINTS, default=None),
        Field("freight", _Each(TEMPLATE), default={}),
    )


def read_rules(raw: Any, *, kinds: Kinds = ()) -> RuleSet:
    """The typed rules of a document.

    Args:
        raw: What TOML or JSON parsed to.
        kinds: Benefit and condition classes of the app's own.

    Raises:
        InvalidDocument: With everything that is wrong, by path.
    """
    problems: Problems = []
    kinds = tuple(kinds)
    if not isinstance(raw, Mapping):
        raise InvalidDocument([Problem("", "wrong_type", f"must be a table, got {kind_of(raw)}")])
    values = _read_sections(raw, kinds, problems)
    named = {key: _ids(raw.get(key)) for key in ("rule", "group")}
    problems += check_rules(values["rules"], values["groups"], values["freight"], named)
    if problems:
        raise InvalidDocument(problems)
    return RuleSet(
        rules=tuple(values["rules"].values()),
        groups=tuple(values["groups"].values()),
        policy=values["policy"],
        points=values["points"],
        freight=tuple(values["freight"].values()),
    )


def _read_sections(raw: Mapping[str, Any], kinds: Kinds, problems: Problems) -> dict[str, Any]:
    fields = _sections(kinds)
    values: dict[str, Any] = {}
    known = tuple(one.key for one in fields)
    read_fields({key: raw[key] for key in raw if key not in known}, "", (), problems, also=known)
    for one in fields:
        if raw.get(one.key) is not None:
            values[one.name] = one.type.read(raw[one.key], one.key, problems)
        elif one.key == "format":
            fault(problems, "format", "missing_key", f"is required: format = {FORMAT}")
        else:
            values[one.name] = one.default
    return values


def _ids(raw: Any) -> set[str]:
    """The ids that a section names, those of entries with other faults included: they are not unknown."""
    entries = raw if isinstance(raw, Sequence) and not isinstance(raw, str) else ()
    ids = (entry.get("id") for entry in entries if isinstance(entry, Mapping))
    return {name for name in ids if isinstance(name, str)}


def parse_rules_toml(text: str, *, kinds: Kinds = ()) -> RuleSet:
    """The typed rules of a TOML document; raises as :func:`read_rules`."""
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise InvalidDocument([Problem("", "malformed", f"not TOML: {error}")]) from error
    return read_rules(raw, kinds=kinds)


def parse_rules_json(text: str, *, kinds: Kinds = ()) -> RuleSet:
    """The typed rules of a JSON document; raises as :func:`read_rules`."""
    return read_rules(parse_json(text), kinds=kinds)


def write_rules(ruleset: RuleSet, *, kinds: Kinds = ()) -> dict[str, Any]:
    """The document of typed rules, every default filled in. Plain data that JSON takes."""
    rule = rule_table(kinds)
    document: dict[str, Any] = {
        "format": FORMAT,
        "policy": POLICY.write(ruleset.policy),
        "group": [GROUP.write(group) for group in ruleset.groups],
        "rule": [rule.write(one) for one in ruleset.rules],
        "freight": [TEMPLATE.write(template) for template in ruleset.freight],
    }
    if ruleset.points is not None:
        document["points"] = POINTS.write(ruleset.points)
    return document


def rules_schema(*, kinds: Kinds = ()) -> dict[str, Any]:
    """The JSON Schema of a rules document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "minishop rules",
        **fields_schema(_sections(kinds)),
    }


def canonical(ruleset: RuleSet, *, kinds: Kinds = ()) -> str:
    """The one text of a rule set: defaults filled in, keys sorted, times in UTC."""
    return json.dumps(write_rules(ruleset, kinds=kinds), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
