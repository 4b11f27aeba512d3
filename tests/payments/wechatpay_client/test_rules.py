"""Rules of fields are checked before anything is signed; the error names the field and does not repeat the value."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.payments.wechatpay.client import CombinedOrder, Receiver, Share, SubMerchant, SubOrder
from minishop.payments.wechatpay.client._call import joined, json_body, kept, target
from minishop.payments.wechatpay.client._values import rfc_3339
from tests.payments.wechatpay_client import lab

LONG = "x" * 300
NAIVE = datetime(2026, 6, 1)


def refused(field, act):
    with pytest.raises(InvalidInput) as error:
        act()
    assert error.value.field == field
    assert LONG not in str(error.value)
    return error.value


@pytest.mark.parametrize(
    "field, values",
    [
        ("out_trade_no", ["", "short", "x" * 33, "with blank", "茶茶茶茶茶茶", "A@0001", 1234567, None, "abcdef\n"]),
        ("description", ["", "x" * 128, 7, None]),
        ("total", [0, -1, 1.0, "100", True, None, 10**16]),
        ("currency", ["cny", "RMBX", ""]),
        ("time_expire", [NAIVE]),
        (
            "notify_url",
            ["http://shop.example/", "https://shop.example/?a=b", "https://shop.example/#a", f"https://{LONG}"],
        ),
        ("attach", ["x" * 129, 1]),
        ("goods_tag", ["x" * 33]),
        ("payer_client_ip", ["x" * 46]),
        ("device_id", ["x" * 33]),
    ],
)
def test_an_order(field, values):
    for value in values:
        refused(field, lambda value=value: lab.order(**{field: value}))


def test_http_is_good_for_this_machine_only():
    for url in (
        "http://127.0.0.1:8000/notify",
        "http://localhost/notify",
        "http://[::1]:8000/n",
        "https://shop.example",
    ):
        assert lab.order(notify_url=url).notify_url == url
    for url in ("http://127.0.0.1.evil.example/", "http://10.0.0.1/", "http://localhost:8000/?a", "http://localhost"):
        refused("notify_url", lambda url=url: lab.order(notify_url=url))


@given(st.text("0123456789abcXYZ_|*-", min_size=6, max_size=32))
def test_every_number_of_the_documented_alphabet_is_good(number):
    assert lab.order(number).out_trade_no == number


@pytest.mark.parametrize(
    "field, changed",
    [
        ("out_refund_no", {"out_refund_no": ""}),
        ("out_refund_no", {"out_refund_no": "x" * 65}),
        ("out_refund_no", {"out_refund_no": "a b"}),
        ("refund", {"refund": 0}),
        ("refund", {"refund": 100.0}),
        ("refund", {"refund": True}),
        ("refund", {"refund": 12801}),
        ("total", {"total": "12800"}),
        ("reason", {"reason": "x" * 81}),
        ("notify_url", {"notify_url": "http://shop.example"}),
        ("out_trade_no", {"out_trade_no": ""}),
        ("out_trade_no", {"transaction_id": "4200002026"}),
        ("transaction_id", {"out_trade_no": "", "transaction_id": "4200/../1"}),
    ],
)
def test_a_refund(pay, script, field, changed):
    good = {"out_refund_no": "R1", "refund": 100, "total": 12800, "out_trade_no": "A20260601-000001"}
    refused(field, lambda: pay.refund(**good | changed))
    assert script.requests == []


def test_numbers_in_queries(pay, script):
    refused("out_trade_no", lambda: pay.query_payment("../x"))
    refused("transaction_id", lambda: pay.query_transaction("a/b"))
    refused("out_trade_no", lambda: pay.close_payment(""))
    refused("out_refund_no", lambda: pay.query_refund(""))
    refused("out_bill_no", lambda: pay.query_transfer("a-b"))
    refused("transfer_bill_no", lambda: pay.query_transfer_bill("a|b"))
    refused("out_trade_no", lambda: pay.query_combined("x"))
    refused("day", lambda: pay.trade_bill(datetime(2026, 6, 1, tzinfo=UTC)))
    refused("kind", lambda: pay.trade_bill(datetime(2026, 6, 1).date(), kind=""))
    assert script.requests == []


def test_what_single_channels_need(pay, script, clock):
    refused("openid", lambda: pay.create_jsapi(lab.order(), openid=""))
    refused("openid", lambda: pay.create_mini_program(lab.order(), openid="with blank"))
    refused("payer_client_ip", lambda: pay.create_h5(lab.order()))
    refused("channel", lambda: pay.create_payment(lab.order(), channel="carrier-pigeon"))
    refused("time_expire", lambda: pay.create_native(lab.order(time_expire=clock() + timedelta(seconds=59))))
    assert script.requests == []


def test_no_notify_url_at_all(make):
    refused("notify_url", lambda: make(notify_url="").create_native(lab.order()))


def test_a_transfer(pay, script):
    good = {
        "out_bill_no": "T1",
        "openid": lab.OPENID,
        "amount": 100,
        "remark": "谢谢",
        "scene_id": "1000",
        "scene_report": [{"info_type": "活动名称", "info_content": "抽奖"}],
    }
    for field, changed in (
        ("out_bill_no", {"out_bill_no": "T-1"}),
        ("amount", {"amount": 0}),
        ("remark", {"remark": "x" * 33}),
        ("remark", {"remark": ""}),
        ("scene_id", {"scene_id": ""}),
        ("openid", {"openid": ""}),
        ("user_name", {"amount": 200_000}),
        ("user_name", {"amount": 29, "user_name": "张三"}),
    ):
        refused(field, lambda changed=changed: pay.transfer(**good | changed))
    assert script.requests == []


def test_sharing(pay, script):
    share = Share(kind="MERCHANT_ID", account="1900000109", amount=10, description="分给你")
    good = {"out_order_no": "P1", "transaction_id": "4200002026", "receivers": [share]}
    refused("out_order_no", lambda: pay.share(**good | {"out_order_no": "a b"}))
    refused("receivers", lambda: pay.share(**good | {"receivers": []}))
    refused("receivers", lambda: pay.share(**good | {"receivers": [share] * 51}))
    refused(
        "amount", lambda: pay.share(**good | {"receivers": [Share(kind="X", account="1", amount=0, description="x")]})
    )
    refused("kind", lambda: Receiver(kind="", account="1"))
    refused("sub_mchid", lambda: pay.sharing_limit())
    assert script.requests == []


def test_combined_orders():
    one = SubOrder(out_trade_no="order-1", description="茶", total=1, attach="a")
    two = SubOrder(out_trade_no="order-2", description="茶", total=1, attach="a")
    assert len(CombinedOrder(out_trade_no="whole-1", orders=[one, two]).orders) == 2
    refused("orders", lambda: CombinedOrder(out_trade_no="whole-1", orders=[one]))
    refused("orders", lambda: CombinedOrder(out_trade_no="whole-1", orders=[one, one]))
    refused("attach", lambda: SubOrder(out_trade_no="order-1", description="茶", total=1, attach=""))
    naive = datetime(2026, 6, 2)
    refused("time_expire", lambda: CombinedOrder(out_trade_no="whole-1", orders=[one, two], time_expire=naive))
    refused("mchid", lambda: SubOrder(out_trade_no="order-1", description="茶", total=1, attach="a", mchid="x"))
    refused("mchid", lambda: SubMerchant("abc"))


# -- bytes -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [1.5, float("nan"), {"a": [1.0]}, object(), b"x", "\ud800", {1, 2}])
def test_what_is_no_json_of_theirs_is_refused(value):
    refused("body", lambda: json_body({"a": value}))


def test_a_body_within_itself():
    endless = {}
    endless["a"] = endless
    refused("body", lambda: json_body(endless))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), json_values, max_size=5))
def test_a_body_is_what_it_says(data):
    assert json.loads(json_body(data)) == data


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), json_values, max_size=5))
def test_what_is_left_out_was_empty(data):
    left = kept(data)
    assert all(left[name] not in (None, "", {}, [], ()) for name in left)
    assert {name for name in data if name not in left} <= {
        name for name, value in data.items() if not value or isinstance(value, dict)
    }


def test_zero_and_false_are_said():
    assert kept({"a": 0, "b": False, "c": None, "d": {"e": "", "f": {}}}) == {"a": 0, "b": False}


def test_further_members_do_not_replace_ours():
    base = {"amount": {"total": 1}, "scene_info": {"device_id": "1"}, "detail": None}
    more = {"scene_info": {"store_info": {"id": "1"}}, "detail": {"cost_price": 1}, "new": [1]}
    assert joined(base, more) == {
        "amount": {"total": 1},
        "scene_info": {"device_id": "1", "store_info": {"id": "1"}},
        "detail": {"cost_price": 1},
        "new": [1],
    }
    for conflict in ({"amount": 7}, {"amount": {"total": 2}}, {"scene_info": "x"}):
        refused("extra", lambda conflict=conflict: joined(base, conflict))
    refused("extra", lambda: lab.order(extra={"out_trade_no": "other-1"}).body(datetime(2026, 6, 1, tzinfo=UTC)))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_fills_a_path_stays_in_its_place(part, value):
    from urllib.parse import parse_qsl, unquote, urlsplit

    made = target("/v3/a/{}/b", part, query={"q": value})
    assert made.isascii()
    assert made.isprintable()
    assert " " not in made
    read = urlsplit(f"https://x{made}")
    assert unquote(read.path) == f"/v3/a/{part}/b"
    assert read.path.count("/") == 4
    assert parse_qsl(read.query, keep_blank_values=True) == ([("q", value)] if value else [])


def test_a_path_must_be_one():
    refused("path", lambda: target("v3/a"))
    refused("path", lambda: target("/v3/a b"))
    refused("path", lambda: target("/v3/a?b=c"))
    refused("path", lambda: target("/v3/{}"))
    refused("path", lambda: target("/v3/", "a"))


@pytest.mark.parametrize("value", [5, None, b"a", "\ud800"])
def test_what_fills_a_path_is_text(value):
    refused("parts[1]", lambda: target("/v3/{}/{}", "a", value))


def test_a_query_is_text_that_can_be_written():
    assert target("/v3/a", query={"n": 5}) == "/v3/a?n=5"
    refused("query", lambda: target("/v3/a", query={"q": "\ud800"}))


@pytest.mark.parametrize("text", ["", None, 5, "\ud800"])
def test_what_is_encrypted_is_text(pay, text):
    refused("text", lambda: pay.encrypt(text))


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 12))
def test_instants_are_written_as_shanghai_writes_them(moment, hours):
    instant = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    written = rfc_3339(instant)
    assert written.endswith("+08:00")
    assert len(written) == 25
    assert datetime.fromisoformat(written) == instant.replace(microsecond=0)


def test_the_generic_call_takes_known_methods_only(pay, script):
    refused("method", lambda: pay.call("get", "/v3/x"))
    refused("method", lambda: pay.call("TRACE", "/v3/x"))
    assert script.requests == []
