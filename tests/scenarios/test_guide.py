"""The guide, followed from an empty directory: its files are saved, its commands run, its outputs compared."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "unit-test-your-rules.md"
EXAMPLE = ROOT / "docs" / "examples" / "tested-rules"
STEP = re.compile(
    r"Save\s+this\s+as `(?P<save>[\w.-]+)`:\n(?:\n%[^\n]*\n%[^\n]*\n)?\n```\w+\n(?P<saved>.*?)^```$"
    r"|Add to `(?P<add>[\w.-]+)`:\n\n```\w+\n(?P<added>.*?)^```$"
    r"|^```text\n\$ python (?P<command>.*?)\n(?P<shown>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


def without_times(text):
    return re.sub(r"in [0-9.]+s", "in 0.12s", text)


def follow(folder):
    """Follows the page; yields (command, what the page shows, what was printed)."""
    environment = {**os.environ, "LANG": "en_GB.UTF-8", "LC_ALL": "", "LC_MESSAGES": "", "COLUMNS": "80"}
    for step in STEP.finditer(PAGE.read_text(encoding="utf-8")):
        if step["save"]:
            (folder / step["save"]).write_text(step["saved"], encoding="utf-8")
        elif step["add"]:
            with (folder / step["add"]).open("a", encoding="utf-8") as file:
                file.write("\n\n" + step["added"])
        else:
            done = subprocess.run(
                [sys.executable, *step["command"].split()],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=120,
                check=False,
            )
            assert done.stderr == ""
            yield step["command"], without_times(step["shown"]), without_times(done.stdout)


def test_the_page_can_be_followed(tmp_path):
    steps = list(follow(tmp_path))
    assert len(steps) == 5
    for command, shown, printed in steps:
        assert printed == shown, command
    names = sorted(path.name for path in EXAMPLE.iterdir() if path.is_file())
    assert names == ["new-customer.json", "pytest.ini", "rules.scenario.toml", "rules.toml", "test_rules.py"]
    for name in names:
        assert (tmp_path / name).read_text(encoding="utf-8") == (EXAMPLE / name).read_text(encoding="utf-8")


def test_the_page_names_every_expectation():
    from minishop.testing._expect import _KEYS

    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(_KEYS)
