"""The fixtures for pytest, as an app's own test suite uses them."""

from minishop.adapters.httpx import HttpxTransport
from minishop.flows import HttpRequest
from minishop.testing.wechatpay.fixtures import (  # noqa: F401  (pytest finds them by name)
    wechatpay_clock,
    wechatpay_server,
    wechatpay_simulator,
)

pytest_plugins = ["pytester"]

CLOCK = """
    import pytest
    from minishop.testing.clock import FakeClock

    @pytest.fixture
    def wechatpay_clock():
        return FakeClock()

    def test_a_clock_of_ones_own(wechatpay_simulator):
        assert wechatpay_simulator.clock().year == 2026
"""


def test_a_simulator_with_its_server(wechatpay_server, wechatpay_simulator, wechatpay_clock):  # noqa: F811
    assert wechatpay_simulator.clock is wechatpay_clock
    assert wechatpay_clock().tzinfo is not None
    with HttpxTransport() as transport:
        answer = transport.send(HttpRequest(method="GET", url=wechatpay_server.url + "/v3/certificates"))
    assert answer.status == 401
    assert len(wechatpay_simulator.seen) == 1


# In processes of their own: what a run inside imports first would be forgotten after it, and then be there twice.


def test_they_are_switched_on_and_the_clock_can_be_replaced(pytester):
    pytester.makepyfile(CLOCK)
    result = pytester.runpytest_subprocess("-p", "minishop.testing.wechatpay.fixtures", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)


def test_they_are_not_there_unasked(pytester):
    pytester.makepyfile("def test(wechatpay_simulator): pass")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(errors=1)
