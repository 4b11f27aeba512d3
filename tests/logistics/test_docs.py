"""The reference pages say what the shipped tables say; what is public is what is documented."""

import json
import re
from importlib.resources import files
from pathlib import Path

import minishop.logistics as public
from minishop.logistics import Namespace, carriers
from minishop.messages import catalogue

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def rows(page, heading):
    text = (REFERENCE / page).read_text(encoding="utf-8").split(f"# {heading}\n")[1].split("\n#")[0]
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_carrier_stands_on_its_page():
    written = rows("carriers.md", "The table")
    assert [row[0].strip("`") for row in written] == list(carriers())
    for row, carrier in zip(written, carriers().values(), strict=True):
        assert row[1] == f"{carrier.name_zh} {carrier.name_en}"
        for cell, space in zip(row[2:], Namespace, strict=True):
            marks = [(code, "?" not in mark, "*" in mark) for code, mark in re.findall(r"`([^`]+)`([?*]*)", cell)]
            assert marks == [(one.code, one.is_sure, one.is_shared) for one in carrier.codes[space]]


def test_every_substatus_stands_on_the_page():
    tables = json.loads(files("minishop.logistics").joinpath("data/statuses.json").read_text("utf-8"))["tables"]
    used = {tuple(pair) for table in tables.values() for pair in table.values()}
    used |= {("in_transit", "handed_over"), ("pending", "no_info"), ("unknown", "unknown"), ("unknown", "note")}
    written = {
        (row[0].strip("`"), word)
        for row in rows("logistics.md", "Substatuses")
        for word in re.findall("`(.*?)`", row[1])
    }
    assert written == used


def test_what_is_public_is_documented_in_alphabetical_order():
    text = "".join((REFERENCE / page).read_text(encoding="utf-8") for page in ("logistics.md", "carriers.md"))
    missing = [name for name in public.__all__ if f":: {name}\n" not in text]
    assert missing == ["SHANGHAI", "TrackOutcome"]
    assert public.__all__ == sorted(public.__all__, key=lambda name: (not name.isupper(), name.islower(), name))


def test_every_state_and_notice_has_a_text():
    texts = catalogue("en").texts
    assert {key for key in texts if key.startswith("shipment:")} == {f"shipment:{one}" for one in public.ShipmentStatus}
    source = Path(public.__file__).parent
    used = set()
    for path in source.rglob("*.py"):
        used |= set(re.findall(r'TrackingNotice\(\s*"(\w+)"', path.read_text(encoding="utf-8")))
    assert {key for key in texts if key.startswith("tracking:")} == {f"tracking:{code}" for code in used}


def test_every_code_of_a_refusal_stands_on_the_page():
    text = (REFERENCE / "logistics.md").read_text(encoding="utf-8").split("### Codes\n")[1].split("\n###")[0]
    written = re.findall(r"^\| `(\w+)`", text, re.MULTILINE)
    used = set()
    for path in Path(public.__file__).parent.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'code="(\w+)"', source))
    assert set(written) == used - {"holds_secrets"}
    assert len(written) == len(set(written))
