"""The fakes are providers: they check what real ones check, keep time, and go wrong when told to."""

import hashlib
import json
from datetime import timedelta
from itertools import count
from urllib.parse import parse_qsl, urlencode

import pytest
from attrs import evolve

from minishop.adapters.memory import MemoryNonceStore
from minishop.errors import CallerError
from minishop.flows import Headers, HttpRequest, HttpResponse, NewNonce, Now
from minishop.logistics import (
    ErrorKind,
    ProviderError,
    PushRefused,
    Shipment,
    ShipmentStatus,
    SubscribeRequest,
    SubscriptionState,
    TrackRequest,
    merge,
)
from minishop.logistics.kdniao import Kdniao
from minishop.logistics.kuaidi100 import Kuaidi100
from minishop.logistics.sf import Sf, sign
from minishop.testing.logistics import CallbackTransport, Fault, PushFault

S = ShipmentStatus
K = ErrorKind
YTO = TrackRequest(number="YT0000000000001", carrier="yto")
NO_PACE = timedelta(0)
NONCES = count()


def client(maker, fake, **more):
    machine = {Now: lambda ask: fake.clock(), NewNonce: lambda ask: f"{next(NONCES):032d}"}
    account = fake.account(**({"min_interval": NO_PACE} | more))
    return maker(account, fake.transport, machine=machine, pace=MemoryNonceStore())


class Shop:
    """An app that keeps what pushes bring."""

    def __init__(self, provider, clock):
        self.provider = provider
        self.clock = clock
        self.parcels = {}
        self.refused = []
        self.is_down = False

    def receive(self, request):
        if self.is_down:
            return HttpResponse(status=500)
        try:
            result = self.provider.parse_push(request.headers, request.body, now=self.clock(), method=request.method)
        except PushRefused as error:
            self.refused.append(error.code)
            return HttpResponse(status=error.http_status_hint)
        for update in result.updates:
            known = self.parcels.get(update.shipment.number, Shipment(number=update.shipment.number))
            self.parcels[update.shipment.number] = merge(known, update.shipment)
        ack = result.ack
        return HttpResponse(status=ack.status, headers=Headers({"Content-Type": ack.content_type}), body=ack.body)

    @property
    def door(self):
        return CallbackTransport(self.receive)

    @property
    def parcel(self):
        (one,) = self.parcels.values()
        return one


@pytest.fixture
def followed(fake_kuaidi100, parcel_clock):
    """A parcel with a subscription, and the shop that follows it."""
    fake_kuaidi100.add_parcel("YT0000000000001", "yuantong")
    provider = client(Kuaidi100, fake_kuaidi100)
    provider.subscribe(SubscribeRequest(parcel=YTO))
    fake_kuaidi100.waiting.clear()
    parcel_clock.advance(minutes=15)
    return Shop(provider, parcel_clock)


# -- kuaidi100 --------------------------------------------------------------------------------------------------------


def test_a_parcels_life_by_pushes(fake_kuaidi100, parcel_clock, followed):
    seen = []
    for code in ("101", "103", "1002", "5", "501", "304"):
        parcel_clock.advance(hours=1)
        fake_kuaidi100.scan("YT0000000000001", code, f"快件 {code}")
        (delivery,) = fake_kuaidi100.deliver_due(followed.door)
        assert delivery.is_acknowledged
        seen.append(followed.parcel.status)
    assert seen == [
        S.PENDING,
        S.PICKED_UP,
        S.IN_TRANSIT,
        S.OUT_FOR_DELIVERY,
        S.READY_FOR_PICKUP,
        S.DELIVERED,
    ]
    assert followed.parcel.subscription is SubscriptionState.FINISHED
    assert followed.parcel.delivered_at == parcel_clock()
    assert client(Kuaidi100, fake_kuaidi100).query(YTO).events == followed.parcel.events


def test_the_first_push_takes_a_quarter_of_an_hour(fake_kuaidi100, parcel_clock):
    fake_kuaidi100.add_parcel("YT0000000000001", "yuantong")
    fake_kuaidi100.scan("YT0000000000001", "103")
    assert fake_kuaidi100.waiting == []  # nobody has subscribed
    shop = Shop(client(Kuaidi100, fake_kuaidi100), parcel_clock)
    shop.provider.subscribe(SubscribeRequest(parcel=YTO))
    parcel_clock.advance(minutes=14)
    assert fake_kuaidi100.deliver_due(shop.door) == ()
    parcel_clock.advance(minutes=1)
    assert len(fake_kuaidi100.deliver_due(shop.door)) == 1
    assert shop.parcel.status is S.PICKED_UP


