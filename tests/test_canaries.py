"""The watch over the log sees what it is there for."""

import logging

import pytest

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
