"""Scenario files on disk: finding them and reading them with what they name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from minishop.errors import InvalidDocument, Problem
from minishop.testing.scenarios import Scenario, read_scenarios

__all__ = ["SUFFIX", "find_files", "load_text", "read_file"]

#: How a directory's scenario files are told from others.
SUFFIX = ".scenario.toml"


def load_text(name: str) -> str:
    """The text of a file in UTF-8, with or without a byte-order mark."""
    return Path(name).read_bytes().decode("utf-8-sig")


def read_file(name: str) -> tuple[Scenario, ...]:
    """The scenarios of a file.

    Raises:
        InvalidDocument: With everything that is wrong, each path with its file.
    """
    try:
        text = load_text(name)
    except OSError as error:
        raise InvalidDocument([Problem(name, "unreadable", error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        raise InvalidDocument([Problem(name, "not_utf8", f"is not UTF-8 at byte {error.start}")]) from error
    return read_scenarios(text, name, load_text)


def find_files(paths: Iterable[str]) -> tuple[list[str], list[Problem]]:
    """The scenario files of paths, in order and none twice; hidden directories are left out.

    Args:
        paths: Files, whatever they are called, and directories.

    Returns:
        The files, and a problem for each directory without any.
    """
    found: dict[str, str] = {}
    problems = []
    for path in paths:
        files = list(_below(path)) if os.path.isdir(path) else [path]
        if not files:
            problems.append(Problem(path, "empty", f"has no *{SUFFIX}"))
        for file in files:
            found.setdefault(os.path.realpath(file), file)
    return list(found.values()), problems


def _below(path: str) -> Iterator[str]:
    for folder, inner, files in os.walk(path):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield from (str(Path(folder, name)) for name in sorted(files) if name.endswith(SUFFIX))
