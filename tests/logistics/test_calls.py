"""What can go wrong on the way, and what must never be seen on any way."""

import copy
import logging
import pickle
import traceback
from datetime import timedelta

import pytest

from minishop.adapters.memory import AsyncMemoryNonceStore, MemoryNonceStore
from minishop.errors import CallerError, InvalidInput, OutcomeUnknown, RemoteError
from minishop.flows import Headers, HttpResponse, arun
from minishop.logistics import (
    ErrorKind,
    PhoneNeed,
    ProviderError,
    PushRefused,
    QueryParcel,
    QueryParcels,
    ShipmentStatus,
    SubscribeParcel,
    SubscribeRequest,
    TrackRequest,
    tracking_handlers,
)
from minishop.logistics.kdniao import KdniaoAccount
from minishop.logistics.kuaidi100 import AsyncKuaidi100, Kuaidi100Account
from minishop.logistics.sf import SfAccount
from tests.logistics.build import FORM, NOW, YTO, Wire, entry, form, kdniao, kuaidi100, machine, result, sf

K = ErrorKind
SF_PARCEL = TrackRequest(number="SF1000000000001", phone="8000")
CLIENTS = [(kuaidi100, YTO), (kdniao, YTO), (sf, SF_PARCEL)]
each_client = pytest.mark.parametrize("make, request_", CLIENTS, ids=["kuaidi100", "kdniao", "sf"])


def failing(make, request_, answer):
    with pytest.raises(ProviderError) as error:
        make(Wire(answer)).query(request_)
    return error.value


@each_client
@pytest.mark.parametrize(
    "answer, kind, retryable",
    [
        (OutcomeUnknown("no answer", code="no_answer"), K.UNAVAILABLE, True),
        (RemoteError("no connection", code="unreachable"), K.UNAVAILABLE, True),
        (HttpResponse(status=500), K.UNAVAILABLE, True),
        (HttpResponse(status=429), K.RATE_LIMITED, True),
        (HttpResponse(status=404, body=b"<html>"), K.PROTOCOL, True),
        (b"<html>", K.PROTOCOL, True),
        (b"", K.PROTOCOL, True),
        (b"\xff\xfe", K.PROTOCOL, True),
        (b"[" * 100_000, K.PROTOCOL, True),
        (b"null", K.PROTOCOL, False),
        (b'"x"', K.PROTOCOL, False),
    ],
)
def test_whatever_comes_back_is_an_error_by_kind(make, request_, answer, kind, retryable):
    error = failing(make, request_, answer)
    assert (error.kind, error.retryable) == (kind, retryable)
    assert error.__cause__ is None
    assert error.next_step


@each_client
def test_the_remote_may_say_when_to_come_back(make, request_):
    busy = HttpResponse(status=503, headers=Headers({"Retry-After": "90"}))
    assert failing(make, request_, busy).retry_after == timedelta(seconds=90)
    vague = HttpResponse(status=503, headers=Headers({"Retry-After": "Wed, 21 Oct 2031 07:28:00 GMT"}))
    assert failing(make, request_, vague).retry_after is None
    for absurd in ("9" * 8, "9" * 20, "9" * 5000, "-1", "٣"):
        never = HttpResponse(status=503, headers=Headers({"Retry-After": absurd}))
        assert failing(make, request_, never).retry_after is None


def test_errors_survive_pickling_with_all_of_it():
    error = failing(kuaidi100, YTO, {"result": False, "returnCode": "500", "message": "x"})
    again = pickle.loads(pickle.dumps(error))
    for name in ("kind", "provider", "provider_code", "field", "retry_after", "retryable", "code", "params"):
        assert getattr(again, name) == getattr(error, name)
    refused = PushRefused("x", code="not_a_post", provider="p")
    assert pickle.loads(pickle.dumps(refused)).http_status_hint == 405


def test_a_byte_order_mark_is_no_trouble():
    body = b"\xef\xbb\xbf" + b'{"status":"200","data":[],"state":"0"}'
    assert kuaidi100(Wire(body)).query(YTO).status is ShipmentStatus.PENDING


# -- secrets ----------------------------------------------------------------------------------------------------------

