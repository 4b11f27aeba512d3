"""When, and for whom, rules are open: the finitely many situations that the rules of a document tell apart.

Windows only change at their ends, so the instants at which one starts or ends stand for all instants. Shoppers differ
by the levels, channels and tags that audiences name, and by being new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

from attrs import frozen

from minishop.promotions.rules import Rule
from minishop.quotes import Shopper

__all__ = ["Scene", "all_scenes", "instants", "scene_for"]

#: The instant of carts where no rule has a window.
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@frozen
class Scene:
    """An instant, a shopper, a channel."""

    at: datetime
    shopper: Shopper | None = None
    channel: str | None = None

    def opens(self, rule: Rule) -> bool:
        """Whether window and audience let the rule in; conditions of the app's own are not asked."""
        if not _is_open(rule, self.at):
            return False
        audience, shopper = rule.audience, self.shopper or Shopper()
        return (
            (not audience.level or shopper.level in audience.level)
            and (not audience.tag or any(tag in audience.tag for tag in shopper.tag))
            and (audience.new_customer is None or shopper.new_customer is audience.new_customer)
            and (not audience.channel or self.channel in audience.channel)
        )


def _is_open(rule: Rule, at: datetime) -> bool:
    return (rule.starts_at is None or rule.starts_at <= at) and (rule.ends_at is None or at < rule.ends_at)


def instants(rules: Iterable[Rule], at: datetime | None) -> tuple[datetime, ...]:
    """One instant of every stretch of time in which the same rules are open, from ``at`` on."""
    edges = sorted({edge for rule in rules for edge in (rule.starts_at, rule.ends_at) if edge is not None})
    if at is not None:
        return at, *(edge for edge in edges if edge > at)
    if not edges:
        return (_ANY_TIME,)
    before = [edges[0] - timedelta(days=1)] if edges[0].year > 1 else []
    return *before, *edges


def scene_for(rules: Sequence[Rule], times: Sequence[datetime]) -> Scene | None:
    """The first situation in which all the rules are open; ``None`` if there is none."""
    at = next((time for time in times if all(_is_open(rule, time) for rule in rules)), None)
    if at is None:
        return None
    levels = _common([rule.audience.level for rule in rules])
    channels = _common([rule.audience.channel for rule in rules])
    new = {rule.audience.new_customer for rule in rules} - {None}
    if levels == () or channels == () or len(new) > 1:
        return None
    tags = dict.fromkeys(rule.audience.tag[0] for rule in rules if rule.audience.tag)
    return _scene(at, levels[0] if levels else None, channels[0] if channels else None, tuple(tags), True in new)


def _common(wanted: Iterable[Sequence[str]]) -> tuple[str, ...] | None:
    """What all that ask for something accept; ``None`` if none asks."""
    asked = [names for names in wanted if names]
    if not asked:
        return None
    return tuple(name for name in asked[0] if all(name in names for names in asked))


def _scene(at: datetime, level: str | None, channel: str | None, tags: tuple[str, ...], is_new: bool) -> Scene:
    anybody = level is None and not tags and not is_new
    return Scene(at, None if anybody else Shopper(level=level, tag=tags, new_customer=is_new), channel)


def all_scenes(rules: Sequence[Rule], times: Sequence[datetime]) -> list[Scene]:
    """One situation for every set of rules that can be open together.

    Shoppers with several tags are tried with no tag, with each one, and with all.
    """
    found: dict[frozenset[str], Scene] = {}
    for time in times:
        for level, channel, tags, is_new in _personas(rules):
            scene = _scene(time, level, channel, tags, is_new)
            found.setdefault(frozenset(rule.id for rule in rules if scene.opens(rule)), scene)
    return list(found.values())


def _personas(rules: Sequence[Rule]) -> Iterator[tuple[str | None, str | None, tuple[str, ...], bool]]:
    levels = dict.fromkeys(name for rule in rules for name in rule.audience.level)
    channels = dict.fromkeys(name for rule in rules for name in rule.audience.channel)
    tags = tuple(dict.fromkeys(name for rule in rules for name in rule.audience.tag))
    labels = dict.fromkeys([(), *((tag,) for tag in tags), tags])
    new = (False, True) if any(rule.audience.new_customer is not None for rule in rules) else (False,)
    return product((None, *levels), (None, *channels), labels, new)