def test_what_is_not_acknowledged_comes_three_more_times(fake_kuaidi100, parcel_clock, followed):
    fake_kuaidi100.scan("YT0000000000001", "103")
    followed.is_down = True
    sent = []
    for _ in range(6):
        sent.append(len(fake_kuaidi100.deliver_due(followed.door)))
        parcel_clock.advance(minutes=35)
    assert sent == [1, 1, 1, 1, 0, 0]


def test_late_pushes_and_doubled_ones_add_up_to_the_same(fake_kuaidi100, parcel_clock, followed):
    fake_kuaidi100.disturb_next(PushFault.LATE, PushFault.DUPLICATE, PushFault.LATE)
    for code in ("103", "1002", "501"):
        fake_kuaidi100.scan("YT0000000000001", code)
        parcel_clock.advance(minutes=1)
    deliveries = fake_kuaidi100.deliver_due(followed.door)
    assert len(deliveries) == 4
    assert [one.code for one in followed.parcel.events] == ["103", "1002", "501"]
    assert followed.parcel.status is S.READY_FOR_PICKUP
    assert followed.parcel.raw_state == "5"


@pytest.mark.parametrize(
    "fault, code",
    [
        (PushFault.BAD_SIGNATURE, "bad_signature"),
        (PushFault.REWRITTEN, "bad_signature"),
        (PushFault.UNSIGNED, "missing_signature"),
        (PushFault.GET, "not_a_post"),
    ],
)
def test_a_bad_push_is_refused_and_the_next_attempt_is_good(fake_kuaidi100, parcel_clock, followed, fault, code):
    fake_kuaidi100.disturb_next(fault)
    fake_kuaidi100.scan("YT0000000000001", "103")
    (delivery,) = fake_kuaidi100.deliver_due(followed.door)
    assert (delivery.is_acknowledged, followed.refused, followed.parcels) == (False, [code], {})
    parcel_clock.advance(minutes=35)
    (delivery,) = fake_kuaidi100.deliver_due(followed.door)
    assert (delivery.is_acknowledged, followed.parcel.status) == (True, S.PICKED_UP)


def test_a_late_scan_by_the_carriers_clock(fake_kuaidi100, parcel_clock, followed):
    fake_kuaidi100.scan("YT0000000000001", "301", "已签收")
    fake_kuaidi100.scan("YT0000000000001", "5", "派件", at=parcel_clock() - timedelta(hours=1))
    fake_kuaidi100.deliver_due(followed.door)
    assert [one.code for one in followed.parcel.events] == ["5", "301"]
    assert followed.parcel.status is S.DELIVERED


def test_giving_up_and_subscribing_again(fake_kuaidi100, parcel_clock, followed):
    fake_kuaidi100.scan("YT0000000000001", "103")
    fake_kuaidi100.give_up("YT0000000000001")
    fake_kuaidi100.deliver_due(followed.door)
    assert (followed.parcel.status, followed.parcel.subscription) == (S.PICKED_UP, SubscriptionState.ABORTED)
    fake_kuaidi100.scan("YT0000000000001", "1002")
    assert fake_kuaidi100.waiting == []
    parcel_clock.advance(minutes=30)
    followed.provider.subscribe(SubscribeRequest(parcel=YTO))
    parcel_clock.advance(minutes=15)
    fake_kuaidi100.deliver_due(followed.door)
    assert (followed.parcel.status, followed.parcel.subscription) == (S.IN_TRANSIT, SubscriptionState.ACTIVE)


def test_the_company_is_corrected(fake_kuaidi100, parcel_clock, followed):
    fake_kuaidi100.scan("YT0000000000001", "103")
    fake_kuaidi100.deliver_due(followed.door)
    assert followed.parcel.carrier == "yto"
    parcel_clock.advance(minutes=1)
    fake_kuaidi100.correct_carrier("YT0000000000001", "zhongtong")
    fake_kuaidi100.deliver_due(followed.door)
    assert followed.parcel.carrier == "zto"
    assert "carrier_corrected" in [notice.code for notice in followed.parcel.warnings]


