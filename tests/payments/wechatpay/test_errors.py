"""The errors of verification: the picture of them is true, and they survive being sent elsewhere."""

import copy
import json
import pickle
import re

import pytest

from minishop.payments import wechatpay
from minishop.payments.wechatpay import UnexpectedContent, Unverified, _errors

CLASSES = [*Unverified.__subclasses__()]


def made(cls):
    return cls(["total", "appid"]) if cls is UnexpectedContent else cls("what is wrong", params={"skew": 301})


def test_the_drawing_is_the_tree():
    drawn = re.findall(r"(?:├──|└──) (\w+) +(\w+)", _errors.__doc__)
    assert sorted(drawn) == sorted((cls.__name__, cls.code) for cls in CLASSES)
    assert {name for name, _ in drawn} | {"Unverified"} == set(_errors.__all__)
    assert set(_errors.__all__) <= set(wechatpay.__all__)


def test_there_is_one_class_for_each_step():
    assert [cls.code for cls in CLASSES] == [
        "malformed",
        "algorithm",
        "timestamp",
        "probe",
        "unknown_serial",
        "signature",
        "decrypt",
        "expectation",
        "replay",
    ]


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_survives_pickling_and_copying(cls):
    error = made(cls)
    for twin in (*(pickle.loads(pickle.dumps(error, n)) for n in range(6)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is cls
        assert (twin.args, vars(twin), str(twin)) == (error.args, vars(error), str(error))
        assert twin.ack() == error.ack()


@pytest.mark.parametrize("cls", CLASSES)
def test_an_error_says_what_to_do_and_its_response_says_nothing(cls):
    error = made(cls)
    assert error.next_step
    assert 400 <= error.http_status_hint <= 599
    ack = error.ack()
    assert ack.status == error.http_status_hint
    assert json.loads(ack.body) == {"code": "FAIL", "message": "The notification was not accepted."}
    assert ack.headers == (("Content-Type", "application/json"),)


def test_what_may_be_tried_again():
    assert [cls.code for cls in CLASSES if cls.retryable] == ["probe", "unknown_serial"]
