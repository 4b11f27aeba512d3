"""Login and telephone numbers: codes that are good once, sessions, and data that is opened with their key."""

import json
from base64 import b64decode, b64encode
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from minishop.errors import InvalidInput, MinishopError, RemoteError
from minishop.flows import HttpResponse
from minishop.wechat import (
    InvalidUserData,
    LoginRefused,
    PlatformRefused,
    PlatformUnavailable,
    decrypt_phone_number,
    decrypt_user_data,
    is_signed_by_session,
)

APPID = "wx0000000000000001"


def test_a_code_becomes_a_session(world):
    session = world.app.log_in(world.platform.new_login_code("oAnna", unionid="uAnna"))
    assert (session.openid, session.unionid) == ("oAnna", "uAnna")
    assert len(b64decode(session.session_key)) == 16
    assert world.paths() == ["jscode2session"]  # no access token is needed
    assert world.app.log_in(world.platform.new_login_code("oBert")).unionid == ""


def test_a_code_is_good_once_and_for_five_minutes(world):
    code = world.platform.new_login_code("oAnna")
    world.app.log_in(code)
    with pytest.raises(LoginRefused) as refused:
        world.app.log_in(code)
    assert (refused.value.errcode, refused.value.code, refused.value.retryable) == (40163, "code_used", False)
    late = world.platform.new_login_code("oAnna")
    world.clock.advance(minutes=5)
    with pytest.raises(LoginRefused) as refused:
        world.app.log_in(late)
    assert refused.value.code == "code_invalid"
    assert refused.value.http_status_hint == 401


def test_codes_of_another_kind_are_none(world):
    with pytest.raises(LoginRefused):
        world.app.log_in(world.platform.new_phone_code("13812345678"))
    with pytest.raises(LoginRefused):
        world.app.fetch_phone_number(world.platform.new_login_code("oAnna"))


def test_a_blocked_user_is_not_let_in(world):
    world.platform.sessions.blocked.add("oEvil")
    with pytest.raises(LoginRefused) as refused:
        world.app.log_in(world.platform.new_login_code("oEvil"))
    assert refused.value.code == "user_blocked"


def test_a_busy_platform_is_asked_once_more(world):
    world.platform.fail_next("busy")
    assert world.app.log_in(world.platform.new_login_code("oAnna")).openid == "oAnna"
    world.platform.fail_next(45011)
    with pytest.raises(PlatformUnavailable):
        world.app.log_in(world.platform.new_login_code("oAnna"))


@pytest.mark.parametrize("fault", ["lose_request", "lose_reply", "html_ok", "html"])
@pytest.mark.parametrize("what", ["login", "phone"])
def test_silence_uses_up_the_code_and_nothing_is_repeated(world, fault, what):
    world.app.access_token()
    world.platform.fail_next(fault)
    code = world.platform.sessions.new_code(what, "oAnna")
    call = world.app.log_in if what == "login" else world.app.fetch_phone_number
    with pytest.raises(RemoteError) as failed:
        call(code)
    assert (failed.value.code, failed.value.retryable) == ("login_unfinished", False)
    assert len(world.platform.calls) == 2


def test_a_wrong_secret_is_no_matter_of_the_code(world):
    world.platform.sessions._secret = "another"
    with pytest.raises(PlatformRefused) as refused:
        world.app.log_in(world.platform.new_login_code("oAnna"))
    assert refused.value.code == "invalid_secret"
    world.platform.fail_next(40001)
    with pytest.raises(PlatformRefused) as refused:
        world.app.log_in(world.platform.new_login_code("oAnna"))
    assert refused.value.code == "invalid_secret"
    assert "stable_token" not in world.paths()


@pytest.mark.parametrize("code", ["", None, 7, "x" * 513, "a\nb", "码"])
def test_what_cannot_be_a_code_is_not_sent(world, code):
    for call in (world.app.log_in, world.app.fetch_phone_number):
        with pytest.raises(InvalidInput) as refused:
            call(code)
        assert refused.value.field == "code"
    assert world.platform.calls == []


@pytest.mark.parametrize("body", [b"{}", b'{"openid":"o"}', b'{"session_key":"k"}', b'{"openid":"","session_key":"k"}'])
def test_an_answer_that_names_nobody_logs_nobody_in(world, body):
    class Odd:
        def send(self, request):
            return HttpResponse(status=200, body=body)

    with pytest.raises(RemoteError):
        world.worker(transport=Odd()).log_in("c")


def test_a_session_is_checked_without_sending_its_key(world):
    session = world.app.log_in(world.platform.new_login_code("oAnna"))
    assert world.app.check_session(openid="oAnna", session_key=session.session_key) is True
    world.app.log_in(world.platform.new_login_code("oAnna"))  # a new session ends the old one
    assert world.app.check_session(openid="oAnna", session_key=session.session_key) is False
    assert world.app.check_session(openid="oNobody", session_key=session.session_key) is False
    assert all(session.session_key not in str(call.query) for call in world.platform.calls)
    with pytest.raises(InvalidInput):
        world.app.check_session(openid="oAnna", session_key="short")


def test_another_refusal_of_a_check_is_no_answer(world):
    session = world.app.log_in(world.platform.new_login_code("oAnna"))
    world.app.access_token()
    world.platform.fail_next(48001)
    with pytest.raises(PlatformRefused):
        world.app.check_session(openid="oAnna", session_key=session.session_key)