def test_it_checks_what_kuaidi100_checks(fake_kuaidi100):
    fake_kuaidi100.add_parcel("SF1000000000001", "shunfeng", phone="8000")
    good = client(Kuaidi100, fake_kuaidi100)
    parcel = TrackRequest(number="SF1000000000001", carrier="sf", phone="8000")

    def kind(provider, request):
        with pytest.raises(ProviderError) as error:
            provider.query(request)
        return error.value.kind

    assert kind(good, parcel) is K.NOT_FOUND_YET
    fake_kuaidi100.scan("SF1000000000001", "103")
    assert good.query(parcel).status is S.PICKED_UP
    assert kind(good, evolve(parcel, phone="1234")) is K.PHONE_REQUIRED_OR_MISMATCH
    assert kind(good, evolve(parcel, carrier="sf_freight")) is K.NOT_FOUND_YET
    for account, expected in [({"key": "other"}, K.AUTH), ({"customer": "other"}, K.PERMISSION)]:
        bad = client(Kuaidi100, fake_kuaidi100)
        bad.desk = evolve(bad.desk, **account)
        assert kind(bad, parcel) is expected


def test_it_checks_subscriptions(fake_kuaidi100):
    def kind(provider, request):
        with pytest.raises(ProviderError) as error:
            provider.subscribe(request)
        return error.value.provider_code

    good = client(Kuaidi100, fake_kuaidi100)
    assert kind(good, SubscribeRequest(parcel=TrackRequest(number="X12345"))) == "702"
    bad = client(Kuaidi100, fake_kuaidi100)
    bad.desk = evolve(bad.desk, key="other")
    assert kind(bad, SubscribeRequest(parcel=YTO)) == "600"
    nowhere = {"company": "yuantong", "number": "X1", "key": good.desk.key, "parameters": {}}
    body = urlencode({"schema": "json", "param": json.dumps(nowhere)}).encode()
    said = json.loads(fake_kuaidi100.handle(HttpRequest(method="POST", url="https://x/poll", body=body)).body)
    assert said["returnCode"] == "700"


def test_it_answers_plainly_without_resultv2(fake_kuaidi100):
    fake_kuaidi100.add_parcel("X1", "yuantong")
    fake_kuaidi100.scan("X1", "1001", "到达")
    account = fake_kuaidi100.account()
    param = '{"com":"yuantong","num":"X1"}'
    sign = hashlib.md5((param + account.key + account.customer).encode()).hexdigest().upper()
    body = urlencode({"customer": account.customer, "sign": sign, "param": param}).encode()
    url = "https://poll.kuaidi100.com/poll/query.do"
    said = json.loads(fake_kuaidi100.handle(HttpRequest(method="POST", url=url, body=body)).body)
    assert [set(row) for row in said["data"]] == [{"time", "ftime", "context", "status"}]
    got = json.loads(fake_kuaidi100.handle(HttpRequest(method="GET", url=url)).body)
    assert got["returnCode"] == "500"


def test_recognition(fake_kuaidi100, fake_kdniao):
    fake_kuaidi100.add_parcel("X12345", "yuantong")
    fake_kdniao.add_parcel("X12345", "EMS")
    (one,) = client(Kuaidi100, fake_kuaidi100).recognise("X12345")
    assert one.carriers == ("yto",)
    (one,) = client(Kdniao, fake_kdniao).recognise("X12345")
    assert one.carriers == ("ems", "ems_intl")
    assert client(Kuaidi100, fake_kuaidi100).recognise("X9999") == ()
    bad = client(Kuaidi100, fake_kuaidi100)
    bad.desk = evolve(bad.desk, key="other")
    with pytest.raises(ProviderError) as error:
        bad.recognise("X12345")
    assert error.value.kind is K.AUTH


# -- KDNiao -----------------------------------------------------------------------------------------------------------


