"""``minishop check``: what it prints, where, with what exit status; ``--update``: what it writes."""

import io
import os
import shutil
import sys
import tomllib

import pytest

from minishop.cli import main
from tests.scenarios.files import CART, GOOD, RULES, write


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


BAD = GOOD.replace('"106.00"', '"107.00"').replace('"below_amount"', '"expired"')
INVALID = GOOD.replace('payable = "106.00"', "payable = 106.00")


def check(capsys, *arguments):
    status = main(["check", *map(str, arguments)])
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def test_all_as_expected(tmp_path, capsys):
    path = write(tmp_path)
    assert check(capsys, path) == (0, "✓ 1 scenario in 1 file: all as expected\n", "")


def test_a_mismatch(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, BAD)
    status, out, err = check(capsys, "shop.scenario.toml")
    assert (status, err) == (1, "")
    assert out == (
        "✗ shop.scenario.toml: 会员券\n"
        "  payable\n"
        "    expected  107.00\n"
        "    got       106.00\n"
        '  rejected."618"\n'
        "    expected  expired\n"
        "    got       below_amount (181.20 short of its threshold)\n"
        "\n"
        "✗ 1 scenario in 1 file: 0 as expected, 1 not\n"
    )
    assert "below_amount (还差 181.20 元)" in check(capsys, "shop.scenario.toml", "--lang", "zh-CN")[1]


def test_directories(tmp_path, capsys):
    write(tmp_path / "b" / "deep", name="z.scenario.toml")
    write(tmp_path / "a", BAD, name="y.scenario.toml")
    write(tmp_path / ".hidden", BAD)
    write(tmp_path / "a", "x = 1", name="scenario.toml")
    odd = write(tmp_path / "odd", name="any-name.toml")
    status, out, err = check(capsys, tmp_path, odd, tmp_path / "a", tmp_path / "b" / ".." / "b")
    assert (status, err) == (1, "")
    assert out.startswith(f"✗ {tmp_path / 'a' / 'y.scenario.toml'}: 会员券\n")
    assert out.endswith("✗ 3 scenarios in 3 files: 2 as expected, 1 not\n")


def test_a_directory_without_any(tmp_path, capsys):
    assert check(capsys, tmp_path) == (1, "", f"{tmp_path}: empty: has no *.scenario.toml\n")


def test_invalid_files(tmp_path, capsys):
    path = write(tmp_path, INVALID)
    status, out, err = check(capsys, path)
    assert (status, out) == (1, "")
    assert err.startswith(f"{path}:scenario[0].expect.payable: wrong_type: must be yuan as text")
    for name, code in (("lost.scenario.toml", "unreadable"), ("binary.scenario.toml", "not_utf8")):
        (tmp_path / "binary.scenario.toml").write_bytes(b"\xff\xfe\x00")
        status, out, err = check(capsys, tmp_path / name)
        assert (status, out) == (1, "")
        assert err.startswith(f"{tmp_path / name}: {code}: ")


def test_the_others_run_although_one_is_invalid(tmp_path, capsys):
    bad, good = write(tmp_path / "a", INVALID), write(tmp_path / "b")
    status, out, err = check(capsys, bad, good)
    assert (status, out) == (1, "✓ 1 scenario in 1 file: all as expected\n")
    assert err.count("\n") == 1


def test_a_cart_that_does_not_fit_the_rules(tmp_path, capsys):
    cart = {**CART, "lines": [{**CART["lines"][1], "weight": None}]}
    text = GOOD.replace('"member-price", ', "")
    path = write(tmp_path, text, cart=cart)
    status, out, err = check(capsys, path)
    assert (status, out) == (1, "")
    assert err.startswith(f"{tmp_path / 'cart.json'}:lines[0].weight: missing_measure: ")


