"""Whether a rule is open at all for this quote: window, audience, channel, the app's own conditions."""

from __future__ import annotations

from minishop.promotions._program import Compiled, instant
from minishop.promotions.conditions import Facts
from minishop.quotes import Reason

__all__ = ["closed"]


def closed(rule: Compiled, facts: Facts, now: int) -> Reason | None:
    """``None`` if the rule is open, else the first reason, in the order of the code list.

    Args:
        rule: A compiled rule.
        facts: What conditions look at.
        now: The instant of the quote in microseconds since 1970.
    """
    starts, ends = rule.rule.starts_at, rule.rule.ends_at
    if starts is not None and now < instant(starts):
        return Reason("not_started", {"starts_at": starts.isoformat()})
    if ends is not None and now >= instant(ends):
        return Reason("expired", {"ends_at": ends.isoformat()})
    audience = rule.rule.audience
    shopper = facts.shopper
    if (
        (audience.level and shopper.level not in audience.level)
        or (audience.tag and not any(tag in audience.tag for tag in shopper.tag))
        or (audience.new_customer is not None and shopper.new_customer is not audience.new_customer)
    ):
        return Reason("wrong_audience")
    if audience.channel and facts.channel not in audience.channel:
        return Reason("wrong_channel")
    for condition in rule.rule.conditions:
        reason = condition.refuse(facts)
        if reason is not None:
            return reason
    return None
