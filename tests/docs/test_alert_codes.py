"""What checkout tells people to look at: every code has a text in both languages and stands on the reference page."""

import ast
from pathlib import Path

from minishop.messages import _en_alerts, _zh_alerts

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "alerts.md"
SOURCE = ROOT / "src" / "minishop" / "checkout"


def rows():
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def codes_in_the_source():
    """What is passed to ``raised`` and ``raise_alert`` behind the desk, also through ``_alert(desk, code, …)``."""
    for path in sorted(SOURCE.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("raised", "raise_alert", "_alert"):
                second = node.args[1] if len(node.args) > 1 else None
                if isinstance(second, ast.Constant):
                    yield second.value
    yield "payment_conflict"  # of a payment; written where money comes in


def test_the_page_has_the_texts():
    written = [(code.strip("`"), english, chinese) for code, english, chinese in rows()]
    assert written == [
        (code.removeprefix("alert:"), text, _zh_alerts.TEXTS[code]) for code, text in _en_alerts.TEXTS.items()
    ]


def test_every_code_has_a_text():
    assert {f"alert:{code}" for code in codes_in_the_source()} == set(_en_alerts.TEXTS)
