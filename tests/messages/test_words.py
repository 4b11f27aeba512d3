"""People read their own words and their own clock, never identifiers of the code."""

import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta, timezone
from itertools import product

import attrs
import pytest

from minishop import Cart, CartLine, Engine
from minishop.checkout import Refused
from minishop.messages import _en_checkout, _en_words, catalogue
from minishop.orders import TABLE, AfterSaleState, Command, Fact, LegState, Life, Rejected, Role, commands
from minishop.orders.diagrams import to_dot, to_mermaid, to_svg
from minishop.payments import Closed, NotFound, Pending
from minishop.quotes import Coupon, Reason
from tests.orders.test_values import codes

CHINESE = catalogue("zh-CN")
LATIN = re.compile("[A-Za-z]")

COMMANDS = [
    name
    for name, made in vars(commands).items()
    if isinstance(made, type) and issubclass(made, Command) and made not in (Command, Fact)
]
PAIRS = [(facet, str(value)) for facet, one in TABLE.facets.items() for value in one.values]
WORDS = {
    "command": COMMANDS,
    "actor": list(Role),
    "life": list(Life),
    "hold": TABLE.facets["hold"].values,
    "gateway": ["wechatpay"],
    "reason": ["malformed", "closed", *(answer.__name__ for answer in (Closed, NotFound, Pending))],
}
STATES = {"after_sale_is": AfterSaleState, "leg_not_failed": LegState}
TIMES = {"ended_at"}
#: Ids of the app's, and numbers: printed as they are.
OTHERS = {
    "after_sale",
    "attempt",
    "by",
    "count",
    "id",
    "leg",
    "left",
    "line",
    "lines",
    "merchant",
    "missing",
    "most",
    "now",
    "obligation",
    "part",
    "payment",
    "refund",
    "shipment",
    "there",
    "transaction",
    "unit",
    "units",
    "wanted",
    "was",
    "which",
}


def sayings(code):
    """The parameters of a code, with every word that each may be."""
    places = dict.fromkeys(re.findall(r"{(\w+)", CHINESE.texts[code]))
    given = {}
    for place in places:
        if place in ("facet", "value"):
            continue
        if place == "state":
            given[place] = list(STATES[code])
        elif place in TIMES:
            given[place] = ["2026-06-01T04:30:00+00:00"]
        else:
            assert place in WORDS or place in OTHERS, f"{code}: is {place} a word?"
            given[place] = WORDS.get(place, [7])
    for values in product(*given.values()):
        params = dict(zip(given, map(str_or_number, values), strict=True))
        if "facet" in places:
            yield from ({**params, "facet": facet, "value": value} for facet, value in PAIRS)
        else:
            yield params


def str_or_number(value):
    return value if isinstance(value, int) else str(value)


@pytest.mark.parametrize("code", sorted({*codes(), *_en_checkout.TEXTS}))
def test_no_refusal_has_an_identifier_in_chinese(code):
    for params in sayings(code):
        text = Refused(reasons=(Reason(code, params),)).text("zh-CN")
        assert not LATIN.search(text), text
        assert not re.search("[{}]", text), text


def test_every_command_and_actor_has_a_word_in_both_languages():
    assert len(COMMANDS) > 30
    for kind, words in (("command", COMMANDS), ("actor", Role), ("after-sale", AfterSaleState), ("refund", LegState)):
        assert {f"{kind}:{word}" for word in words} == {key for key in _en_words.TEXTS if key.startswith(f"{kind}:")}


@pytest.mark.parametrize(
    "code, params, english, chinese",
    [
        (
            "not_while",
            {"command": "Ship", "facet": "goods", "value": "shipped"},
            "cannot ship now (goods: shipped)",
            "货物状态为“已发货”，不能执行“发货”",
        ),
        (
            "not_while",
            {"command": "Confirm", "facet": "goods", "value": "none"},
            "cannot confirm receipt now (goods: not shipped)",
            "货物状态为“未发货”，不能执行“确认收货”",
        ),
        (
            "not_while",
            {"command": "Inspect", "facet": "inspection", "value": "done"},
            "cannot Inspect now (inspection: done)",
            "inspection状态为“done”，不能执行“Inspect”",
        ),
        (
            "not_allowed",
            {"actor": "buyer", "command": "Ship"},
            "the buyer may not ship",
            "买家无权执行“发货”",
        ),
        ("order_is", {"life": "closed"}, "the order is closed already", "订单状态已是“已关闭”"),
        (
            "after_sale_is",
            {"after_sale": "a1", "state": "awaiting-goods"},
            "the after-sale a1 is waiting for the goods",
            "售后单 a1 状态为“待寄回”",
        ),
        (
            "payment_declined",
            {"reason": "malformed"},
            "the gateway does not make this payment: its details are not right, ask the shop",
            "暂时无法发起支付：支付参数有误，请联系客服",
        ),
        (
            "payment_declined",
            {"reason": "closed"},
            "the gateway does not make this payment: it is closed, start another one",
            "暂时无法发起支付：本次支付已关闭，请重新发起",
        ),
    ],
)
def test_words_in_sentences(code, params, english, chinese):
    refused = Rejected((Reason(code, params),))
    assert (refused.text(), refused.text("zh-CN")) == (english, chinese)


