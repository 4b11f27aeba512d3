"""What commands share: languages, files, the look of a receipt."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from minishop.errors import InvalidDocument, Problem
from minishop.messages import Catalogue, catalogue, languages

__all__ = ["Commands", "add_language", "has_colour", "read_text", "texts_for"]

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = argparse._SubParsersAction


def add_language(parser: argparse.ArgumentParser) -> None:
    """The ``--lang`` option."""
    parser.add_argument("--lang", choices=languages(), help="language of the receipt (default: that of the terminal)")


def texts_for(language: str | None) -> Catalogue:
    """The catalogue of a language; without one that of the environment, English if it is not Chinese."""
    if language is None:
        set_to = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
        locale = next((value for value in set_to if value), "")
        language = "zh-CN" if locale.lower().startswith("zh") else "en"
    return catalogue(language)


def has_colour(stream: TextIO) -> bool:
    """Colours on a terminal, unless ``NO_COLOR`` is set; never in a file or a pipe."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def read_text(name: str) -> str:
    """The text of a file in UTF-8; ``-`` is standard input.

    Raises:
        InvalidDocument: ``unreadable`` or ``not_utf8``, with the file's name as the path.
    """
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InvalidDocument([Problem(name, "unreadable", error.strerror or str(error))]) from error
    except UnicodeDecodeError as error:
        raise InvalidDocument([Problem(name, "not_utf8", f"is not UTF-8 at byte {error.start}")]) from error