def test_kdniao_pushes_many_parcels_at_once_until_the_batch_is_acknowledged(fake_kdniao, parcel_clock):
    shop = Shop(client(Kdniao, fake_kdniao), parcel_clock)
    for number in ("YT0000000000001", "YT0000000000002"):
        fake_kdniao.add_parcel(number, "YTO")
        parcel = TrackRequest(number=number, carrier="yto")
        shop.provider.subscribe(SubscribeRequest(parcel=parcel, reference=f"order-{number[-1]}"))
    fake_kdniao.waiting.clear()
    fake_kdniao.scan("YT0000000000001", "204", "到达")
    fake_kdniao.scan("YT0000000000002", "211", "驿站代收")
    shop.is_down = True
    (delivery,) = fake_kdniao.deliver_due(shop.door)
    assert not delivery.is_acknowledged
    parcel_clock.advance(minutes=5)
    shop.is_down = False
    (delivery,) = fake_kdniao.deliver_due(shop.door)
    assert delivery.is_acknowledged
    assert {number[-1]: one.status for number, one in shop.parcels.items()} == {
        "1": S.IN_TRANSIT,
        "2": S.READY_FOR_PICKUP,
    }
    data = json.loads(dict(parse_qsl(delivery.request.body.decode()))["RequestData"])
    assert [(one["CallBack"], type(one["State"])) for one in data["Data"]] == [("order-1", int), ("order-2", int)]


def test_it_checks_what_kdniao_checks(fake_kdniao):
    fake_kdniao.add_parcel("SF1000000000001", "SF", phone="8000")
    fake_kdniao.scan("SF1000000000001", "1")
    fake_kdniao.scan("SF1000000000001", "204")
    parcel = TrackRequest(number="SF1000000000001", carrier="sf", phone="8000")
    good = client(Kdniao, fake_kdniao)
    assert [one.code for one in good.query(parcel).events] == ["1", "204"]
    free = client(Kdniao, fake_kdniao, plan="free").query(parcel)
    assert [(one.code, one.is_note) for one in free.events] == [("", True), ("", True)]
    assert free.status is S.IN_TRANSIT
    assert good.query(TrackRequest(number="YT9999999999999", carrier="yto")).status is S.PENDING
    with pytest.raises(ProviderError) as error:
        good.query(evolve(parcel, phone="1234"))
    assert error.value.kind is K.PHONE_REQUIRED_OR_MISMATCH
    bad = client(Kdniao, fake_kdniao)
    bad.desk = evolve(bad.desk, app_key="other")
    with pytest.raises(ProviderError) as error:
        bad.query(parcel)
    assert error.value.kind is K.AUTH


def test_kdniao_refuses_what_breaks_its_signature_and_unknown_kinds(fake_kdniao):
    account = fake_kdniao.account()
    for data, kind in (('{"LogisticCode":"a#b"}', "8001"), ('{"LogisticCode":"ab"}', "9999")):
        sign = fake_kdniao._sign(data, account.app_key)
        fields = {"RequestData": data, "EBusinessID": account.business_id, "RequestType": kind, "DataSign": sign}
        request = HttpRequest(method="POST", url=account.query_url, body=urlencode(fields).encode())
        said = json.loads(fake_kdniao.handle(request).body)
        assert said["Success"] is False
    fake_kdniao.add_parcel("X1", "YTO")
    provider = client(Kdniao, fake_kdniao)
    for _ in range(2):
        provider.subscribe(SubscribeRequest(parcel=TrackRequest(number="X1", carrier="yto")))


@pytest.mark.parametrize("fault", [PushFault.BAD_SIGNATURE, PushFault.REWRITTEN, PushFault.UNSIGNED, PushFault.GET])
def test_bad_pushes_of_kdniao_are_refused(fake_kdniao, parcel_clock, fault):
    shop = Shop(client(Kdniao, fake_kdniao), parcel_clock)
    fake_kdniao.add_parcel("YT0000000000001", "YTO")
    shop.provider.subscribe(SubscribeRequest(parcel=YTO))
    fake_kdniao.disturb_next(fault)
    (delivery,) = fake_kdniao.deliver_due(shop.door)
    assert (delivery.is_acknowledged, len(shop.refused), shop.parcels) == (False, 1, {})


# -- SF ---------------------------------------------------------------------------------------------------------------


def test_sf_by_question_and_by_push(fake_sf, parcel_clock):
    fake_sf.push_url = "https://shop.test/sf"
    shop = Shop(client(Sf, fake_sf, trusts_unsigned_pushes=True), parcel_clock)
    fake_sf.add_parcel("SF1000000000001", "sf", phone="8000")
    for code in ("50", "31", "44", "80", "8000"):
        parcel_clock.advance(hours=1)
        fake_sf.scan("SF1000000000001", code, f"快件~*{code}")
        assert all(one.is_acknowledged for one in fake_sf.deliver_due(shop.door))
    asked = shop.provider.query(TrackRequest(number="SF1000000000001", phone="8000"))
    assert asked.events == shop.parcel.events
    assert (asked.status, shop.parcel.status) == (S.DELIVERED, S.DELIVERED)


