"""Receiving pushes: whose they are, whether they are new, and what is answered."""

import hashlib
import struct
from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from minishop.errors import CallerError, InvalidInput
from minishop.flows import Remember, run
from minishop.testing.wechat import Push
from minishop.wechat import InvalidPush
from minishop.wechat.push import PushRequest, ReceivedPush, UnknownPush, Verification
from minishop.wechat.push._receiving import receive_push
from tests.wechat.world import AES_KEY, PUSH_TOKEN, World

MODES = [("json", ""), ("xml", ""), ("json", AES_KEY), ("xml", AES_KEY)]
IDS = ["json-plain", "xml-plain", "json-secure", "xml-secure"]


@pytest.fixture(params=MODES, ids=IDS)
def world(request, is_async):
    form, key = request.param
    return World(is_async=is_async, form=form, aes_key=key)


@pytest.fixture(params=["json", "xml"])
def secure(request):
    return World(form=request.param, aes_key=AES_KEY)


@pytest.fixture
def plain():
    return World()


def as_request(push, **changes):
    made = {"method": push.method, "query": dict(push.query), "body": push.body}
    return PushRequest(**{**made, **changes})


def refused(world, request, code, status=403):
    with pytest.raises(InvalidPush) as error:
        world.app.receive_push(request)
    assert (error.value.code, error.value.http_status_hint) == (code, status)
    assert PUSH_TOKEN not in str(error.value)


def test_a_push_is_verified_read_and_answered_with_success(world):
    push = world.platform.push("some_event", {"a": "b<c>&", "n": 5})
    received = world.app.receive_push(as_request(push))
    assert isinstance(received.event, UnknownPush)
    assert (received.event.name, received.event.openid) == ("some_event", "oPlatform")
    assert received.event.created_at == world.clock()
    assert received.event.raw["a"] == "b<c>&"
    assert str(received.event.raw["n"]) == "5"
    assert (received.ack.status, received.ack.body) == (200, b"success")
    assert received.ack.headers["content-type"].startswith("text/plain")
    assert received.is_repeat is False


def test_the_address_is_verified_by_repeating_what_it_says(world):
    push = world.platform.sender.verification("echo123")
    answer = world.app.receive_push(as_request(push))
    assert isinstance(answer, Verification)
    assert (answer.ack.status, answer.ack.body) == (200, b"echo123")
    assert answer.ack.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.ack.headers["x-content-type-options"] == "nosniff"  # nobody's script is repeated as a page
    refused(world, as_request(push, query={**push.query, "signature": "0" * 40}), "bad_signature")
    for echo in ("", "a\nb", "é", "x" * 1025):
        refused(world, as_request(push, query={**push.query, "echostr": echo}), "malformed", 400)


def test_a_query_may_come_as_text(world):
    push = world.platform.push("e", {})
    assert isinstance(world.app.receive_push(as_request(push, query=push.query_string)), ReceivedPush)


def test_the_secure_mode_accepts_only_the_signature_of_the_message(secure):
    push = secure.platform.push("e", {})
    assert "signature" in push.query  # the plain one is right, and not enough
    for wrong in ("", "0" * 40, push.query["signature"], "é", push.query["msg_signature"].upper()):
        refused(secure, as_request(push, query={**push.query, "msg_signature": wrong}), "bad_signature")
    without = {name: value for name, value in push.query.items() if name != "msg_signature"}
    refused(secure, as_request(push, query=without), "bad_signature")
    other = secure.platform.push("other", {})
    refused(secure, as_request(push, body=other.body), "bad_signature")


def test_the_secure_mode_does_not_need_the_plain_signature(secure):
    push = secure.platform.push("e", {})
    query = {**push.query, "signature": ""}
    assert isinstance(secure.app.receive_push(as_request(push, query=query)), ReceivedPush)


def test_a_plain_message_is_refused_where_a_key_is_set(secure):
    secure.platform.sender.encoding_aes_key = ""
    refused(secure, as_request(secure.platform.push("e", {})), "bad_signature")


