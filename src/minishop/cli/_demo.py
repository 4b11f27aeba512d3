"""``minishop demo``: real-shaped campaigns, priced."""

from __future__ import annotations

import argparse
import sys
from importlib.resources import files

from minishop.cli._common import Commands, add_language, has_colour, texts_for

__all__ = ["CAMPAIGNS", "add_to", "campaign"]

#: The campaigns that ship with the package, in the order in which they are shown.
CAMPAIGNS = ("own-shop-618", "marketplace", "flash-sale")


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "demo",
        help="price the campaigns that ship with the package",
        description="Prices three carts: an own shop's 618, a marketplace with two kinds of coupons, a flash sale.",
    )
    parser.add_argument("name", nargs="?", choices=CAMPAIGNS, help="only this campaign")
    add_language(parser)
    parser.set_defaults(run=run)


def campaign(name: str) -> tuple[str, str]:
    """The rules (TOML) and the cart (JSON) of a campaign, as text."""
    folder = files("minishop.cli") / "campaigns"
    return (
        (folder / f"{name}.toml").read_text(encoding="utf-8"),
        (folder / f"{name}.json").read_text(encoding="utf-8"),
    )


def run(options: argparse.Namespace) -> int:
    """Prices and prints the campaigns."""
    from minishop.promotions import Engine
    from minishop.quotes.documents import parse_request_json
    from minishop.quotes.receipts import Style

    texts, colour = texts_for(options.lang), has_colour(sys.stdout)
    for place, name in enumerate([options.name] if options.name else CAMPAIGNS):
        rules, cart = campaign(name)
        engine = Engine.from_toml(rules)
        quote = engine.quote_request(parse_request_json(cart))
        if place:
            print()
        print(Style(colour=colour).strong(f"══ {texts.text(f'demo:{name}')}"))
        print(texts.text(f"demo:{name}:about"))
        print()
        print(quote.to_receipt(locale=texts, colour=colour))
    return 0
