"""How a call is signed, sent, believed, repeated; and what is raised when it is not."""

import json
import pickle
from base64 import b64decode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.hashes import SHA1

from minishop.errors import CallerError, InvalidInput, OutcomeUnknown, RemoteError
from minishop.flows import Headers, HttpResponse
from minishop.payments.wechatpay import KeyRing, PlatformKeys
from minishop.payments.wechatpay.client import (
    BACKUP_HOST,
    MAIN_HOST,
    BusinessRefused,
    Busy,
    GatewayFailed,
    NotAuthentic,
    NotEnough,
    NotThere,
    RequestRefused,
    Share,
    UnsupportedSuite,
)
from tests.payments.wechatpay import build
from tests.payments.wechatpay_client import lab
from tests.payments.wechatpay_client.lab import LOST, UNREACHED

HOSTS = (MAIN_HOST, BACKUP_HOST)


def query(pay):
    return pay.query_payment("A20260601-000001")


def create(pay):
    return pay.create_native(lab.order())


def close(pay):
    return pay.close_payment("A20260601-000001")


def refund(pay):
    return pay.refund(out_refund_no="R1", refund=100, total=12800, out_trade_no="A20260601-000001")


def anything(pay):
    return pay.call("POST", "/v3/new", body={"a": 1})


CALLS = {"query": query, "create": create, "close": close, "refund": refund, "anything": anything}


def content(name):
    """A good answer's content."""
    return {
        "query": build.transaction(),
        "create": {"code_url": "weixin://wxpay/bizpayurl?pr=1"},
        "close": None,
        "refund": lab.refund_answer(),
        "anything": {"b": 2},
    }[name]


@pytest.fixture(params=list(CALLS))
def call(request):
    return request.param


# -- what is sent ------------------------------------------------------------------------------------------------------


def test_what_is_signed_is_what_is_sent(pay, script, call):
    script.says(script.signed(content(call)))
    CALLS[call](pay)
    (sent,) = script.requests
    assert lab.is_well_signed(sent)
    assert sent.url.startswith(f"{MAIN_HOST}/v3/")


def test_header_fields(pay, script, call):
    script.says(script.signed(content(call)))
    CALLS[call](pay)
    fields = dict(script.requests[0].headers)
    fields.pop("Authorization")
    body = {"Content-Type": "application/json"} if call != "query" else {}
    assert fields.pop("User-Agent").startswith("minishop/")
    assert fields == {
        "Accept": "application/json",
        "Accept-Language": "zh-CN",
        "Wechatpay-Serial": build.PUBLIC_KEY_ID,
        **body,
    }


def test_whoever_has_certificates_lets_the_gateway_choose_the_key_of_the_answer(make, script):
    certificate = build.certificate("platform", 0x7C)
    keys = PlatformKeys.of(certificates=[certificate], public_keys={build.PUBLIC_KEY_ID: build.public_pem("platform")})
    script.says(script.signed(build.transaction()))
    query(make(keys=keys))
    assert "Wechatpay-Serial" not in dict(script.requests[0].headers)


def test_every_call_has_a_nonce_of_its_own(pay, script):
    script.says(*[script.signed(build.transaction()) for _ in range(3)])
    for _ in range(3):
        query(pay)
    assert len({dict(sent.headers)["Authorization"] for sent in script.requests}) == 3


def test_the_body_is_plain_json_with_chinese_as_it_is(pay, script):
    script.says(script.signed(content("create")))
    create(pay)
    body = script.requests[0].body
    assert "茶".encode() in body
    assert b" " not in body
    assert json.loads(body)["amount"] == {"total": 12800, "currency": "CNY"}


def test_numbers_are_encoded_in_the_path_and_signed_like_this(pay, script):
    script.says(script.signed(None, status=204))
    pay.close_payment("a|b*c_d-e")
    assert script.requests[0].url.endswith("/out-trade-no/a%7Cb%2Ac_d-e/close")
    assert lab.is_well_signed(script.requests[0])


# -- what is believed --------------------------------------------------------------------------------------------------


def test_no_content_is_verified_too(pay, script):
    script.says(script.signed(None, status=204))
    assert close(pay) is None
    script.says(script.unsigned({}, 204))
    with pytest.raises(OutcomeUnknown):
        close(pay)


