"""New expectations for scenario files; comments and layout of the files stay as they are.

Needs tomlkit, which ``minishop[testing]`` brings.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

try:
    import tomlkit
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "writing scenario files needs tomlkit: pip install 'minishop[testing]'", name=error.name
    ) from error

from minishop.money import format_yuan
from minishop.testing.scenarios import Mismatch, Scenario

__all__ = ["update_file", "with_expectations"]

Found = Iterable[tuple[Scenario, Sequence[Mismatch]]]


def update_file(name: str, found: Found) -> None:
    """Writes what scenarios gave into their file.

    Args:
        name: The file.
        found: Scenarios of the file with their mismatches.

    Raises:
        OSError: The file cannot be written.
        ValueError: Its layout is beyond the writer.
    """
    path = Path(name)
    # Bytes, because reading text would turn the line ends of Windows into those of the system.
    mark, text = "", path.read_bytes().decode("utf-8")
    if text.startswith("\ufeff"):
        mark, text = text[0], text[1:]
    path.write_bytes((mark + with_expectations(text, found)).encode("utf-8"))


def with_expectations(text: str, found: Found) -> str:
    """The text of a scenario file with what its scenarios gave instead of what they expected.

    Args:
        text: What stands in the file, line ends as they are.
        found: Scenarios of the file with their mismatches; all others are left alone.

    Raises:
        ValueError: The layout of the file is beyond the writer.
    """
    plain = tomllib.loads(text)
    document = tomlkit.parse(text)
    for scenario, mismatches in found:
        for tables in (plain, document):
            _update(tables["scenario"][scenario.place]["expect"], scenario, mismatches)
    updated = tomlkit.dumps(document)
    # A layout that the writer gets wrong is no reason to damage a file.
    if tomllib.loads(updated) != plain:
        raise ValueError("its layout cannot be kept: change it by hand")
    return updated


def _update(expect: Any, scenario: Scenario, mismatches: Sequence[Mismatch]) -> None:
    for one in mismatches:
        table, (*folders, key) = expect, one.path
        for folder in folders:
            table = table[folder]
        if one.value is None:
            table.pop(key, None)
        elif isinstance(one.value, list) and isinstance(table[key], list):
            _update_list(table[key], one.value)
        elif isinstance(one.value, Mapping):
            _update_table(table[key], one.value)
        else:
            table[key] = one.value
        if folders and not table:
            del expect[folders[0]]
    if not expect:  # an expectation must not be empty
        payable = scenario.engine.quote_request(scenario.request).payable
        if payable is None:
            expect["undeliverable"] = True
        else:
            expect["payable"] = format_yuan(payable)


def _update_list(items: Any, names: Sequence[str]) -> None:
    """One by one, so that comments beside names that stay are kept."""
    for index in reversed(range(len(items))):
        if items[index] not in names:
            del items[index]
    for name in names:
        if name not in items:
            items.append(name)


def _update_table(table: Any, amounts: Mapping[str, str]) -> None:
    for name in [name for name in table if name not in amounts]:
        del table[name]
    for name, amount in amounts.items():
        if table.get(name) != amount:
            table[name] = amount
