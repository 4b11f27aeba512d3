"""The command line: what it prints, where, and with what exit status."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minishop import Engine
from minishop.cli import main
from minishop.cli._demo import CAMPAIGNS, campaign
from minishop.quotes.documents import parse_request_json
from minishop.quotes.receipts._width import clip, pad, width
from tests.documents.samples import CART, RULES, spoilt

GOLDEN = Path(__file__).parent / "golden"
ANSI = re.compile(r"\033\[[0-9;]*m")


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture
def files(tmp_path):
    def write(rules=RULES, cart=CART):
        paths = []
        for name, document in (("rules.json", rules), ("cart.json", cart)):
            path = tmp_path / name
            path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
            paths.append(str(path))
        return paths

    return write


@pytest.mark.parametrize("name", CAMPAIGNS)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_demo_is_as_it_was(name, language, capsys):
    assert main(["demo", name, "--lang", language]) == 0
    printed = capsys.readouterr().out
    golden = GOLDEN / f"{name}.{language}.txt"
    assert printed == golden.read_text(encoding="utf-8")
    lines = printed.splitlines()
    assert len(lines) <= 45, "one screen"
    assert max(map(width, lines)) <= 80


def test_the_demo_shows_all_three(capsys):
    assert main(["demo"]) == 0
    assert capsys.readouterr().out.count("══ ") == 3


def quoted(name):
    rules, cart = campaign(name)
    return Engine.from_toml(rules).quote_request(parse_request_json(cart))


def test_own_shop_by_hand():
    # 119.00 + 239.00 + 99.00 = 457.00; 每满300减50 takes 50.00, 9折 would take 45.70; 407.00.
    # 8折 takes 81.40, capped at 35.00, more than 15.00; 372.00. 1860 points in steps of 100: 18.00; 354.00.
    # 0.40 + 1.20 + 0.45 kg = 2.05 kg: 8.00 + 2 x 2.00, free from 99.00.
    quote = quoted("own-shop-618")
    assert {applied.rule: applied.amount for applied in quote.applied} == {
        "member-price": 1000,
        "kettle-20": 2000,
        "socks-3-99": 2070,
        "618": 5000,
        "birthday": 3500,
        "freight:default": 1200,
    }
    assert (quote.payable, quote.points.used, quote.points.earned) == (35400, 1800, 354)
    assert quote.optimality.proven
    # 50.00 over 119.00 / 239.00 / 99.00 of 457.00: 13.0197, 26.1488, 10.8315.
    assert [line.adjustments[1].amount for line in quote.lines] == [1302, 2615, 1083]


def test_marketplace_by_hand():
    # Item stage: 299.00, 78.00, 178.00 - 44.50 = 133.50; together 510.50.
    # 377.00 of digital: -40.00 and -30.00; 510.50: -50.00 and -60.00. The beauty coupon lacks 16.50.
    quote = quoted("marketplace")
    assert quote.payable == 51050 - 4000 - 3000 - 5000 - 6000
    reasons = {rejected.rule: (rejected.reason.code, rejected.reason.params) for rejected in quote.rejected}
    assert reasons == {
        "beauty-150-20": ("below_amount", {"missing": 1650}),
        "platform-digital-45": ("group_full", {"rule": "platform-500-60"}),
    }
    cross = next(applied for applied in quote.applied if applied.rule == "cross-300-50")
    assert cross.funding == {"shop": 2000, "platform": 3000}
    assert [hint.to_dict() for hint in quote.hints] == [
        {"rule": "beauty-150-20", "add_amount": 1650, "payable_change": -350}
    ]


def test_flash_sale_by_hand():
    # 199.00 + 25.80 = 224.80; 30 % of it is 67.44, the balance gives 50.00; three pieces ship for 8.00.
    quote = quoted("flash-sale")
    assert (quote.payable, quote.freight, quote.points.used, quote.points.earned) == (18280, 800, 5000, 174)
    assert {rejected.rule: rejected.reason.code for rejected in quote.rejected} == {
        "200-20": "below_amount",
        "30-5": "below_amount",
        "fryer-50": "activity_line",
    }


def test_json_is_the_quote(files, capsys):
    rules, cart = files()
    assert main(["quote", rules, cart, "--json"]) == 0
    quote = Engine.from_document(RULES).quote_request(parse_request_json(json.dumps(CART)))
    assert json.loads(capsys.readouterr().out) == quote.to_dict()
    assert main(["quote", rules, cart, "--json", "--no-hints"]) == 0
    assert "hints" not in json.loads(capsys.readouterr().out)


def test_the_language_is_that_of_the_terminal_unless_said(files, capsys, monkeypatch):
    rules, cart = files()
    assert main(["quote", rules, cart]) == 0
    assert "TO PAY" in capsys.readouterr().out
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert main(["quote", rules, cart]) == 0
    assert "应付" in capsys.readouterr().out
    assert main(["quote", rules, cart, "--lang", "en"]) == 0
    assert "TO PAY" in capsys.readouterr().out


def test_what_cannot_be_delivered_has_no_price(files, capsys):
    rules = spoilt(RULES, ("freight", 0, "regions", 0, "region"), ["310000"])
    assert main(["quote", *files(rules=rules)]) == 0
    printed = capsys.readouterr().out
    assert "Cannot be delivered to this address: S1" in printed
    assert "TO PAY" not in printed


def test_a_receipt_with_everything(capsys, files):
    rules = {
        "format": 1,
        "policy": {"search_nodes": 1},
        "rule": [
            {"id": "gift", "name": "满赠", "layer": "order", "benefit": {"kind": "gift", "sku": "小样", "quantity": 2}},
            {"id": "a", "layer": "order", "benefit": {"kind": "percent-off", "percent": "10%"}},
            {"id": "b", "layer": "order", "benefit": {"kind": "percent-off", "percent": "10%"}},
            {
                "id": "two",
                "layer": "item",
                "threshold": {"quantity": 3},
                "benefit": {"kind": "percent-off", "percent": "90%"},
            },
        ],
        "freight": [{"id": "f", "by": "piece", "regions": [{"region": ["*"], "start": "1", "start_fee": "6.00"}]}],
    }
    cart = {
        "at": "2026-06-02T12:00:00+08:00",
        "lines": [{"id": "1", "sku": "杯", "quantity": 2, "unit_price": "50.00", "freight": "f"}],
        "coupons": [],
        "use_coupons": ["lost"],
    }
    assert main(["quote", *files(rules=rules, cart=cart)]) == 0
    printed = capsys.readouterr().out
    assert "Gift: 小样 ×2" in printed
    assert "coupon lost: the shopper does not hold it" in printed
    assert "Take 1 more of 杯 for two: pay" in printed
    assert "could still be saved" in printed
    rules["freight"][0]["free"] = {"amount": "50.00"}
    rules["policy"] = {"choice": "priority"}
    assert main(["quote", *files(rules=rules, cart=cart), "--no-hints"]) == 0
    printed = capsys.readouterr().out
    assert "Freight (" in printed
    assert "price by fixed priority" in printed


def test_colours_only_on_a_terminal(monkeypatch, files):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    rules, cart = files()
    for name, stream, coloured in (("", Terminal(), True), ("1", Terminal(), False), ("", io.StringIO(), False)):
        monkeypatch.setenv("NO_COLOR", name)
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["quote", rules, cart]) == 0
        assert bool(ANSI.search(stream.getvalue())) is coloured


def test_all_faults_of_both_documents_are_told(files, capsys):
    rules = spoilt(spoilt(RULES, ("rule", 0, "threshold", "amount"), 300.0), ("colour",), "red")
    assert main(["quote", *files(rules=rules, cart=spoilt(CART, ("lines", 0, "quantity"), 0))]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(": ")[:2] for line in printed.err.splitlines()] == [
        ["colour", "unknown_key"],
        ["rule[0].threshold.amount", "wrong_type"],
        ["lines[0].quantity", "out_of_range"],
    ]


@pytest.mark.parametrize(
    "rules, cart, start",
    [
        (RULES, spoilt(CART, ("coupons", 0, "rule"), "nothing"), "coupons[0].rule: unknown_id: "),
        (RULES, spoilt(CART, ("coupons", 0, "rule"), "618"), "coupons[0].rule: not_a_coupon: "),
        (RULES, spoilt(CART, ("lines", 0, "freight"), "nothing"), "lines[0].freight: unknown_id: "),
        (RULES, spoilt(CART, ("lines", 0, "weight"), None), "lines[0].weight: missing_measure: "),
    ],
    ids=["coupon", "no coupon", "freight", "weight"],
)
def test_faults_between_the_documents(rules, cart, start, files, capsys):
    assert main(["quote", *files(rules=rules, cart=cart)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(start)


def test_all_faults_between_the_documents_are_told(files, capsys):
    cart = spoilt(CART, ("coupons", 0, "rule"), "nothing")
    cart = spoilt(spoilt(cart, ("lines", 1, "freight"), "nowhere"), ("lines", 1, "selected"), True)
    cart = spoilt(cart, ("lines", 0, "weight"), None)
    assert main(["quote", *files(cart=cart)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [line.split(": ")[:2] for line in printed.err.splitlines()] == [
        ["coupons[0].rule", "unknown_id"],
        ["lines[0].weight", "missing_measure"],
        ["lines[1].freight", "unknown_id"],
    ]


def test_a_fault_of_a_whole_document_names_the_file(files, capsys):
    rules, cart = files(rules="{", cart=[])
    assert main(["quote", rules, cart]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"{rules}: malformed: not JSON")
    assert second == f"{cart}: wrong_type: must be a table, got a list"


def test_files_that_cannot_be_read(files, capsys, tmp_path):
    rules, _cart = files()
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00")
    for path, code in ((tmp_path / "missing.json", "unreadable"), (tmp_path, "unreadable"), (binary, "not_utf8")):
        assert main(["quote", rules, str(path)]) == 1
        assert capsys.readouterr().err.startswith(f"{path}: {code}: ")


def test_toml_carts_and_a_bad_one(files, capsys, tmp_path):
    rules, _ = files()
    cart = tmp_path / "cart.toml"
    cart.write_text(
        'at = 2026-06-02T12:00:00+08:00\n[[lines]]\nid = "1"\nsku = "S1"\nquantity = 1\nunit_price = "5.00"\n',
        encoding="utf-8",
    )
    assert main(["quote", rules, str(cart), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["goods_total"] == 500
    cart.write_text("at = ", encoding="utf-8")
    assert main(["quote", rules, str(cart)]) == 1
    assert ": malformed: not TOML" in capsys.readouterr().err


def test_the_cart_from_standard_input(files, capsys, monkeypatch):
    rules, _ = files()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(CART).encode())))
    assert main(["quote", rules, "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["lines"][0]["id"] == "1"


@pytest.mark.parametrize(
    "argv",
    [[], ["price"], ["quote"], ["quote", "a", "b", "--lang", "fr"], ["demo", "nothing"], ["schema", "order"]],
    ids=str,
)
def test_wrong_usage(argv, capsys):
    assert main(argv) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "usage:" in printed.err


@pytest.mark.parametrize("argv", [["--help"], ["quote", "--help"], ["demo", "--help"], ["--version"]], ids=str)
def test_help_is_no_error(argv, capsys):
    assert main(argv) == 0
    assert capsys.readouterr().out


@pytest.mark.parametrize("document", ["rules", "cart"])
def test_the_schema_is_json(document, capsys):
    assert main(["schema", document]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == f"minishop {document}"


def test_interrupted(monkeypatch):
    def interrupt(options):
        raise KeyboardInterrupt

    monkeypatch.setattr("minishop.cli._schema.run", interrupt)
    assert main(["schema"]) == 130


def run(*argv, **more):
    return subprocess.run(
        [sys.executable, "-m", "minishop", *argv], capture_output=True, timeout=60, check=False, **more
    )


def test_as_a_process(files):
    rules, cart = files()
    done = run("quote", rules, cart, "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    bad = run("quote", rules, rules)
    assert (bad.returncode, bad.stdout) == (1, b"")
    assert b"Traceback" not in bad.stderr


def test_a_terminal_that_cannot_show_chinese():
    done = run("demo", "--lang", "zh-CN", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"354.00" in done.stdout


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a full disk")
def test_a_disk_that_is_full():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "minishop", "demo"], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith(b"minishop: ")
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_a_reader_that_goes_away():
    done = subprocess.run(
        f"{sys.executable} -m minishop schema | head -c 10; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        check=False,
    )
    assert done.stderr == b""


def test_columns():
    assert width("杯") == 2
    assert width("e\u0301") == 1
    assert clip("保温杯-白", 9) == "保温杯-白"
    assert clip("保温杯-白", 8) == "保温杯-…"
    assert pad("保温杯", "1.00", 12) == "保温杯  1.00"
    assert width(pad("很长很长很长", "1.00", 10)) == 10
