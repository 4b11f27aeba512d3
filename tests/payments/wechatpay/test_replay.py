"""A delivery is admitted once."""

import asyncio
import threading
from datetime import timedelta

import pytest

from minishop.adapters.memory import AsyncMemoryNonceStore, MemoryNonceStore
from minishop.errors import InvalidInput
from minishop.flows import Remember, run
from minishop.payments.wechatpay import AsyncReplayGuard, Replayed, ReplayGuard, admit, parse_notification
from tests.payments.wechatpay import build


def parsed(**changed):
    return build.parsed(build.transaction(), **changed)


def test_a_delivery_is_admitted_once():
    guard = ReplayGuard(MemoryNonceStore())
    guard.admit(parsed())
    with pytest.raises(Replayed) as raised:
        guard.admit(parsed())
    assert raised.value.code == "replay"
    assert raised.value.ack().status >= 400


def test_what_wechat_pay_sends_again_is_signed_anew_and_passes():
    guard = ReplayGuard(MemoryNonceStore())
    first, again = parsed(), parsed(nonce="another", timestamp=str(build.AT + 15))
    guard.admit(first)
    guard.admit(again)
    assert first.id == again.id


def test_every_part_of_the_key_counts():
    guard = ReplayGuard(MemoryNonceStore())
    for changed in ({}, {"nonce": "x"}, {"timestamp": str(build.AT + 1)}):
        guard.admit(parsed(**changed))
        with pytest.raises(Replayed):
            guard.admit(parsed(**changed))


def test_the_store_is_asked_once_and_long_enough():
    asked = []

    def remember(request):
        asked.append(request)
        return True

    notification = parsed()
    run(admit("shop", notification), {Remember: remember})
    (request,) = asked
    assert request.key == f"shop:{build.PUBLIC_KEY_ID}:{build.AT}:{build.NONCE}"
    assert request.now == build.NOW
    # From 300 s before its timestamp to 300 s after it a delivery is young enough.
    assert request.until - request.now > timedelta(seconds=600)


def test_it_is_still_known_when_it_is_just_young_enough():
    store = MemoryNonceStore()
    early, late = build.NOW - timedelta(seconds=300), build.NOW + timedelta(seconds=300)
    headers, body = build.delivery(build.transaction())

    def at(now):
        return parse_notification(
            headers, body, keys=build.platform_keys(), api_v3_key=build.merchant().api_v3_key, now=now
        )

    ReplayGuard(store).admit(at(early))
    with pytest.raises(Replayed):
        ReplayGuard(store).admit(at(late))


def test_of_many_at_once_one_is_admitted():
    guard, notification, count = ReplayGuard(MemoryNonceStore()), parsed(), 16
    start, outcomes = threading.Barrier(count), []

    def arrive():
        start.wait()
        try:
            guard.admit(notification)
            outcomes.append("in")
        except Replayed:
            outcomes.append("out")

    threads = [threading.Thread(target=arrive) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in"] + ["out"] * (count - 1)


def test_async_code_shares_the_store():
    store = MemoryNonceStore()
    ReplayGuard(store).admit(parsed())

    async def again():
        await AsyncReplayGuard(AsyncMemoryNonceStore(store)).admit(parsed())

    with pytest.raises(Replayed):
        asyncio.run(again())


def test_namespaces_are_apart_and_not_empty():
    store = MemoryNonceStore()
    ReplayGuard(store).admit(parsed())
    ReplayGuard(store, namespace="other").admit(parsed())
    with pytest.raises(InvalidInput):
        ReplayGuard(store, namespace="")
