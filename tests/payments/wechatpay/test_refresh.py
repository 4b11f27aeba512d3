"""The ring of keys: one renewal at a time, not too often, never less than before."""

import threading
from datetime import timedelta

import pytest

from minishop.errors import InvalidInput, OutcomeUnknown, RemoteError
from minishop.flows import Now, ask, run
from minishop.payments.wechatpay import (
    FetchKeys,
    KeyRing,
    PlatformKeys,
    UnknownSerial,
    Unverified,
    downloaded,
    fetched,
    key_handlers,
    parse_notification,
)
from tests.payments.wechatpay import build
from tests.payments.wechatpay.platform import DAY, Gateway, answer, item
from tests.payments.wechatpay.reports import report

OLD = build.certificate("platform", 1, build.NOW - 900 * DAY, build.NOW + 9 * DAY)
NEW = build.certificate("newer", 2, build.NOW - DAY, build.NOW + 1800 * DAY)
BOTH = answer([item(OLD, 1), item(NEW, 2)], key="platform", serial=1)
ONLY_OLD = answer([item(OLD, 1)], key="platform", serial=1)
ONLY_NEW = answer([item(NEW, 2)], key="newer", serial=2)
MINUTE = timedelta(minutes=1)


def numbers(ring):
    return [int(serial, 16) for serial in ring.keys]


def ring_of(keys=None, **options):
    return KeyRing(keys, downloaded(build.merchant()), **options)


def at(gateway, *answers, later=timedelta(0)):
    """The same gateway some time later, with other answers, which are signed at that time."""
    gateway.now += later
    gateway.answers = list(answers)
    return gateway.handlers


def test_the_first_use_downloads():
    gateway, ring = Gateway(BOTH), ring_of()
    assert len(ring.keys) == 0
    keys = run(ring.current(), gateway.handlers)
    assert keys is ring.keys
    assert numbers(ring) == [1, 2]
    assert ring.renewed_at == build.NOW


def test_keys_are_renewed_every_twelve_hours():
    gateway, ring = Gateway(ONLY_OLD), ring_of()
    run(ring.current(), gateway.handlers)
    for later, requests in ((timedelta(hours=11, minutes=59), 1), (MINUTE, 2), (MINUTE, 2)):
        gateway.now += later
        fresh = answer([item(OLD, 1), item(NEW, 2)], key="platform", serial=1, now=gateway.now)
        run(ring.current(), at(gateway, fresh))
        assert len(gateway.requests) == requests
    assert numbers(ring) == [1, 2]


def test_static_keys_are_never_fetched():
    ring = KeyRing(build.platform_keys())
    assert run(ring.current(), {Now: lambda ask: build.NOW}) is ring.keys
    assert run(ring.refreshed(ring.keys), {Now: lambda ask: build.NOW}) is ring.keys
    assert run(ring.renew(), {Now: lambda ask: build.NOW}) is False
    assert ring.renewed_at is None


def test_a_function_may_bring_the_keys():
    given = [PlatformKeys.of(certificates=[OLD])]
    ring = KeyRing(build.platform_keys(), fetched)
    handlers = {Now: lambda ask: build.NOW, **key_handlers(given.pop)}
    assert run(ring.renew(), handlers) is True
    assert [*ring.keys] == [build.PUBLIC_KEY_ID, f"{1:040X}"]
    assert repr(FetchKeys()) == "FetchKeys()"


# -- never less than before -----------------------------------------------------------------------------------------


def test_a_list_that_lacks_a_key_does_not_take_it_away():
    gateway, ring = Gateway(BOTH), ring_of(PlatformKeys.of(public_keys={build.PUBLIC_KEY_ID: build.public_pem("x")}))
    run(ring.renew(), gateway.handlers)
    before = ring.keys
    run(ring.refreshed(before), at(gateway, ONLY_NEW, later=MINUTE))
    assert len(gateway.requests) == 2
    assert ring.keys is before
    assert len(ring.keys) == 3


