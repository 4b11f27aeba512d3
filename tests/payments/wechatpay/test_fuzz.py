"""Mutated notifications: whatever arrives, only our errors leave, and nothing unsigned gets through.

Three kinds in turn: any bytes of a delivery changed, so that the signature no longer holds; the envelope or the content
changed and then signed, so that the layers behind the signature are reached; the content changed behind a suite that
signs nothing, which is a hundred times as quick.
"""

from __future__ import annotations

import json
import random
from base64 import b64decode
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.payments.wechatpay import Notification, Unverified, parse_notification, verify
from tests.payments.wechatpay import build
from tests.payments.wechatpay.corpus import EXPECTED
from tests.payments.wechatpay.examples import many

SAMPLES = [
    (build.transaction(), "TRANSACTION.SUCCESS"),
    (build.partner_transaction(), "TRANSACTION.SUCCESS"),
    (build.combined(), "TRANSACTION.SUCCESS"),
    (build.refund(), "REFUND.SUCCESS"),
    (build.transfer(), "MCHTRANSFER.BILL.FINISHED"),
    ({"complaint_id": "1"}, "COMPLAINT.CREATE"),
]
TOKENS = [b"null", b"true", b"1e9", b"-1", b"{}", b"[]", b'""', b"\xff", b"\\ud800", b"NaN", b'"total":1,', b"[" * 99]
TOKENS += [b"\x00", b"\n", "１".encode(), b'"', b":", b",", b"0.1", b"9" * 30, b"SUCCESS", b"REFUND", b"60"]


def mutated(chance: random.Random, raw: bytes) -> bytes:
    """One to three changes: a bit, a byte, a piece cut out, doubled, moved, or replaced by something nasty."""
    changed = bytearray(raw)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(changed) + 1)
        piece = slice(place, place + chance.randint(1, 12))
        match chance.randrange(6):
            case 0 if place < len(changed):
                changed[place] ^= 1 << chance.randrange(8)
            case 1 if place < len(changed):
                changed[place] = chance.randrange(256)
            case 2:
                del changed[piece]
            case 3:
                changed[place:place] = changed[piece]
            case 4:
                changed[piece] = chance.choice(TOKENS)
            case _:
                changed[place:place] = chance.choice(TOKENS)
    return bytes(changed)


class Trusting:
    """Trusts every signature, and takes the ciphertext for the content."""

    def verify(self, headers, body, *, keys, now):
        pass

    def decrypt(self, resource):
        content = resource.get("ciphertext")
        return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else b""


def outcome(headers, body, suite=None):
    """The code of the error, or what opened."""
    try:
        notification = parse_notification(
            headers,
            body,
            keys=build.platform_keys(),
            api_v3_key=build.merchant().api_v3_key,
            now=build.NOW,
            suite=suite,
        )
        assert isinstance(notification, Notification)
        repr(notification.unchecked())
        event = notification.expect(EXPECTED)
    except Unverified as error:
        return error.code if error.ack().status >= 400 else "acknowledged"
    assert (event.mchid, event.appid, event.out_trade_no, event.total, event.trade_state) == (
        build.MCHID,
        build.APPID,
        "A20260601-000001",
        12800,
        "SUCCESS",
    )
    return "accepted"


def says_the_same(fields, headers):
    """Whether only the spelling differs: the case of a name, or the bits of base64 that mean nothing."""

    def meaning(pairs):
        found = {name.lower(): value for name, value in pairs}
        signature = b64decode(found[b"wechatpay-signature"], validate=True)
        return signature, [found[b"wechatpay-" + name] for name in (b"timestamp", b"nonce", b"serial")]

    return meaning(fields) == meaning((name.encode(), value.encode()) for name, value in headers.items())


