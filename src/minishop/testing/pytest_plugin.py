"""A pytest plugin that runs ``*.scenario.toml`` files, one test per scenario.

It is never loaded by itself: switch it on with ``-p minishop.testing.pytest_plugin`` (in ``addopts`` too), or in the
topmost ``conftest.py`` with ``pytest_plugins = ["minishop.testing.pytest_plugin"]``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from minishop.errors import InvalidDocument
from minishop.testing._scenario_files import SUFFIX, read_file
from minishop.testing.scenarios import Scenario, describe, run

__all__ = ["ScenarioFile", "ScenarioItem", "pytest_collect_file"]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collects scenario files."""
    return ScenarioFile.from_parent(parent, path=file_path) if file_path.name.endswith(SUFFIX) else None


class ScenarioFile(pytest.File):
    """One scenario file."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each scenario."""
        try:
            scenarios = read_file(_shown(self.path))
        except InvalidDocument as error:
            raise self.CollectError(str(error)) from None
        for scenario in scenarios:
            yield ScenarioItem.from_parent(self, name=scenario.name, scenario=scenario)


class ScenarioFailed(Exception):
    """What is not as expected; for the report, never seen by a test."""


class ScenarioItem(pytest.Item):
    """One scenario."""

    def __init__(self, *, scenario: Scenario, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]
        self.scenario = scenario

    def runtest(self) -> None:
        """Prices the cart and compares."""
        mismatches = run(self.scenario)
        if mismatches:
            raise ScenarioFailed(describe(self.scenario, mismatches))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """The differences alone; the traceback would only show this file."""
        if isinstance(excinfo.value, (ScenarioFailed, InvalidDocument)):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, None, str]:
        """Where the scenario stands, and its name."""
        return self.path, None, self.name


def _shown(path: Path) -> str:
    """A path as the person at the terminal would write it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else os.fspath(path)
