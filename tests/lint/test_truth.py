"""What must hold for every finding of every campaign, by rules that chance has drawn."""

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minishop import Engine
from minishop.cli._demo import CAMPAIGNS, campaign
from minishop.promotions.lint import audit
from minishop.testing.strategies import requests, rule_sets
from tests.lint.claims import assert_true, used

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
thorough = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def check(ruleset, request):
    engine = Engine.from_rules(ruleset)
    quote = engine.quote_request(request)
    for finding in audit(engine):
        assert_true(finding, engine)
        assert "{" not in finding.text("en") + finding.text("zh-CN")
        if finding.code == "unreachable_rule" and finding.severity == "error":
            assert finding.rules[0] not in used(quote)
        if finding.code == "always_beaten":
            assert_not_missed(engine, request, quote, finding.rules[0])


def assert_not_missed(engine, request, quote, rule):
    """Without the rule the same cart costs the same."""
    rules = [
        attrs.evolve(other, excludes=[name for name in other.excludes if name != rule])
        for other in engine.rules.rules
        if other.id != rule
    ]
    if any(coupon.rule == rule for coupon in request.coupons) or rule in (request.cart.usage or {}):
        return
    fewer = Engine.from_rules(attrs.evolve(engine.rules, rules=rules)).quote_request(request)
    assert (fewer.payable, fewer.discount_total) == (quote.payable, quote.discount_total)


def drawn():
    return rule_sets().flatmap(lambda ruleset: st.tuples(st.just(ruleset), requests(ruleset)))


@quick
@given(drawn())
def test_findings_are_true(pair):
    check(*pair)


@pytest.mark.oracle
@thorough
@given(drawn())
def test_many_findings_are_true(pair):
    check(*pair)


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_campaigns_that_ship_with_the_package(name):
    engine = Engine.from_toml(campaign(name)[0])
    findings = audit(engine)
    for finding in findings:
        assert_true(finding, engine)
    assert [finding.code for finding in findings if finding.severity == "error"] == []
    assert findings == audit(engine)
