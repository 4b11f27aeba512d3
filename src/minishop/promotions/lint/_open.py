"""Whether one rule is open to everybody, and whenever, another one is."""

from __future__ import annotations

from minishop.promotions.rules import Rule

__all__ = ["is_open_whenever"]


def is_open_whenever(wide: Rule, narrow: Rule) -> bool:
    """Whether window and audience let ``wide`` in whenever they let ``narrow`` in, and no limit can end it."""
    limit = wide.limit
    if wide.conditions or limit.shopper or limit.total or limit.budget:
        return False
    starts = wide.starts_at is None or (narrow.starts_at is not None and wide.starts_at <= narrow.starts_at)
    ends = wide.ends_at is None or (narrow.ends_at is not None and narrow.ends_at <= wide.ends_at)
    broad, small = wide.audience, narrow.audience
    named = all(
        not getattr(broad, key) or (getattr(small, key) and set(getattr(small, key)) <= set(getattr(broad, key)))
        for key in ("level", "channel")
    )
    # One of the tags named is enough to be let in.
    tagged = not broad.tag or (bool(small.tag) and set(small.tag) <= set(broad.tag))
    return starts and ends and named and tagged and broad.new_customer in (None, small.new_customer)
