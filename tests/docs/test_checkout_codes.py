"""Why checkout refuses: every code has a text in both languages and stands on the reference page."""

import ast
from pathlib import Path

from minishop.messages import _en_checkout, _zh_checkout

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "refusals.md"
SOURCE = ROOT / "src" / "minishop" / "checkout"


def rows():
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def codes_in_the_source():
    """First arguments of ``refused`` and ``Reason``, and the words that stand in for them."""
    for path in sorted(SOURCE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("refused", "Reason") and node.args:
                first = node.args[0]
                parts = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                yield from (part.value for part in parts if isinstance(part, ast.Constant))
    from minishop.checkout._act import _SHORT

    yield from _SHORT.values()
    yield "no_replacement_stock"


def test_the_page_has_the_texts():
    written = list(rows())
    assert [(code.strip("`"), english, chinese) for code, english, chinese in written] == [
        (code, text, _zh_checkout.TEXTS[code]) for code, text in _en_checkout.TEXTS.items()
    ]


def test_every_code_has_a_text():
    assert set(codes_in_the_source()) | {"cart_problems"} == set(_en_checkout.TEXTS)
