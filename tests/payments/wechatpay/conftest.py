"""Nothing in this directory may ever write a secret to a log."""

import logging

import pytest

from tests.payments.wechatpay import build


@pytest.fixture(autouse=True)
def no_secret_in_the_log(caplog):
    caplog.set_level(logging.DEBUG)
    yield
    told = caplog.text
    assert build.API_V3_KEY not in told
    assert "PRIVATE KEY" not in told
    assert "oUpF8uMuAJO" not in told