def test_pictures_are_in_chinese_up_to_their_arrows():
    names = re.compile(r'state "(.*)" as|-->\s\S+ : (.*)$', re.MULTILINE)
    mermaid = [left or right for left, right in names.findall(to_mermaid(TABLE, locale="zh-CN"))]
    dot = re.findall(r'label="(.*?)"', to_dot(TABLE, locale="zh-CN"))
    svg = ET.fromstring(to_svg(TABLE, locale="zh-CN")).iter("{http://www.w3.org/2000/svg}text")
    for shown in (mermaid, [text.replace("\\n", "") for text in dot], [text.text for text in svg]):
        assert len(shown) > 40
        assert not [text for text in shown if LATIN.search(text)]
    assert "申请售后" in to_svg(TABLE, locale="zh-CN")
    assert "付款、改价" in to_mermaid(TABLE, locale="zh-CN")


# -- instants ---------------------------------------------------------------------------------------------------------

HALF_PAST_FOUR = datetime(2026, 6, 1, 4, 30, 59, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))


@pytest.mark.parametrize(
    "at, english, chinese",
    [
        (HALF_PAST_FOUR, "2026-06-01 04:30 UTC", "2026-06-01 12:30"),
        (HALF_PAST_FOUR.isoformat(), "2026-06-01 04:30 UTC", "2026-06-01 12:30"),
        ("2026-06-19T00:00:00+08:00", "2026-06-19 00:00 +08:00", "2026-06-19 00:00"),
        ("2026-06-01T20:00:00Z", "2026-06-01 20:00 UTC", "2026-06-02 04:00"),
        ("9999-12-31T23:59:59+00:00", "9999-12-31 23:59 UTC", "9999-12-31 23:59 UTC"),
        ("2026-06-01T04:30:00", "2026-06-01 04:30", "2026-06-01 04:30"),
        ("tomorrow", "tomorrow", "tomorrow"),
        (None, "None", "None"),
    ],
)
def test_instants_are_told_as_in_beijing_in_chinese_and_with_their_offset_in_english(at, english, chinese):
    assert (catalogue("en").time(at), CHINESE.time(at)) == (english, chinese)


def test_another_zone_can_be_set():
    tokyo = attrs.evolve(catalogue("en"), zone=TOKYO).with_texts({"own": "until {at:time}"})
    assert tokyo.text("own", {"at": HALF_PAST_FOUR}) == "until 2026-06-01 13:30"


def test_a_shopper_reads_the_deadline_on_their_clock():
    late = Rejected((Reason("too_late", {"ended_at": HALF_PAST_FOUR.isoformat()}),))
    assert late.text("zh-CN") == "付款已于 2026-06-01 12:30 截止，请重新下单"
    assert late.text("en") == "the time for paying ended at 2026-06-01 04:30 UTC: place the order again"


def test_receipts_and_explanations_tell_the_end_of_a_coupon_as_in_beijing():
    engine = Engine.from_toml(
        'format = 1\n[[rule]]\nid = "c"\nname = "券"\nlayer = "shop-coupon"\n'
        'benefit = { kind = "amount-off", amount = "1.00" }'
    )
    quote = engine.quote(
        Cart([CartLine(id="1", sku="杯", quantity=1, unit_price=1000)]),
        at=HALF_PAST_FOUR + timedelta(days=1),
        coupons=[Coupon(id="1", rule="c", valid_until=HALF_PAST_FOUR)],
    )
    for said in (quote.to_receipt(locale="zh-CN"), str(quote.explain("zh-CN"))):
        assert "已于 2026-06-01 12:30 过期" in said
    assert "expired at 2026-06-01 04:30 UTC" in str(quote.explain())
