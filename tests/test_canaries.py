"""The watch over logs, errors and pickles sees what it is there for."""

import logging
import pickle

import pytest

from minishop.errors import RemoteError
from tests.canaries import CANARIES, TALKATIVE, WATCH


@pytest.mark.parametrize("logger", TALKATIVE)
@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_in_a_log_record_is_seen(logger, canary):
    logging.getLogger(f"{logger}.inner").debug("sent %r", {"key": [canary]})
    assert [told.partition(":")[0] for told in WATCH.told] == [f"{logger}.inner"]
    WATCH.told.clear()


def test_a_canary_in_a_traceback_is_seen_and_anything_else_is_not():
    try:
        raise ValueError(CANARIES[0])
    except ValueError:
        logging.getLogger("somebody").exception("it failed")
    assert len(WATCH.told) == 1
    assert CANARIES[0] not in WATCH.told[0]
    WATCH.told.clear()
    logging.getLogger("minishop").debug("nothing of interest")
    assert WATCH.told == []


@pytest.mark.parametrize("canary", CANARIES)
def test_a_canary_in_an_error_of_ours_is_seen(canary):
    RemoteError("no", params={"key": [canary]})
    WATCH.look_at_errors()
    assert WATCH.told == ["RemoteError behind RemoteError(remote_error)"]
    WATCH.told.clear()


def test_a_canary_in_what_is_behind_an_error_is_seen_unless_it_is_cut_off():
    for cut in (False, True):
        with pytest.raises(RemoteError):
            fail(CANARIES[0], cut=cut)
    WATCH.look_at_errors()
    assert WATCH.told == ["ValueError behind RemoteError(remote_error)"]
    WATCH.told.clear()


def fail(text, *, cut):
    try:
        raise ValueError(text)
    except ValueError as error:
        raise RemoteError("no") from None if cut else error


def test_a_canary_in_a_pickle_is_seen():
    pickle.dumps({"key": CANARIES[0]})
    assert [told.partition(":")[0] for told in WATCH.told] == ["pickle"]
    WATCH.told.clear()