CANARY = "c4n4ry-s3cr3t"
ACCOUNTS = [
    Kuaidi100Account(customer=CANARY, key=CANARY, salt=CANARY, former_salts=(CANARY,), callback_url=CANARY),
    KdniaoAccount(business_id="1", app_key=CANARY),
    SfAccount(partner_id="1", checkword=CANARY),
]
SECRETS = {
    kuaidi100: {"customer": CANARY, "key": CANARY, "salt": CANARY, "callback_url": f"https://{CANARY}"},
    kdniao: {"app_key": CANARY},
    sf: {"checkword": CANARY},
}
ECHOES = [
    {"result": False, "returnCode": CANARY, "message": CANARY, "Success": False, "Reason": CANARY},
    {"apiResultCode": CANARY, "apiErrorMsg": CANARY},
    {"apiResultCode": "A1000", "apiResultData": f'{{"errorCode":"{CANARY}","errorMsg":"{CANARY}"}}'},
    {"returnCode": "503", "message": f"bad key {CANARY}\n"},
    f"<html>{CANARY}</html>",
    HttpResponse(status=500, body=CANARY.encode()),
    OutcomeUnknown(CANARY),
    RemoteError(CANARY),
]


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda one: type(one).__name__)
def test_accounts_show_and_pickle_nothing(account):
    assert CANARY not in repr(account)
    assert CANARY not in str(account)
    for spill in (pickle.dumps, copy.deepcopy, copy.copy):
        with pytest.raises(CallerError) as error:
            spill(account)
        assert error.value.code == "holds_secrets"
        assert CANARY not in str(error.value)


@pytest.mark.parametrize(
    "make, field, value, code",
    [
        *[(kdniao, "app_key", value, "empty") for value in ("", "  ")],
        (kdniao, "app_key", None, "wrong_type"),
        (kdniao, "business_id", 1000000, "wrong_type"),
        (kdniao, "plan", "gold", "unknown_value"),
        (kuaidi100, "key", "", "empty"),
        (kuaidi100, "customer", None, "wrong_type"),
        (kuaidi100, "salt", None, "wrong_type"),
        (kuaidi100, "former_salts", (None,), "wrong_type"),
        (kuaidi100, "trusts_unsigned_pushes", "false", "wrong_type"),
        (kuaidi100, "min_interval", 1800, "wrong_type"),
        (sf, "checkword", "", "empty"),
        (sf, "trusts_unsigned_pushes", "no", "wrong_type"),
    ],
)
def test_accounts_are_checked(make, field, value, code):
    with pytest.raises(InvalidInput) as error:
        make(Wire(), **{field: value})
    assert (error.value.field, error.value.code) == (field, code)


def test_one_former_salt_is_one_salt():
    account = Kuaidi100Account(customer="C", key="K", salt="new", former_salts="old")
    assert account.former_salts == ("old",)


@pytest.mark.parametrize(
    "values, code",
    [({"now": "2026-06-01"}, "wrong_type"), ({"now": None}, "wrong_type"), ({"method": 5}, "wrong_type")],
)
def test_what_the_app_says_of_a_push_is_checked(values, code):
    with pytest.raises(InvalidInput) as error:
        kuaidi100(Wire()).parse_push({}, b"param=1", **{"now": NOW, **values})
    assert (error.value.field, error.value.code) == (next(iter(values)), code)


def shown(error):
    chain = "".join(traceback.format_exception(error))
    return chain + repr(error) + str(error) + repr(vars(error)) + pickle.dumps(error).decode("latin-1")


@each_client
@pytest.mark.parametrize("echo", ECHOES, ids=range(len(ECHOES)))
def test_no_error_shows_a_secret_although_the_provider_echoes_it(make, request_, echo, caplog):
    caplog.set_level(logging.DEBUG)
    client = make(Wire(echo), min_interval=timedelta(0), **SECRETS[make])
    calls = [lambda: client.query(request_), lambda: client.subscribe(SubscribeRequest(parcel=request_))]
    calls += [lambda: client.recognise(request_.number)] if hasattr(client, "recognise") else []
    for call in calls:
        with pytest.raises(ProviderError) as error:
            call()
        assert CANARY not in shown(error.value)
    assert CANARY not in repr(client)
    assert CANARY not in caplog.text
    (outcome,) = client.query_many([request_])
    assert CANARY not in shown(outcome)