def test_the_compatible_mode_is_read_by_its_encrypted_part(secure):
    """Beside Encrypt stands the plain text, which nothing protects."""
    push = secure.platform.push("real", {})
    text = push.body.decode()
    if text.startswith("<"):
        forged = text.replace("</xml>", "<MsgType>event</MsgType><Event>forged</Event></xml>")
    else:
        forged = text[:-1] + ', "MsgType": "event", "Event": "forged"}'
    assert secure.app.receive_push(as_request(push, body=forged.encode())).event.name == "real"


def test_an_encrypted_message_without_a_key_says_so(plain):
    sender = World(aes_key=AES_KEY).platform.sender
    push = sender.write("e", {})
    with pytest.raises(InvalidPush) as error:
        plain.app.receive_push(as_request(push))
    assert (error.value.code, error.value.http_status_hint) == ("encrypted", 400)
    assert "EncodingAESKey" in error.value.next_step


def test_the_plain_signature_is_checked(plain):
    push = plain.platform.push("e", {})
    for changes in ({"signature": "0" * 40}, {"nonce": "1"}, {"nonce": ""}, {"signature": ""}, {"signature": "é"}):
        refused(plain, as_request(push, query={**push.query, **changes}), "bad_signature")
    refused(plain, as_request(push, query={}), "bad_signature")


@pytest.mark.parametrize("timestamp", ["", "x", "-1", "1.5", "９", "9" * 13, " 1"])
def test_a_time_is_a_number(plain, timestamp):
    signature = hashlib.sha1("".join(sorted([PUSH_TOKEN, timestamp, "n"])).encode()).hexdigest()
    query = {"signature": signature, "timestamp": timestamp, "nonce": "n"}
    refused(plain, PushRequest(method="POST", query=query, body=b"{}"), "bad_signature")


@pytest.mark.parametrize("seconds, is_ok", [(300, True), (301, False), (-300, True), (-301, False), (86400, False)])
def test_a_message_is_good_for_five_minutes_before_and_after(world, seconds, is_ok):
    push = world.platform.push("e", {})
    world.clock.advance(seconds=seconds)
    if is_ok:
        assert world.app.receive_push(as_request(push))
    else:
        refused(world, as_request(push), "stale")


def test_the_same_again_is_told_apart_and_still_given(world):
    push = world.platform.push("trade_manage_remind_shipping", {"transaction_id": "42"})
    first = world.app.receive_push(as_request(push))
    world.clock.advance(seconds=5)
    again = world.app.receive_push(as_request(push))
    other_worker = world.worker().receive_push(as_request(push))
    assert [one.is_repeat for one in (first, again, other_worker)] == [False, True, True]
    assert first.event == again.event
    assert first.event.key == again.event.key
    assert again.ack.body == b"success"


def test_a_signature_that_somebody_saw_cannot_be_used_for_another_message(plain):
    push = plain.platform.push("real", {})
    plain.app.receive_push(as_request(push))
    forged = as_request(push, body=b'{"MsgType":"event","Event":"forged"}')
    for _ in range(3):  # trying again does not make it right
        refused(plain, forged, "replayed")
    assert plain.app.receive_push(as_request(push)).is_repeat


def test_nor_by_asking_a_process_whose_clock_is_behind(plain):
    push = plain.platform.push("real", {})
    plain.app.receive_push(as_request(push))
    forged = as_request(push, body=b'{"MsgType":"event","Event":"forged"}')
    refused(plain, forged, "replayed")
    for _ in range(3):
        plain.clock.advance(milliseconds=-3)
        refused(plain, forged, "replayed")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "HEAD", ""])
def test_only_posts_are_pushes(world, method):
    push = world.platform.push("e", {})
    refused(world, as_request(push, method=method), "not_a_post", 405)
    with pytest.raises(InvalidInput):
        as_request(push, method=None)