BAD = {
    "unsigned": (lambda script, said: script.unsigned(said), "malformed"),
    "forged": (lambda script, said: script.signed(said, key="merchant"), "signature"),
    "stale": (lambda script, said: script.signed(said, timestamp=str(build.AT - 301)), "timestamp"),
    "unknown": (lambda script, said: script.signed(said, serial="PUB_KEY_ID_9"), "unknown_serial"),
    "changed": (lambda script, said: changed(script.signed(said)), "signature"),
}


def changed(answer):
    return HttpResponse(status=answer.status, headers=answer.headers, body=answer.body + b" ")


@pytest.mark.parametrize("way", list(BAD))
def test_an_answer_that_cannot_be_believed_is_no_answer(pay, script, call, way):
    make, code = BAD[way]
    script.says(make(script, content(call)))
    with pytest.raises(GatewayFailed if call == "query" else OutcomeUnknown) as failed:
        CALLS[call](pay)
    assert failed.value.code == code
    assert (failed.value.params["status"], failed.value.params["request_id"]) == (200, "RID-1")
    assert len(script.requests) == 1


def test_a_proxy_that_drops_header_fields_is_named(pay, script):
    script.says(script.unsigned(build.transaction()))
    with pytest.raises(GatewayFailed, match="header fields are missing") as failed:
        query(pay)
    assert "reverse proxy" in failed.value.next_step


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"<html>", b'{"a":1,"a":2}', b"\xff", b'{"a":NaN}'])
def test_an_authentic_answer_that_is_not_as_documented(pay, script, body):
    script.says(script.raw(body))
    with pytest.raises(GatewayFailed) as failed:
        query(pay)
    assert failed.value.code == "unexpected_answer"
    script.says(script.raw(body))
    with pytest.raises(OutcomeUnknown) as unknown:
        refund(pay)
    assert unknown.value.code == "unexpected_answer"


@pytest.mark.parametrize("field", ["out_trade_no", "mchid"])
def test_an_authentic_answer_about_something_else_is_no_answer(pay, script, field):
    script.says(script.signed(build.transaction(**{field: "1900000000"})))
    with pytest.raises(GatewayFailed) as failed:
        query(pay)
    assert (failed.value.code, failed.value.params["field"]) == ("unexpected_answer", field)


def test_an_authentic_refund_of_another_amount_is_no_answer(pay, script):
    for name, changed in (
        ("refund", {"amount": {"total": 12800, "refund": 99}}),
        ("out_refund_no", {"out_refund_no": "R2"}),
    ):
        script.says(script.signed(lab.refund_answer(**changed)))
        with pytest.raises(OutcomeUnknown) as failed:
            refund(pay)
        assert failed.value.params["field"] == name


# -- keys --------------------------------------------------------------------------------------------------------------


def test_a_key_that_is_not_known_is_fetched_once_and_then_known(make, script):
    newer = PlatformKeys.of(public_keys={"PUB_KEY_ID_9": build.public_pem("other")})
    fetched = []

    def fetch(known):
        fetched.append(1)
        return known.merged(newer)
        yield

    pay = make(keys=KeyRing(build.platform_keys(), fetch, every=timedelta(days=365)))
    answers = [script.signed(build.transaction(), serial="PUB_KEY_ID_9", key="other") for _ in range(3)]
    script.says(*answers)
    for _ in answers:
        assert query(pay).total == 12800
    assert len(fetched) <= 2  # at the start, and for the unknown serial; never for each call


def test_all_names_of_a_sharing_are_encrypted_with_one_key_even_if_keys_change_meanwhile(make, script):
    class Changing:
        def __init__(self):
            self.keys = [
                build.platform_keys(),
                PlatformKeys.of(public_keys={"PUB_KEY_ID_9": build.public_pem("other")}),
            ]

        def current(self):
            self.keys.reverse()
            return self.keys[0]
            yield

        def refreshed(self, seen):
            return seen
            yield

    script.says(script.refused(403, "NO_AUTH"))
    shares = [Share(kind="X", account="1", amount=1, description="d", name=name) for name in ("张三", "李四")]
    with pytest.raises(RequestRefused):
        make(keys=Changing()).share(out_order_no="P1", transaction_id="4200", receivers=shares)
    (request,) = script.requests
    named = "other" if dict(request.headers)["Wechatpay-Serial"] == "PUB_KEY_ID_9" else "platform"
    names = [b64decode(one["name"]) for one in json.loads(request.body)["receivers"]]
    oaep = OAEP(mgf=MGF1(algorithm=SHA1()), algorithm=SHA1(), label=None)
    assert [build.key(named).decrypt(name, oaep).decode() for name in names] == ["张三", "李四"]