def test_it_checks_what_sf_checks(fake_sf):
    fake_sf.add_parcel("SF1000000000001", "sf", phone="8000")
    fake_sf.scan("SF1000000000001", "50")
    parcel = TrackRequest(number="SF1000000000001", phone="8000")

    def failure(request, **account):
        provider = client(Sf, fake_sf)
        provider.desk = evolve(provider.desk, **account)
        with pytest.raises(ProviderError) as error:
            provider.query(request)
        return error.value

    assert failure(parcel, checkword="other").provider_code == "A1006"
    assert failure(parcel, partner_id="other").provider_code == "A1004"
    assert failure(evolve(parcel, phone="1234")).code == "no_routes"
    assert failure(evolve(parcel, number="SF9")).code == "no_routes"
    request = fake_sf.calls[-1]
    assert json.loads(fake_sf.handle(request).body)["apiResultCode"] == "A1007"


def test_sf_takes_ten_numbers(fake_sf):
    provider = client(Sf, fake_sf)
    data = json.dumps({"trackingNumber": [f"SF{n}" for n in range(11)]})
    fields = {
        "partnerID": provider.desk.partner_id,
        "requestID": "1",
        "timestamp": "1",
        "msgDigest": sign(data, timestamp="1", checkword=provider.desk.checkword),
        "msgData": data,
    }
    request = HttpRequest(method="POST", url=provider.desk.url, body=urlencode(fields).encode())
    assert json.loads(json.loads(fake_sf.handle(request).body)["apiResultData"])["errorCode"] == "8003"


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["kuaidi100", "kdniao", "sf"])
def test_calls_go_wrong_when_told_to(which, request):
    fake = request.getfixturevalue(f"fake_{which}")
    maker, number, carrier = {
        "kuaidi100": (Kuaidi100, "YT0000000000001", "yuantong"),
        "kdniao": (Kdniao, "YT0000000000001", "YTO"),
        "sf": (Sf, "SF1000000000001", "sf"),
    }[which]
    fake.add_parcel(number, carrier)
    fake.scan(number, "1" if which == "kdniao" else "50" if which == "sf" else "103")
    provider = client(maker, fake)
    parcel = TrackRequest(number=number, carrier="sf" if which == "sf" else "yto", phone="8000")
    faults = [Fault.BUSY, Fault.UNAVAILABLE, Fault.HTML, Fault.CUT, Fault.DROP_REPLY, Fault.UNREACHABLE]
    fake.fail_next(*faults)
    kinds = [getattr(one, "kind", None) for one in (provider.query_many([parcel])[0] for _ in faults)]
    assert kinds == [K.UNAVAILABLE, K.UNAVAILABLE, K.PROTOCOL, K.PROTOCOL, K.UNAVAILABLE, K.UNAVAILABLE]
    assert len(fake.calls) == 5  # the last one never arrived
    assert provider.query(parcel).status is S.PICKED_UP


def test_a_subscription_whose_answer_got_lost_can_be_repeated(fake_kuaidi100):
    fake_kuaidi100.add_parcel("YT0000000000001", "yuantong")
    provider = client(Kuaidi100, fake_kuaidi100)
    fake_kuaidi100.fail_next(Fault.DROP_REPLY)
    with pytest.raises(ProviderError) as error:
        provider.subscribe(SubscribeRequest(parcel=YTO))
    assert error.value.retryable
    assert provider.subscribe(SubscribeRequest(parcel=YTO)).subscription is SubscriptionState.ACTIVE
    fake_kuaidi100.fail_next(Fault.BUSY)
    with pytest.raises(ProviderError) as error:
        provider.subscribe(SubscribeRequest(parcel=YTO))
    assert error.value.kind is K.UNAVAILABLE


def test_a_parcel_must_be_added_first(fake_kuaidi100):
    with pytest.raises(CallerError) as error:
        fake_kuaidi100.scan("X1", "103")
    assert error.value.code == "no_such_parcel"


@pytest.mark.parametrize("which", ["kuaidi100", "kdniao", "sf"])
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"success", b'{"result":true,"returnCode":"500"}'])
def test_other_answers_are_no_acknowledgement(which, body, request):
    fake = request.getfixturevalue(f"fake_{which}")
    assert not fake.is_acknowledged(HttpResponse(status=200, body=body))
