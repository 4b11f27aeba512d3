"""The three providers keep the contract on their fakes; and the kit finds providers that do not."""

import pytest
from attrs import evolve

from minishop.adapters.memory import AsyncMemoryNonceStore, MemoryNonceStore
from minishop.flows import NewNonce, Now, Remember
from minishop.logistics import Ack, ErrorKind, ProviderError, PushRefused, SubscribeRequest, TrackRequest
from minishop.logistics.kdniao import AsyncKdniao, Kdniao
from minishop.logistics.kuaidi100 import AsyncKuaidi100, Kuaidi100, parse_push
from minishop.logistics.sf import AsyncSf, Sf
from minishop.testing.clock import FakeClock
from minishop.testing.contract import check_promises
from minishop.testing.logistics import CallbackTransport, FakeKdniao, FakeKuaidi100, FakeSf
from minishop.testing.logistics.contract import AsyncProviderContract, ProviderContract, ProviderGround


def machine(clock):
    nonces = iter(range(10**6))
    return {Now: lambda ask: clock(), NewNonce: lambda ask: f"{next(nonces):032d}"}


def caught(fake, clock):
    """The next push of a fake, as header fields and body; unanswered."""
    pushed = []

    def receive(request):
        pushed.append(request)
        raise PushRefused("not now", code="bad_signature", provider="test")

    clock.advance(minutes=20)
    fake.deliver_due(CallbackTransport(receive))
    return pushed[-1].headers, pushed[-1].body


def kuaidi100_ground(maker, pace, transport):
    clock = FakeClock()
    fake = FakeKuaidi100(clock=clock)
    fake.add_parcel("YT0000000000001", "yuantong", phone="8000")
    for code in ("103", "1002", "501"):
        clock.advance(minutes=1)
        fake.scan("YT0000000000001", code, f"快件 {code}", location="甲市")
    known = TrackRequest(number="YT0000000000001", carrier="yto", phone="13800138000")
    Kuaidi100(fake.account(), fake.transport, machine=machine(clock), pace=MemoryNonceStore()).subscribe(
        SubscribeRequest(parcel=known)
    )
    return ProviderGround(
        provider=maker(fake.account(), getattr(fake, transport), machine=machine(clock), pace=pace()),
        known=known,
        unknown=TrackRequest(number="YT0000000000009", carrier="yto"),
        push=caught(fake, clock),
        now=clock(),
        secrets=("fake-kuaidi100-key", "fake-salt", "FAKE0CUSTOMER"),
    )


def kdniao_ground(maker, pace, transport):
    clock = FakeClock()
    fake = FakeKdniao(clock=clock)
    fake.add_parcel("YT0000000000001", "YTO")
    known = TrackRequest(number="YT0000000000001", carrier="yto")
    client = Kdniao(fake.account(), fake.transport, machine=machine(clock), pace=MemoryNonceStore())
    client.subscribe(SubscribeRequest(parcel=known))
    fake.waiting.clear()
    for code in ("1", "204", "211"):
        fake.waiting.clear()
        clock.advance(minutes=1)
        fake.scan("YT0000000000001", code, f"快件 {code}", location="甲市")
    return ProviderGround(
        provider=maker(fake.account(), getattr(fake, transport), machine=machine(clock), pace=pace()),
        known=known,
        unknown=TrackRequest(number="YT0000000000009", carrier="yto"),
        push=caught(fake, clock),
        now=clock(),
        secrets=("fake-kdniao-key",),
    )


def sf_ground(maker, pace, transport):
    clock = FakeClock()
    fake = FakeSf(clock=clock, push_url="https://shop.test/sf")
    fake.add_parcel("SF1000000000001", "sf", phone="8000")
    for code in ("50", "31", "44"):
        fake.waiting.clear()
        clock.advance(minutes=1)
        fake.scan("SF1000000000001", code, f"快件 {code}", location="甲市")
    account = fake.account(trusts_unsigned_pushes=True)
    return ProviderGround(
        provider=maker(account, getattr(fake, transport), machine=machine(clock), pace=pace()),
        known=TrackRequest(number="SF1000000000001", carrier="sf", phone="8000"),
        unknown=TrackRequest(number="SF1000000000009", carrier="sf", phone="8000"),
        push=caught(fake, clock),
        now=clock(),
        secrets=("fake-sf-checkword",),
    )


class TestKuaidi100(ProviderContract):
    def make_ground(self):
        return kuaidi100_ground(Kuaidi100, MemoryNonceStore, "transport")


class TestAsyncKuaidi100(AsyncProviderContract):
    def make_ground(self):
        return kuaidi100_ground(AsyncKuaidi100, AsyncMemoryNonceStore, "async_transport")


