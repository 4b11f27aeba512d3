"""Canaries: no secret and nothing of a shopper's gets into a message, repr, traceback, log or pickle."""

import copy
import logging
import pickle
import traceback
from base64 import b64encode

import pytest
from attrs import evolve

from minishop.adapters.httpx import HttpxTransport
from minishop.errors import CallerError, MinishopError, OutcomeUnknown
from minishop.flows import HttpResponse
from minishop.wechat import Program, PushSettings, Session, SubscribeMessage, redact
from minishop.wechat.push import PushRequest
from minishop.wechat.shipping import OrderKey, Parcel, ShippingReport
from tests.wechat.world import AES_KEY, PUSH_TOKEN, SECRET, World

PHONE = "13800001234"
OPENID = "oCanaryShopper"
CODE = "canary-js-code"
KEY = b64encode(b"canary session k").decode()
GOODS = "canary goods"
CANARIES = [SECRET, PUSH_TOKEN, AES_KEY, PHONE, OPENID, CODE, KEY, GOODS, "STABLE-1_"]


def calls(app, clock):
    """Every kind of call, each with something secret in it."""
    report = ShippingReport(
        order=OrderKey(transaction_id="42"),
        parcels=(Parcel(description=GOODS, tracking_no="1", company="SF", receiver_phone=PHONE),),
        payer=OPENID,
        uploaded_at=clock(),
    )
    message = SubscribeMessage(template_id="t", openid=OPENID, data={"thing1": GOODS})
    push = PushRequest(method="POST", query={"signature": PUSH_TOKEN, "nonce": CODE}, body=GOODS.encode())
    return {
        "token": lambda: app.access_token(),
        "call": lambda: app.call("/x", {"phone": PHONE, "openid": OPENID}, query={"code": CODE}),
        "login": lambda: app.log_in(CODE),
        "session": lambda: app.check_session(openid=OPENID, session_key=KEY),
        "phone": lambda: app.fetch_phone_number(CODE),
        "message": lambda: app.send_subscribe_message(message),
        "text": lambda: app.check_text(GOODS, openid=OPENID),
        "report": lambda: app.report_shipping(report),
        "replace": lambda: app.report_shipping(report, replace=True),
        "push": lambda: app.receive_push(push),
    }


NAMES = list(calls(None, World().clock))


def assert_clean(text):
    for canary in CANARIES:
        assert canary not in text, canary


def assert_silent(error):
    assert_clean(str(error))
    assert_clean(repr(error))
    assert_clean(repr(error.params))
    assert_clean("".join(traceback.format_exception(error)))
    assert_clean(pickle.dumps(error).decode("latin-1"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("errcode", [None, -1, 40001, 40029, 40037, 45009, 47001, 47003, 48001, 10060014, 99999])
def test_refusals_that_repeat_what_was_sent(make, name, errcode, caplog):
    caplog.set_level(logging.DEBUG)
    world = make(echoes=True)
    world.app.access_token()
    if errcode is not None:
        world.platform.fail_next(*[errcode] * 9)
    call = calls(world.app, world.clock)[name]
    if name == "token":
        world.platform.credentials.secret = "another"
        world.clock.advance(days=1)
    try:
        call()
    except MinishopError as error:
        assert_silent(error)
    else:
        assert name in ("session", "text")
    assert_clean(caplog.text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("body", [f"<p>{' '.join(CANARIES)}</p>", f'{{"errcode":"{SECRET}"}}', '{"errcode":0}', "[]"])
def test_answers_that_are_none(make, name, body):
    class Mirror:
        def send(self, request):
            return HttpResponse(status=200, body=body.encode())

    world = make()
    try:
        calls(world.worker(transport=Mirror()), world.clock)[name]()
    except MinishopError as error:
        assert_silent(error)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "push"])
def test_transports_that_say_too_much_are_not_quoted_in_a_chain(make, name):
    class Silent:
        def send(self, request):
            raise OutcomeUnknown("no answer", code="no_answer", params={"host": "api.weixin.qq.com"})

    world = make()
    with pytest.raises(MinishopError) as failed:
        calls(world.worker(transport=Silent()), world.clock)[name]()
    assert_silent(failed.value)


def test_a_real_client_that_cannot_connect(caplog):
    caplog.set_level(logging.DEBUG)
    world = World()
    with HttpxTransport() as transport:
        app = world.worker(transport=transport, host="http://127.0.0.1:9")
        for name in ("token", "login"):
            with pytest.raises(MinishopError) as failed:
                calls(app, world.clock)[name]()
            assert_silent(failed.value)
    assert_clean(caplog.text)


def test_objects_do_not_show_what_they_hold():
    world = World(aes_key=AES_KEY)
    app = world.app.inner
    token = app.access_token()
    session = Session(openid=OPENID, session_key=KEY)
    stored = next(iter(world.tokens._tokens.values()))
    for thing in (app, app.desk, app.desk.push, session, app.handlers, stored):
        text = repr(thing) + str(thing)
        for secret in (SECRET, PUSH_TOKEN, AES_KEY, KEY, token):
            assert secret not in text


def test_what_holds_a_secret_is_neither_pickled_nor_copied():
    world = World()
    push = PushSettings(token=PUSH_TOKEN)
    program = Program(appid="wx1", secret=SECRET, push=push)
    for thing in (world.app.inner, program, push, Session(openid="o", session_key=KEY)):
        for act in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(CallerError) as refused:
                act(thing)
            assert refused.value.code == "holds_secrets"
            assert_clean(str(refused.value))
    assert evolve(program, appid="wx2").secret == SECRET


def test_keys_of_stores_hold_no_secret(make):
    world = make()
    world.app.call("/wxa/sec/order/is_trade_managed", {"appid": "wx0000000000000001"})
    world.platform.credentials.revoke(but_hand_it_out_again=True)
    world.app.call("/wxa/sec/order/is_trade_managed", {"appid": "wx0000000000000001"})
    push = world.platform.push("e", {})
    world.app.receive_push(PushRequest(method="POST", query=push.query, body=push.body))
    assert len(world.tokens._tokens) == 2
    assert_clean(" ".join([*world.tokens._tokens, *world.tokens._leases, *world.nonces._notes]))


# --- an app's own logs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "GET https://api.weixin.qq.com/x?access_token=CANARY&openid=o",
        "GET /sns/jscode2session?appid=wx1&secret=CANARY&js_code=CANARY&grant_type=authorization_code",
        '{"secret":"CANARY","grant_type":"client_credential"}',
        '{"session_key": "CANARY\\"CANARY", "openid": "o"}',
        "{'session_key': 'CANARY', 'x': 1}",
        "Session(session_key='CANARY')",
        "access_token%3DCANARY",
        "ACCESS_TOKEN=CANARY;",
        "<session_key>CANARY</session_key>",
        "access_token: CANARY",
        "appsecret=CANARY",
        '{"code":"CANARY"}',
        '{"phoneNumber":"CANARY","purePhoneNumber":"CANARY"}',
    ],
)
def test_redact(text):
    clean = redact(text)
    assert "CANARY" not in clean
    assert "***" in clean
    assert redact(clean) == clean


def test_redact_leaves_the_rest_alone():
    text = 'POST /x?openid=o {"errcode":40029,"errmsg":"invalid code","expires_in":7200,"zipcode":"100000"}'
    assert redact(text) == text
    assert redact("?access_token=T&a=b").endswith("&a=b")
