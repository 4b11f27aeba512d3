"""``minishop schema``: the JSON Schema of the documents."""

from __future__ import annotations

import argparse
import json

from minishop.cli._common import Commands

__all__ = ["add_to"]


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of the documents",
        description="Prints a JSON Schema for editors and other tools. What it cannot say is checked on loading.",
    )
    parser.add_argument(
        "document", nargs="?", choices=("rules", "cart"), default="rules", help="which document (default: rules)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the schema."""
    from minishop.promotions.documents import rules_schema
    from minishop.quotes.documents import cart_schema

    schema = rules_schema() if options.document == "rules" else cart_schema()
    print(json.dumps(schema, ensure_ascii=False, indent=2))
    return 0
