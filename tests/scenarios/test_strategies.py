"""What Hypothesis draws by itself once minishop is installed, and wallets."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minishop.promotions import Rule, RuleSet
from minishop.quotes import Cart, Coupon, Quote, QuoteRequest
from minishop.testing.strategies import rule_sets, wallets

quick = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.parametrize("kind", [Cart, Coupon, Quote, QuoteRequest, Rule, RuleSet])
def test_types_draw_themselves_without_being_registered_by_hand(kind):
    @quick
    @given(st.from_type(kind))
    def draw(value):
        assert isinstance(value, kind)

    draw()


@quick
@given(st.data())
def test_wallets(data):
    ruleset = data.draw(rule_sets())
    held = data.draw(wallets(ruleset, most=2))
    assert len(held) <= 2
    layers = {rule.id: rule.layer for rule in ruleset.rules}
    assert all(layers[coupon.rule].endswith("coupon") for coupon in held)