def test_that_keys_cannot_be_fetched_does_not_make_a_refund_certain(make, script, clock):
    class Broken:
        def current(self):
            return build.platform_keys()
            yield

        def refreshed(self, seen):
            raise RemoteError("no certificates")
            yield

    script.says(script.signed(lab.refund_answer(), serial="PUB_KEY_ID_9"))
    with pytest.raises(OutcomeUnknown) as failed:
        refund(make(keys=Broken()))
    assert failed.value.code == "unknown_serial"


def test_certificates_are_downloaded_before_the_first_call(kind, machine, runner, simulator):
    from minishop.payments.wechatpay import Merchant, downloaded
    from minishop.testing.wechatpay import KeyMode, WechatPaySimulator
    from tests.payments.wechatpay_client.conftest import customer

    simulator = WechatPaySimulator(clock=machine.clock, key_mode=KeyMode.CERTIFICATE)
    known = simulator.credentials
    merchant = Merchant.load(
        mchid=known.mchid, serial=known.serial, private_key=known.private_key, api_v3_key=known.api_v3_key
    )
    pay = customer(kind, simulator, machine, runner, keys=KeyRing(fetch=downloaded(merchant)))
    for number in range(3):
        pay.create_native(lab.order(f"order-{number}"))
    targets = [seen.request.target for seen in simulator.seen]
    assert targets == ["/v3/certificates"] + ["/v3/pay/transactions/native"] * 3
    assert set(pay.download_certificates()) == set(PlatformKeys.of(certificates=simulator.certificates))


# -- what is repeated --------------------------------------------------------------------------------------------------


def outcome(act):
    try:
        act()
    except (CallerError, RemoteError, OutcomeUnknown) as error:
        return type(error).__name__
    return "done"


FAILURES = {
    "unreached": lambda script: UNREACHED,
    "lost": lambda script: LOST,
    "500": lambda script: script.refused(500, "SYSTEM_ERROR"),
    "500-other-spelling": lambda script: script.refused(500, "SYSTEMERROR"),
    "bank": lambda script: script.refused(500, "BANK_ERROR"),
    "502-html": lambda script: HttpResponse(status=502, body=b"<html>"),
    "503-empty": lambda script: HttpResponse(status=503),
    "504": lambda script: HttpResponse(status=504),
    "302": lambda script: HttpResponse(status=302),
    "429": lambda script: script.refused(429, "FREQUENCY_LIMITED"),
    "403-limit": lambda script: script.refused(403, "RATELIMIT_EXCEEDED"),
    "400": lambda script: script.refused(400, "PARAM_ERROR"),
    "401": lambda script: script.refused(401, "SIGN_ERROR"),
    "403": lambda script: script.refused(403, "NO_AUTH"),
    "404-html": lambda script: HttpResponse(status=404, body=b"<html>"),
    "paid": lambda script: script.refused(400, "ORDER_PAID"),
    "not-enough": lambda script: script.refused(403, "NOT_ENOUGH"),
    "absent": lambda script: script.refused(404, "RESOURCE_NOT_EXISTS"),
}

#: After which failure which call is made again: written down by hand from the protocol's table of errors.
AGAIN = {
    "query": "unreached lost 500 500-other-spelling bank 502-html 503-empty 504 302 429 403-limit",
    "create": "unreached lost 500 500-other-spelling bank 502-html 503-empty 504 302 429 403-limit",
    "close": "unreached lost 500 500-other-spelling bank 502-html 503-empty 504 302",
    "refund": "unreached",
    "anything": "unreached",
}


@pytest.mark.parametrize("failure", list(FAILURES))
def test_a_call_is_made_again_only_where_that_is_right(pay, script, machine, call, failure):
    script.answers = [FAILURES[failure](script), script.signed(content(call))]
    result = outcome(lambda: CALLS[call](pay))
    is_repeated = failure in AGAIN[call].split()
    assert len(script.requests) == 1 + is_repeated
    assert (result == "done") is is_repeated
    assert len(machine.slept) == is_repeated
    if is_repeated:
        first, second = script.requests
        assert first.body == second.body
        assert first.url == second.url
        assert lab.is_well_signed(second)