class TestKdniao(ProviderContract):
    def make_ground(self):
        return kdniao_ground(Kdniao, MemoryNonceStore, "transport")


class TestAsyncKdniao(AsyncProviderContract):
    def make_ground(self):
        return kdniao_ground(AsyncKdniao, AsyncMemoryNonceStore, "async_transport")


class TestSf(ProviderContract):
    def make_ground(self):
        return sf_ground(Sf, MemoryNonceStore, "transport")


class TestAsyncSf(AsyncProviderContract):
    def make_ground(self):
        return sf_ground(AsyncSf, AsyncMemoryNonceStore, "async_transport")


# -- the kit finds what is wrong --------------------------------------------------------------------------------------


class Spoilt:
    """A provider that is as good as the one inside, but for what a subclass says."""

    def __init__(self, inside):
        self.inside = inside

    def __getattr__(self, name):
        return getattr(self.inside, name)


class OtherNumber(Spoilt):
    def query(self, request):
        return evolve(self.inside.query(request), number="X9")


class Nameless(Spoilt):
    name = "somebody"


class WithoutCodes(Spoilt):
    def query(self, request):
        found = self.inside.query(request)
        return evolve(found, events=[evolve(one, code="") for one in found.events])


class Crashing(Spoilt):
    def query(self, request):
        if request.number.endswith("9"):
            raise ProviderError("boom", kind=ErrorKind.PROTOCOL, provider=self.name)
        return self.inside.query(request)


class AllOrNothing(Spoilt):
    def query_many(self, requests):
        return tuple(self.inside.query(request) for request in requests)


class Hasty(Spoilt):
    def query(self, request):
        return self.inside.query(TrackRequest(number=request.number, carrier=request.carrier, phone=request.phone))

    def __init__(self, inside):
        super().__init__(inside)
        self.inside.handlers = {**inside.handlers, Remember: lambda ask: True}


class Talkative(Spoilt):
    def __repr__(self):
        return f"<Provider {self.inside.desk.key}>"


class WithoutPhone(Spoilt):
    def query(self, request):
        return self.inside.query(evolve(request, phone=request.phone or "0000"))


class Forgetful(Spoilt):
    def subscribe(self, request):
        return evolve(self.inside.subscribe(request), following=None)


class Gullible(Spoilt):
    def parse_push(self, headers, body, *, now, method="POST"):
        trusting = evolve(self.inside.desk, salt="", former_salts=(), trusts_unsigned_pushes=True)
        return parse_push(trusting, headers, body, now=now, method=method)


class AnyMethod(Spoilt):
    def parse_push(self, headers, body, *, now, method="POST"):
        return self.inside.parse_push(headers, body, now=now)


class WithoutAnswer(Spoilt):
    def parse_push(self, headers, body, *, now, method="POST"):
        return evolve(self.inside.parse_push(headers, body, now=now, method=method), ack=Ack(status=500))


class Growing(Spoilt):
    counter = 0

    def parse_push(self, headers, body, *, now, method="POST"):
        self.counter += 1
        result = self.inside.parse_push(headers, body, now=now, method=method)
        (update,) = result.updates
        events = [evolve(one, text=f"{one.text} {self.counter}") for one in update.shipment.events]
        return evolve(result, updates=(evolve(update, shipment=evolve(update.shipment, events=events)),))


BROKEN = {
    OtherNumber: {"answers_with_the_parcel"},
    Nameless: {"says_who_says_so", "knows_nothing_in_an_orderly_way"},
    WithoutCodes: {"keeps_raw_codes"},
    Crashing: {"knows_nothing_in_an_orderly_way"},
    AllOrNothing: {"fails_for_each_alone", "keeps_its_secrets"},
    Hasty: {"keeps_its_pace"},
    WithoutPhone: {"asks_for_the_phone_first"},
    Talkative: {"keeps_its_secrets"},
    Forgetful: {"subscribes_again"},
    Gullible: {"refuses_what_was_changed"},
    AnyMethod: {"refuses_what_is_no_push"},
    WithoutAnswer: {"reads_a_push"},
    Growing: {"repeats_without_harm"},
}


@pytest.mark.parametrize("spoil", BROKEN, ids=lambda one: one.__name__)
def test_the_kit_finds_what_is_wrong(spoil):
    class Broken(ProviderContract):
        def make_ground(self):
            ground = kuaidi100_ground(Kuaidi100, MemoryNonceStore, "transport")
            return evolve(ground, provider=spoil(ground.provider))

    found = {one.promise.name for one in check_promises(Broken()) if one.verdict == "broken"}
    assert found == BROKEN[spoil]


def test_every_promise_can_be_broken():
    assert {promise.name for promise in ProviderContract.promises} == set().union(*BROKEN.values())
