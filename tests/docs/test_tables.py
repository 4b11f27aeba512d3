"""The hand-written tables of the reference say what the code says."""

import argparse
import ast
import json
import re
from pathlib import Path

import pytest

from minishop.messages import catalogue
from minishop.promotions.benefits import BUILT_IN_BENEFITS
from minishop.promotions.documents import _rules, _tables
from minishop.promotions.lint import catalog
from minishop.quotes import Applied, Claim, Gift, Hint, Optimality, PointsResult, Quote, Reason, Rejected
from minishop.quotes import documents as cart_documents
from minishop.quotes.documents import read_request
from minishop.quotes.reading import REQUIRED

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
SOURCE = ROOT / "src" / "minishop"


def tables(page):
    """Heading -> rows of the first table below it, each a list of cells; the header is left out."""
    found, heading, rows = {}, None, []
    for line in (REFERENCE / page).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").replace("`", "").strip("[]")
            rows = found.setdefault(heading, [])
        elif line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return {heading: rows[2:] for heading, rows in found.items() if rows}


def keys(rows):
    return [row[0].strip("`") for row in rows]


# -- documents --------------------------------------------------------------------------------------------------------

RULE = _tables.rule_table().fields
(REGIONS,) = [one.type for one in _tables.TEMPLATE._fields(6) if one.key == "regions"]
RULES = {
    "The document": _rules._sections(()),
    "policy": _tables.POLICY.fields,
    "group": _tables.GROUP.fields,
    "rule": RULE,
    "scope": _tables.SCOPE.fields,
    "audience": _tables.AUDIENCE.fields,
    "threshold": _tables.THRESHOLD.fields,
    "limit": _tables.LIMIT.fields,
    "points": _tables.POINTS.fields,
    "freight": _tables.TEMPLATE._fields(6),
    "regions": REGIONS.item.fields,  # type: ignore[attr-defined]
    **{kind: make.fields for kind, make in BUILT_IN_BENEFITS.items()},
}
CART = {
    "The document": (*cart_documents._CART, *cart_documents._REQUEST),
    "lines": cart_documents._LINE.fields,
    "shopper": cart_documents._SHOPPER.fields,
    "coupons": cart_documents._COUPON.fields,
    "points": cart_documents._POINTS.fields,
    "usage": cart_documents._USAGE.fields,
}


def default_of(one):
    if one.default is REQUIRED:
        return "required"
    written = None if one.default in (None, (), {}) else one.type.write(one.default)
    if isinstance(written, (dict, list)) or written is None:
        return "–"
    return f"`{json.dumps(written)}`"


