"""No test of the whole suite may make anybody write a secret to a log, into an error of ours, or into a pickle.

The secrets that tests use are the canaries. Looked at are: what a log record says, with its arguments and its
traceback; every error of our tree that is made, as text, as ``repr`` and in its parameters, with the errors behind it;
everything that is pickled. The test in which it happened fails.
"""

import logging
import pickle
import sys

import pytest

from minishop.errors import MinishopError
from tests.payments.wechatpay.build import API_V3_KEY
from tests.wechat.world import AES_KEY, PUSH_TOKEN, SECRET

CANARIES = (API_V3_KEY, "simulatedApiV3KeySimulatedApiV3K", "PRIVATE KEY-----", SECRET, PUSH_TOKEN, AES_KEY)

#: Whoever sends for us, and we ourselves; of these everything is looked at, of others what their level lets through.
TALKATIVE = ("httpcore", "httpcore2", "httpx", "httpx2", "minishop")

#: Errors of one test that are looked at; fuzzing makes many thousands of the same few kinds.
MOST_ERRORS = 20


def has_canary(said):
    return any(canary in said for canary in CANARIES)


class Watch(logging.Handler):
    """Notes who has told a canary; does not tell it again."""

    def __init__(self):
        super().__init__()
        self.told = []
        self.errors = []

    def emit(self, record):
        if has_canary(self.format(record)):
            self.told.append(f"{record.name}: {record.pathname}:{record.lineno}")

    def look_at_errors(self):
        """Only at the end of a test does an error have those behind it."""
        for error in self.errors:
            for one in chain_of(error):
                if has_canary(f"{one!s} {one!r} {getattr(one, 'params', '')!r}"):
                    self.told.append(f"{type(one).__name__} behind {type(error).__name__}({error.code})")
        self.errors.clear()

    def clear(self):
        self.told.clear()
        self.errors.clear()


def chain_of(error):
    """The error, and what it was raised from or while handling."""
    seen = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and one not in seen:
            seen.append(one)
            waiting += [one.__cause__, None if one.__suppress_context__ else one.__context__]
    return seen


WATCH = Watch()
_init, _dumps = MinishopError.__init__, pickle.dumps


def _noted(self, *args, **kwargs):
    _init(self, *args, **kwargs)
    if len(WATCH.errors) < MOST_ERRORS:
        WATCH.errors.append(self)


def _watched_dumps(*args, **kwargs):
    pickled = _dumps(*args, **kwargs)
    if any(canary.encode() in pickled for canary in CANARIES):
        caller = sys._getframe(1)
        WATCH.told.append(f"pickle: {caller.f_code.co_filename}:{caller.f_lineno}")
    return pickled


def pytest_configure(config):
    logging.getLogger().addHandler(WATCH)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.DEBUG)
    MinishopError.__init__, pickle.dumps = _noted, _watched_dumps


def pytest_unconfigure(config):
    logging.getLogger().removeHandler(WATCH)
    MinishopError.__init__, pickle.dumps = _init, _dumps


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    WATCH.clear()
    try:
        result = yield
        WATCH.look_at_errors()
        assert WATCH.told == [], "a secret stands in a log record, in an error or in a pickle"
        return result
    finally:
        WATCH.clear()
