"""Reading scenario files: everything that is wrong, each with the file and the path it stands at."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeVar

from attrs import field, frozen

from minishop.errors import InvalidDocument, Problem
from minishop.promotions.benefits import Benefit
from minishop.promotions.conditions import Condition
from minishop.promotions.engine import Engine
from minishop.quotes import QuoteRequest
from minishop.quotes.documents import cart_schema, read_request
from minishop.quotes.reading import INVALID, Problems, Text, fault, is_table, join, kind_of, parse_json, read_fields
from minishop.testing._expect import Expectation, check_names, read_expectation

__all__ = ["FORMAT", "Kinds", "Load", "Reader", "Scenario", "parse_toml"]

Kinds = Iterable[type[Benefit] | type[Condition]]
Load = Callable[[str], str]

#: The version of the file format.
FORMAT = 1

_KEYS = ("format", "rules", "defaults", "scenario")
_SCENARIO_KEYS = ("name", "cart", "expect")
_LINES = "lines"

#: Stands in where the instant of a quote does not matter.
_ANY_TIME = "2026-01-01T00:00:00+00:00"

_Value = TypeVar("_Value")


@frozen
class Scenario:
    """One cart and what is expected of its quote.

    Attributes:
        file: The file it stands in.
        name: What it is called; unique in the file.
        place: Which one of the file it is, from zero.
        engine: The rules.
        request: The cart and all else that it is priced with.
        expect: What is expected.
    """

    file: str
    name: str
    place: int
    engine: Engine = field(repr=False, eq=False)
    request: QuoteRequest = field(repr=False)
    expect: Expectation
    _sources: Mapping[str, str] = field(repr=False, eq=False)

    def source_of(self, path: str) -> str:
        """Where a part of the cart was written: ``a.scenario.toml:scenario[0].cart.lines[1].freight``."""
        return f"{self._sources[re.split(r'[.[]', path, maxsplit=1)[0]]}{path}"


def _place(file: str, path: str) -> str:
    """A path in a file: ``a.scenario.toml:scenario[0].name``."""
    return f"{file}:{path}" if path else file


def parse_toml(text: str) -> dict[str, Any]:
    """TOML as plain data.

    Raises:
        InvalidDocument: ``malformed``.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidDocument([Problem("", "malformed", f"not TOML: {error}")]) from error


