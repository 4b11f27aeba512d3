"""Reading scenario files and running them, without files."""

import json
import subprocess
import sys
from typing import ClassVar

import pytest
from attrs import frozen

from minishop import Engine, InvalidDocument
from minishop.promotions.conditions import Condition
from minishop.promotions.fields import Field
from minishop.quotes import Reason
from minishop.testing.scenarios import describe, read_scenarios, run
from tests.scenarios.files import CART, GOOD, RULES

FILES = {"shop/rules.toml": RULES, "shop/cart.json": json.dumps(CART)}


def load_from(files):
    def load(name):
        found = files.get(name.replace("\\", "/"))
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise FileNotFoundError(2, "No such file or directory")
        return found

    return load


def read(text=GOOD, **files):
    return read_scenarios(text, "shop/a.scenario.toml", load_from({**FILES, **files}))


def mismatches(old="", new="", text=GOOD):
    assert old in text
    (scenario,) = read(text.replace(old, new))
    return [(one.key, one.expected, one.got) for one in run(scenario)]


def test_as_expected():
    (scenario,) = read()
    assert (scenario.file, scenario.name, scenario.place) == ("shop/a.scenario.toml", "会员券", 0)
    assert run(scenario) == ()


@pytest.mark.parametrize(
    "old, new, found",
    [
        ('payable = "106.00"', 'payable = "106.01"', ("payable", "106.01", "106.00")),
        ('freight = "8.00"', 'freight = "0.00"', ("freight", "0.00", "8.00")),
        ('discount_total = "26.00"', 'discount_total = "6"', ("discount_total", "6.00", "26.00")),
        ("points_used = 80", "points_used = 0", ("points_used", "0", "80")),
        ("undeliverable = false", "undeliverable = true", ("undeliverable", "true", "false")),
        ('"2" = "4.13"', '"2" = "4.99"', ('lines."2"', "4.99", "4.13")),
        (
            '"618" = "below_amount"',
            '"618" = "expired"',
            ('rejected."618"', "expired", "below_amount (181.20 short of its threshold)"),
        ),
        (
            '"618" = "below_amount"',
            '"new-20/c1" = "expired"',
            ('rejected."new-20/c1"', "expired", "applied, takes 20.00"),
        ),
        (
            '["member-price", "new-20/c1"]',
            "[]",
            ("applied", "nothing", "member-price, new-20/c1"),
        ),
        (
            '["member-price", "new-20/c1"]',
            '{ member-price = "6.00", "new-20/c1" = "19.00" }',
            ("applied", "member-price 6.00, new-20/c1 19.00", "member-price 6.00, new-20/c1 20.00"),
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_not_as_expected(old, new, found):
    assert mismatches(old, new) == [found]


@pytest.mark.parametrize(
    "applied",
    ['["new-20/c1", "member-price"]', '{ "new-20/c1" = "20.00", member-price = "6" }'],
)
def test_the_order_of_what_applies_does_not_matter(applied):
    assert mismatches('["member-price", "new-20/c1"]', applied) == []


def test_why_a_rule_is_missing():
    (scenario,) = read(GOOD.replace('"new-20/c1"]', '"618"]'))
    (found,) = run(scenario, locale="zh-CN")
    assert found.notes == ("missing 618: below_amount (还差 181.20 元)", "not expected new-20/c1: takes 20.00")


def test_what_cannot_be_delivered():
    cart = json.dumps({**CART, "destination": ["310000"]})
    expect = '[scenario.expect]\npayable = "1.00"\n'
    text = GOOD[: GOOD.index("[scenario.expect]")] + expect
    (scenario,) = read(text, **{"shop/cart.json": cart})
    assert [(one.key, one.got, one.value) for one in run(scenario)] == [
        ("payable", "none: cannot be delivered", None),
        ("undeliverable", "true", True),
    ]
    (scenario,) = read(text.replace('payable = "1.00"', "undeliverable = true"), **{"shop/cart.json": cart})
    assert run(scenario) == ()


INLINE = """
format = 1
rules = "rules.toml"
[defaults]
at = 2026-06-02T12:00:00+08:00
use_coupons = ["c9"]
coupons = [{ id = "c1", rule = "new-20" }]
[[scenario]]
name = "of the defaults"
cart = { lines = [{ id = "1", sku = "S1", quantity = 1, unit_price = "99.00" }] }
expect = { payable = "99.00", rejected = { "/c9" = "not_held", "new-20/c1" = "expired" } }
[[scenario]]
name = "its own"
cart = { use_coupons = "best", lines = [{ id = "1", sku = "S1", quantity = 1, unit_price = "99.00" }] }
expect = { payable = "79.00" }
[[scenario]]
name = "from TOML"
cart = "cart.toml"
expect = { payable = "1.00", freight = "0.00" }
"""


def test_carts_in_the_file_and_defaults():
    cart = '[[lines]]\nid = "1"\nsku = "S1"\nquantity = 1\nunit_price = "1.00"\n'
    first, *others = read(INLINE, **{"shop/cart.toml": cart})
    assert [(one.key, one.got) for one in run(first)] == [('rejected."new-20/c1"', "neither applied nor rejected")]
    assert [run(one) for one in others] == [(), ()]


def test_the_text_of_a_failure():
    (scenario,) = read(GOOD.replace("会员券", "会员\\u001b[2J").replace('"106.00"', '"1"'))
    found = run(scenario)
    assert describe(scenario, found).splitlines() == [
        "✗ shop/a.scenario.toml: 会员\\x1b[2J",
        "  payable",
        "    expected  1.00",
        "    got       106.00",
    ]
    assert "\033[31m106.00\033[0m" in describe(scenario, found, colour=True)


# -- what is wrong with a file ----------------------------------------------------------------------------------------

CART_INLINE = 'cart = { lines = [{ id = "1", sku = "S1", quantity = 1, unit_price = "1.00" }] }'
AT = "at = 2026-06-02T12:00:00+08:00"
WRONG_PRICE = CART_INLINE.replace('"1.00"', "1.0").replace("cart = {", f"cart = {{ {AT},")
A = "shop/a.scenario.toml"

MALFORMED = [
    ("format = 1", "", "format", "missing_key"),
    ("format = 1", "format = 2", "format", "unknown_format"),
    ("format = 1", "format = true", "format", "unknown_format"),
    ("format = 1", "format = 1\ncolour = 1", "colour", "unknown_key"),
    ('rules = "rules.toml"', "", "rules", "missing_key"),
    ('rules = "rules.toml"', "rules = 1", "rules", "wrong_type"),
    ('rules = "rules.toml"', 'rules = ""', "rules", "empty"),
    ('rules = "rules.toml"', 'rules = "lost.toml"', "rules", "unreadable"),
    ('rules = "rules.toml"', 'rules = "binary.toml"', "rules", "not_utf8"),
    ("[[scenario]]", "defaults = 1\n[[scenario]]", "defaults", "wrong_type"),
    ("[[scenario]]", "[defaults]\nlines = []\n[[scenario]]", "defaults.lines", "unknown_key"),
    ("[[scenario]]", "[defaults]\ncolour = 1\n[[scenario]]", "defaults.colour", "unknown_key"),
    ("[[scenario]]", "[defaults]\nat = 2026-06-02T12:00:00\n[[scenario]]", "defaults.at", "naive_time"),
    ("[[scenario]]", "[defaults]\nshopper = { age = 1 }\n[[scenario]]", "defaults.shopper.age", "unknown_key"),
    ("[[scenario]]", "[[scenario]]\ncolour = 1", "scenario[0].colour", "unknown_key"),
    ('name = "会员券"', "", "scenario[0].name", "missing_key"),
    ('name = "会员券"', "name = 1", "scenario[0].name", "wrong_type"),
    ('name = "会员券"', 'name = ""', "scenario[0].name", "empty"),
    ('cart = "cart.json"', "", "scenario[0].cart", "missing_key"),
    ('cart = "cart.json"', "cart = 1", "scenario[0].cart", "wrong_type"),
    ('cart = "cart.json"', 'cart = ""', "scenario[0].cart", "empty"),
    ('cart = "cart.json"', 'cart = "lost.json"', "scenario[0].cart", "unreadable"),
    ('cart = "cart.json"', f"cart = {{ {AT} }}", "scenario[0].cart.lines", "missing_key"),
    ('cart = "cart.json"', f"cart = {{ {AT}, lines = [], colour = 1 }}", "scenario[0].cart.colour", "unknown_key"),
    ('cart = "cart.json"', CART_INLINE, "scenario[0].cart.at", "missing_key"),
    ('cart = "cart.json"', WRONG_PRICE, "scenario[0].cart.lines[0].unit_price", "wrong_type"),
    ('payable = "106.00"', "payable = 106.00", "scenario[0].expect.payable", "wrong_type"),
    ('payable = "106.00"', 'payable = "106.005"', "scenario[0].expect.payable", "too_many_decimals"),
    ('payable = "106.00"', 'payable = "¥106"', "scenario[0].expect.payable", "malformed"),
    ('payable = "106.00"', 'pay = "106.00"', "scenario[0].expect.pay", "unknown_key"),
    ('freight = "8.00"', "freight = 8", "scenario[0].expect.freight", "wrong_type"),
    ('discount_total = "26.00"', 'discount_total = "-26.00"', "scenario[0].expect.discount_total", "negative"),
    ("points_used = 80", 'points_used = "80"', "scenario[0].expect.points_used", "wrong_type"),
    ("points_used = 80", "points_used = -1", "scenario[0].expect.points_used", "out_of_range"),
    ("undeliverable = false", "undeliverable = 0", "scenario[0].expect.undeliverable", "wrong_type"),
    ('["member-price", "new-20/c1"]', '"618"', "scenario[0].expect.applied", "wrong_type"),
    ('["member-price", "new-20/c1"]', "[618]", "scenario[0].expect.applied[0]", "wrong_type"),
    ('["member-price", "new-20/c1"]', '["618", "618"]', "scenario[0].expect.applied[1]", "duplicate_id"),
    ('["member-price", "new-20/c1"]', '["new-20"]', "scenario[0].expect.applied[0]", "unknown_id"),
    ('["member-price", "new-20/c1"]', '["/c1"]', "scenario[0].expect.applied[0]", "unknown_id"),
    ('["member-price", "new-20/c1"]', '{ "618" = 1 }', "scenario[0].expect.applied.618", "wrong_type"),
    ('["member-price", "new-20/c1"]', '{ "619" = "1" }', "scenario[0].expect.applied.619", "unknown_id"),
    ('"618" = "below_amount"', "", "scenario[0].expect.rejected", "empty"),
    ('"618" = "below_amount"', '"618" = 1', "scenario[0].expect.rejected.618", "wrong_type"),
    ('"618" = "below_amount"', '"619" = "below_amount"', "scenario[0].expect.rejected.619", "unknown_id"),
    ('{ "618" = "below_amount" }', '["618"]', "scenario[0].expect.rejected", "wrong_type"),
    ('"2" = "4.13"', '"3" = "4.13"', "scenario[0].expect.lines.3", "unknown_id"),
    ('"2" = "4.13"', '"2" = 4.13', "scenario[0].expect.lines.2", "wrong_type"),
    ('"2" = "4.13"', "", "scenario[0].expect.lines", "empty"),
]


def problems(text, **files):
    with pytest.raises(InvalidDocument) as caught:
        read(text, **files)
    return [(one.path, one.code) for one in caught.value.problems]


@pytest.mark.parametrize("old, new, path, code", MALFORMED, ids=[f"{path} {code}" for _, _, path, code in MALFORMED])
def test_every_key_is_read_strictly(old, new, path, code):
    assert GOOD.count(old) == 1
    files = {"shop/binary.toml": UnicodeDecodeError("utf-8", b"\xff", 0, 1, "")}
    assert problems(GOOD.replace(old, new), **files) == [(f"{A}:{path}", code)]


HEAD = 'format = 1\nrules = "rules.toml"\n'


@pytest.mark.parametrize(
    "text, path, code",
    [
        ("format = ", "", "malformed"),
        (HEAD, "scenario", "missing_key"),
        (f"{HEAD}scenario = []", "scenario", "empty"),
        (f"{HEAD}scenario = {{}}", "scenario", "wrong_type"),
        (f"{HEAD}scenario = [1]", "scenario[0]", "wrong_type"),
        (GOOD[: GOOD.index("[scenario.expect]")], "scenario[0].expect", "missing_key"),
        (GOOD[: GOOD.index("payable")], "scenario[0].expect", "empty"),
        (GOOD.replace("[scenario.expect]", "expect = 1\n[x]").split("[x]")[0], "scenario[0].expect", "wrong_type"),
        (GOOD + GOOD[GOOD.index("[[scenario]]") :], "scenario[1].name", "duplicate_id"),
    ],
    ids=str,
)
def test_the_document_as_a_whole(text, path, code):
    assert problems(text) == [(f"{A}:{path}" if path else A, code)]


@pytest.mark.parametrize(
    "files, found",
    [
        ({"shop/rules.toml": RULES.replace('"order"', '"ordr"')}, ("shop/rules.toml:rule[0].layer", "unknown_value")),
        ({"shop/rules.toml": "x ="}, ("shop/rules.toml", "malformed")),
        ({"shop/cart.json": "{"}, ("shop/cart.json", "malformed")),
        ({"shop/cart.json": "null"}, ("shop/cart.json", "wrong_type")),
        ({"shop/cart.json": json.dumps({**CART, "lines": 1})}, ("shop/cart.json:lines", "wrong_type")),
        ({"shop/cart.json": json.dumps({**CART, "at": None})}, ("shop/cart.json:at", "missing_key")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_faults_in_the_files_that_are_named(files, found):
    assert problems(GOOD, **files) == [found]


def test_rules_and_carts_in_either_language():
    rules = json.dumps(Engine.from_toml(RULES).to_document())
    (scenario,) = read(GOOD.replace("rules.toml", "rules.json"), **{"shop/rules.json": rules})
    assert run(scenario) == ()


def test_everything_is_told_at_once_and_once():
    text = GOOD.replace("format = 1", "format = 3").replace("rules.toml", "lost").replace('"106.00"', "1")
    text += GOOD[GOOD.index("[[scenario]]") :].replace("会员券", "again").replace("cart.json", "lost.json")
    text = text.replace("[[scenario]]", "[defaults]\nat = 1\n[[scenario]]", 1)
    assert [path.removeprefix(f"{A}:") for path, _ in problems(text)] == [
        "format",
        "rules",
        "defaults.at",
        "scenario[0].expect.payable",
        "scenario[1].cart",
    ]


def test_unknown_names_say_what_is_there():
    with pytest.raises(InvalidDocument, match=r"must be one of 618, .*; did you mean 'new-20/c1'\?"):
        read(GOOD.replace('["member-price", "new-20/c1"]', '["new-20"]'))
    with pytest.raises(InvalidDocument, match=r"allowed here: applied, payable, freight, .*; did you mean 'payable'"):
        read(GOOD.replace("payable", "payabel"))
    cart = json.dumps({"at": CART["at"], "lines": []})
    with pytest.raises(InvalidDocument, match=r"lines\.2: unknown_id: there is none"):
        read(
            GOOD.replace('["member-price", "new-20/c1"]', "[]").replace('"618"', '"freight:post"'),
            **{"shop/cart.json": cart},
        )


@pytest.mark.parametrize(
    "text, files, path, code",
    [
        (
            GOOD.replace('"new-20/c1"]', "]"),
            {"shop/cart.json": json.dumps({**CART, "coupons": [{"id": "c1", "rule": "618"}]})},
            "shop/cart.json:coupons[0].rule",
            "not_a_coupon",
        ),
        (
            GOOD.replace('"cart.json"', CART_INLINE.replace("cart = ", "").replace(" }] }", ', freight = "x" }] }'))
            .replace("[[scenario]]", "[defaults]\nat = 2026-06-02T12:00:00+08:00\n[[scenario]]")
            .replace('"new-20/c1"', "")
            .replace('"2" = "4.13"', '"1" = "4.13"'),
            {},
            f"{A}:scenario[0].cart.lines[0].freight",
            "unknown_id",
        ),
        (
            INLINE.replace('rule = "new-20"', 'rule = "lost"')
            .replace(', rejected = { "/c9" = "not_held", "new-20/c1" = "expired" }', "")
            .replace('"cart.toml"', '"cart.json"'),
            {},
            f"{A}:defaults.coupons[0].rule",
            "unknown_id",
        ),
    ],
    ids=["a file", "here", "defaults"],
)
def test_a_cart_that_does_not_fit_the_rules(text, files, path, code):
    scenario = read(text, **files)[0]
    with pytest.raises(InvalidDocument) as caught:
        run(scenario)
    assert [(one.path, one.code) for one in caught.value.problems] == [(path, code)]


@frozen
class Lucky(Condition):
    """A customer whose id ends in 8."""

    kind: ClassVar[str] = "lucky"
    fields: ClassVar[tuple[Field, ...]] = ()

    def refuse(self, facts):
        return Reason("unlucky")


def test_own_kinds():
    rules = RULES.replace('layer = "order"', 'layer = "order"\nconditions = [{ kind = "lucky" }]')
    text = GOOD.replace("below_amount", "unlucky")
    load = load_from({**FILES, "shop/rules.toml": rules})
    (scenario,) = read_scenarios(text, A, load, kinds=[Lucky])
    assert run(scenario) == ()
    with pytest.raises(InvalidDocument, match=r"rules\.toml:rule\[0\]\.conditions\[0\]\.kind: unknown_value"):
        read_scenarios(text, A, load)


def test_nothing_is_imported_that_an_app_may_not_have():
    script = (
        "import sys\n"
        "for name in ('hypothesis', 'pytest', '_pytest', 'tomlkit'): sys.modules[name] = None\n"
        "import minishop.testing, minishop.testing.scenarios, minishop.testing._scenario_files\n"
        "from minishop.cli import main\n"
        "sys.exit(main(['check', 'docs/examples/tested-rules']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
