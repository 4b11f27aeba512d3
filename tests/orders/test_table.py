"""The life cycle as data: what it holds, how it is extended, what is drawn from it."""

import xml.etree.ElementTree as ET

import pytest
from attrs import frozen

from minishop.cli import main
from minishop.errors import CallerError, InvalidInput
from minishop.messages import catalogue
from minishop.orders import (
    GUARDS,
    LABELS,
    TABLE,
    AppEvent,
    Command,
    Context,
    Facet,
    Fact,
    Label,
    OrderPolicy,
    ReleaseHold,
    Role,
    Row,
    Ship,
    Table,
    decide,
)
from minishop.orders.diagrams import check_table, graphs, to_dot, to_markdown, to_mermaid, to_svg
from minishop.quotes import Reason
from tests.orders.build import NOON, SELLER, SYSTEM, Story, line, terms
from tests.orders.observed import unknown
from tests.orders.scripts import scripted


def test_no_value_is_unreachable_and_none_is_a_trap():
    assert check_table(TABLE) == ()


def test_the_stories_do_what_the_table_says():
    assert unknown(scripted()) == set()


def test_every_guard_is_used_and_every_facet_has_a_text_in_both_languages():
    assert {name for row in TABLE.rows for name in row.guards} == set(GUARDS)
    for language in ("en", "zh-CN"):
        texts = catalogue(language).texts
        assert all(f"facet:{name}" in texts for name in TABLE.facets)
        assert all(f"value:{value}" in texts for facet in TABLE.facets.values() for value in facet.values)
        assert all(f"label:{code}" in texts for code in LABELS)
    assert [Label(code).text("zh-CN") for code in LABELS] == [
        "待付款",
        "待成团",
        "待发货",
        "部分发货",
        "待收货",
        "已完成",
        "已关闭",
        "已退款",
    ]
    assert Label("own").text(catalogue("en").with_texts({"label:own": "Mine"})) == "Mine"


# -- an app's own -----------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Inspect(Command):
    """A warehouse has looked at the order."""

    by: str


@frozen(kw_only=True)
class Scanned(Fact):
    """A scanner has seen it."""


def inspect(order, command, ctx):
    return (AppEvent(at=ctx.now, namespace="shop", name="Inspected", data={"by": command.by}),)


def is_inspected(order, command, ctx):
    return None if order.extra.get("shop") else Reason("not_inspected")


OWN = TABLE.extended(
    rows=[
        Row("inspection", ("open",), "Inspect", ("done",), (Role.SELLER,), ("hold_none",), is_gate=True),
    ],
    guards={"inspected": is_inspected},
    handlers={Inspect: inspect, Scanned: lambda order, command, ctx: ()},
    facets={"inspection": Facet(("open", "done"), lambda order: "done" if order.extra.get("shop") else "open")},
    also={"Ship": ["inspected"]},
)


def test_an_app_adds_a_facet_a_command_and_a_guard():
    story = Story(terms(line("1", 100)), table=OWN)
    story.pay()
    refused = story.ask(Ship(shipment="p"), SELLER)
    assert refused.code == "not_inspected"
    assert refused.text() == "not_inspected"
    assert story.tell(Scanned()) == []
    assert story.tell(Inspect(by="Ann"), SELLER) == ["AppEvent"]
    assert story.order.extra == {"shop": {"by": "Ann"}}
    assert story.refused(Inspect(by="Ann"), SELLER) == ["not_while"]
    assert story.tell(Ship(shipment="p"), SELLER)[0] == "Shipped"
    assert check_table(OWN) == ()
    assert "inspection" in to_mermaid(OWN)


def test_without_the_table_the_command_is_unknown():
    story = Story(terms(line("1", 100)))
    with pytest.raises(CallerError) as error:
        story.ask(Inspect(by="Ann"), SELLER)
    assert error.value.code == "unknown_command"


def test_an_app_adds_a_kind_of_hold():
    hold = Facet(("none", "group", "customs"), TABLE.facets["hold"].derive, ("none",), ("group", "customs"))
    own = TABLE.extended(
        facets={"hold": hold},
        rows=[Row("hold", ("customs",), "ReleaseHold", ("none",), (Role.SYSTEM,), is_gate=True)],
    )
    story = Story(terms(line("1", 100)), hold="customs", table=own)
    assert story.tell(ReleaseHold()) == ["HoldReleased"]


