"""The command line: ``minishop`` or ``python -m minishop``.

Exit status: 0 done; 1 the input is invalid (one ``path: code: message`` per line on stderr, nothing on stdout); 2 wrong
usage; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from minishop._version import __version__
from minishop.cli import (
    _carriers,
    _check,
    _demo,
    _diagram,
    _lint,
    _logistics_simulator,
    _quote,
    _schema,
    _track,
    _wechatpay_simulator,
)
from minishop.errors import InvalidDocument, InvalidInput, Problem

__all__ = ["main"]

_EPILOG = """\
examples:
  minishop demo                                  three campaigns, priced and explained
  minishop quote rules.toml cart.json            a receipt
  minishop quote rules.toml cart.json --json     the same quote for programs, money in fen
  minishop quote rules.toml - < cart.json        the cart from standard input
  minishop lint rules.toml                       what is wrong with the campaign?
  minishop check scenarios/                      do carts still cost what they must?
  minishop schema > rules.schema.json            lets an editor check and complete rules
  minishop track NUMBER --carrier yto            where is the parcel?
  minishop diagram --format svg > order.svg      the life of an order as a picture
  minishop wechatpay-simulator                   a WeChat Pay gateway to build against

Amounts in documents are yuan as text ("19.90"); times carry an offset (2026-06-01T00:00:00+08:00).
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status.

    Args:
        argv: The arguments; those of the process if ``None``.
    """
    _be_able_to_print_anything()
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said why
        return int(stop.code or 0)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except InvalidDocument as error:
        print(error, file=sys.stderr)
        return 1
    except InvalidInput as error:
        print(Problem(error.field, error.code, error.message), file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader has gone, for example `| head`. What is left in the buffer must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # the output cannot be written, for example to a full disk
        print(f"minishop: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


_COMMANDS = (
    _quote,
    _lint,
    _check,
    _schema,
    _diagram,
    _demo,
    _track,
    _carriers,
    _wechatpay_simulator,
    _logistics_simulator,
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="minishop",
        description="Runs a mini-program shop: prices and audits, follows parcels, plays the gateways to test against.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"minishop {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.add_to(commands)
    return parser


def _be_able_to_print_anything() -> None:
    """A receipt in Chinese on a terminal that cannot show it prints question marks instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