@each_client
def test_no_refused_push_shows_a_secret_or_what_it_held(make, request_):
    client = make(Wire(""), **SECRETS[make])
    held = "张三 13800138000"
    for body in (form(param=held, sign=CANARY), form(RequestData=held, DataSign=CANARY), held.encode(), b"%"):
        with pytest.raises(PushRefused) as error:
            client.parse_push(FORM, body, now=NOW)
        assert CANARY not in shown(error.value)
        assert held not in shown(error.value)


def test_requests_show_no_phone_number():
    parcel = TrackRequest(number="SF1000000000001", phone="13800138000", origin="张三家")
    assert "8000" not in repr(parcel)
    assert "张三家" not in repr(parcel)
    assert parcel.phone == "8000"
    request = SubscribeRequest(parcel=parcel, callback_url=f"https://shop.test/{CANARY}")
    assert CANARY not in repr(request)


# -- requests and handlers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields, field, code",
    [
        ({"number": ""}, "number", "empty"),
        ({"number": "X1", "carrier": 5}, "carrier", "wrong_type"),
        ({"number": "X1", "carrier_code": "\ud800"}, "carrier_code", "malformed"),
        ({"number": "X1", "origin": "\0"}, "origin", "malformed"),
        ({"number": "X1", "phone": "123"}, "phone", "malformed"),
        ({"number": "X1", "phone": 13800138000}, "phone", "wrong_type"),
    ],
)
def test_a_request_is_checked_when_it_is_made(fields, field, code):
    with pytest.raises(InvalidInput) as error:
        TrackRequest(**fields)
    assert (error.value.field, error.value.code) == (field, code)


@pytest.mark.parametrize(
    "phone, kept", [("", ""), ("8000", "8000"), ("+86 138-0013-8000", "8000"), ("021 5555 1234", "1234")]
)
def test_of_a_phone_number_only_the_last_four_digits_are_kept(phone, kept):
    assert TrackRequest(number="X1", phone=phone).phone == kept


def test_what_carriers_want():
    wants = kuaidi100(Wire("")).capabilities.phone_need
    assert [wants(one) for one in ("sf", "sf_freight", "fengwang", "zto", "yto")] == [
        *[PhoneNeed.REQUIRED] * 3,
        PhoneNeed.RECOMMENDED,
        PhoneNeed.NO,
    ]
    assert sf(Wire("")).capabilities.phone_need("sf") is PhoneNeed.REQUIRED
    assert sf(Wire(""), owns_orders=True).capabilities.phone_need("sf") is PhoneNeed.NO


def asked_by_a_flow():
    one = yield QueryParcel(YTO)
    many = yield QueryParcels((TrackRequest(number="YT0000000000002", carrier="yto"),))
    done = yield SubscribeParcel(SubscribeRequest(parcel=YTO))
    return one.status, [type(each).__name__ for each in many], done.subscription


EXPECTED = (ShipmentStatus.IN_TRANSIT, ["ProviderError"], "active")
ANSWERS = (result(entry()), {"result": False, "returnCode": "500"}, {"result": True, "returnCode": "200"})


def test_a_flow_asks_a_provider():
    from minishop.flows import run

    assert run(asked_by_a_flow(), tracking_handlers(kuaidi100(Wire(*ANSWERS)))) == EXPECTED


class AsyncWire(Wire):
    async def send(self, request):
        return super().send(request)


def test_an_async_flow_asks_an_async_provider():
    import asyncio

    account = Kuaidi100Account(customer="C", key="K", callback_url="https://shop.test")
    client = AsyncKuaidi100(account, AsyncWire(*ANSWERS), machine=machine(), pace=AsyncMemoryNonceStore())
    assert asyncio.run(arun(asked_by_a_flow(), tracking_handlers(client))) == EXPECTED


def test_the_pace_is_shared_by_who_shares_the_store():
    store = MemoryNonceStore()
    kuaidi100(Wire(result(entry())), pace=store).query(YTO)
    kdniao(Wire({"Success": True}), pace=store).query(YTO)
    with pytest.raises(ProviderError):
        kuaidi100(Wire(result(entry())), pace=store).query(YTO)