@pytest.mark.parametrize(
    "more, code",
    [
        ({"guards": {"paid": is_inspected}}, "core_name"),
        ({"handlers": {Ship: inspect}}, "core_name"),
        ({"facets": {"hold": Facet(("none",), lambda order: "none")}}, "core_name"),
        ({"rows": [Row("mood", ("good",), "Ship", ())]}, "unknown_facet"),
        ({"rows": [Row("life", ("gone",), "Ship", ())]}, "unknown_value"),
        ({"rows": [Row("life", ("open",), "Ship", ("gone",))]}, "unknown_value"),
        ({"rows": [Row("life", ("open",), "Ship", (), guards=("mood",))]}, "unknown_guard"),
        ({"rows": [Row("life", ("open",), "Ship", (), is_gate=True)]}, "two_facets"),
        ({"rows": [Row("goods", ("none",), "Ship", (), is_gate=True)]}, "ambiguous"),
    ],
)
def test_nothing_of_the_table_can_be_taken_away(more, code):
    with pytest.raises(InvalidInput) as error:
        TABLE.extended(**more)
    assert error.value.code == code


def test_what_is_wrong_with_a_table():
    facets = {"x": Facet(("a", "b", "c"), lambda order: "a", ("a",))}
    rows = (Row("x", ("a",), "Inspect", ("b",)), Row("x", ("c",), "Other", ("a",)))
    assert check_table(Table(rows, {}, {Inspect: inspect}, facets)) == (
        "x c: unreachable",
        "x b: a trap",
        "Inspect: no row allows it",
        "Other: no such command",
    )


def test_guards_can_be_switched_off_by_name_and_conservation_cannot():
    story = Story(terms(line("1", 100)), hold="group", policy=OrderPolicy(switched_off={"hold_none", "paid"}))
    assert story.tell(Ship(shipment="p"), SELLER)[0] == "Shipped"
    everything = OrderPolicy(switched_off=frozenset(GUARDS) | {"actor", "owner"})
    again = decide(story.order, Ship(shipment="q", units=("1/1",)), Context(NOON, SYSTEM, everything))
    assert again.code == "not_while"


# -- pictures ---------------------------------------------------------------------------------------------------------


def test_every_change_of_the_table_is_drawn():
    dot, mermaid = to_dot(TABLE), to_mermaid(TABLE)
    for graph in graphs(TABLE):
        for edge in graph.edges:
            assert f'"{graph.facet}:{edge.source}" -> "{graph.facet}:{edge.to}"' in dot
    assert mermaid.count("-->") >= dot.count("->")
    assert "Refunded" not in to_mermaid(TABLE, locale="zh-CN")
    assert "待成团" in to_dot(TABLE, locale=catalogue("zh-CN"))
    assert to_markdown(TABLE).count("\n") == len(TABLE.rows) + 2


def test_the_picture_is_a_picture():
    root = ET.fromstring(to_svg(TABLE, locale="zh-CN"))
    width, height = int(root.get("width")), int(root.get("height"))
    space = "{http://www.w3.org/2000/svg}"
    boxes = root.findall(f"{space}rect")
    assert len(boxes) == sum(len(facet.values) for facet in TABLE.facets.values())
    for box in boxes:
        assert 0 <= int(box.get("x")) <= width - 130
        assert 0 <= int(box.get("y")) <= height - 30
    arcs = [path for path in root.findall(f"{space}path") if path.get("marker-end")]
    assert len(arcs) == sum(len(graph.edges) for graph in graphs(TABLE))
    assert "待发货" not in {text.text for text in root.iter(f"{space}text")}  # a label, not a value
    assert "部分发货" in {text.text for text in root.iter(f"{space}text")}


@pytest.mark.parametrize("form, begins", [("mermaid", "stateDiagram-v2"), ("dot", "digraph"), ("svg", "<svg")])
def test_the_command_draws(form, begins, capsys):
    assert main(["diagram", "--format", form, "--lang", "zh-CN"]) == 0
    assert capsys.readouterr().out.startswith(begins)
