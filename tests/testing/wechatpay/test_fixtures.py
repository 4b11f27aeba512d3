"""The fixtures for pytest, as an app's own test suite uses them."""

import httpx  # noqa: F401  (what a run inside imports first is forgotten after it, and would be there twice)

pytest_plugins = ["pytester"]

TEST = """
    from minishop.adapters.httpx import HttpxTransport
    from minishop.flows import HttpRequest
    from minishop.testing.wechatpay import paid_resource, signed_notification

    def test_a_simulator(wechatpay_simulator, wechatpay_clock):
        assert wechatpay_simulator.clock is wechatpay_clock
        assert not wechatpay_simulator.seen

    def test_a_server(wechatpay_server, wechatpay_simulator):
        with HttpxTransport() as transport:
            answer = transport.send(HttpRequest(method="GET", url=wechatpay_server.url + "/v3/certificates"))
        assert answer.status == 401
        assert len(wechatpay_simulator.seen) == 1
"""
CLOCK = """
    import pytest
    from minishop.testing.clock import FakeClock

    @pytest.fixture
    def wechatpay_clock():
        return FakeClock()

    def test_a_clock_of_ones_own(wechatpay_simulator):
        assert wechatpay_simulator.clock().year == 2026
"""


def test_the_fixtures_work_and_the_clock_can_be_replaced(pytester):
    pytester.makepyfile(test_plain=TEST, test_clock=CLOCK)
    result = pytester.runpytest_inprocess("-p", "minishop.testing.wechatpay.fixtures", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=3)


def test_they_are_not_there_unasked(pytester):
    pytester.makepyfile("def test(wechatpay_simulator): pass")
    pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(errors=1)