CERTAIN = {
    "unreached": RemoteError,
    "429": Busy,
    "403-limit": Busy,
    "400": RequestRefused,
    "401": NotAuthentic,
    "403": RequestRefused,
    "404-html": RequestRefused,
    "paid": BusinessRefused,
    "not-enough": NotEnough,
    "absent": NotThere,
}


@pytest.mark.parametrize("failure", list(FAILURES))
def test_what_is_raised_says_whether_it_may_have_been_done(make, script, call, failure):
    script.says(FAILURES[failure](script))
    expected = CERTAIN.get(failure, GatewayFailed if call == "query" else OutcomeUnknown)
    with pytest.raises(expected) as failed:
        CALLS[call](make(tries=1))
    assert type(failed.value) is expected
    assert set(failed.value.params) >= {"status", "request_id"}


def test_retryable_is_what_may_succeed_unchanged(make, script):
    for failure, error in CERTAIN.items():
        script.says(FAILURES[failure](script))
        with pytest.raises(error) as failed:
            refund(make(tries=1))
        assert failed.value.retryable is (error in (RemoteError, Busy, NotEnough))


def test_pauses_double_and_vary_by_less_than_half(make, script, machine):
    script.says(*[LOST] * 5)
    with pytest.raises(GatewayFailed):
        query(make(tries=5, pause=timedelta(seconds=1)))
    for number, slept in enumerate(machine.slept):
        assert timedelta(seconds=2**number) <= slept < timedelta(seconds=2**number * 1.5)
    assert len(machine.slept) == 4


def test_a_doubt_is_not_removed_by_a_later_refusal(pay, script):
    for later in ("429", "400", "401", "unreached"):
        script.says(LOST, FAILURES[later](script))
        with pytest.raises(OutcomeUnknown) as failed:
            create(pay)
        assert failed.value.code == "no_answer"
        assert failed.value.params["then"]


def test_a_doubt_is_removed_by_the_state_of_the_order(pay, script):
    script.says(LOST, script.refused(400, "ORDERPAID"))
    with pytest.raises(BusinessRefused):
        close(pay)


def test_who_does_not_know_is_told_whom_to_ask(pay, script):
    for act, method, numbers in (
        (create, "query_payment", {"out_trade_no": "A20260601-000001"}),
        (close, "query_payment", {"out_trade_no": "A20260601-000001"}),
        (refund, "query_refund", {"out_refund_no": "R1"}),
    ):
        script.answers = [LOST, LOST]
        with pytest.raises(OutcomeUnknown) as failed:
            act(pay)
        assert failed.value.params["ask"] == method
        assert failed.value.params.items() >= numbers.items()
        assert f"{method}(" in failed.value.next_step


# -- probes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["query", "create", "close", "refund"])
def test_after_a_probe_the_call_is_made_again_once(pay, script, name):
    script.says(script.probe(content(name)), script.signed(content(name)))
    assert outcome(lambda: CALLS[name](pay)) == "done"
    first, second = script.requests
    assert first.body == second.body
    assert dict(first.headers)["Authorization"] != dict(second.headers)["Authorization"]
    assert lab.is_well_signed(second)


@pytest.mark.parametrize("name", ["query", "create", "close", "refund"])
def test_two_probes_are_too_many(pay, script, name):
    script.says(script.probe(content(name)), script.probe(content(name)))
    with pytest.raises((GatewayFailed, OutcomeUnknown)) as failed:
        CALLS[name](pay)
    assert failed.value.code == "probe"


def test_an_unknown_call_is_not_repeated_after_a_probe(pay, script):
    script.says(script.probe({}))
    with pytest.raises(OutcomeUnknown):
        anything(pay)


@pytest.mark.parametrize("later", ["429", "paid", "400", "lost"])
def test_a_probe_says_that_a_refund_was_made_so_a_refusal_of_its_repetition_proves_nothing(pay, script, later):
    script.says(script.probe(lab.refund_answer()), FAILURES[later](script))
    with pytest.raises(OutcomeUnknown) as failed:
        refund(pay)
    assert failed.value.params["ask"] == "query_refund"


# -- the second host ---------------------------------------------------------------------------------------------------


