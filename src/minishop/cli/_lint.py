"""``minishop lint``: a campaign, audited before it goes live."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import attrs

from minishop.cli._common import Commands, add_language, has_colour, read_text, texts_for
from minishop.cli._quote import load_rules
from minishop.errors import InvalidDocument, Problem
from minishop.money import format_yuan

if TYPE_CHECKING:
    from minishop.messages import Catalogue
    from minishop.promotions import Engine
    from minishop.promotions.lint import Catalog, Finding
    from minishop.quotes import QuoteRequest

__all__ = ["add_to", "load_catalog"]

_Value = TypeVar("_Value")
_COLOURS = {"error": "\033[1;31m", "warning": "\033[1;33m", "info": "\033[1;36m"}
#: Progress is told once per so many carts.
_EVERY = 100
_EPILOG = """\
Every finding comes with a cart that shows it, priced by these rules: look at it with
  minishop lint rules.toml --carts shown/
  minishop quote rules.toml shown/01-price_cliff.json

The catalogue has a row (CSV) or an object (JSON) per item: sku, price, and if known cost, floor, stock, product,
category, brand, tag, shop. Money is yuan as text; several categories or tags in a cell are separated by |.
  sku,price,cost,stock,category
  KETTLE,259.00,120.00,40,home|kitchen
With it the worst carts are searched for: the largest discount and the largest loss, exact for carts of at most --lines
lines of --units units, or with the remaining gap stated. The shopper holds one coupon of every coupon rule.

Exit status: 0 no finding is an error, 1 one is (the report is on stdout), or the input is invalid (every fault on
stderr, nothing on stdout), 2 wrong usage.
"""


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "lint",
        help="audit a campaign before it goes live",
        description="Looks for price cliffs, rules that sell goods free or that nobody can use, thresholds that defeat "
        "each other, gifts that nobody counts; with a catalogue, for the worst carts.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rules", metavar="RULES", help="rules document, TOML or JSON")
    parser.add_argument("--catalog", metavar="FILE", help="what the shop sells: CSV, or JSON if it is named *.json")
    parser.add_argument(
        "--at",
        metavar="TIME",
        type=_time,
        help="audit from this instant on, for example 2026-06-01T00:00:00+08:00 (default: all windows are audited, and "
        "those that are over by now are named)",
    )
    for name, default, most, what in (
        ("--lines", 3, 20, "most lines of the worst cart"),
        ("--units", 3, 1000, "most units of each of its lines"),
        ("--max-carts", 5000, 10**6, "carts to price for each of the two worst carts"),
    ):
        parser.add_argument(
            name, metavar="N", type=_count_to(most), default=default, help=f"{what} (default: {default})"
        )
    parser.add_argument("--carts", metavar="DIR", help="write the cart of each finding into this directory")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON, money in fen, with the carts")
    add_language(parser)
    parser.set_defaults(run=run)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = None
    if time is None or time.utcoffset() is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time with an offset, such as 2026-06-01T00:00:00+08:00")
    return time


def _count_to(most: int) -> Callable[[str], int]:
    """A reader of whole numbers from 1 to ``most``."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 10 and 0 < int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {most}")
        return int(text)

    return read


def run(options: argparse.Namespace) -> int:
    """Audits the campaign and prints the report."""
    from minishop.promotions.lint import Bounds, audit

    faults: list[Problem] = []
    engine = _loaded(lambda: load_rules(options.rules), options.rules, faults)
    catalog = None
    if options.catalog is not None:
        catalog = _loaded(lambda: load_catalog(options.catalog), options.catalog, faults)
    if engine is None or faults:
        raise InvalidDocument(faults)
    texts = texts_for(options.lang)
    progress = _Progress(sys.stderr, texts)
    findings = audit(
        engine,
        catalog=catalog,
        at=options.at,
        now=options.at or datetime.now(UTC),
        bounds=Bounds(lines=options.lines, units=options.units, carts=options.max_carts),
        progress=progress,
    )
    progress.clear()
    files = _write_carts(Path(options.carts), findings) if options.carts is not None else {}
    if options.json:
        print(json.dumps(_as_data(findings, files, texts), ensure_ascii=False, indent=2))
    else:
        _Report(engine, texts, colour=has_colour(sys.stdout)).print(findings, files)
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _loaded(load: Callable[[], _Value], name: str, faults: list[Problem]) -> _Value | None:
    """So that the faults of both documents are told at once; one of a whole document names the file."""
    try:
        return load()
    except InvalidDocument as error:
        faults += [problem if problem.path else attrs.evolve(problem, path=name) for problem in error.problems]
        return None