@pytest.mark.parametrize("arguments", [[], ["--update"], ["x", "--force"], ["x", "--lang", "fr"]], ids=str)
def test_wrong_usage(arguments, capsys):
    status, out, err = check(capsys, *arguments)
    assert (status, out) == (2, "")
    assert "usage:" in err


def test_colours_only_on_a_terminal(tmp_path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    path = str(write(tmp_path, BAD))
    for name, stream, coloured in (("", Terminal(), True), ("1", Terminal(), False), ("", io.StringIO(), False)):
        monkeypatch.setenv("NO_COLOR", name)
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["check", path]) == 1
        assert ("\033[" in stream.getvalue()) is coloured


# -- --update ---------------------------------------------------------------------------------------------------------


def updated(tmp_path, capsys, text, **more):
    """The text after an update that leaves nothing to complain about."""
    path = write(tmp_path, text, **more)
    status, out, err = check(capsys, "--update", path)
    assert (status, err) == (0, "")
    assert out.endswith(" updated\n")
    assert check(capsys, path)[0] == 0
    return path.read_bytes().decode("utf-8")


def test_update_shows_and_writes(tmp_path, capsys):
    path = write(tmp_path, BAD)
    status, out, err = check(capsys, "--update", path)
    assert (status, err) == (0, "")
    assert "    expected  107.00\n    got       106.00\n" in out
    assert out.endswith("✓ 1 scenario in 1 file: 0 as expected, 1 updated\n")
    assert path.read_text(encoding="utf-8") == GOOD
    assert check(capsys, "--update", path) == (0, "✓ 1 scenario in 1 file: all as expected\n", "")


def test_update_keeps_comments_and_layout(tmp_path, capsys):
    text = BAD.replace('applied = ["member-price", "new-20/c1"]', 'applied = [\n  "618",  # once\n  "new-20/c1",\n]')
    text = f"# our shop\n\n{text}\n# the end"
    expected = f"# our shop\n\n{GOOD}\n# the end"
    after = updated(tmp_path, capsys, text)
    expected = expected.replace('["member-price", "new-20/c1"]', '[\n  "new-20/c1",\n  "member-price",\n]')
    assert after == expected


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte-order mark"])
def test_update_keeps_line_ends(mark, tmp_path, capsys):
    assert updated(tmp_path, capsys, mark + BAD.replace("\n", "\r\n")) == mark + GOOD.replace("\n", "\r\n")


def expect(text):
    return tomllib.loads(text)["scenario"][0]["expect"]


def with_expect(table):
    return GOOD[: GOOD.index("[scenario.expect]")] + table


@pytest.mark.parametrize(
    "table",
    [
        'expect = { payable = "1.00", rejected = { "618" = "x", "new-20/c1" = "x" }, lines = { "2" = "1" } }',
        'expect.payable = "1.00"\nexpect.rejected = { "new-20/c1" = "x", "618" = "x" }\nexpect.lines.2 = "1"',
        '[scenario.expect]\npayable = "1.00" # p\n[scenario.expect.lines] # l\n2 = "1"\n'
        '[scenario.expect.rejected]\n# r\n"new-20/c1" = "x"\n618 = "x"\n',
        "[scenario.expect]\nrejected.618 = 'x'\nrejected.new-20/c1 = 'x'\npayable = '''1'''\n".replace(
            "new-20/c1", '"new-20/c1"'
        )
        + "lines.2 = '1'",
    ],
    ids=["inline", "dotted", "tables", "dotted keys"],
)
def test_update_in_every_layout(table, tmp_path, capsys):
    text = with_expect(table)
    text += "\n[[scenario]]\nname = 'b'\ncart = 'cart.json'\nexpect = { freight = '1' }  # other\n"
    after = updated(tmp_path, capsys, text)
    assert expect(after) == {"payable": "106.00", "rejected": {"618": "below_amount"}, "lines": {"2": "4.13"}}
    assert after.count("#") == text.count("#")
    assert "expect = { freight = '1' }".replace("'1'", '"8.00"') in after