def test_the_same_signed_request_goes_to_the_second_host(make, script, call):
    script.says(UNREACHED, script.signed(content(call)))
    assert outcome(lambda: CALLS[call](make(hosts=HOSTS))) == "done"
    first, second = script.requests
    assert (first.headers, first.body) == (second.headers, second.body)
    assert first.url.removeprefix(MAIN_HOST) == second.url.removeprefix(BACKUP_HOST)


def test_money_does_not_move_to_the_second_host_when_nobody_knows(make, script, call):
    script.answers = [LOST, script.signed(content(call))]
    result = outcome(lambda: CALLS[call](make(hosts=HOSTS)))
    moved = call in ("query", "create", "close")
    assert (result == "done", len(script.requests)) == (moved, 1 + moved)


def test_an_answer_of_any_kind_stays_with_the_first_host(make, script):
    script.says(script.refused(500, "SYSTEM_ERROR"))
    with pytest.raises(GatewayFailed):
        query(make(hosts=HOSTS, tries=1))
    assert len(script.requests) == 1


def test_a_doubt_about_the_first_host_outlives_a_refusal_by_the_second(make, script):
    script.says(LOST, script.refused(400, "PARAM_ERROR"))
    with pytest.raises(OutcomeUnknown):
        create(make(hosts=HOSTS))
    script.says(LOST, UNREACHED)
    with pytest.raises(OutcomeUnknown):
        create(make(hosts=HOSTS, tries=1))


# -- refusals ----------------------------------------------------------------------------------------------------------


def test_a_refusal_tells_code_message_field_and_request_id_and_not_the_value(pay, script):
    detail = {"field": "/body/amount/total", "value": "canary-1", "issue": "无效的值", "location": "body"}
    detail["sign_information"] = {"truncated_sign_message": "canary-2"}
    script.says(script.refused(400, "PARAM_ERROR", "参数错误", **detail))
    with pytest.raises(RequestRefused) as failed:
        query(pay)
    error = failed.value
    assert error.params == {
        "status": 400,
        "request_id": "RID-1",
        "said": "参数错误",
        "field": "/body/amount/total",
        "issue": "无效的值",
        "location": "body",
    }
    assert error.code == "PARAMERROR"
    assert "参数错误" in str(error)
    assert "canary" not in str(error) + repr(error)


def test_a_refusal_without_json_has_its_status_for_a_code(pay, script):
    for body in (b"", b"<html>canary</html>", b"[1]", b"\xff", b'{"code": 7, "message": ["x"]}', b"null"):
        script.says(HttpResponse(status=405, body=body))
        with pytest.raises(RequestRefused) as failed:
            query(pay)
        assert (failed.value.code, failed.value.params["request_id"]) == ("HTTP405", "")


def test_a_message_of_many_lines_is_one_line_of_bounded_length(pay, script):
    script.says(script.refused(400, "PARAM_ERROR", "a\n\x1b[31m" + "b" * 5000))
    with pytest.raises(RequestRefused) as failed:
        query(pay)
    assert len(failed.value.params["said"]) <= 200
    assert str(failed.value).isprintable()


@pytest.mark.parametrize(
    "headers, skew",
    [
        ({"Date": "Mon, 01 Jun 2026 03:50:00 GMT"}, 600),
        ({"Date": "Mon, 01 Jun 2026 04:10:00 GMT"}, -600),
        ({"Wechatpay-Timestamp": str(build.AT - 90), "Date": "Mon, 01 Jun 2026 03:50:00 GMT"}, 90),
        ({"Date": "yesterday"}, None),
        ({"Date": ""}, None),
        ({"Wechatpay-Timestamp": "9" * 30}, None),
        ({}, None),
    ],
)
def test_a_wrong_clock_is_measured(pay, script, headers, skew):
    script.says(HttpResponse(status=401, headers=Headers(headers), body=b'{"code":"SIGN_ERROR","message":"x"}'))
    with pytest.raises(NotAuthentic) as failed:
        query(pay)
    assert failed.value.params["clock_skew"] == skew
    assert ("clock is" in str(failed.value)) is (skew is not None)
    assert ("ahead" in str(failed.value)) is (skew is not None and skew > 0)