@pytest.mark.parametrize("failure", [RemoteError("down"), OutcomeUnknown("silence"), KeyError("canary")], ids=repr)
def test_a_failure_changes_nothing(failure):
    gateway, ring = Gateway(BOTH), ring_of()
    run(ring.renew(), gateway.handlers)
    before = ring.keys
    later = at(gateway, failure, later=13 * timedelta(hours=1))
    assert run(ring.current(), later) is before
    assert ring.failed_with == getattr(failure, "code", "keys_unavailable")
    assert run(ring.refreshed(before), at(gateway, failure, later=MINUTE)) is before
    with pytest.raises((RemoteError, OutcomeUnknown)) as raised:
        run(ring.renew(), at(gateway, failure, later=MINUTE))
    assert "canary" not in report(raised.value)
    assert ring.renewed_at == build.NOW
    gateway.now += MINUTE
    run(ring.renew(), at(gateway, answer([item(NEW, 2)], key="newer", serial=2, now=gateway.now)))
    assert ring.failed_with == ""


def test_an_old_list_that_is_sent_again_is_refused():
    gateway, ring = Gateway(ONLY_NEW), ring_of()
    run(ring.renew(), gateway.handlers)
    before = ring.keys
    with pytest.raises(RemoteError) as raised:
        run(ring._renew(build.NOW + MINUTE), at(gateway, ONLY_OLD, later=MINUTE))
    assert raised.value.code == "keys_rolled_back"
    assert ring.keys is before
    assert ring.failed_with == "keys_rolled_back"


def test_public_keys_may_come_after_certificates():
    ring = KeyRing(PlatformKeys.of(certificates=[NEW]), fetched)
    later = PlatformKeys.of(public_keys={build.PUBLIC_KEY_ID: build.public_pem("platform")})
    run(ring.renew(), {Now: lambda ask: build.NOW, **key_handlers(lambda: later)})
    assert len(ring.keys) == 2


def test_another_key_under_a_known_serial_is_refused():
    ring = KeyRing(PlatformKeys.of(certificates=[OLD]), fetched)
    forged = PlatformKeys.of(certificates=[build.certificate("attacker", 1, build.NOW - DAY, build.NOW + DAY)])
    with pytest.raises(InvalidInput) as raised:
        run(ring.renew(), {Now: lambda ask: build.NOW, **key_handlers(lambda: forged)})
    assert raised.value.code == "conflict"
    assert ring.keys[f"{1:040X}"].is_same_as(build.key("platform").public_key())


def test_without_any_key_a_failure_is_told():
    gateway, ring = Gateway(RemoteError("down", code="unreachable")), ring_of()
    with pytest.raises(RemoteError) as raised:
        run(ring.current(), gateway.handlers)
    assert raised.value.code == "unreachable"
    with pytest.raises(RemoteError) as raised:
        run(ring.current(), gateway.handlers)
    assert raised.value.code == "no_platform_keys"
    assert len(gateway.requests) == 1


# -- one at a time, not too often -----------------------------------------------------------------------------------


def test_who_comes_while_keys_are_fetched_does_not_fetch():
    ring = ring_of(build.platform_keys())
    first = ring.renew()
    first.send(None)
    first.send(build.NOW)  # now it asks for a nonce: it is on its way
    gateway = Gateway(BOTH)
    assert run(ring.renew(), gateway.handlers) is False
    assert run(ring.current(), gateway.handlers) is ring.keys
    assert run(ring.refreshed(ring.keys), gateway.handlers) is ring.keys
    assert gateway.requests == []
    first.close()


def test_who_has_no_key_at_all_waits_for_the_one_who_fetches():
    ring = KeyRing(None, fetched)
    first = ring.current()
    first.send(None)
    first.send(build.NOW)  # asks for the keys
    second = ring.current()
    second.send(None)
    assert type(second.send(build.NOW)).__name__ == "Sleep"
    assert type(second.send(None)).__name__ == "Sleep"
    with pytest.raises(StopIteration):
        first.send(build.platform_keys())
    with pytest.raises(StopIteration) as ended:
        second.send(None)
    assert ended.value.value is ring.keys


def test_nobody_waits_for_ever():
    ring = KeyRing(None, fetched)
    first = ring.current()
    first.send(None)
    first.send(build.NOW)
    gateway = Gateway(BOTH)
    with pytest.raises(RemoteError):
        run(ring.current(), gateway.handlers)
    assert gateway.slept == 100
    first.close()
    assert run(ring.refreshed(ring.keys), {Now: lambda ask: build.NOW}) is ring.keys


def test_what_took_longer_than_the_pause_is_thrown_away():
    ring = KeyRing(build.platform_keys(), fetched)
    slow = ring.renew()
    slow.send(None)
    slow.send(build.NOW)
    quick = {Now: lambda ask: build.NOW + MINUTE, **key_handlers(lambda: PlatformKeys.of(certificates=[NEW]))}
    assert run(ring.renew(), quick) is True
    with pytest.raises(StopIteration) as ended:
        slow.send(PlatformKeys.of(certificates=[OLD]))
    assert ended.value.value is False
    assert [*ring.keys] == [build.PUBLIC_KEY_ID, f"{2:040X}"]