def unsigned(chance, count):
    """Changed on the way."""
    for _ in range(count):
        headers, body = DELIVERIES[chance.randrange(len(DELIVERIES))]
        fields = [[name.encode(), value.encode()] for name, value in headers.items()]
        if chance.randrange(2):
            changed = mutated(chance, body)
            if changed != body:
                assert outcome([*map(tuple, fields)], changed) in ("signature", "malformed")
                yield "body"
        else:
            field = chance.choice(fields)
            side = chance.randrange(2)
            before = field[side]
            field[side] = mutated(chance, before)
            code = outcome([*map(tuple, fields)], body)
            assert code not in ("accepted", "expectation") or says_the_same(fields, headers)
            yield f"field {code}"


def signed(chance, count):
    """Changed by somebody who can sign and encrypt."""
    for _ in range(count):
        content, event_type = chance.choice(SAMPLES)
        if chance.randrange(2):
            raw = mutated(chance, json.dumps(content, ensure_ascii=False).encode())
            body = json.dumps(build.envelope(raw, event_type)).encode()
        else:
            body = mutated(chance, json.dumps(build.envelope(content, event_type)).encode())
        yield outcome(build.signed_headers(body), body)


def trusted(chance, count):
    """The same behind a suite that trusts everybody."""
    headers = build.signed_headers(b"")
    for _ in range(count):
        content, event_type = chance.choice(SAMPLES)
        raw = mutated(chance, json.dumps(content, ensure_ascii=False).encode())
        text = raw.decode("utf-8", "surrogateescape")
        envelope = {"id": "EV-1", "event_type": event_type, "create_time": "2026-06-01T11:59:59+08:00"}
        envelope["resource"] = {"original_type": build.EVENTS[event_type], "ciphertext": text}
        body = json.dumps(envelope, ensure_ascii=True).encode()
        if not chance.randrange(4):
            body = mutated(chance, body)
        yield outcome(headers, body, Trusting())


DELIVERIES = [build.delivery(content, event_type) for content, event_type in SAMPLES]


def fuzz(seed: int, each: dict[str, int]) -> Counter[str]:
    chance = random.Random(seed)
    counts: Counter[str] = Counter()
    for make in (unsigned, signed, trusted):
        counts.update(f"{make.__name__}: {told}" for told in make(chance, each[make.__name__]))
    return counts


@pytest.mark.oracle
def test_ten_thousand_mutations():
    counts = fuzz(7, {"unsigned": 5_000, "signed": 1_000, "trusted": 4_000})
    reached = {told.partition(": ")[2] for told in counts}
    # The search reaches every layer; were one of these missing, it would prove less than it says.
    assert {"body", "malformed", "expectation", "decrypt", "algorithm", "accepted", "field timestamp"} <= reached
    assert {"field probe"} & reached == set()


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_a_million_mutations(part):
    counts = fuzz(1000 + part, {"unsigned": 50_000, "signed": 5_000, "trusted": 45_000})
    assert sum(counts.values()) > 95_000


# -- the same by Hypothesis, which makes failures small ---------------------------------------------------------------

jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@many
@given(st.data())
def test_any_value_in_any_field(data):
    """One field of the content, at any depth, replaced by anything that JSON can say."""
    content, event_type = data.draw(st.sampled_from(SAMPLES))
    copy = json.loads(json.dumps(content))
    place = copy
    while True:
        name = data.draw(st.sampled_from([*place] if isinstance(place, dict) else range(len(place))))
        inner = place[name]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[name] = data.draw(jsons)
    envelope = {"id": "EV-1", "event_type": event_type}
    envelope["resource"] = {"original_type": build.EVENTS[event_type], "ciphertext": json.dumps(copy)}
    outcome(build.signed_headers(b""), json.dumps(envelope).encode(), Trusting())


names = st.sampled_from([*build.signed_headers(b"")]) | st.text(max_size=20)


@many
@given(
    st.dictionaries(names, st.text(max_size=40) | st.binary(max_size=40), max_size=6)
    | st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=40)), max_size=6),
    st.binary(max_size=60),
)
def test_any_headers_and_any_body(headers, body):
    with pytest.raises((Unverified, InvalidInput)):
        verify(headers, body, keys=build.platform_keys(), now=build.NOW)