def test_a_crash_between_the_notes_does_not_lose_the_message(plain):
    """The message was noted, the nonce not: the repetition counts as new."""
    push = plain.platform.push("e", {})
    handlers = dict(plain.app.inner.handlers)
    asked = []

    def dies(request):
        asked.append(request)
        if len(asked) == 3:
            raise KeyboardInterrupt
        return plain.nonces.remember(request.key, request.now, request.until)

    flow = receive_push(plain.app.inner.desk, as_request(push))
    with pytest.raises(KeyboardInterrupt):
        run(flow, {**handlers, Remember: dies})
    assert plain.app.receive_push(as_request(push)).is_repeat is False


def test_two_at_once_are_one_new_and_one_again(plain):
    """Both find the nonce unseen; one notes it first."""
    push = plain.platform.push("e", {})
    desk, handlers = plain.app.inner.desk, dict(plain.app.inner.handlers)
    inner = []

    def interleaved(request):
        answer = plain.nonces.remember(request.key, request.now, request.until)
        if not inner:
            inner.append(run(receive_push(desk, as_request(push)), handlers))
        return answer

    outer = run(receive_push(desk, as_request(push)), {**handlers, Remember: interleaved})
    assert sorted([outer.is_repeat, inner[0].is_repeat]) == [False, True]


def test_another_message_that_races_for_a_nonce_is_refused(plain):
    push = plain.platform.push("e", {})
    desk, handlers = plain.app.inner.desk, dict(plain.app.inner.handlers)
    inner = []

    def interleaved(request):
        answer = plain.nonces.remember(request.key, request.now, request.until)
        if not inner:
            inner.append(run(receive_push(desk, as_request(push)), handlers))
        return answer

    forged = as_request(push, body=b'{"Event":"forged"}')
    with pytest.raises(InvalidPush) as error:
        run(receive_push(desk, forged), {**handlers, Remember: interleaved})
    assert error.value.code == "replayed"


def test_nonces_of_a_stranger_do_not_fill_the_store(plain):
    push = plain.platform.push("e", {})
    refused(plain, as_request(push, query={**push.query, "signature": "0" * 40}), "bad_signature")
    refused(plain, as_request(push, body=b"no message"), "malformed", 400)
    assert plain.nonces._notes == {}


# --- what is inside ---------------------------------------------------------------------------------------------------


def sealed(world, **changes):
    """An encrypted push whose signature is right and whose inside is not."""
    sender = world.platform.sender
    text = sender.text({"MsgType": "event", "Event": "e"})
    return signed(world, sender.seal(text, **changes))


def signed(world, cipher_text):
    sender = world.platform.sender
    query = sender._signed()
    parts = sorted([PUSH_TOKEN, query["timestamp"], query["nonce"], cipher_text])
    query["msg_signature"] = hashlib.sha1("".join(parts).encode()).hexdigest()
    return PushRequest(method="POST", query=query, body=sender.text({"Encrypt": cipher_text}))


def test_a_message_for_another_app_is_refused(secure):
    refused(secure, sealed(secure, appid="wxOther"), "other_app")


def test_padding_is_1_to_32_and_its_bytes_are_checked(secure):
    text = secure.platform.sender.text({"MsgType": "event", "Event": "e"})
    right = 32 - (16 + 4 + len(text) + len(secure.platform.appid)) % 32
    assert secure.app.receive_push(sealed(secure)).event.name == "e"
    for pad in {right + 32, 48 + right} - {right}:
        refused(secure, sealed(secure, pad=pad), "undecryptable", 400)


@pytest.mark.parametrize("length", range(70))
def test_every_length_of_message_can_be_opened(length):
    world = World(aes_key=AES_KEY)
    push = world.platform.push("e", {"x": "y" * length})
    assert world.app.receive_push(as_request(push)).event.raw["x"] == "y" * length


