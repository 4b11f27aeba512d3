"""``minishop carriers detect``: whose a waybill number may be."""

from __future__ import annotations

import argparse
import sys

from minishop.cli._common import Commands, add_language, texts_for

__all__ = ["add_to", "print_guesses"]


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "carriers",
        help="whose may a waybill number be?",
        description="Ranks the carriers whose numbers look like this one, by shape and check digit. No network.",
    )
    parser.add_argument("action", choices=("detect",), help="what to do")
    parser.add_argument("number", metavar="NUMBER", help="the waybill number")
    add_language(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the guesses; 1 if there are none."""
    return 0 if print_guesses(options.number, options.lang) else 1


def print_guesses(number: str, language: str | None) -> bool:
    """Prints whose a number may be; tells whether anybody's."""
    from minishop.logistics import carriers, detect

    guesses = detect(number)
    is_chinese = texts_for(language).language.startswith("zh")
    for guess in guesses:
        carrier = carriers()[guess.carrier]
        check = {True: "check digit right", False: "CHECK DIGIT WRONG", None: ""}[guess.check]
        name = carrier.name_zh if is_chinese else carrier.name_en
        line = f"{guess.carrier:<18}{guess.confidence.name.lower():<8}{name}  {check or guess.notes}"
        print(line.rstrip())
    if not guesses:
        print(f"no known carrier has numbers like {number}", file=sys.stderr)
    return bool(guesses)
