"""The guide, followed from an empty directory: its files are saved, its commands run, its outputs compared."""

import re
import shutil
from pathlib import Path

import pytest

from minishop.cli import main

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "audit-a-campaign.md"
EXAMPLE = ROOT / "docs" / "examples" / "audited-campaign"
STEP = re.compile(
    r"Save this as `(?P<save>[\w.-]+)`:\n\n```\w+\n(?P<saved>.*?)^```$"
    r"|^```text\n\$ python -m minishop (?P<command>.*?)\n(?P<shown>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)


def test_the_page_can_be_followed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    statuses = []
    for step in STEP.finditer(PAGE.read_text(encoding="utf-8")):
        if step["save"]:
            Path(step["save"]).write_text(step["saved"], encoding="utf-8")
            continue
        statuses.append(main([*step["command"].split(), "--lang", "en"]))
        printed = capsys.readouterr()
        assert printed.out == step["shown"], step["command"]
        assert printed.err == ""
    assert statuses == [1, 1, 0, 0]
    names = sorted(path.name for path in EXAMPLE.iterdir())
    assert names == ["catalog.csv", "mended.toml", "rules.toml"]
    for name in names:
        assert Path(name).read_text(encoding="utf-8") == (EXAMPLE / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["02-price_cliff.json", "02-price_cliff.changed.json"])
def test_the_carts_that_the_page_names_are_there(name, tmp_path, monkeypatch, capsys):
    shutil.copy(EXAMPLE / "rules.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    main(["lint", "rules.toml", "--carts", "shown"])
    assert main(["quote", "rules.toml", f"shown/{name}"]) == 0
    assert capsys.readouterr().err == ""