def test_a_payment_by_code_that_waits_is_neither_done_nor_refused(pay, script):
    script.says(script.unsigned({"code": "USERPAYING", "message": "等待"}, 202))
    with pytest.raises(OutcomeUnknown) as failed:
        pay.call("POST", "/v3/pay/transactions/codepay", body={}, is_repeatable=True)
    assert failed.value.code == "USERPAYING"
    assert len(script.requests) == 1


# -- making a client ---------------------------------------------------------------------------------------------------


def test_a_client_shows_no_key_and_cannot_be_stored(pay):
    shown = repr(pay.client) + repr(pay.client.desk) + str(vars(pay.client))
    for secret in (build.API_V3_KEY, "PRIVATE KEY"):
        assert secret not in shown
    for one in (pay.client, pay.client.desk):
        with pytest.raises(CallerError, match="secret"):
            pickle.dumps(one)


def test_making_a_client_asks_for_nothing(make, script, machine):
    make(keys=KeyRing(fetch=lambda known: iter(())))
    assert (script.requests, machine.nonces) == ([], 0)


@pytest.mark.parametrize(
    "settings, field",
    [
        ({"hosts": ()}, "hosts"),
        ({"hosts": ("api.mch.weixin.qq.com",)}, "hosts[0]"),
        ({"hosts": (MAIN_HOST, "https://x/")}, "hosts[1]"),
        ({"appid": "wx 1"}, "appid"),
        ({"tries": 0}, "tries"),
        ({"tries": True}, "tries"),
        ({"notify_url": "http://shop.example"}, "notify_url"),
    ],
)
def test_wrong_settings_are_refused_at_once(make, settings, field):
    with pytest.raises(InvalidInput) as refused:
        make(**settings)
    assert refused.value.field == field


def test_no_app_is_an_error_that_says_so(make):
    with pytest.raises(CallerError) as refused:
        create(make(appid=""))
    assert refused.value.code == "no_appid"


class Mine:
    """A suite of somebody's own."""

    def __init__(self):
        self.seen = []

    def authorize(self, merchant, method, target, body, *, timestamp, nonce):
        return f"MINE {method} {target}"

    def verify(self, headers, body, *, keys, now):
        self.seen.append(headers)
        assert headers["Wechatpay-Signature"] == "mine"

    def encrypt(self, text, *, keys, now):
        return "MINE-1", text[::-1]

    def decrypt(self, resource):
        return json.dumps({"opened": resource["ciphertext"]}).encode()


def test_sm_suites_are_refused_unless_somebody_brings_one(make, script):
    with pytest.raises(UnsupportedSuite) as refused:
        make(suite="WECHATPAY2-SM2-WITH-SM3")
    assert refused.value.params == {"suite": "WECHATPAY2-SM2-WITH-SM3"}

    pay = make(suite=Mine())
    script.says(script.signed(build.transaction(), signature="mine"))
    assert query(pay).total == 12800
    assert dict(script.requests[0].headers)["Authorization"].startswith("MINE GET /v3/pay/")
    assert pay.encrypt("abc").text == "cba"
    told = {"id": "1", "event_type": "NEW.KIND", "resource": {"ciphertext": "sealed"}}
    headers = build.signed_headers(b"", signature="mine")
    assert pay.receive(headers, json.dumps(told).encode()).unchecked().raw == {"opened": "sealed"}


@pytest.mark.parametrize(
    "changed, code",
    [
        ({"timestamp": str(build.AT - 301)}, "timestamp"),
        ({"signature": "WECHATPAY/SIGNTEST/x"}, "probe"),
        ({"nonce": ""}, "malformed"),
    ],
)
def test_a_suite_of_ones_own_sees_no_old_answer_and_no_probe(make, script, changed, code):
    suite = Mine()
    answer = script.signed(lab.refund_answer(), **{"signature": "mine"} | changed)
    script.says(*[answer] * (2 if code == "probe" else 1))
    with pytest.raises(OutcomeUnknown) as failed:
        refund(make(suite=suite))
    assert failed.value.code == code
    assert suite.seen == []


def test_a_suite_of_ones_own_gets_of_an_answer_what_was_checked(make, script):
    suite = Mine()
    answer = script.signed(build.transaction(), signature="mine")
    script.says(answer)
    assert query(make(suite=suite)).total == 12800
    assert suite.seen == [{name: value for name, value in answer.headers.items() if name != "Request-ID"}]
