"""From lines to units: who of a line's units bears which fen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from minishop.money import AllocationPolicy, share_out
from minishop.promotions.benefits import Share

__all__ = ["cut_units", "unit_parts"]


def unit_parts(part: int, units: Sequence[int], floor: int, policy: AllocationPolicy) -> list[int]:
    """A line's part over its units: weights are what is left of them, no unit goes below ``floor``."""
    if len(units) == 1:
        return [part]
    caps = units if not floor else [unit - floor if unit > floor else 0 for unit in units]
    return share_out(part, units, caps, policy)


def cut_units(
    shares: Iterable[Share], units: Sequence[Sequence[int]], floors: Sequence[int], policy: AllocationPolicy
) -> tuple[dict[int, list[int]], int]:
    """What shares come to once floors are kept: fen per unit for each line's position, and the fen that did not fit."""
    given: dict[int, list[int]] = {}
    unused = 0
    for cut, weights in shares:
        rooms = {
            line: [max(0, unit - floors[line]) if weight else 0 for unit, weight in zip(units[line], row, strict=True)]
            for line, row in weights.items()
        }
        lines = list(rooms)
        by_line = share_out(cut, [sum(weights[line]) for line in lines], [sum(rooms[line]) for line in lines], policy)
        unused += cut - sum(by_line)
        for line, part in zip(lines, by_line, strict=True):
            if part:
                given[line] = _add(given.get(line), share_out(part, weights[line], rooms[line], policy))
    return given, unused


def _add(row: list[int] | None, more: list[int]) -> list[int]:
    return more if row is None else [one + other for one, other in zip(row, more, strict=True)]
