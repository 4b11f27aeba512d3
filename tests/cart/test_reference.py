"""The tables of the reference say what the code says."""

import ast
import re
from pathlib import Path

import pytest

import minishop.cart
from minishop.messages import _en_orders, catalogue

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "cart.md").read_text(encoding="utf-8")
SOURCE = Path(minishop.cart.__file__).parent
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_texts(row):
    code = row[0].strip("`")
    assert row[-2:] == [catalogue("en").texts[code], catalogue("zh-CN").texts[code]]


def texts_in(*files):
    """Every text that looks like a code, where codes are chosen."""
    for file in files:
        for node in ast.walk(ast.parse((SOURCE / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"[a-z_]+", node.value):
                yield node.value


def test_every_code_is_listed():
    used = (
        set(texts_in("_problems.py", "_workbench.py", "_apply.py", "_merge.py"))
        & catalogue("en").texts.keys() - _en_orders.TEXTS.keys()
    )
    assert {row[0].strip("`") for row in ROWS} == used
