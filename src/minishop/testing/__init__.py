"""For the tests of apps: invariants of quotes, strategies for carts and rules, a check for own benefits.

`minishop.testing.strategies` needs Hypothesis (``pip install minishop[testing]``); the rest needs nothing.
"""

from minishop.testing.invariants import assert_quote_invariants
from minishop.testing.monotonic import check_monotonic

__all__ = ["assert_quote_invariants", "check_monotonic"]
