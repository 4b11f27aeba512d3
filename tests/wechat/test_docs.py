"""The tables of the reference say what the code says."""

from pathlib import Path

import pytest

from minishop.wechat import CODES, FIELD_RULES
from minishop.wechat.push._reading import _READERS
from minishop.wechat.shipping._codes import SHIPPING_CODES

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "wechat.md").read_text(encoding="utf-8")


def rows(page, heading):
    """The cells of the table under a heading."""
    part = page.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


@pytest.mark.parametrize(
    "heading, table",
    [("### Numbers of any call", CODES), ("### Numbers of the shipping report", SHIPPING_CODES)],
)
def test_the_numbers(heading, table):
    written = {int(row[0]): (row[1].strip("`"), row[2], row[-1]) for row in rows(REFERENCE, heading)}
    assert written == {errcode: (code.name, code.kind, code.text) for errcode, code in table.items()}


def test_the_kinds_of_values():
    page = (DOCS / "how-to" / "send-subscribe-messages.md").read_text(encoding="utf-8")
    written = {kind for row in rows(page, "## What a value may be") for kind in row[0].replace("`", "").split(", ")}
    assert written == set(FIELD_RULES)


def test_the_events():
    page = (DOCS / "how-to" / "receive-message-pushes.md").read_text(encoding="utf-8")
    written = {name.strip("`") for row in rows(page, "## Handle each event once") for name in row[1].split(", ")}
    assert written == {*_READERS, "anything else"}
