"""The fake platform by itself: what it answers to raw requests, without the client."""

import json
from datetime import timedelta

import pytest

from minishop.adapters.httpx import AsyncHttpxTransport, HttpxTransport
from minishop.errors import OutcomeUnknown
from minishop.flows import HttpRequest
from minishop.testing.clock import FakeClock
from minishop.testing.wechat import FakePlatform, FakePlatformServer, FakeTransport, PushSender
from minishop.testing.wechat.fixtures import fake_platform, fake_platform_server

__all__ = ["fake_platform", "fake_platform_server"]  # fixtures

HOST = "https://api.weixin.qq.com"


@pytest.fixture
def platform():
    return FakePlatform()


class Raw:
    """Calls by hand, with a token."""

    def __init__(self, platform):
        self.platform = platform
        self.token = self.stable()["access_token"]

    def serve(self, method, url, payload=None):
        body = b"" if payload is None else payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return json.loads(self.platform.serve(method, HOST + url, body).body)

    def stable(self, **fields):
        app = {"grant_type": "client_credential", "appid": self.platform.appid, "secret": self.platform.secret}
        return self.serve("POST", "/cgi-bin/stable_token", {**app, **fields})

    def legacy(self):
        query = f"grant_type=client_credential&appid={self.platform.appid}&secret={self.platform.secret}"
        return self.serve("GET", f"/cgi-bin/token?{query}")

    def post(self, path, payload):
        return self.serve("POST", f"{path}?access_token={self.token}", payload)


@pytest.fixture
def raw(platform):
    return Raw(platform)


# --- tokens -----------------------------------------------------------------------------------------------------------


def managed(raw, token):
    return raw.serve("POST", f"/wxa/sec/order/is_trade_managed?access_token={token}", {"appid": raw.platform.appid})


def test_the_stable_token_is_the_same_until_five_minutes_before_its_end(raw):
    assert raw.stable()["access_token"] == raw.token
    raw.platform.clock.advance(minutes=114)
    again = raw.stable()
    assert (again["access_token"], again["expires_in"]) == (raw.token, 360)
    raw.platform.clock.advance(minutes=1)
    fresh = raw.stable()["access_token"]
    assert fresh != raw.token
    assert managed(raw, raw.token)["errcode"] == 0  # the old one lives on to its end
    raw.platform.clock.advance(minutes=5)
    assert managed(raw, raw.token)["errcode"] == 42001
    assert managed(raw, fresh)["errcode"] == 0


