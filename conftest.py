"""Runs the examples in the READMEs, the documentation and the docstrings as tests."""

import shlex
import subprocess
import sys
from pathlib import Path

from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser
from sybil.sybil import SybilCollection

ROOT = Path(__file__).parent

pytest_plugins = ["tests.canaries", "tests.servers"]


def run_commands(example: Example) -> None:
    """Runs the lines of a shell block that call minishop or an example. Their neighbours (pip, make) are left alone."""
    for line in str(example.parsed).splitlines():
        words = shlex.split(line, comments=True)
        if words[:3] == ["python", "-m", "minishop"] or (words[:1] == ["python"] and words[1].startswith("docs/")):
            result = subprocess.run(
                [sys.executable, *words[1:]],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert result.returncode == 0, f"{line}\n{result.stdout}{result.stderr}"


readmes = Sybil(
    parsers=[PythonCodeBlockParser(), CodeBlockParser("bash", run_commands)],
    patterns=["README.md", "README.zh-CN.md"],
)
documentation = Sybil(parsers=[PythonCodeBlockParser(), SkipParser()], path="docs", pattern="*.md")
docstrings = Sybil(parsers=[DocTestParser()], path="src", pattern="*.py")

pytest_collect_file = SybilCollection([readmes, documentation, docstrings]).pytest()
