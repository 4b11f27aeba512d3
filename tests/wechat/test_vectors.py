"""The published vectors, reproduced by the pure functions."""

import hashlib
import json
from pathlib import Path

from minishop.wechat import decrypt_phone_number, decrypt_user_data, is_signed_by_session
from minishop.wechat._user_data import session_signature
from minishop.wechat.push import open_sealed, push_signature

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
PUSH, USER, CHECK = VECTORS["wechat_push"], VECTORS["wechat_user_data"], VECTORS["wechat_checksession"]


def test_the_plain_signature():
    assert push_signature(PUSH["token"], PUSH["timestamp"], PUSH["nonce"]) == PUSH["signature"]
    assert PUSH["signature"] == "a7ac1adfb159c724668ac5f61bf430e9758b705b"


def test_the_signature_of_a_message():
    signature = push_signature(PUSH["token"], PUSH["timestamp"], PUSH["nonce"], PUSH["encrypt"])
    assert signature == PUSH["msg_signature"] == "15a7b0243c59928957ff1ddd34356abdeee6a8ae"


def test_the_parts_are_sorted():
    unsorted = hashlib.sha1((PUSH["token"] + PUSH["timestamp"] + PUSH["nonce"]).encode()).hexdigest()
    assert unsorted == VECTORS["_negatives"]["wechat_signature_unsorted"]
    assert push_signature(PUSH["token"], PUSH["timestamp"], PUSH["nonce"]) != unsorted


def test_a_message_is_opened_with_a_key_whose_spare_bits_are_not_zero():
    key = PUSH["encoding_aes_key"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    assert alphabet.index(key[-1]) % 4 != 0  # 43 characters are 258 bits, two too many
    text = open_sealed(PUSH["encrypt"], encoding_aes_key=key, appid=PUSH["appid"])
    assert text.decode() == PUSH["plaintext"]


def test_user_data_is_opened():
    fields = decrypt_user_data(USER["session_key"], USER["iv"], USER["encrypted_data"], appid="wx0000000000000001")
    assert fields == json.loads(USER["plaintext"])
    phone = decrypt_phone_number(USER["session_key"], USER["iv"], USER["encrypted_data"], appid="wx0000000000000001")
    assert (phone.national, phone.country) == ("10000000000", "86")


def test_raw_data_is_verified():
    raw, signature, key = USER["raw_data"], USER["raw_data_signature"], USER["session_key"]
    assert is_signed_by_session(raw, signature, session_key=key)
    assert not is_signed_by_session(raw + " ", signature, session_key=key)


def test_the_signature_of_a_session():
    assert session_signature(CHECK["session_key"]) == CHECK["signature"]