def load_catalog(name: str) -> Catalog:
    """The catalogue of a file; paths of its faults begin with ``catalog``."""
    from minishop.promotions.lint import parse_catalog_csv, parse_catalog_json

    text = read_text(name)
    try:
        return parse_catalog_json(text) if name.endswith(".json") else parse_catalog_csv(text)
    except InvalidDocument as error:
        raise InvalidDocument(
            attrs.evolve(problem, path=f"catalog{problem.path}") if problem.path else problem
            for problem in error.problems
        ) from error


class _Progress:
    """One line on a terminal that says how far the audit is; nothing anywhere else."""

    def __init__(self, stream: TextIO, texts: Catalogue) -> None:
        self._stream = stream
        self._texts = texts
        self._is_shown = stream.isatty()

    def __call__(self, check: str, carts: int) -> None:
        if self._is_shown and carts % _EVERY == 1:
            text = self._texts.text("lint:progress", {"check": check.replace("_", " "), "carts": carts})
            print(f"\r\033[K{text}", end="", file=self._stream, flush=True)

    def clear(self) -> None:
        """Takes the line away."""
        if self._is_shown:
            print("\r\033[K", end="", file=self._stream, flush=True)


# -- carts ------------------------------------------------------------------------------------------------------------


def _write_carts(folder: Path, findings: tuple[Finding, ...]) -> dict[int, list[str]]:
    """Writes the carts as documents that ``minishop quote`` reads; the files of each finding, by its place."""
    from minishop.quotes.documents import write_request

    files: dict[int, list[str]] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for place, finding in enumerate(findings):
            for cart, ending in ((finding.cart, ""), (finding.changed, ".changed")):
                if cart is not None:
                    path = folder / f"{place + 1:02d}-{finding.code}{ending}.json"
                    document = json.dumps(write_request(cart), ensure_ascii=False, indent=2)
                    path.write_text(document + "\n", encoding="utf-8")
                    files.setdefault(place, []).append(str(path))
    except OSError as error:
        why = error.strerror or str(error)
        raise InvalidDocument([Problem(error.filename or str(folder), "unwritable", why)]) from error
    return files


def _as_data(findings: tuple[Finding, ...], files: dict[int, list[str]], texts: Catalogue) -> dict[str, Any]:
    counts = {severity: sum(finding.severity == severity for finding in findings) for severity in _COLOURS}
    entries = [
        {**finding.to_dict(texts), **({"files": files[place]} if place in files else {})}
        for place, finding in enumerate(findings)
    ]
    return {"counts": counts, "findings": entries}


# -- the report -------------------------------------------------------------------------------------------------------


class _Report:
    """The findings for people."""

    def __init__(self, engine: Engine, texts: Catalogue, *, colour: bool) -> None:
        self._engine = engine
        self._texts = texts
        self._colour = colour

    def print(self, findings: tuple[Finding, ...], files: dict[int, list[str]]) -> None:
        """Prints them, the worst first."""
        for place, finding in enumerate(findings):
            severity = self._texts.text(f"lint:{finding.severity}")
            if self._colour:
                severity = f"{_COLOURS[finding.severity]}{severity}\033[0m"
            print(f"{severity} {finding.code}")
            print(f"  {finding.text(self._texts)}")
            carts = [cart for cart in (finding.cart, finding.changed) if cart is not None]
            for number, cart in enumerate(carts):
                print(f"  {self._texts.text('lint:cart', {'cart': self._cart(cart)})}")
                if place in files:
                    print(f"  → {files[place][number]}")
            print()
        counts = {f"{key}s": sum(finding.severity == key for finding in findings) for key in _COLOURS}
        print(self._texts.text("lint:count", counts) if findings else self._texts.text("lint:clean"))

    def _cart(self, cart: QuoteRequest) -> str:
        """A cart in one line: what is in it, when and for whom, and what it costs."""
        parts = [f"{line.sku} {format_yuan(line.unit_price)} × {line.quantity}" for line in cart.cart.lines]
        parts += [self._texts.text("coupon", {"id": coupon.rule}) for coupon in cart.coupons]
        if cart.shopper is not None:
            tags = [cart.shopper.level, *cart.shopper.tag, "new_customer" if cart.shopper.new_customer else None]
            parts += [tag for tag in tags if tag]
        if cart.channel is not None:
            parts.append(cart.channel)
        if self._has_windows:
            parts.append(self._texts.time(cart.at))
        pays = self._texts.text("lint:pays", {"payable": self._engine.quote_request(cart).payable or 0})
        return f"{self._texts.text('explain:separator').join(parts)} → {pays}"

    @property
    def _has_windows(self) -> bool:
        return any(rule.starts_at or rule.ends_at for rule in self._engine.rules.rules)
