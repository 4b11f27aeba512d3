"""Scenario files: tests of pricing rules that need no programming.

A ``*.scenario.toml`` names a rules document and lists carts with what they must cost. ``minishop check`` runs them, and
so does pytest with ``-p minishop.testing.pytest_plugin``. Everything here is a function of texts: reading files is the
``load`` of whoever calls.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from minishop.errors import InvalidDocument
from minishop.messages import Catalogue, catalogue
from minishop.quotes.receipts import Names
from minishop.testing._expect import Expectation, Mismatch, compare
from minishop.testing._scenario_reader import FORMAT, Kinds, Load, Reader, Scenario, parse_toml

__all__ = ["FORMAT", "Expectation", "Mismatch", "Scenario", "describe", "read_scenarios", "run"]


def run(scenario: Scenario, *, locale: str | Catalogue = "en") -> tuple[Mismatch, ...]:
    """Prices the cart of a scenario and compares.

    Args:
        scenario: What to run.
        locale: The language of reasons.

    Returns:
        Where the quote is not as expected; nothing if all is.

    Raises:
        InvalidDocument: The cart does not fit the rules: a coupon of an unknown rule, a line without the weight that
            its freight is charged by.
    """
    problems = scenario.engine.check_request(scenario.request)
    if problems:
        raise InvalidDocument([attrs.evolve(problem, path=scenario.source_of(problem.path)) for problem in problems])
    quote = scenario.engine.quote_request(scenario.request)
    texts = catalogue(locale) if isinstance(locale, str) else locale
    rules = {rule.id: rule.name or rule.id for rule in scenario.engine.rules.rules}
    return tuple(compare(scenario.expect, quote, Names(rules, texts)))


def read_scenarios(text: str, path: str, load: Load, *, kinds: Kinds = ()) -> tuple[Scenario, ...]:
    """The scenarios of a file.

    Args:
        text: What stands in the file.
        path: The name of the file. Files that it names are looked for beside it.
        load: Gives the text of a file by its name; raises ``OSError`` or ``UnicodeDecodeError`` if it cannot.
        kinds: Benefit and condition classes of your own that the rules use.

    Raises:
        InvalidDocument: With everything that is wrong, each path with its file:
            ``a.scenario.toml:scenario[0].expect.payable``.
    """
    reader = Reader(path, load, tuple(kinds))
    scenarios = reader.attempt(path, lambda: tuple(reader.read(parse_toml(text))))
    if reader.faults:
        raise InvalidDocument(dict.fromkeys(reader.faults))
    return scenarios or ()


def describe(scenario: Scenario, mismatches: Iterable[Mismatch], *, colour: bool = False) -> str:
    """What a person reads about a scenario that is not as expected.

    Args:
        scenario: The scenario.
        mismatches: What :func:`run` returned for it.
        colour: Whether the text has the colours of a terminal.
    """
    strong, red, green = ("\033[1m", "\033[31m", "\033[32m") if colour else ("", "", "")
    end = "\033[0m" if colour else ""
    rows = [f"{strong}✗ {_printable(scenario.file)}: {_printable(scenario.name)}{end}"]
    for one in mismatches:
        rows += [
            f"  {_printable(one.key)}",
            f"    expected  {green}{_printable(one.expected)}{end}",
            f"    got       {red}{_printable(one.got)}{end}",
            *(f"    {_printable(note)}" for note in one.notes),
        ]
    return "\n".join(rows)


def _printable(text: str) -> str:
    # Names come from files: a terminal's escape code in them must not reach the terminal.
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