class Reader:
    """One file being read: what is wrong with it and with the files it names is collected."""

    def __init__(self, path: str, load: Load, kinds: Sequence[type[Benefit] | type[Condition]]) -> None:
        self.path = path
        self.load = load
        self.kinds = kinds
        self.faults: Problems = []

    def attempt(self, file: str, read: Callable[[], _Value]) -> _Value | None:
        """What ``read`` returns, or ``None`` and its problems kept as those of a file."""
        try:
            return read()
        except InvalidDocument as error:
            self.keep(error.problems, file)
            return None

    def keep(self, problems: Iterable[Problem], file: str, below: str = "") -> None:
        for one in problems:
            path = join(below, one.path) if one.path else below
            self.faults.append(Problem(_place(file, path), one.code, one.message, one.params))

    def read(self, raw: dict[str, Any]) -> Iterator[Scenario]:
        problems: Problems = []
        _unknown(raw, "", _KEYS, problems)
        if raw.get("format") != FORMAT or type(raw["format"]) is not int:
            fault(problems, "format", "unknown_format" if "format" in raw else "missing_key", f"must be {FORMAT}")
        self.keep(problems, self.path)
        engine = self._engine(raw)
        defaults = self._defaults(raw.get("defaults", {}))
        entries = self._entries(raw)
        for index, entry in enumerate(entries):
            earlier = [one.get("name") for one in entries[:index] if isinstance(one, Mapping)]
            yield from self._scenario(entry, index, earlier, engine, defaults)

    def _entries(self, raw: dict[str, Any]) -> list[Any]:
        entries = raw.get("scenario")
        if isinstance(entries, list) and entries:
            return entries
        if entries is None:
            problem = Problem("scenario", "missing_key", "is required: at least one [[scenario]]")
        elif entries == []:
            problem = Problem("scenario", "empty", "must have at least one scenario")
        else:
            problem = Problem("scenario", "wrong_type", f"must be a list of tables, got {kind_of(entries)}")
        self.keep([problem], self.path)
        return []

    def _engine(self, raw: dict[str, Any]) -> Engine | None:
        problems: Problems = []
        if "rules" not in raw:
            fault(problems, "rules", "missing_key", "is required: the file of the rules")
        elif Text().read(raw["rules"], "rules", problems) is not INVALID:
            file = self._beside(raw["rules"])
            text = self._text(file, "rules")
            read = Engine.from_json if file.endswith(".json") else Engine.from_toml
            return None if text is None else self.attempt(file, lambda: read(text, kinds=self.kinds))
        self.keep(problems, self.path)
        return None

    def _beside(self, name: str) -> str:
        return str(PurePath(self.path).parent / name)

    def _text(self, file: str, key: str) -> str | None:
        """The text of a file that a key names."""
        try:
            return self.load(file)
        except OSError as error:
            problem = Problem(key, "unreadable", f"{file}: {error.strerror or error}")
        except UnicodeDecodeError as error:
            problem = Problem(key, "not_utf8", f"{file} is not UTF-8 at byte {error.start}")
        self.keep([problem], self.path)
        return None

    def _defaults(self, raw: Any) -> dict[str, Any] | None:
        """The cart keys that every scenario has; ``None`` if something is wrong with them."""
        problems: Problems = []
        if is_table(raw, "defaults", problems):
            allowed = [key for key in cart_schema()["properties"] if key != _LINES]
            _unknown(raw, "defaults", allowed, problems)
            if not problems:
                try:
                    read_request({"at": _ANY_TIME, **raw, _LINES: []})
                    return dict(raw)
                except InvalidDocument as error:
                    problems += [Problem(f"defaults.{p.path}", p.code, p.message, p.params) for p in error.problems]
        self.keep(problems, self.path)
        return None

    def _scenario(
        self, raw: Any, index: int, earlier: list[Any], engine: Engine | None, defaults: dict[str, Any] | None
    ) -> Iterator[Scenario]:
        problems: Problems = []
        before = len(self.faults)
        here = join("scenario", index)
        if not is_table(raw, here, problems):
            self.keep(problems, self.path)
            return
        _unknown(raw, here, _SCENARIO_KEYS, problems)
        missing = [key for key in _SCENARIO_KEYS if key not in raw]
        for key in missing:
            fault(problems, join(here, key), "missing_key", "is required")
        if "name" not in missing and Text().read(raw["name"], f"{here}.name", problems) in earlier:
            fault(problems, f"{here}.name", "duplicate_id", f"{raw['name']!r} is the name of an earlier scenario")
        expect = INVALID if "expect" in missing else read_expectation(raw["expect"], f"{here}.expect", problems)
        self.keep(problems, self.path)
        found = None if "cart" in missing else self._request(raw["cart"], f"{here}.cart", defaults)
        if len(self.faults) > before or found is None or engine is None:
            return
        request, sources = found
        self.keep(check_names(expect, engine.rules, request, f"{here}.expect"), self.path)
        yield Scenario(self.path, raw["name"], index, engine, request, expect, sources)

    def _request(
        self, raw: Any, where: str, defaults: dict[str, Any] | None
    ) -> tuple[QuoteRequest, dict[str, str]] | None:
        """The typed cart with the defaults, and where each of its keys was written."""
        file, below = self.path, where
        if isinstance(raw, str) and raw:
            file, below = self._beside(raw), ""
            text = self._text(file, where)
            if text is None:
                return None
            try:
                raw = parse_toml(text) if file.endswith(".toml") else parse_json(text)
            except InvalidDocument as error:
                self.keep(error.problems, file)
                return None
        problems: Problems = []
        if not isinstance(raw, Mapping):
            code = "empty" if raw == "" else "wrong_type"
            fault(problems, below, code, f"must be a table, or the name of a file, got {kind_of(raw)}")
            self.keep(problems, file)
            return None
        # With faulty defaults the rest is still checked, but a missing key is none of the cart's fault.
        extra = {"at": _ANY_TIME} if defaults is None else defaults
        try:
            request = read_request({**extra, **raw})
        except InvalidDocument as error:
            self.keep(error.problems, file, below)
            return None
        written = dict.fromkeys(raw, f"{file}:{below}." if below else f"{file}:")
        return request, {**dict.fromkeys(extra, f"{self.path}:defaults."), **written}


def _unknown(raw: Mapping[str, Any], path: str, allowed: Sequence[str], problems: Problems) -> None:
    """Notes the keys that do not belong into a table."""
    read_fields({key: raw[key] for key in raw if key not in allowed}, path, (), problems, also=allowed)