# --- telephone numbers ------------------------------------------------------------------------------------------------


def test_a_telephone_number_by_code(world):
    phone = world.app.fetch_phone_number(world.platform.new_phone_code("13812345678"))
    assert (phone.number, phone.national, phone.country) == ("13812345678", "13812345678", "86")
    assert "1234" not in repr(phone)


def test_a_telephone_code_is_good_once(world):
    code = world.platform.new_phone_code("13812345678")
    world.app.fetch_phone_number(code)
    with pytest.raises(LoginRefused) as refused:
        world.app.fetch_phone_number(code)
    assert refused.value.errcode == 40029


def test_a_telephone_number_of_another_app_is_refused(world):
    inner = world.platform.sessions.phone_info
    world.platform.sessions.phone_info = lambda number: inner(number, appid="wxOther")
    with pytest.raises(InvalidUserData) as refused:
        world.app.fetch_phone_number(world.platform.new_phone_code("13812345678"))
    assert refused.value.code == "other_app"


def test_a_telephone_number_that_is_missing_is_theirs(world):
    world.platform.sessions.phone_info = lambda number: {"watermark": {"appid": APPID}}
    with pytest.raises(RemoteError):
        world.app.fetch_phone_number(world.platform.new_phone_code("13812345678"))


def sealed(world, **fields):
    session = world.app.log_in(world.platform.new_login_code("oAnna"))
    fields = fields or world.platform.sessions.phone_info("13812345678")
    data, iv = world.platform.sessions.seal("oAnna", fields)
    return session.session_key, iv, data


def test_the_older_interface_is_decrypted(world):
    phone = decrypt_phone_number(*sealed(world), appid=APPID)
    assert phone.national == "13812345678"


def test_data_of_another_app_is_refused(world):
    with pytest.raises(InvalidUserData) as refused:
        decrypt_phone_number(*sealed(world), appid="wxOther")
    assert refused.value.code == "other_app"
    with pytest.raises(InvalidUserData) as refused:
        decrypt_user_data(*sealed(world, watermark="no object"), appid=APPID)
    assert refused.value.code == "other_app"


def test_every_failure_to_decrypt_looks_the_same(world):
    key, iv, data = sealed(world)
    raw = bytearray(b64decode(data))
    other = b64encode(b"another key 0123").decode()
    raw[-1] ^= 1
    flipped = b64encode(bytes(raw)).decode()
    cases = [
        (other, iv, data),
        (key, iv, flipped),
        (key, iv, data[:-8]),
        (key, iv, ""),
        (key, iv, "not base64 !"),
        (key, "AA==", data),
        (key, "", data),
        (key, None, data),
        (key, iv, 7),
        (key, iv, "A" * 70_000),
    ]
    errors = []
    for case in cases:
        with pytest.raises(InvalidUserData) as refused:
            decrypt_user_data(*case, appid=APPID)
        errors.append((refused.value.code, str(refused.value), refused.value.params, refused.value.__cause__))
    assert len({str(error) for error in errors}) == 1
    assert errors[0][0] == "undecryptable"


@pytest.mark.parametrize("padding", [b"\x01\x02", b"\x03\x03", b"\x00", b"\x11" * 17])
def test_padding_is_checked_to_its_bytes(padding):
    text = json.dumps({"watermark": {"appid": APPID}}).encode()
    text += b" " * (-(len(text) + len(padding)) % 16)
    key = b"0123456789abcdef"
    encryptor = Cipher(algorithms.AES128(key), modes.CBC(key)).encryptor()
    data = b64encode(encryptor.update(text + padding) + encryptor.finalize()).decode()
    with pytest.raises(InvalidUserData) as refused:
        decrypt_user_data(b64encode(key).decode(), b64encode(key).decode(), data, appid=APPID)
    assert refused.value.code == "undecryptable"


@pytest.mark.parametrize("key", ["", "x", None, b64encode(b"15 bytes long!!").decode(), b64encode(b"0" * 32).decode()])
def test_a_session_key_has_16_bytes(key):
    with pytest.raises(InvalidInput) as refused:
        decrypt_user_data(key, "", "", appid=APPID)
    assert refused.value.field == "session_key"


def test_opened_data_that_is_no_object_is_refused(world):
    session = world.app.log_in(world.platform.new_login_code("oAnna"))
    for text in ("[]", "x", ""):
        data, iv = world.platform.sessions.seal("oAnna", text)
        with pytest.raises(InvalidUserData):
            decrypt_user_data(session.session_key, iv, data, appid=APPID)


@pytest.mark.parametrize(
    "raw, signature", [(None, "x"), ("x", None), ("\ud800", "x"), ("x", "\ud800"), (b"x", "x"), ("x", "é")]
)
def test_a_signature_of_odd_things_is_no_signature(raw, signature):
    assert is_signed_by_session(raw, signature, session_key="k") is False


def test_the_clock_of_the_codes_is_the_platforms(world):
    code = world.platform.new_phone_code("13812345678")
    world.clock.advance(timedelta(minutes=4, seconds=59))
    assert world.app.fetch_phone_number(code)
    assert json.loads(world.platform.calls[-1].body) == {"code": code}


def test_all_refusals_are_of_our_tree():
    assert issubclass(LoginRefused, MinishopError)
    assert issubclass(InvalidUserData, MinishopError)