def test_of_many_threads_one_fetches():
    count = 16
    ring, start, release, fetches = (
        KeyRing(build.platform_keys(), fetched),
        threading.Barrier(count),
        threading.Event(),
        [],
    )

    def fetch():
        fetches.append(threading.get_ident())
        assert release.wait(30)
        return PlatformKeys.of(certificates=[NEW])

    seen = ring.keys
    done = []

    def arrive():
        start.wait()
        run(ring.refreshed(seen), {Now: lambda ask: build.NOW, **key_handlers(fetch)})
        done.append(1)
        if len(done) == count - 1:
            release.set()  # all others have gone on while the one still fetches

    threads = [threading.Thread(target=arrive) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fetches) == 1
    assert len(ring.keys) == 2


def test_a_thread_that_comes_a_moment_too_late_does_not_fetch():
    """It has read which turn it is just before the first one took that turn."""
    gateway, ring = Gateway(BOTH), ring_of(build.platform_keys())
    turn = ring._turn
    run(ring.renew(), gateway.handlers)
    ring._turn = turn
    run(ring.refreshed(ring.keys), gateway.handlers)
    assert len(gateway.requests) == 1


@pytest.mark.oracle
def test_junk_downloads_once_and_genuine_deliveries_still_pass(monkeypatch):
    """10,000 deliveries with serials that nobody knows, in ten seconds; every hundredth delivery is genuine."""

    def no_socket(*args, **kwargs):
        raise AssertionError("verification opened a socket")

    monkeypatch.setattr("socket.socket.connect", no_socket)
    monkeypatch.setattr("socket.getaddrinfo", no_socket)
    gateway, ring = Gateway(BOTH), ring_of(build.platform_keys())
    headers, body = build.delivery(build.transaction())
    refused = accepted = 0

    def receive(fields):
        """What a handler does: verify, and only after a refusal look for newer keys."""
        keys = ring.keys
        try:
            return parse(fields, keys)
        except UnknownSerial:
            newer = run(ring.refreshed(keys), gateway.handlers)
            if newer is keys:
                raise
            return parse(fields, newer)

    def parse(fields, keys):
        before = len(gateway.requests)
        try:
            return parse_notification(fields, body, keys=keys, api_v3_key=build.merchant().api_v3_key, now=gateway.now)
        finally:
            assert len(gateway.requests) == before

    for count in range(10_000):
        gateway.now = build.NOW + timedelta(milliseconds=count)
        try:
            receive({**headers, "Wechatpay-Serial": f"{count + 10**9:040X}"} if count % 100 else headers)
            accepted += 1
        except Unverified:
            refused += 1
    assert (accepted, refused) == (100, 9_900)
    assert len(gateway.requests) == 1
    assert [serial for serial in ring.keys if serial != build.PUBLIC_KEY_ID] == [f"{1:040X}", f"{2:040X}"]


def test_a_new_certificate_is_found_by_the_first_delivery_that_needs_it():
    gateway, ring = Gateway(BOTH), ring_of(PlatformKeys.of(certificates=[OLD]))
    headers, body = build.delivery(build.transaction(), key="newer", serial=f"{2:040X}")
    seen = ring.keys
    with pytest.raises(UnknownSerial):
        parse_notification(headers, body, keys=seen, api_v3_key=build.API_V3_KEY, now=build.NOW)
    newer = run(ring.refreshed(seen), gateway.handlers)
    assert parse_notification(headers, body, keys=newer, api_v3_key=build.API_V3_KEY, now=build.NOW)
    # Whoever had seen the old keys gets the new ones without asking again.
    assert run(ring.refreshed(seen), gateway.handlers) is newer
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("pause", [timedelta(0), -MINUTE, timedelta(hours=13)])
def test_the_pause_is_a_pause(pause):
    with pytest.raises(InvalidInput):
        KeyRing(build.platform_keys(), pause=pause)


def test_a_clock_must_be_aware():
    def naive(known):
        return (yield from ask(FetchKeys()))

    ring = KeyRing(build.platform_keys(), naive)
    with pytest.raises(InvalidInput):
        run(ring.renew(), {Now: lambda ask: build.NOW.replace(tzinfo=None)})
