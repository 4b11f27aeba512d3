"""Receipts: the same rows as text and as a page."""

import html.parser
import json
from datetime import UTC, datetime

import pytest

from minishop import Cart, CartLine, Engine
from minishop.cli._demo import CAMPAIGNS, campaign
from minishop.errors import InvalidInput
from minishop.messages import catalogue
from minishop.promotions import Rule, Threshold
from minishop.promotions.benefits import AmountOff
from minishop.quotes.documents import parse_request_json
from minishop.quotes.receipts import Names, receipt_rows
from minishop.quotes.receipts._width import width

NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)
VOID = {"meta", "hr", "link", "br"}


class Page(html.parser.HTMLParser):
    """Checks that tags are balanced, and keeps what a reader sees."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.tags = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip() and "style" not in self.open:
            self.seen.append(data.strip())


def demo(name):
    rules, cart = campaign(name)
    return Engine.from_toml(rules).quote_request(parse_request_json(cart))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_page_says_what_the_text_says(name, language):
    quote = demo(name)
    page = Page(quote.to_receipt("html", locale=language))
    names = Names(quote._parts.names(), catalogue(language))
    wanted = [part for row in receipt_rows(quote, names, hints=True) for part in (row.label, row.amount) if part]
    assert page.seen == [catalogue(language).text("receipt"), *wanted]
    text = quote.to_receipt(locale=language)
    assert all(part in text or width(part) > 70 for part in wanted)


def test_the_page_is_self_contained_and_runs_nothing():
    page = Page(demo("own-shop-618").to_receipt("html"))
    assert not {tag for tag, _ in page.tags} & {"script", "link", "img", "iframe", "object", "form"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.tags


def test_names_from_outside_are_escaped():
    name = "<script>alert(1)</script>"
    rule = Rule(id="x", layer="order", name=name, threshold=Threshold(amount=1), benefit=AmountOff(1))
    cart = Cart([CartLine(id="1", sku="<b>&\"'", quantity=1, unit_price=100)])
    text = Engine([rule]).quote(cart, at=NOW).to_receipt("html")
    assert "<script" not in text
    assert "<b>&" not in text
    page = Page(text)
    assert name in page.seen
    assert page.seen[1].startswith("<b>&\"'")


@pytest.mark.parametrize("columns", [40, 72, 100])
def test_no_line_of_the_text_is_wider_than_the_paper(columns):
    for name in CAMPAIGNS:
        for line in demo(name).to_receipt(locale="zh-CN", columns=columns).splitlines():
            assert width(line) <= columns, line


def test_a_stored_quote_prints_the_same_receipt():
    quote = demo("marketplace")
    assert quote.stored().to_receipt("html", locale="zh-CN") == quote.to_receipt("html", locale="zh-CN")
    assert json.loads(quote.stored().to_json()) == json.loads(quote.to_json())


def test_another_format_is_refused():
    with pytest.raises(InvalidInput) as error:
        demo("marketplace").to_receipt("pdf")  # type: ignore[arg-type]
    assert (error.value.field, error.value.code) == ("format", "unknown_format")