def test_force_ends_the_old_token_and_is_limited(raw):
    fresh = raw.stable(force_refresh=True)["access_token"]
    assert managed(raw, raw.token)["errcode"] == 42001
    assert managed(raw, fresh)["errcode"] == 0
    assert raw.stable(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        raw.platform.clock.advance(seconds=30)
        assert "access_token" in raw.stable(force_refresh=True)
    raw.platform.clock.advance(seconds=30)
    assert raw.stable(force_refresh=True)["errcode"] == 45009
    raw.platform.clock.advance(hours=12)
    assert "access_token" in raw.stable(force_refresh=True)


def test_a_legacy_token_ends_the_one_before_in_five_minutes_and_leaves_the_stable_alone(raw):
    first, second = raw.legacy()["access_token"], raw.legacy()["access_token"]
    assert first != second
    assert managed(raw, first)["errcode"] == 0
    raw.platform.clock.advance(minutes=5)
    assert managed(raw, first)["errcode"] == 42001
    assert managed(raw, second)["errcode"] == 0
    assert managed(raw, raw.token)["errcode"] == 0
    raw.stable(force_refresh=True)
    assert managed(raw, second)["errcode"] == 0


@pytest.mark.parametrize(
    "fields, errcode",
    [
        ({"grant_type": "x"}, 40002),
        ({"appid": "wxOther"}, 40013),
        ({"secret": "x"}, 40001),
        ({"force_refresh": "yes"}, 47001),
    ],
)
def test_tokens_are_for_the_app(raw, fields, errcode):
    assert raw.stable(**fields)["errcode"] == errcode


def test_calls_need_a_token(raw):
    assert raw.serve("POST", "/wxa/sec/order/is_trade_managed", {})["errcode"] == 41001
    assert managed(raw, "nonsense")["errcode"] == 40001
    assert raw.post("/wxa/sec/order/is_trade_managed", {"appid": "wxOther"})["errcode"] == 40013


@pytest.mark.parametrize(
    "method, path, errcode",
    [
        ("POST", "/unknown", 48001),
        ("GET", "/wxa/msg_sec_check", 43002),
        ("POST", "/sns/jscode2session", 43001),
        ("GET", "/sns/jscode2session?appid=x", 40013),
        ("GET", "/sns/jscode2session?appid=wx0000000000000001&secret=x", 40125),
        ("GET", "/sns/jscode2session?appid=wx0000000000000001&secret=fake-secret", 40002),
        (
            "GET",
            "/sns/jscode2session?appid=wx0000000000000001&secret=fake-secret&grant_type=authorization_code",
            41008,
        ),
    ],
)
def test_addresses_and_methods(raw, method, path, errcode):
    assert raw.serve(method, path)["errcode"] == errcode


@pytest.mark.parametrize("body", [b"", b"[]", b"<x/>"])
def test_a_body_is_an_object(raw, body):
    assert raw.post("/wxa/msg_sec_check", body)["errcode"] == 47001


# --- reports ----------------------------------------------------------------------------------------------------------


UPLOAD = "/wxa/sec/order/upload_shipping_info"
COMBINED = "/wxa/sec/order/upload_combined_shipping_info"
KEY = {"order_number_type": 2, "transaction_id": "42"}
PARCEL = {"tracking_no": "1", "express_company": "ZTO", "item_desc": "x"}
GOOD = {
    "order_key": KEY,
    "logistics_type": 1,
    "delivery_mode": 1,
    "shipping_list": [PARCEL],
    "upload_time": "2031-03-02T20:00:00.123+08:00",
    "payer": {"openid": "oP"},
}
SPLIT = {"delivery_mode": 2, "is_all_delivered": True}

REFUSED = [
    ({"order_key": None}, 47001),
    ({"order_key": {"order_number_type": 3}}, 268485194),
    ({"order_key": {"order_number_type": True}}, 268485194),
    ({"order_key": {"order_number_type": 2}}, 268485195),
    ({"order_key": {"order_number_type": 1}}, 268485196),
    ({"order_key": {"order_number_type": 1, "mchid": "1"}}, 268485197),
    ({"order_key": {"order_number_type": 2, "transaction_id": "43"}}, 10060001),
    ({"logistics_type": 5}, 10060005),
    ({"logistics_type": "1"}, 10060005),
    ({"delivery_mode": 3}, 268485224),
    ({"shipping_list": PARCEL}, 47001),
    ({**SPLIT, "logistics_type": 2}, 10060006),
    ({"delivery_mode": 2}, 10060007),
    ({"shipping_list": []}, 268485228),
    ({"shipping_list": [PARCEL, PARCEL]}, 268485228),
    ({**SPLIT, "shipping_list": [PARCEL] * 16}, 10060024),
    ({**SPLIT, "shipping_list": []}, 10060024),
    ({"shipping_list": [{**PARCEL, "item_desc": ""}]}, 10060008),
    ({"shipping_list": [{**PARCEL, "item_desc": "x" * 121}]}, 10060009),
    ({"shipping_list": [{**PARCEL, "tracking_no": ""}]}, 268485226),
    ({"shipping_list": [{**PARCEL, "express_company": ""}]}, 268485227),
    ({"shipping_list": [{**PARCEL, "express_company": "x" * 129}]}, 10060025),
    ({"shipping_list": [{**PARCEL, "tracking_no": "x" * 129}]}, 10060026),
    ({"shipping_list": [{**PARCEL, "express_company": "SF"}]}, 10060014),
    ({"shipping_list": [{**PARCEL, "contact": {"receiver_contact": "13812345678"}}]}, 10060014),
    ({"shipping_list": ["x"]}, 47001),
    ({"upload_time": "2031-03-02T20:00:00+08:00"}, 268485216),
    ({"upload_time": 5}, 268485216),
    ({"payer": {"openid": "oX"}}, 10060031),
    ({"payer": "oP"}, 47001),
]


@pytest.mark.parametrize("changes, errcode", REFUSED)
def test_every_rule_of_a_report(raw, changes, errcode):
    raw.platform.add_payment("42", openid="oP")
    assert raw.post(UPLOAD, {**GOOD, **changes})["errcode"] == errcode
    assert raw.platform.shipping.payments["42"].parcels == []
    assert raw.post(UPLOAD, GOOD)["errcode"] == 0


def test_a_payment_is_known_after_a_while(raw):
    raw.platform.add_payment("42", openid="oP", known_after=timedelta(minutes=1))
    assert raw.post(UPLOAD, GOOD)["errcode"] == 10060001
    raw.platform.clock.advance(minutes=1)
    assert raw.post(UPLOAD, GOOD)["errcode"] == 0


def test_split_parcels_add_up_to_fifteen(raw):
    raw.platform.add_payment("42", openid="oP")

    def send(numbers, second, **fields):
        parcels = [{**PARCEL, "tracking_no": str(n)} for n in numbers]
        time = f"2031-03-02T20:00:{second:02d}.000+08:00"
        return raw.post(UPLOAD, {**GOOD, "delivery_mode": 2, "shipping_list": parcels, "upload_time": time, **fields})

    assert send(range(10), 1, is_all_delivered=False)["errcode"] == 0
    assert send(range(10, 16), 2, is_all_delivered=True)["errcode"] == 10060024
    assert send(range(10, 15), 3, is_all_delivered=True)["errcode"] == 0
    assert len(raw.platform.shipping.payments["42"].parcels) == 15


SHOP_KEY = {"order_number_type": 1, "mchid": "1", "out_trade_no": "2"}


def part(number, **fields):
    return {**{k: v for k, v in GOOD.items() if k not in ("upload_time", "payer")}, "order_key": key(number), **fields}


def key(number):
    return {"order_number_type": 2, "transaction_id": number}


@pytest.mark.parametrize(
    "changes, errcode",
    [
        ({"sub_orders": {}}, 47001),
        ({"sub_orders": [part("42"), part("42")]}, 10060013),
        (
            {"sub_orders": [part("42", order_key={"order_number_type": 1, "mchid": "1", "out_trade_no": "2"})]},
            268485253,
        ),
        ({"payer": {"openid": "oX"}}, 10060031),
        ({"sub_orders": [part("42"), part("43", delivery_mode=3)]}, 268485224),
    ],
)
def test_every_rule_of_a_combined_report(raw, changes, errcode):
    for number in ("42", "43"):
        raw.platform.add_payment(number, openid="oP")
    good = {
        **{k: GOOD[k] for k in ("upload_time", "payer")},
        "order_key": key("1"),
        "sub_orders": [part("42"), part("43")],
    }
    assert raw.post(COMBINED, {**good, **changes})["errcode"] == errcode
    assert raw.platform.shipping.payments["42"].parcels == []
    assert raw.post(COMBINED, good)["errcode"] == 0
    assert raw.post(COMBINED, good)["errcode"] == 10060023


def test_a_combined_report_is_taken_as_a_whole(raw):
    for number in ("42", "43"):
        raw.platform.add_payment(number, openid="oP")
    raw.platform.refund("43")
    whole = {**GOOD, "order_key": key("1"), "sub_orders": [part("42"), part("43")]}
    assert raw.post(COMBINED, whole)["errcode"] == 10060004
    assert raw.platform.shipping.payments["42"].parcels == []


@pytest.mark.parametrize(
    "fields, errcode",
    [
        ({"mchid": "1", "out_trade_no": "2"}, 47001),  # the names of a report
        ({}, 10060014),
        ({"merchant_id": "1900000000"}, 10060014),
        ({"transaction_id": "43"}, 10060001),
        ({"merchant_id": "1900000000", "merchant_trade_no": "T-42"}, 0),
    ],
)
def test_an_order_is_looked_up_by_other_names(raw, fields, errcode):
    raw.platform.add_payment("42", openid="oP")
    assert raw.post("/wxa/sec/order/get_order", fields)["errcode"] == errcode


@pytest.mark.parametrize(
    "fields, errcode",
    [
        ({"order_id": "42", "type": 3}, 268546000),
        ({"order_id": "42", "type": 1}, 268546001),
        ({"order_id": "43", "type": 2}, 268546002),
        ({"order_id": "42", "type": 2}, 0),
    ],
)
def test_special_orders(raw, fields, errcode):
    raw.platform.add_payment("42", openid="oP")
    assert raw.post("/wxa/sec/order/opspecialorder", fields)["errcode"] == errcode


@pytest.mark.parametrize(
    "path, fields, errcode",
    [
        ("/wxa/sec/order/set_msg_jump_path", {"path": 5}, 47001),
        ("/wxa/msg_sec_check", {"version": 1, "scene": 1, "openid": "o"}, 40097),
        ("/wxa/msg_sec_check", {"version": 2, "scene": 1}, 40003),
        ("/wxa/msg_sec_check", {"version": 2, "scene": 1, "openid": "o"}, 44002),
        ("/wxa/msg_sec_check", {"version": 2, "scene": 1, "openid": "o", "content": "x" * 2501}, 45002),
        ("/wxa/media_check_async", {"version": 2, "scene": 1, "openid": "o", "media_type": 3}, 40097),
        ("/cgi-bin/express/delivery/open_msg/get_delivery_list", {"x": 1}, 47001),
        ("/cgi-bin/express/delivery/open_msg/trace_waybill", {}, 40097),
        (
            "/cgi-bin/express/delivery/open_msg/trace_waybill",
            {
                "openid": "o",
                "receiver_phone": "1",
                "waybill_id": "1",
                "trans_id": "1",
                "goods_info": {"detail_list": {}},
            },
            47001,
        ),
        ("/cgi-bin/message/subscribe/send", {"template_id": "none"}, 40037),
        ("/wxa/business/getuserphonenumber", {}, 41008),
    ],
)
def test_other_rules(raw, path, fields, errcode):
    assert raw.post(path, fields)["errcode"] == errcode


def test_a_session_is_checked(raw):
    query = f"access_token={raw.token}&openid=oA&sig_method=md5&signature=x"
    assert raw.serve("GET", f"/wxa/checksession?{query}")["errcode"] == 87009


# --- pushes, faults, sockets ------------------------------------------------------------------------------------------


def test_pushes_wait_until_they_are_taken(raw):
    raw.platform.add_payment("42", openid="oP")
    raw.post(UPLOAD, GOOD)
    raw.platform.shipping.remind_shop("42")
    raw.platform.confirm_receipt("42", automatic=True)
    events = [json.loads(push.body) for push in raw.platform.take_pushes()]
    assert [event["Event"] for event in events] == [
        "trade_manage_order_settlement",
        "trade_manage_remind_shipping",
        "trade_manage_order_settlement",
    ]
    assert "estimated_settlement_time" in events[0]
    assert events[2]["confirm_receive_method"] == 1
    assert raw.platform.take_pushes() == ()


def test_xml_is_escaped_and_lists_are_repeated():
    sender = PushSender(appid="wx1", token="t0ken", form="xml", clock=FakeClock())
    text = sender.text({"a": "x]]>y", "l": [{"b": 1}, {"b": 2}], "c": "<&>"}).decode()
    assert text == "<xml><a>x]]&gt;y</a><l><b>1</b></l><l><b>2</b></l><c><![CDATA[<&>]]></c></xml>"
    assert sender.write("e", {}).content_type == "text/xml"


def test_the_same_faults_in_the_process_and_over_a_socket(fake_platform_server):
    platform = fake_platform_server.platform
    raw = Raw(platform)

    def ask(transport, host):
        url = f"{host}/wxa/sec/order/is_trade_managed?access_token={raw.token}"
        body = json.dumps({"appid": platform.appid}).encode()
        answer = transport.send(HttpRequest(method="POST", url=url, body=body))
        return answer.status, answer.headers["content-type"], answer.body

    with HttpxTransport() as http:
        for fault in (None, "busy", "html", "html_ok", 48001):
            answers = []
            for transport, host in ((FakeTransport(platform), HOST), (http, fake_platform_server.url)):
                if fault is not None:
                    platform.fail_next(fault)
                status, kind, body = ask(transport, host)
                answers.append((status, kind, body.split(b" rid")[0]))
            assert answers[0] == answers[1]
        for fault in ("lose_request", "lose_reply"):
            for transport, host in ((FakeTransport(platform), HOST), (http, fake_platform_server.url)):
                platform.fail_next(fault)
                with pytest.raises(OutcomeUnknown):
                    ask(transport, host)


def test_get_over_a_socket(fake_platform_server):
    import asyncio

    code = fake_platform_server.platform.new_login_code("oA")
    query = f"appid=wx0000000000000001&secret=fake-secret&js_code={code}&grant_type=authorization_code"
    request = HttpRequest(method="GET", url=f"{fake_platform_server.url}/sns/jscode2session?{query}")

    async def main():
        async with AsyncHttpxTransport() as transport:
            return await transport.send(request)

    assert json.loads(asyncio.run(main()).body)["openid"] == "oA"


def test_it_shows_no_secret(platform, raw):
    assert repr(platform) == "<FakePlatform wx0000000000000001>"
    assert "fake-secret" not in repr(platform.calls)
    assert raw.token not in repr(platform.calls)
    assert isinstance(FakePlatformServer, type)
