"""One call: what is repeated, what is not, and what an answer that is none means."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from minishop.errors import InvalidInput, MinishopError, OutcomeUnknown, RemoteError
from minishop.flows import HttpResponse
from minishop.wechat import (
    CODES,
    InvalidRequest,
    LoginRefused,
    MiniProgram,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    PushSettings,
    ShippingStateError,
)
from minishop.wechat._codes import error_for
from minishop.wechat.shipping._codes import SHIPPING_CODES
from tests.wechat.world import World

MANAGED = "/wxa/sec/order/is_trade_managed"
ASK = {"appid": "wx0000000000000001"}
PATH = "is_trade_managed"


class Says:
    """Answers every call but the one for a token with the same bytes."""

    def __init__(self, body, status=200):
        self.body, self.status, self.requests = body, status, []

    def send(self, request):
        self.requests.append(request)
        if "stable_token" in request.url:
            return HttpResponse(status=200, body=b'{"access_token":"T","expires_in":7200}')
        return HttpResponse(status=self.status, body=self.body)


def test_a_call_of_the_apps_own(world):
    assert world.app.call(MANAGED, ASK) == {"errcode": 0, "errmsg": "ok", "is_trade_managed": True}
    sent = world.platform.calls[-1]
    assert (sent.method, sent.path, sent.fields) == ("POST", MANAGED, ASK)
    assert list(sent.query) == ["access_token"]


def test_without_a_body_it_is_a_get(world):
    says = Says(b'{"ok": 1.5}')
    app = world.worker(transport=says)
    assert app.call("/cgi-bin/get_api_domain_ip", query={"a": "b c&d"}) == {"ok": Decimal("1.5")}
    request = says.requests[-1]
    assert (request.method, request.body) == ("GET", b"")
    assert request.url.endswith("/cgi-bin/get_api_domain_ip?a=b+c%26d&access_token=T")


def test_the_token_cannot_be_replaced_by_the_callers_query(world):
    says = Says(b"{}")
    world.worker(transport=says).call("/x/y", query={"access_token": "MINE"})
    assert says.requests[-1].url.endswith("?access_token=T")


def test_texts_are_sent_as_they_are_not_escaped(world):
    says = Says(b"{}")
    world.worker(transport=says).call("/x", {"name": "茶\n\"'"})
    assert says.requests[-1].body == '{"name":"茶\\n\\"\'"}'.encode()


@pytest.mark.parametrize("path", ["", "x", "/x?y=1", "/x#", "/../x y", "//", "/x/", "https://evil", "/x\n", None])
def test_a_path_is_a_path(world, path):
    with pytest.raises(InvalidInput) as refused:
        world.app.call(path, {})
    assert refused.value.field == "path"
    assert world.platform.calls == []


@pytest.mark.parametrize("payload", [{"x": object()}, {"x": float("nan")}, {"x": "\ud800"}, {"x": {1, 2}}])
def test_a_body_that_is_no_json_is_the_callers(world, payload):
    with pytest.raises(InvalidInput) as refused:
        world.app.call("/x", payload)
    assert refused.value.field == "payload"


# --- what is repeated -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_repeatable", [True, False])
def test_a_busy_platform_is_asked_once_more_after_a_pause(world, is_repeatable):
    world.app.access_token()
    world.platform.fail_next("busy")
    assert world.app.call(MANAGED, ASK, is_repeatable=is_repeatable)["is_trade_managed"]
    assert world.slept == [1.0]
    world.platform.fail_next("busy", "busy")
    with pytest.raises(PlatformUnavailable) as refused:
        world.app.call(MANAGED, ASK, is_repeatable=is_repeatable)
    assert (refused.value.errcode, refused.value.kind, refused.value.retryable) == (-1, "busy", True)
    assert world.paths().count(PATH) == 4


@pytest.mark.parametrize("fault", ["lose_request", "lose_reply", "html_ok", "html"])
def test_what_is_not_repeatable_is_sent_once_and_its_outcome_unknown(world, fault):
    world.app.access_token()
    world.platform.fail_next(fault)
    with pytest.raises(OutcomeUnknown) as unknown:
        world.app.call(MANAGED, ASK)
    assert unknown.value.code == ("no_answer" if fault.startswith("lose") else "unreadable_answer")
    assert world.paths().count(PATH) == 1


@pytest.mark.parametrize("fault", ["lose_request", "lose_reply", "html_ok", "html"])
def test_what_is_repeatable_is_tried_once_more(world, fault):
    world.app.access_token()
    world.platform.fail_next(fault)
    assert world.app.call(MANAGED, ASK, is_repeatable=True)["is_trade_managed"]
    world.platform.fail_next(fault, fault)
    with pytest.raises(RemoteError) as failed:
        world.app.call(MANAGED, ASK, is_repeatable=True)
    assert failed.value.retryable
    assert world.paths().count(PATH) == 4


def test_what_certainly_did_not_arrive_is_no_unknown_outcome(world):
    class Dead(Says):
        def send(self, request):
            if "stable_token" not in request.url:
                self.requests.append(request)
                raise RemoteError("no connection", code="unreachable", params={"host": "h"})
            return super().send(request)

    dead = Dead(b"{}")
    with pytest.raises(RemoteError) as failed:
        world.worker(transport=dead).call("/x", {})
    assert (failed.value.code, len(dead.requests)) == ("unreachable", 2)


# --- answers that are none ------------------------------------------------------------------------------------------


ODD = [
    b"",
    b"null",
    b"[]",
    b'"ok"',
    b"0",
    b"{",
    b"\xff\xfe",
    b'{"errcode": true}',
    b'{"errcode": null}',
    b'{"errcode": "x"}',
    b'{"errcode": 1.5}',
    b'{"errcode": NaN}',
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"errcode": ' + b"9" * 5000 + b"}",
    "<html>系统繁忙</html>".encode("gbk"),
]


@pytest.mark.parametrize("body", ODD, ids=lambda body: repr(body[:20]))
def test_an_answer_that_is_none_is_unknown(world, body):
    with pytest.raises(OutcomeUnknown) as unknown:
        world.worker(transport=Says(body)).call("/x", {})
    assert unknown.value.code == "unreadable_answer"


@pytest.mark.parametrize(
    "status, kind", [(404, RemoteError), (413, RemoteError), (500, OutcomeUnknown), (302, OutcomeUnknown)]
)
def test_the_status_tells_whether_something_may_have_been_done(world, status, kind):
    with pytest.raises(kind) as failed:
        world.worker(transport=Says(b"{}", status)).call("/x", {})
    assert failed.value.params == {"path": "/x", "status": status}


def test_a_number_counts_whatever_the_status(world):
    with pytest.raises(PlatformRefused):
        world.worker(transport=Says(b'{"errcode":48001}', 500)).call("/x", {})


@pytest.mark.parametrize(
    "body", [b'{"errcode":"0"}', b'\xef\xbb\xbf{"errcode":0}', b'{"errcode":0,"a":"b\n\tc"}', b"{}"]
)
def test_odd_but_readable_answers_are_read(world, body):
    assert "errmsg" not in world.worker(transport=Says(body)).call("/x", {})


# --- the numbers ------------------------------------------------------------------------------------------------------


FAMILIES = {
    "busy": PlatformUnavailable,
    "rate_limited": PlatformUnavailable,
    "quota": PlatformUnavailable,
    "not_found_yet": PlatformUnavailable,
    "token": PlatformRefused,
    "auth": PlatformRefused,
    "permission": PlatformRefused,
    "consent": PlatformRefused,
    "invalid_request": InvalidRequest,
    "risky": InvalidRequest,
    "login": LoginRefused,
    "state": ShippingStateError,
}


@pytest.mark.parametrize("table", [CODES, SHIPPING_CODES], ids=["any", "shipping"])
def test_every_number_has_its_error(table):
    for errcode, code in table.items():
        error = error_for(errcode, more=table)
        assert type(error) is FAMILIES[code.kind], errcode
        assert (error.errcode, error.kind, error.code) == (errcode, code.kind, code.name)
        assert error.retryable is (FAMILIES[code.kind] is PlatformUnavailable)
        assert error.next_step
        assert str(errcode) in str(error)


def test_the_numbers_of_the_facts_are_all_known():
    any_call = {-1, 40001, 40014, 42001, 40013, 40164, 41001, 44990, 45009, 45011, 47001, 48001, 61003, 61004, 61011}
    login = {40029, 40163, 40226, 40037, 40003, 43101, 47003}
    plugin = {9300507, 9300513, 9300534, 9300559, 9300560}
    assert any_call | login | plugin <= CODES.keys()
    assert {10060000 + n for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 14, 19, 20, 24, 25, 26, 28, 29, 30, 31, 32)} <= (
        SHIPPING_CODES.keys()
    )
    assert {268485194, 268485195, 268485196, 268485197, 268485216, 268485224, 268485226, 268485227, 268485228} <= (
        SHIPPING_CODES.keys()
    )


def test_a_number_we_do_not_know_is_kept(world):
    world.app.access_token()
    world.platform.fail_next(99999999)
    with pytest.raises(PlatformRefused) as refused:
        world.app.call(MANAGED, ASK)
    assert (refused.value.errcode, refused.value.kind) == (99999999, "unknown")
    assert refused.value.params["rid"] == refused.value.rid != ""
    assert not refused.value.retryable


def test_limits_say_how_long_to_wait(world):
    world.app.access_token()
    world.platform.fail_next(45011, 45009)
    with pytest.raises(PlatformUnavailable) as refused:
        world.app.call(MANAGED, ASK)
    assert refused.value.retry_after == timedelta(minutes=1)
    world.clock.advance(hours=11, minutes=30)  # half past eleven at night in Shanghai
    with pytest.raises(PlatformUnavailable) as refused:
        world.app.call(MANAGED, ASK)
    assert refused.value.retry_after == timedelta(minutes=30)


def test_a_minute_limit_of_the_fake_is_met_and_over(make):
    world = make(calls_per_minute=3)  # the token is one
    for _ in range(2):
        world.app.call(MANAGED, ASK)
    with pytest.raises(PlatformUnavailable):
        world.app.call(MANAGED, ASK)
    world.clock.advance(minutes=1)
    assert world.app.call(MANAGED, ASK)


def test_errors_survive_pickling():
    import pickle

    for errcode in (-1, 40029, 40037, 40164, 10060003):
        error = error_for(errcode, rid="6566f2a1-1a2b3c4d-00000001", more=SHIPPING_CODES)
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.errcode, again.kind, again.rid) == (type(error), errcode, error.kind, error.rid)
        assert isinstance(again, PlatformError)
        assert isinstance(again, MinishopError)


# --- the object -------------------------------------------------------------------------------------------------------


def test_making_one_does_nothing(world):
    world.worker()
    assert world.platform.calls == []


GOOD = {
    "appid": "wx1",
    "secret": "s",
    "transport": None,
    "tokens": None,
    "clock": None,
    "nonce": None,
    "sleep": None,
}


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"token": "ab"}, "token"),
        ({"token": "a" * 33}, "token"),
        ({"token": "a-b-c"}, "token"),
        ({"token": None}, "token"),
        ({"encoding_aes_key": "a" * 42}, "encoding_aes_key"),
        ({"encoding_aes_key": "a" * 42 + "="}, "encoding_aes_key"),
    ],
)
def test_settings_of_pushes_are_checked_by_name(wrong, field):
    with pytest.raises(InvalidInput) as refused:
        PushSettings(**{"token": "demoToken", **wrong})
    assert refused.value.field == field


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"appid": ""}, "appid"),
        ({"appid": "wx 1"}, "appid"),
        ({"secret": ""}, "secret"),
        ({"secret": "geheim\n"}, "secret"),
        ({"secret": 5}, "secret"),
        ({"mode": "forced"}, "mode"),
        ({"host": "http://api.weixin.qq.com"}, "host"),  # the secret would be readable on the way
        ({"host": "ftp://x"}, "host"),
        ({"host": "https://x/path"}, "host"),
        ({"host": ""}, "host"),
        ({"push": "token"}, "nonces"),
        ({"push": "token", "nonces": object()}, "push"),
    ],
)
def test_settings_are_checked_by_name(wrong, field):
    if "nonces" in wrong:
        wrong["nonces"] = World().nonces
    with pytest.raises(InvalidInput) as refused:
        MiniProgram(**{**GOOD, "transport": Says(b""), "tokens": World().tokens, **wrong})
    assert refused.value.field == field
    assert "geheim" not in str(refused.value)


def test_documents_that_are_no_json_objects_are_nothing():
    from minishop.wechat._json import read_object

    assert read_object(json.dumps({"a": [1, "x", None]}).encode()) == {"a": [1, "x", None]}
    assert read_object(b"Infinity") is None
