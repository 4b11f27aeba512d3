"""The platform's rules, kept before anything is sent: each by the name of the field."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.wechat import InvalidRequest, PlatformError
from minishop.wechat.shipping import (
    CombinedReport,
    DeliveryKind,
    OrderKey,
    OrderShipping,
    Parcel,
    ShippingReport,
    describe_goods,
)
from minishop.wechat.shipping._wire import report_payload
from tests.wechat.world import World

NOW = datetime(2031, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
KEY = OrderKey(transaction_id="42")


def parcel(**fields):
    return Parcel(
        **{"description": "茶", "tracking_no": "N1", "company": "ZTO", **fields},
    )


def report(*parcels, **fields):
    made = {"order": KEY, "parcels": parcels or (parcel(),), "payer": "oP", "uploaded_at": NOW}
    return ShippingReport(**{**made, **fields})


def many(number):
    return tuple(parcel(tracking_no=f"N{n}") for n in range(number))


SPLIT = {"is_split": True, "is_all_delivered": True}

WRONG = {
    "a unified delivery of two": (lambda: report(*many(2)), "parcels", "one_parcel"),
    "a unified delivery of none": (lambda: report(parcels=()), "parcels", "one_parcel"),
    "one parcel instead of a list": (lambda: report(parcels=parcel()), "parcels", "wrong_type"),
    "sixteen parcels": (lambda: report(*many(16), **SPLIT), "parcels", "out_of_range"),
    "no parcels": (lambda: report(parcels=(), **SPLIT), "parcels", "out_of_range"),
    "twice the same number": (lambda: report(parcel(), parcel(), **SPLIT), "parcels", "duplicate_id"),
    "split without an end": (lambda: report(is_split=True), "is_all_delivered", "missing_key"),
    "unified with an end": (lambda: report(is_all_delivered=True), "is_all_delivered", "not_allowed"),
    "a split pickup": (lambda: report(kind=DeliveryKind.PICKUP, **SPLIT), "is_split", "split_needs_express"),
    "a split virtual": (lambda: report(kind=DeliveryKind.VIRTUAL, **SPLIT), "is_split", "split_needs_express"),
    "a kind as a number": (lambda: report(kind=1), "kind", "wrong_type"),
    "split as a number": (lambda: report(is_split=1), "is_split", "wrong_type"),
    "no number": (lambda: report(parcel(tracking_no="")), "parcels[0].tracking_no", "empty"),
    "a blank number": (lambda: report(parcel(tracking_no=" ")), "parcels[0].tracking_no", "empty"),
    "no company": (lambda: report(parcel(company="")), "parcels[0].company", "empty"),
    "a number where nothing is sent": (
        lambda: report(parcel(company=""), kind=DeliveryKind.SAME_CITY),
        "parcels[0].tracking_no",
        "not_allowed",
    ),
    "a company where nothing is sent": (
        lambda: report(parcel(tracking_no=""), kind=DeliveryKind.VIRTUAL),
        "parcels[0].company",
        "not_allowed",
    ),
    "SF without a telephone": (lambda: report(parcel(company="SF")), "parcels[0].receiver_phone", "phone_required"),
    "a number that is too long": (lambda: parcel(tracking_no="N" * 129), "tracking_no", "too_long"),
    "a number of too many bytes": (lambda: parcel(tracking_no="号" * 43), "tracking_no", "too_long"),
    "a company that is too long": (lambda: parcel(company="C" * 129), "company", "too_long"),
    "nothing described": (lambda: parcel(description=""), "description", "empty"),
    "blanks described": (lambda: parcel(description="  "), "description", "empty"),
    "too much described": (lambda: parcel(description="茶" * 121), "description", "too_long"),
    "a telephone that is none": (lambda: parcel(receiver_phone="12"), "receiver_phone", "malformed"),
    "a telephone of another type": (lambda: parcel(consignor_phone=13812345678), "consignor_phone", "wrong_type"),
    "no payer": (lambda: report(payer=""), "payer", "empty"),
    "a time without offset": (lambda: report(uploaded_at=NOW.replace(tzinfo=None)), "uploaded_at", "naive_time"),
    "no order": (lambda: report(order="42"), "order", "wrong_type"),
    "no key": (lambda: OrderKey(), "transaction_id", "empty"),
    "half a key": (lambda: OrderKey(mchid="19"), "out_trade_no", "empty"),
    "the other half": (lambda: OrderKey(out_trade_no="T1"), "mchid", "empty"),
    "both keys": (
        lambda: OrderKey(transaction_id="42", mchid="19", out_trade_no="T1"),
        "transaction_id",
        "not_allowed",
    ),
    "a number of other characters": (lambda: OrderKey(mchid="19", out_trade_no="T 1"), "out_trade_no", "malformed"),
}


@pytest.mark.parametrize("case", WRONG)
def test_each_rule_names_its_field(case):
    make, field, code = WRONG[case]
    with pytest.raises(InvalidInput) as refused:
        make()
    assert (refused.value.field, refused.value.code) == (field, code)


def test_what_is_just_allowed():
    assert report(*many(15), **SPLIT)
    assert report(parcel(tracking_no="N" * 128, company="C" * 128, description="茶" * 120))
    assert report(parcel(company="SF", consignor_phone="021-12345678")).parcels[0].consignor_phone == "021****5678"


def test_the_whole_telephone_number_is_neither_kept_nor_sent():
    one = report(parcel(receiver_phone="13812345678"))
    assert "81234" not in repr(one)
    assert report_payload(one)["shipping_list"][0]["contact"] == {"receiver_contact": "138****5678"}


@pytest.mark.parametrize("offset", [-11, 0, 8, 14])
def test_the_time_is_written_with_milliseconds_and_offset(offset):
    moment = NOW.astimezone(timezone(timedelta(hours=offset)))
    assert report_payload(report(uploaded_at=moment))["upload_time"] == "2031-03-02T20:00:00.123+08:00"


# --- combined ---------------------------------------------------------------------------------------------------------


def part(number, **fields):
    return OrderShipping(order=OrderKey(transaction_id=str(number)), parcels=(parcel(),), **fields)


@pytest.mark.parametrize(
    "orders, code",
    [
        ((), "out_of_range"),
        (tuple(part(n) for n in range(51)), "out_of_range"),
        ((part(1), part(1)), "duplicate_id"),
        ((part(1), OrderShipping(order=OrderKey(mchid="1", out_trade_no="2"), parcels=(parcel(),))), "mixed_keys"),
        (part(1), "wrong_type"),
    ],
)
def test_a_combined_report_has_1_to_50_orders_named_in_one_way(orders, code):
    with pytest.raises(InvalidInput) as refused:
        CombinedReport(order=KEY, orders=orders, payer="oP", uploaded_at=NOW)
    assert (refused.value.field, refused.value.code) == ("orders", code)


def test_50_orders_are_allowed():
    assert len(CombinedReport(order=KEY, orders=[part(n) for n in range(50)], payer="oP", uploaded_at=NOW).orders) == 50


def test_goods_are_described_within_the_limit():
    assert describe_goods([("茶杯", 2), ("茶", 1)]) == "茶杯*2；茶*1"
    long = describe_goods([("很长的名字" * 10, n) for n in range(9)])
    assert len(long) == 120
    assert long.endswith("…")
    assert parcel(description=long)


# --- against a platform that was written apart ----------------------------------------------------------------------


TEXTS = st.sampled_from(["", "N1", "N2", "N" * 128, "N" * 129])
PARCELS = st.fixed_dictionaries(
    {
        "description": st.sampled_from(["", "茶", "茶" * 120, "茶" * 121]),
        "tracking_no": TEXTS,
        "company": st.sampled_from(["", "SF", "ZTO", "C" * 129]),
        "receiver_phone": st.sampled_from(["", "13812345678"]),
    }
)
SIXTEEN = [{"description": "x", "tracking_no": f"N{n}", "company": "ZTO"} for n in range(16)]
REPORTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(list(DeliveryKind)),
        "is_split": st.booleans(),
        "is_all_delivered": st.sampled_from([None, True, False]),
        "parcels": st.lists(PARCELS, max_size=3) | st.just(SIXTEEN),
    }
)
NUMBERS = {"express": 1, "same-city": 2, "virtual": 3, "pickup": 4}


def ours(raw):
    """Whether our rules let it through."""
    try:
        parcels = tuple(Parcel(**one) for one in raw["parcels"])
        return report(**{**raw, "parcels": parcels})
    except InvalidInput:
        return None


def theirs(raw):
    """Whether the platform takes it, written out by hand."""
    shipping = []
    for one in raw["parcels"]:
        names = {"description": "item_desc", "tracking_no": "tracking_no", "company": "express_company"}
        sent = {names[name]: value for name, value in one.items() if name in names and value}
        if one.get("receiver_phone"):
            sent["contact"] = {"receiver_contact": "138****5678"}
        shipping.append(sent)
    payload = {
        "order_key": {"order_number_type": 2, "transaction_id": "42"},
        "logistics_type": NUMBERS[raw["kind"]],
        "delivery_mode": 2 if raw["is_split"] else 1,
        "shipping_list": shipping,
        "upload_time": "2031-03-02T20:00:00.123+08:00",
        "payer": {"openid": "oP"},
    }
    if raw["is_all_delivered"] is not None:
        payload["is_all_delivered"] = raw["is_all_delivered"]
    world = World()
    world.platform.add_payment("42", openid="oP")
    try:
        world.app.call("/wxa/sec/order/upload_shipping_info", payload)
    except PlatformError:
        return False
    return True


@pytest.mark.oracle
@settings(max_examples=400, deadline=None)
@given(REPORTS)
def test_our_rules_are_at_least_as_strict_as_the_platforms(raw):
    made = ours(raw)
    if made is not None:
        world = World()
        world.platform.add_payment("42", openid="oP")
        world.app.report_shipping(made)
        assert world.platform.shipping.payments["42"].parcels


#: What only we refuse: it would do harm, or has no meaning, though the platform takes it.
def is_ours_alone(raw):
    numbers = [one.get("tracking_no") for one in raw["parcels"]]
    return (
        len(set(numbers)) < len(numbers)
        or (not raw["is_split"] and raw["is_all_delivered"] is not None)
        or (raw["kind"] != "express" and any(one.get("tracking_no") or one.get("company") for one in raw["parcels"]))
    )


@pytest.mark.oracle
@settings(max_examples=400, deadline=None)
@given(REPORTS)
def test_what_we_refuse_the_platform_refuses_too_but_for_what_is_ours_alone(raw):
    if ours(raw) is None and not is_ours_alone(raw):
        assert not theirs(raw)


def test_a_platform_that_finds_what_we_missed_names_the_field():
    world = World()
    world.platform.add_payment("42", openid="oP")
    world.app.access_token()
    world.platform.fail_next(10060026)
    with pytest.raises(InvalidRequest) as refused:
        world.app.report_shipping(report(), replace=True)
    assert (refused.value.field, refused.value.code) == ("tracking_no", "too_long")
    assert isinstance(refused.value, InvalidInput)