@pytest.mark.parametrize(
    "table, found",
    [
        ('applied = { "618" = "1" }', {"applied": {"member-price": "6.00", "new-20/c1": "20.00"}}),
        ('applied = { "new-20/c1" = "1" }', {"applied": {"member-price": "6.00", "new-20/c1": "20.00"}}),
        ("applied = []", {"applied": ["member-price", "new-20/c1"]}),
        ("points_used = 0", {"points_used": 80}),
        ("undeliverable = true", {"undeliverable": False}),
        # The coupon is used now, so nothing is left to expect but the price.
        ('rejected = { "new-20/c1" = "expired" }', {"payable": "106.00"}),
    ],
    ids=str,
)
def test_update_of_every_key(table, found, tmp_path, capsys):
    assert expect(updated(tmp_path, capsys, with_expect(f"[scenario.expect]\n{table}\n"))) == found


@pytest.mark.parametrize(
    "table, found",
    [
        ('payable = "1.00"\nfreight = "1.00"', {"undeliverable": True}),
        ('rejected = { "new-20/c1" = "expired" }', {"undeliverable": True}),
        ("undeliverable = false", {"undeliverable": True}),
    ],
    ids=str,
)
def test_update_of_what_cannot_be_delivered(table, found, tmp_path, capsys):
    cart = {**CART, "destination": ["310000"]}
    assert expect(updated(tmp_path, capsys, with_expect(f"[scenario.expect]\n{table}\n"), cart=cart)) == found


def test_update_leaves_invalid_files_alone(tmp_path, capsys):
    bad, invalid = write(tmp_path / "a", BAD), write(tmp_path / "b", INVALID)
    status, out, err = check(capsys, "--update", bad, invalid)
    assert status == 1
    assert out.endswith("✓ 1 scenario in 1 file: 0 as expected, 1 updated\n")
    assert err.startswith(f"{invalid}:scenario[0].expect.payable: wrong_type: ")
    assert invalid.read_text(encoding="utf-8") == INVALID


def test_update_without_tomlkit(tmp_path, capsys, monkeypatch):
    path = write(tmp_path, BAD)
    monkeypatch.setitem(sys.modules, "tomlkit", None)
    monkeypatch.delitem(sys.modules, "minishop.testing._update", raising=False)
    status, out, err = check(capsys, "--update", path)
    assert (status, out) == (2, "")
    assert "pip install 'minishop[testing]'" in err
    assert path.read_text(encoding="utf-8") == BAD
    assert check(capsys, path)[0] == 1


def test_a_file_that_cannot_be_written(tmp_path, capsys, monkeypatch):
    from minishop.testing import _update

    def refuse(self, data):
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, BAD)
    monkeypatch.setattr(_update.Path, "write_bytes", refuse)
    status, out, err = check(capsys, "--update", path)
    assert (status, err) == (1, f"{path}: unwritable: Permission denied\n")
    assert out.endswith("✗ 1 scenario in 1 file: 0 as expected, 1 not\n")


def test_a_layout_that_is_beyond_the_writer(tmp_path, capsys, monkeypatch):
    from minishop.testing import _update

    path = write(tmp_path, BAD)
    monkeypatch.setattr(_update.tomlkit, "dumps", lambda document: "x = 1")
    status, _, err = check(capsys, "--update", path)
    assert (status, err) == (1, f"{path}: unwritable: its layout cannot be kept: change it by hand\n")
    assert path.read_text(encoding="utf-8") == BAD


@pytest.mark.skipif(os.name == "nt", reason="links need rights")
def test_a_link_is_followed(tmp_path, capsys):
    path = write(tmp_path / "a", BAD)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    for name in ("rules.toml", "cart.json"):
        shutil.copy(tmp_path / "a" / name, tmp_path)
    assert check(capsys, "--update", link, path)[0] == 0
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == GOOD
    assert RULES
