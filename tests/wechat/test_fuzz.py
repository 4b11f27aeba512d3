"""Anything that the platform, a proxy or a stranger may send: only errors of ours come out."""

import json
from base64 import b64encode
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minishop.errors import MinishopError
from minishop.flows import HttpResponse
from minishop.wechat import SubscribeMessage, decrypt_phone_number
from minishop.wechat.push import PushEvent, PushRequest, push_signature
from minishop.wechat.shipping import OrderKey, Parcel, ShippingReport
from tests.wechat.world import AES_KEY, World

pytestmark = pytest.mark.oracle

#: Names that mean something to us, so that the fuzz gets behind the first door.
WORDS = st.sampled_from(
    [
        *("errcode", "errmsg", "order", "order_list", "shipping", "shipping_list", "order_state", "has_more"),
        *("last_index", "result", "suggest", "label", "detail", "phone_info", "watermark", "appid", "phoneNumber"),
        *("purePhoneNumber", "waybill_info", "status", "delivery_list", "access_token", "expires_in", "openid"),
        *("session_key", "msgid", "trace_id", "Event", "MsgType", "CreateTime", "FromUserName", "transaction_id"),
        *("pay_time", "shipped_time", "confirm_receive_method", "settlement_time", "Actions", "ActionTime", "List"),
        *("SubscribeMsgPopupEvent", "TemplateId", "WayBillId", "Version", "trade_manage_order_settlement"),
        *("wxa_media_check", "add_express_path", "subscribe_msg_popup_event", "Encrypt", "xml"),
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | WORDS
    | st.sampled_from(["0", "-1", "1e5", "1924991000", "\ud800", ""])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)
OBJECTS = st.dictionaries(WORDS | st.text(max_size=5), VALUES, max_size=8)


def to_bytes(value):
    return json.dumps(value).encode()


def to_xml(value):
    if isinstance(value, dict):
        return "".join(f"<{key}>{to_xml(item)}</{key}>" for key, item in value.items() if key.isidentifier())
    if isinstance(value, list):
        return "".join(map(to_xml, value))
    return str(value).encode("utf-8", "replace").decode().replace("&", "&amp;").replace("<", "&lt;")


def mangled(draw, data):
    """The bytes with a few of them changed, cut or doubled."""
    data = bytearray(data)
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from("xcd")):
            case "x" if data:
                data[place] = draw(st.integers(0, 255))
            case "c":
                del data[place:]
            case _:
                data[place:place] = data[place : place + 8]
    return bytes(data)


@st.composite
def bodies(draw):
    value = draw(OBJECTS)
    form = draw(st.sampled_from(["json", "xml", "raw"]))
    if form == "raw":
        return draw(st.binary(max_size=60))
    return mangled(draw, to_bytes(value) if form == "json" else f"<xml>{to_xml(value)}</xml>".encode())


WORLD = World()
SECURE = World(aes_key=AES_KEY)
REPORT = ShippingReport(
    order=OrderKey(transaction_id="42"),
    parcels=(Parcel(description="x", tracking_no="1", company="ZTO"),),
    payer="oP",
    uploaded_at=WORLD.clock(),
)


class Says:
    def __init__(self, body, *, also_tokens):
        self.body, self.also_tokens = body, also_tokens

    def send(self, request):
        if "stable_token" in request.url and not self.also_tokens:
            return HttpResponse(status=200, body=b'{"access_token":"T","expires_in":7200}')
        return HttpResponse(status=200, body=self.body)


CALLS = {
    "token": lambda app: app.access_token(),
    "call": lambda app: app.call("/x", {}),
    "login": lambda app: app.log_in("c"),
    "phone": lambda app: app.fetch_phone_number("c"),
    "message": lambda app: app.send_subscribe_message(
        SubscribeMessage(template_id="t", openid="o", data={"thing1": "x"})
    ),
    "text": lambda app: app.check_text("x", openid="o"),
    "media": lambda app: app.check_media("https://x", media_type="image", openid="o"),
    "report": lambda app: app.report_shipping(REPORT),
    "replace": lambda app: app.report_shipping(REPORT, replace=True),
    "order": lambda app: app.find_shipping_order(OrderKey(transaction_id="1")),
    "orders": lambda app: app.list_shipping_orders(),
    "health": lambda app: app.check_trade(),
    "companies": lambda app: app.list_delivery_companies(),
    "waybill": lambda app: app.query_waybill("t", openid="o"),
}


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(sorted(CALLS)), bodies())
def test_answers(name, body):
    world = World()
    app = world.worker(transport=Says(body, also_tokens=name == "token"))
    with suppress(MinishopError):
        CALLS[name](app)


def check(world, request):
    """A push that is signed: it is read, or its body is to blame."""
    status, event = 200, None
    try:
        event = world.app.receive_push(request).event
    except MinishopError as error:
        status = error.http_status_hint
    assert (status == 400) is (event is None)
    assert event is None or (isinstance(event, PushEvent) and event.key and repr(event))


@settings(max_examples=300, deadline=None)
@given(bodies())
def test_plain_pushes(body):
    push = WORLD.platform.sender.write_raw(b"")
    check(WORLD, PushRequest(method="POST", query=push.query, body=body))


@settings(max_examples=200, deadline=None)
@given(bodies())
def test_encrypted_pushes(body):
    push = SECURE.platform.sender.write_raw(body)
    check(SECURE, PushRequest(method="POST", query=push.query, body=push.body))


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_cipher_texts(data):
    sender = SECURE.platform.sender
    raw = data.draw(st.binary(max_size=96).map(lambda b: b[: len(b) // 16 * 16]) | st.binary(max_size=40))
    sealed = b64encode(raw).decode() if data.draw(st.booleans()) else data.draw(st.text(max_size=40))
    push = sender.write_raw(b"x")
    body = sender.text({"Encrypt": sealed})
    query = dict(push.query)
    if sealed:
        query["msg_signature"] = push_signature(sender.token, query["timestamp"], query["nonce"], sealed)
    with pytest.raises(MinishopError):
        SECURE.app.receive_push(PushRequest(method="POST", query=query, body=body))


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce", "echostr", "msg_signature"]), st.text()))
def test_queries(query):
    for world in (WORLD, SECURE):
        for method in ("GET", "POST"):
            with pytest.raises(MinishopError) as refused:
                world.app.receive_push(PushRequest(method=method, query=query, body=b'{"a":1}'))
            assert refused.value.http_status_hint in (400, 403)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30), st.binary(max_size=64))
def test_user_data(key, iv, data):
    good = b64encode(b"0123456789abcdef").decode()
    for session_key, vector, sealed in (
        (key, iv, b64encode(data).decode()),
        (good, good, b64encode(data[: len(data) // 16 * 16]).decode()),
        (good, good, key),
    ):
        with pytest.raises(MinishopError):
            decrypt_phone_number(session_key, vector, sealed, appid="wx1")