def test_what_is_inside_is_checked_to_the_last_byte(secure):
    key = b64decode(AES_KEY + "=")

    def encrypt(plain):
        encryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
        return b64encode(encryptor.update(plain) + encryptor.finalize()).decode()

    def padded(plain):
        length = 32 - len(plain) % 32
        return plain + bytes([length]) * length

    random16, text, appid = b"r" * 16, b'{"a":"b"}', secure.platform.appid.encode()
    wrong = {
        "length beyond the end": padded(random16 + struct.pack(">I", 9999) + text + appid),
        "length of 4 GB": padded(random16 + b"\xff" * 4 + text + appid),
        "too short for a length": padded(b"r" * 17),
        "nothing but padding": bytes([16]) * 16,
        "padding of 0": random16 + bytes(16),
        "padding of 33": b"\x21" * 48,
        "padding whose bytes differ": padded(random16 + struct.pack(">I", len(text)) + text + appid)[:-2] + b"\x07\x02",
    }
    for name, plain in wrong.items():
        with pytest.raises(InvalidPush) as error:
            secure.app.receive_push(signed(secure, encrypt(plain)))
        assert error.value.code == "undecryptable", name
    short = padded(random16 + struct.pack(">I", len(text) - 1) + text + appid)
    refused(secure, signed(secure, encrypt(short)), "other_app")  # a byte of the text counts as one of the appid


@pytest.mark.parametrize("cipher_text", ["A", "not base64", "AAAA", b64encode(b"x" * 15).decode(), "é"])
def test_what_is_no_cipher_text_is_refused(secure, cipher_text):
    refused(secure, signed(secure, cipher_text), "undecryptable", 400)


@pytest.mark.parametrize("value", [5, None, [], {}, ""])
def test_encrypt_is_a_text(value):
    world = World(aes_key=AES_KEY)
    push = world.platform.push("e", {})
    body = world.platform.sender.text({"Encrypt": value})
    with pytest.raises(InvalidPush):
        world.app.receive_push(as_request(push, body=body))


BODIES = [
    b"",
    b" ",
    b"{}",
    b"[]",
    b"text",
    b"{",
    b"<xml>",
    b"<xml/>",
    b"<xml>text</xml>",
    b"<a><b></a></b>",
    b"\x00",
    b"\xff\xfe<\x00x\x00>\x00",
    b'<!DOCTYPE x [<!ENTITY e "boo">]><xml><Event>&e;</Event></xml>',
    b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><Event>x</Event></xml>',
    b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Event>&b;</Event></xml>',
    b"<xml><Event>&nbsp;</Event></xml>",
    b"<x>" * 17 + b"</x>" * 17,
    b"<xml>" + b"<a/>" * 5_001 + b"</xml>",
    b"<xml><a>" + b"x" * 1024 * 1024 + b"</a></xml>",
    b'{"a":' * 5000,
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:30]))
def test_what_cannot_be_read_is_refused(plain, body):
    push = plain.platform.push("e", {})
    refused(plain, as_request(push, body=body), "malformed", 400)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:30]))
def test_what_cannot_be_read_is_refused_inside_too(body):
    world = World(aes_key=AES_KEY)
    refused(world, as_request(world.platform.sender.write_raw(body)), "malformed", 400)


def test_ordinary_xml_is_read_whatever_the_content_type(plain):
    push = plain.platform.push("e", {})
    body = b'<?xml version="1.0"?>\n<xml><Event> x </Event><A>1</A><A>2</A><B><C>&lt;&amp;&#33;</C></B><!-- c --></xml>'
    raw = plain.app.receive_push(as_request(push, body=body)).event.raw
    assert raw == {"Event": "x", "A": ["1", "2"], "B": {"C": "<&!"}}


# --- settings ---------------------------------------------------------------------------------------------------------


def test_without_settings_there_are_no_pushes(plain):
    app = plain.worker(push=None)
    with pytest.raises(CallerError) as error:
        app.receive_push(PushRequest(method="POST", query={}))
    assert error.value.code == "no_push_settings"


@pytest.mark.parametrize("wrong", [{"query": 5}, {"query": [("a", "b")]}, {"body": "text"}, {"body": None}])
def test_a_request_is_handed_over_raw(wrong):
    with pytest.raises(InvalidInput):
        PushRequest(**{"method": "POST", "query": {}, "body": b"", **wrong})


def test_odd_values_in_a_query_are_no_values(plain):
    push = plain.platform.push("e", {})
    refused(plain, as_request(push, query={**push.query, "nonce": ["a"]}), "bad_signature")
    assert "signature" not in repr(as_request(push))
    assert isinstance(push, Push)
