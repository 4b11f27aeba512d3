"""``minishop check``: scenario files, run."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from attrs import field, frozen

from minishop.cli._common import Commands, add_language, has_colour, texts_for
from minishop.errors import InvalidDocument, Problem

if TYPE_CHECKING:
    from minishop.messages import Catalogue
    from minishop.testing.scenarios import Mismatch, Scenario

    Failed = list[tuple[Scenario, tuple[Mismatch, ...]]]

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "check",
        help="run scenario files: do carts cost what they must?",
        description="Prices the carts of scenario files and shows what is not as the files expect.",
        epilog="Exit status: 0 all as expected (or updated), 1 something is not, or a file is invalid (every fault "
        "on stderr), 2 wrong usage.",
    )
    parser.add_argument(
        "paths", metavar="PATH", nargs="+", help="a scenario file, or a directory to search for *.scenario.toml"
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="show what is not as expected, then write it into the files as the new expectation",
    )
    add_language(parser)
    parser.set_defaults(run=run)


@frozen
class _Report:
    """What was found in all files: faults, files of which something ran, and scenarios by what became of them."""

    faults: list[Problem] = field(factory=list)
    files: list[str] = field(factory=list)
    passed: list[Scenario] = field(factory=list)
    failed: list[Scenario] = field(factory=list)
    updated: list[Scenario] = field(factory=list)

    def summary(self) -> str:
        """How many there were, and what became of them."""
        total = len(self.passed) + len(self.failed) + len(self.updated)
        counted = f"{_count(total, 'scenario')} in {_count(len(self.files), 'file')}"
        if len(self.passed) == total:
            return f"✓ {counted}: all as expected"
        parts = [f"{len(self.passed)} as expected"]
        parts += [f"{len(self.failed)} not"] if self.failed else []
        parts += [f"{len(self.updated)} updated"] if self.updated else []
        return f"{'✗' if self.failed else '✓'} {counted}: {', '.join(parts)}"


def run(options: argparse.Namespace) -> int:
    """Runs the scenarios of all files, and writes new expectations if asked to."""
    from minishop.testing._scenario_files import find_files

    if options.update:
        try:
            import minishop.testing._update  # noqa: F401  (before anything is shown)
        except ModuleNotFoundError as error:
            print(f"minishop check --update: {error}", file=sys.stderr)
            return 2
    report = _Report()
    files, problems = find_files(options.paths)
    report.faults.extend(problems)
    texts = texts_for(options.lang)
    for file in files:
        try:
            _check(file, report, texts, update=options.update)
        except InvalidDocument as error:
            report.faults.extend(error.problems)
    if report.files:
        print(report.summary())
    if report.faults:
        sys.stdout.flush()
        raise InvalidDocument(report.faults)
    return 1 if report.failed else 0


def _check(file: str, report: _Report, texts: Catalogue, *, update: bool) -> None:
    """Runs one file and prints what is not as expected."""
    from minishop.testing._scenario_files import read_file
    from minishop.testing.scenarios import describe, run

    failed: Failed = []
    faults: list[Problem] = []
    ran = 0
    for scenario in read_file(file):
        try:
            mismatches = run(scenario, locale=texts)
        except InvalidDocument as error:
            faults += error.problems
            continue
        ran += 1
        if mismatches:
            failed.append((scenario, mismatches))
            print(describe(scenario, mismatches, colour=has_colour(sys.stdout)), end="\n\n")
        else:
            report.passed.append(scenario)
    if ran:
        report.files.append(file)
    is_written = update and bool(failed) and _write(file, failed, faults)
    (report.updated if is_written else report.failed).extend(scenario for scenario, _ in failed)
    report.faults.extend(dict.fromkeys(faults))


def _write(file: str, failed: Failed, faults: list[Problem]) -> bool:
    """Whether the new expectations could be written."""
    from minishop.testing._update import update_file

    try:
        update_file(file, failed)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        faults.append(Problem(file, "unwritable", why))
        return False
    return True


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
