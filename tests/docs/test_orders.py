"""The pages about orders say what the code says. ``python -m tests.docs.test_orders`` writes their generated parts."""

from pathlib import Path

import pytest

from minishop.messages import catalogue
from minishop.orders import GUARDS, TABLE
from minishop.orders.diagrams import to_markdown, to_svg
from tests.orders.test_values import codes

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def reasons():
    english, chinese = catalogue("en").texts, catalogue("zh-CN").texts
    rows = [f"| `{code}` | {english[code]} | {chinese[code]} |" for code in sorted(codes())]
    return "\n".join(["| code | English | 中文 |", "|---|---|---|", *rows])


def guards():
    rows = [f"| `{name}` | {guard.__doc__.strip()} |" for name, guard in GUARDS.items()]
    return "\n".join(["| guard | what it asks for |", "|---|---|", *rows])


#: Page and name to what stands between its marks.
PARTS = {
    ("order-states.md", "table"): lambda: to_markdown(TABLE).strip(),
    ("order-states.md", "guards"): guards,
    ("orders.md", "reasons"): reasons,
}


def marks(name):
    return f"<!-- generated: {name} -->\n", f"\n<!-- end: {name} -->"


@pytest.mark.parametrize("page, name", PARTS)
def test_generated_parts(page, name):
    begin, end = marks(name)
    text = (REFERENCE / page).read_text(encoding="utf-8")
    assert text.split(begin)[1].split(end)[0] == PARTS[page, name]()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_pictures_are_those_of_the_table(language):
    picture = REFERENCE / f"order-states.{language}.svg"
    assert picture.read_text(encoding="utf-8") == to_svg(TABLE, locale=language)


def write():
    for (page, name), make in PARTS.items():
        path, (begin, end) = REFERENCE / page, marks(name)
        text = path.read_text(encoding="utf-8")
        before, rest = text.split(begin)
        path.write_text(before + begin + make() + end + rest.split(end)[1], encoding="utf-8")
    for language in ("en", "zh-CN"):
        (REFERENCE / f"order-states.{language}.svg").write_text(to_svg(TABLE, locale=language), encoding="utf-8")


if __name__ == "__main__":
    write()
