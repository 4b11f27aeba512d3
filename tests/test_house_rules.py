"""House rules that neither ruff nor import-linter can hold."""

import ast
from pathlib import Path

import pytest

import minishop

HOUSE = Path(minishop.__file__).parent
OUTER = {"adapters", "cli", "testing"}
"""Where I/O is at home, and with it seconds and jitter. Everything else is core."""

CORE = [path for path in sorted(HOUSE.rglob("*.py")) if path.relative_to(HOUSE).parts[0] not in OUTER]


def names_of_floats(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield f"line {node.lineno}: {node.value}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            yield f"line {node.lineno}: float(…)"


def imports_of_network(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.startswith(("urllib.request", "http.client")):  # import-linter sees only "urllib", "http"
                yield f"line {node.lineno}: {name}"


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(HOUSE)))
def test_the_core_has_no_floats_and_no_network(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [*names_of_floats(tree), *imports_of_network(tree)] == []


def test_the_rules_see_what_they_are_for():
    tree = ast.parse("x = 0.5\ny = float('1')\nimport urllib.request\nfrom http import client")
    assert len([*names_of_floats(tree), *imports_of_network(tree)]) == 4
