"""``minishop diagram``: the life of an order as a picture."""

from __future__ import annotations

import argparse

from minishop.cli._common import Commands, add_language, texts_for

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "diagram",
        help="draw the life of an order",
        description="Draws the states of an order and the commands that lead from one to the next.",
    )
    parser.add_argument("--format", choices=("mermaid", "dot", "svg"), default="mermaid", help="default: mermaid")
    add_language(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the picture."""
    from minishop.orders import TABLE
    from minishop.orders.diagrams import to_dot, to_mermaid, to_svg

    draw = {"mermaid": to_mermaid, "dot": to_dot, "svg": to_svg}[options.format]
    print(draw(TABLE, locale=texts_for(options.lang)), end="")
    return 0
