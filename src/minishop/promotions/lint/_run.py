"""The audit: every check in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from minishop.promotions.engine import Engine
from minishop.promotions.lint._audit import Audit, Bounds
from minishop.promotions.lint.catalog import Catalog
from minishop.promotions.lint.cliffs import price_cliffs
from minishop.promotions.lint.findings import SEVERITIES, Finding
from minishop.promotions.lint.ladders import dead_tiers
from minishop.promotions.lint.oddities import ascending_nth_units, gifts_without_stock
from minishop.promotions.lint.reach import never_opens, unreachable_rules
from minishop.promotions.lint.rivals import rivals
from minishop.promotions.lint.stacks import coupons_that_repeat, sold_free, thresholds_that_meet
from minishop.promotions.lint.thresholds import faces_that_cover, self_defeating_thresholds
from minishop.promotions.lint.worst import worst_margins

__all__ = ["audit"]

_CHECKS: tuple[Callable[[Audit], Iterator[Finding]], ...] = (
    sold_free,
    faces_that_cover,
    unreachable_rules,
    never_opens,
    dead_tiers,
    rivals,
    self_defeating_thresholds,
    thresholds_that_meet,
    coupons_that_repeat,
    ascending_nth_units,
    gifts_without_stock,
    price_cliffs,
    worst_margins,
)


def audit(
    engine: Engine,
    *,
    catalog: Catalog | None = None,
    at: datetime | None = None,
    now: datetime | None = None,
    bounds: Bounds | None = None,
    progress: Callable[[str, int], object] | None = None,
) -> tuple[Finding, ...]:
    """What is wrong, doubtful or worth knowing about a campaign; every figure is one that the engine gave.

    Args:
        engine: The engine of the campaign.
        catalog: What the shop sells; with it the worst margin is looked for, and rules that nothing on sale reaches.
        at: Only what is open from this instant on is looked at; aware. Without it, all windows are.
        now: Rules whose window is over by then are named; aware. Without it ``at`` is taken.
        bounds: How large the carts are in which the worst margin is looked for; by default three lines of three units.
        progress: Called with the name of the running check and the number of carts priced so far.

    Returns:
        The findings, errors first, then warnings, then the rest; within these in the order of the checks.
    """
    running = ""

    def tick(priced: int) -> None:
        if progress is not None:
            progress(running, priced)

    state = Audit(engine, catalog=catalog, at=at, now=now or at, bounds=bounds or Bounds(), tick=tick)
    found: list[Finding] = []
    for check in _CHECKS:
        running = check.__name__
        found += check(state)
    return tuple(sorted(found, key=lambda finding: SEVERITIES.index(finding.severity)))
