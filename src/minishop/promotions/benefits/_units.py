"""Choosing units: the order in which item benefits look at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from minishop.promotions.benefits._base import Units

__all__ = ["Unit", "dearest_first", "weights_of"]


class Unit(NamedTuple):
    """One unit: minus its amount (so that plain sorting puts the dearest first), its line's place, its index."""

    negative: int
    line: int
    at: int


def dearest_first(units: Units) -> list[Unit]:
    """All units by amount descending; ties by canonical line, then by unit index."""
    return sorted(Unit(-amount, place, at) for place, line in enumerate(units) for at, amount in enumerate(line))


def weights_of(chosen: Iterable[Unit], units: Units) -> dict[int, list[int]]:
    """The chosen units as weights per line.

    Units of one line that cost the same are interchangeable: whichever of them were chosen, the benefit goes to the
    last ones (the refund of the first unit of a "second one half price" then returns the full price).
    """
    counts: dict[tuple[int, int], int] = {}
    for unit in chosen:
        key = (unit.line, -unit.negative)
        counts[key] = counts.get(key, 0) + 1
    weights: dict[int, list[int]] = {}
    for (line, amount), count in sorted(counts.items()):
        row = weights.setdefault(line, [0] * len(units[line]))
        same = [index for index, other in enumerate(units[line]) if other == amount]
        for index in same[len(same) - count :]:
            row[index] = amount
    return weights