@pytest.mark.parametrize(
    "page, heading, fields",
    [
        *(("rules-document.md", heading, fields) for heading, fields in RULES.items()),
        *(("cart-document.md", heading, fields) for heading, fields in CART.items()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_keys_and_defaults_of_documents(page, heading, fields):
    rows = tables(page).get(heading, [])
    assert keys(rows) == [one.key for one in fields]
    assert [row[2] for row in rows] == [default_of(one) for one in fields]


def test_funding_names_every_bearer():
    assert keys(tables("rules-document.md")["funding"]) == list(_tables.BEARERS)


def test_every_choice_is_named():
    page = tables("rules-document.md")
    for heading, fields in RULES.items():
        for row, one in zip(page.get(heading, []), fields, strict=True):
            if isinstance(one.type, _tables.Choice):
                assert row[1] == "one of"
                assert all(f"`{allowed}`" in row[3] for allowed in one.type.allowed), one.key


def test_every_kind_names_its_layers():
    text = (REFERENCE / "rules-document.md").read_text(encoding="utf-8")
    for kind, make in BUILT_IN_BENEFITS.items():
        section = text.split(f"\n### `{kind}`\n")[1].split("\n#")[0]
        named = re.search(r"Layers?: (.*?)\.(\s|$)", section, re.DOTALL)[1]
        assert set(re.findall(r"`([a-z-]+)`", named)) == make.layers, kind


# -- the quote --------------------------------------------------------------------------------------------------------


def example():
    folder = ROOT / "docs" / "examples" / "first-quote"
    from minishop import Engine

    request = read_request(json.loads((folder / "cart.json").read_text(encoding="utf-8")))
    return Engine.from_file(folder / "rules.toml").quote_request(request)


def test_keys_of_the_quote():
    page = tables("quote-json.md")
    quote = example().to_dict()
    assert keys(page["The quote"]) == [*Quote.KEYS, "undeliverable"]
    assert tuple(quote) == Quote.KEYS
    assert keys(page["lines"]) == list(quote["lines"][0])
    assert keys(page["adjustments"]) == list(quote["lines"][0]["adjustments"][0])
    assert keys(page["points"]) == list(PointsResult().to_dict())
    assert keys(page["gifts"]) == list(Gift("G1", 1, "r").to_dict())
    assert keys(page["applied"]) == list(Applied("r", None, "order", 1).to_dict())
    assert keys(page["rejected"]) == list(Rejected("r", None, Reason("expired")).to_dict())
    assert keys(page["claims"]) == list(Claim("r", None, 1, 1).to_dict())
    assert keys(page["optimality"]) == list(Optimality().to_dict())
    both = {**Hint("r", -1, add_amount=1).to_dict(), **Hint("r", -1, add_quantity=1, line="1").to_dict()}
    assert sorted(keys(page["hints"])) == sorted(both)


# -- codes ------------------------------------------------------------------------------------------------------------


def called(names, folder=SOURCE):
    """Every call of one of the names in the source: (name, arguments, keywords)."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", None))
                if name in names:
                    yield name, node.args, {keyword.arg: keyword.value for keyword in node.keywords}


def words(node):
    """The texts that an expression may stand for: a literal, or either branch of a conditional one."""
    if isinstance(node, ast.IfExp):
        return words(node.body) | words(node.orelse)
    is_code = isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch("[a-z_0-9]+", node.value)
    return {node.value} if is_code else set()


def test_reason_codes():
    rows = tables("reason-codes.md")["Reason codes"]
    english, chinese = catalogue("en").texts, catalogue("zh-CN").texts
    for code, params, *texts in rows:
        name = code.strip("`")
        assert texts == [english[name], chinese[name]]
        assert set(re.findall(r"`(\w+)`", params)) == set(re.findall(r"{(\w+)", english[name])), name


def test_reason_codes_are_all_there():
    documented = set(keys(tables("reason-codes.md")["Reason codes"]))
    used = set().union(*(words(args[0]) for _, args, _ in called({"Reason"}, SOURCE / "promotions") if args))
    assert used <= documented
    # The only reason whose code is not written where it is made.
    assert documented - used == {"below_amount", "below_quantity"}


#: Where a call that refuses something has its code.
PLACES = {"Problem": 1, "fault": 2, "InvalidInput": 1, "InvalidMoney": 1, "_refuse": 1, "_refusal": 0, "_line_error": 3}


def codes_in_the_source():
    codes = set()
    for name, args, keywords in called({*PLACES, "CallerError"}):
        place = PLACES.get(name)
        if "code" in keywords:
            codes |= words(keywords["code"])
        elif place is not None and len(args) > place:
            is_sentence = isinstance(args[place], ast.Constant) and not words(args[place])
            codes |= words(args[0 if is_sentence else place])  # a `_refuse` that names no field has its code first
    validation = ast.parse((SOURCE / "promotions" / "validation.py").read_text(encoding="utf-8"))
    for node in ast.walk(validation):
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
            codes |= words(node.value.elts[1])
    for path in ("money/_checks.py", "quotes/reading/_types.py"):  # where a code is chosen before it is used
        for node in ast.walk(ast.parse((SOURCE / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign) and [getattr(one, "id", "") for one in node.targets] == ["code"]:
                codes |= words(node.value)
    return codes


def test_error_codes_are_all_there():
    documented = [code for rows in tables("error-codes.md").values() for code in keys(rows)]
    assert len(documented) == len(set(documented))
    # A class's own code is what it has when none is given.
    others = {"minishop_error", "caller_error", "invalid_input", "invalid_money", "invalid_document"}
    others |= {"remote_error", "outcome_unknown"}
    assert codes_in_the_source() - others == set(documented)


def test_lint_codes():
    rows = tables("lint-codes.md")["Lint codes"]
    english, chinese = catalogue("en").texts, catalogue("zh-CN").texts
    severities = {}
    for code, reason, severity, params, *texts in rows:
        key = ":".join(["lint", code.strip("`"), *([reason.strip("`")] if reason else [])])
        assert texts == [english[key], chinese[key]]
        named = set(re.findall(r"{(\w+)", english[key])) - {"rule", "other", "rules"}
        assert set(re.findall(r"`(\w+)`", params)) == named, key
        severities.setdefault(code.strip("`"), set()).update(severity.split(", "))
    assert severities == severities_in_the_source()
    reports = {"error", "warning", "info", "clean", "count", "cart", "pays", "progress"}
    texts = {key for key in english if key.startswith("lint:") and not key.endswith(":open")}
    assert len(rows) == len(texts - {f"lint:{name}" for name in reports})


def severities_in_the_source():
    """Code of a finding to the severities that it is made with."""
    found = {}
    for name, args, _ in called({"finding"}):
        assert name == "finding"
        for code in words(args[0]):
            found.setdefault(code, set()).update(words(args[1]))
    return found


def test_columns_of_a_catalogue():
    rows = tables("catalogue.md")["Columns"]
    assert keys(rows) == [one.key for one in catalog._ITEM.fields]
    assert [row[2] for row in rows] == [default_of(one) for one in catalog._ITEM.fields]


# -- commands ---------------------------------------------------------------------------------------------------------


def test_options_of_the_commands():
    from minishop.cli import _parser

    (commands,) = [action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction)]
    page = tables("cli.md")
    assert [heading for heading in page if "--" not in heading] == [f"minishop {name}" for name in commands.choices]
    for name, parser in commands.choices.items():
        written = set(re.findall(r"`([^`]+)`", " ".join(row[0] for row in page[f"minishop {name}"])))
        known = set()
        for action in parser._actions:
            if action.option_strings:
                known.add(action.option_strings[-1])
            elif action.choices:
                known.update(action.choices)
            else:
                known.add(action.metavar)
        assert written == known - {"--help"}


def test_the_cart_that_the_page_shows_is_one():
    page = (REFERENCE / "cart-document.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```json\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    request = read_request(json.loads(block))
    assert (request.cart.lines[0].unit_price, request.coupons[0].rule) == (5990, "new-20")


def commands():
    """The lines of shell blocks that call minishop."""
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"^```bash\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                if line.startswith("python -m minishop "):
                    yield pytest.param(line, id=f"{page.stem}: {line[19:]}")


@pytest.mark.parametrize("command", list(commands()))
def test_commands_succeed(command, capsys, monkeypatch):
    from minishop.cli import main

    monkeypatch.chdir(ROOT)
    assert main(command.split()[3:]) == 0
    assert capsys.readouterr().out


def transcripts():
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            for step in block.split("$ ")[1:]:
                command, _, shown = step.partition("\n")
                yield pytest.param(command, shown, id=f"{page.stem}: {command[:40]}")


@pytest.mark.parametrize("command, shown", list(transcripts()))
def test_commands_print_what_the_pages_show(command, shown, capsys, monkeypatch):
    from minishop.cli import main

    monkeypatch.chdir(ROOT)
    python, flag, package, *arguments = command.split()
    assert (python, flag, package) == ("python", "-m", "minishop")
    assert main(arguments) == 0
    assert capsys.readouterr().out == shown
