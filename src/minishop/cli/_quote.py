"""``minishop quote``: a cart priced by rules."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from minishop.cli._common import Commands, add_language, has_colour, read_text, texts_for
from minishop.errors import InvalidDocument, Problem

if TYPE_CHECKING:
    from minishop.promotions import Engine
    from minishop.quotes import QuoteRequest

__all__ = ["add_to", "load_cart", "load_rules"]

_Value = TypeVar("_Value")


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "quote",
        help="price a cart by rules",
        description="Prints a receipt: every discount under its line, totals, and why the rest was not used.",
        epilog="Exit status: 0 a quote, 1 invalid input (every fault on stderr), 2 wrong usage.",
    )
    parser.add_argument("rules", metavar="RULES", help="rules document, TOML or JSON")
    parser.add_argument("cart", metavar="CART", help="cart document, JSON or TOML; - reads JSON from standard input")
    look = parser.add_mutually_exclusive_group()
    look.add_argument("--json", action="store_true", help="print the quote as JSON, money in fen")
    look.add_argument("--html", action="store_true", help="print the receipt as one page of HTML")
    look.add_argument("--explain", action="store_true", help="print why the price is what it is, rule by rule")
    parser.add_argument("--no-hints", dest="hints", action="store_false", help="do not look for hints")
    add_language(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prices the cart and prints the quote."""
    faults: list[Problem] = []
    engine = _keep_faults(load_rules, options.rules, faults)
    request = _keep_faults(load_cart, options.cart, faults)
    if engine is None or request is None:
        raise InvalidDocument(faults)
    faults += engine.check_request(request)
    if faults:
        raise InvalidDocument(faults)
    quote = engine.quote_request(request)
    if options.json:
        print(json.dumps(quote.to_dict(hints=options.hints), ensure_ascii=False, indent=2))
        return 0
    texts = texts_for(options.lang)
    if options.explain:
        print(quote.explain(texts))
    elif options.html:
        print(quote.to_receipt("html", locale=texts, hints=options.hints), end="")
    else:
        print(quote.to_receipt(locale=texts, colour=has_colour(sys.stdout), hints=options.hints))
    return 0


def _keep_faults(load: Callable[[str], _Value], name: str, faults: list[Problem]) -> _Value | None:
    """So that the faults of both documents are told at once; one of a whole document names the file."""
    try:
        return load(name)
    except InvalidDocument as error:
        faults += [problem if problem.path else attrs.evolve(problem, path=name) for problem in error.problems]
        return None


def load_rules(name: str) -> Engine:
    """The engine of a rules file."""
    from minishop.promotions import Engine

    text = read_text(name)
    return Engine.from_json(text) if name.endswith(".json") else Engine.from_toml(text)


def load_cart(name: str) -> QuoteRequest:
    """The request of a cart file."""
    from minishop.quotes.documents import parse_request_json, read_request

    text = read_text(name)
    if not name.endswith(".toml"):
        return parse_request_json(text)
    return read_request(_toml(text))


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidDocument([Problem("", "malformed", f"not TOML: {error}")]) from error
