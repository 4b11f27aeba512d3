"""``minishop lint``: what it prints, where, and with what exit status."""

import io
import json
import sys

import pytest

from minishop.cli import main
from minishop.cli._demo import CAMPAIGNS, campaign

AT = "2026-06-01T00:00:00+08:00"
FREE = """\
format = 1
[[rule]]
id = "50"
name = "满50减50"
layer = "order"
threshold = { amount = "50.00" }
benefit = { kind = "amount-off", amount = "50.00" }
"""
CLEAN = 'format = 1\nrule = [{ id = "a", layer = "order", benefit = { kind = "percent-off", percent = "10%" } }]\n'
OVER = CLEAN.replace('layer = "order"', 'layer = "order", ends_at = 2020-01-01T00:00:00+08:00')
CATALOG = "sku,price,cost\nTEA,99.00,95.00\nMUG,41.00,15.00\n"


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture
def write(tmp_path):
    def to_file(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return to_file


def test_an_error_is_exit_status_1_with_the_report_on_stdout(write, capsys):
    assert main(["lint", write("rules.toml", FREE)]) == 1
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.splitlines()[:3] == [
        "Error face_covers_threshold",
        "  满50减50: takes 50.00 from 50.00 on, so goods of 50.00 cost nothing.",
        "  cart: GOODS-1 50.00 × 1 → pays 0.00",
    ]
    assert printed.out.splitlines()[-1] == "errors: 1, warnings: 0, for information: 1"


def test_a_clean_campaign(write, capsys):
    assert main(["lint", write("rules.toml", CLEAN)]) == 0
    assert capsys.readouterr().out == "Nothing found.\n"
    assert main(["lint", write("rules.json", '{"format": 1}'), "--lang", "zh-CN"]) == 0
    assert capsys.readouterr().out == "没有发现问题\n"


def test_warnings_do_not_fail(write, capsys):
    assert main(["lint", write("rules.toml", OVER), "--lang", "zh-CN"]) == 0
    assert "已于 2020-01-01 00:00 结束" in capsys.readouterr().out
    assert main(["lint", write("rules.toml", OVER), "--at", "2019-12-31T00:00:00+08:00"]) == 0
    assert capsys.readouterr().out == "Nothing found.\n"


def test_a_catalogue_finds_the_worst_carts(write, capsys):
    rules = write("rules.toml", CLEAN)
    items = [{"sku": "TEA", "price": "99.00", "cost": "95.00"}, {"sku": "MUG", "price": "41.00", "cost": "15.00"}]
    for name, text in (("catalog.csv", CATALOG), ("catalog.json", json.dumps(items)), ("bom.csv", "\ufeff" + CATALOG)):
        assert main(["lint", rules, "--catalog", write(name, text), "--lines", "1", "--units", "2"]) == 1
        # Two at 99.00 less a tenth are 178.20, and cost 190.00.
        assert "190.00 are paid with 178.20 by the shopper" in capsys.readouterr().out


def test_the_report_says_who_and_when(write, capsys):
    rules = FREE.replace(
        'layer = "order"',
        'layer = "order"\nends_at = 2026-06-19T00:00:00+08:00\n'
        'audience = { level = ["gold"], tag = ["vip"], channel = ["app"], new_customer = true }',
    )
    assert main(["lint", write("rules.toml", rules), "--at", AT]) == 1
    assert "× 1, gold, vip, new_customer, app, 2026-06-01 00:00 +08:00 → pays 0.00" in capsys.readouterr().out


def test_json_has_everything(write, capsys, tmp_path):
    rules = write("rules.toml", FREE)
    assert main(["lint", rules, "--json", "--carts", str(tmp_path / "a" / "b")]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {"error": 1, "warning": 0, "info": 1}
    first, second = report["findings"]
    assert list(first) == ["code", "severity", "rules", "params", "message", "cart", "changed_cart", "files"]
    assert first["params"] == {"reason": "amount", "amount": 5000, "face": 5000, "payable": 0}
    assert first["changed_cart"] is None
    assert [len(first["files"]), len(second["files"])] == [1, 2]
    for finding in report["findings"]:
        for path, cart in zip(finding["files"], (finding["cart"], finding["changed_cart"]), strict=False):
            with open(path, encoding="utf-8") as file:
                assert json.load(file) == cart
            assert main(["quote", rules, path, "--json"]) == 0
            assert json.loads(capsys.readouterr().out)["goods_total"] in (5000, 4999)
    assert main(["lint", rules, "--json"]) == 1
    assert "files" not in json.loads(capsys.readouterr().out)["findings"][0]


@pytest.mark.parametrize("name", CAMPAIGNS)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_campaigns_that_ship_with_the_package(name, language, write, capsys):
    rules = write("rules.toml", campaign(name)[0])
    assert main(["lint", rules, "--at", AT, "--lang", language]) == 0
    printed = capsys.readouterr()
    assert "price_cliff" in printed.out
    assert "{" not in printed.out
    assert printed.err == ""


# -- what is wrong ----------------------------------------------------------------------------------------------------


def test_all_faults_of_both_documents_are_told(write, capsys):
    rules = write("rules.toml", FREE.replace("50.00", "50.005"))
    catalog = write("catalog.csv", "sku,price\nA,x\n")
    assert main(["lint", rules, "--catalog", catalog]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(": ")[:2] for line in printed.err.splitlines()] == [
        ["rule[0].threshold.amount", "too_many_decimals"],
        ["rule[0].benefit.amount", "too_many_decimals"],
        ["catalog[0].price", "malformed"],
    ]


def test_files_that_cannot_be_read_or_written(write, capsys, tmp_path):
    rules, missing = write("rules.toml", FREE), str(tmp_path / "missing.csv")
    assert main(["lint", rules, "--catalog", missing]) == 1
    assert capsys.readouterr() == ("", f"{missing}: unreadable: No such file or directory\n")
    broken = write("broken.toml", "format = ")
    assert main(["lint", broken]) == 1
    assert capsys.readouterr().err.startswith(f"{broken}: malformed: ")
    empty = write("empty.csv", "")
    assert main(["lint", rules, "--catalog", empty]) == 1
    assert capsys.readouterr().err.startswith(f"{empty}: empty: ")
    assert main(["lint", rules, "--carts", rules]) == 1
    assert capsys.readouterr() == ("", f"{rules}: unwritable: File exists\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--lines", "0"],
        ["--units", "x"],
        ["--lines", "21"],
        ["--units", "1001"],
        ["--max-carts", "-1"],
        ["--at", "yesterday"],
        ["--at", "2026-06-01T00:00:00"],
        ["--lang", "fr"],
        ["--catalogue", "x"],
    ],
    ids=" ".join,
)
def test_wrong_usage(arguments, write, capsys):
    rules = [write("rules.toml", FREE)] if arguments else []
    assert main(["lint", *rules, *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "usage: minishop" in printed.err


def test_the_help_teaches(capsys):
    assert main(["lint", "--help"]) == 0
    printed = capsys.readouterr().out
    assert "sku,price,cost,stock,category" in printed
    assert "minishop quote rules.toml shown/01-price_cliff.json" in printed


# -- on a terminal ----------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_colours_and_progress_only_on_a_terminal(write, monkeypatch):
    rules = write("rules.toml", campaign("marketplace")[0])
    for make, shown in ((Terminal, True), (io.StringIO, False)):
        out, err = make(), make()
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", err)
        assert main(["lint", rules]) == 0
        assert ("\033[1;33mWarning\033[0m" in out.getvalue()) is shown
        assert ("carts priced" in err.getvalue()) is shown
        assert err.getvalue().endswith("\r\033[K") is shown
        assert bool(err.getvalue()) is shown


def test_no_colour_if_it_is_not_wanted(write, monkeypatch):
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["lint", write("rules.toml", FREE)]) == 1
    assert "\033[" not in out.getvalue()
