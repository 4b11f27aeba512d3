"""No test of the whole suite may make anybody write a secret to a log, at whatever level.

The secrets that tests use are the canaries. What a log record says is looked at with its arguments and its traceback;
the test that made it fails.
"""

import logging

import pytest

from tests.payments.wechatpay.build import API_V3_KEY
from tests.wechat.world import AES_KEY, PUSH_TOKEN, SECRET

CANARIES = (API_V3_KEY, "simulatedApiV3KeySimulatedApiV3K", "PRIVATE KEY-----", SECRET, PUSH_TOKEN, AES_KEY)

#: Whoever sends for us, and we ourselves; of these everything is looked at, of others what their level lets through.
TALKATIVE = ("httpcore", "httpcore2", "httpx", "httpx2", "minishop")


class Watch(logging.Handler):
    """Notes who has told a canary; does not tell it again."""

    def __init__(self):
        super().__init__()
        self.told = []

    def emit(self, record):
        said = self.format(record)
        if any(canary in said for canary in CANARIES):
            self.told.append(f"{record.name}: {record.pathname}:{record.lineno}")


WATCH = Watch()


def pytest_configure(config):
    logging.getLogger().addHandler(WATCH)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.DEBUG)


def pytest_unconfigure(config):
    logging.getLogger().removeHandler(WATCH)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    WATCH.told.clear()
    result = yield
    assert WATCH.told == [], "a secret stands in a log record"
    return result
