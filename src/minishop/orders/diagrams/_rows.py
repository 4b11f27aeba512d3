"""The table as rows of Markdown."""

from __future__ import annotations

from minishop.orders._lifecycle import Row, Table

__all__ = ["to_markdown"]


def to_markdown(table: Table) -> str:
    """A Markdown table of all rows, in their order."""
    head = ["| command | facet | from | to | by | asked besides | note |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*head, *(_row(row) for row in table.rows)]) + "\n"


def _row(row: Row) -> str:
    to = ", ".join(row.to) or "–"
    by = ", ".join(row.by) if row.is_gate else ""
    guards = ", ".join(f"`{name}`" for name in row.guards)
    return f"| `{row.command}` | {row.facet} | {', '.join(row.source)} | {to} | {by} | {guards} | {row.note} |"
