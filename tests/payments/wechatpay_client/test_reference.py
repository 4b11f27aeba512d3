"""The reference page is complete: every column of a bill, every code, what is repeated."""

import re
from pathlib import Path

from minishop.payments.wechatpay.client import FlowRow, FlowSummary, TradeRow, TradeSummary
from minishop.payments.wechatpay.client._bill_cells import Cell
from minishop.payments.wechatpay.client._codes import CLASSES

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "wechatpay-client.md").read_text(encoding="utf-8")


def documented(name):
    """Attribute and column of each row of the table that begins with this name."""
    rows = PAGE.partition(f"| `{name}` |")[2].split("\n\n")[0].split("\n")[2:]
    return [tuple(re.match(r"\| `(\w+)` \| (\S+) \|", row).groups()) for row in rows]


def test_every_column_stands_in_its_table():
    for family in (TradeRow, TradeSummary, FlowRow, FlowSummary):
        known = [(name, one._column) for name, one in vars(family).items() if isinstance(one, Cell)]
        assert documented(family.__name__) == known


def test_every_code_stands_in_the_table():
    rows = PAGE.partition("| error | codes |")[2].split("\n\n")[0]
    assert set(re.findall(r"`([A-Z]+)`", rows)) == set(CLASSES)
