"""Taking times: medians of several works measured in turn, and the table of their ratios."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

__all__ = ["Table", "Work", "beside", "medians"]

Work = Callable[[], object]


def medians(works: list[Work], rounds: int, least: float) -> list[float]:
    """Seconds of this process per call of each, measured in short turns.

    A change of the machine's speed meets all of them alike, and time that other processes take does not count.
    """
    return [statistics.median(taken) for taken in _turns(works, rounds, least)]


def beside(mine: Work, other: Work, rounds: int, least: float) -> tuple[float, float, float]:
    """Seconds per call of both, and how many times as long the other takes: the median of the turns side by side.

    For works that differ by little: where the machine is slow for a while, it is so for both sides of a turn.
    """
    taken, others = _turns([mine, other], rounds, least)
    ratio = statistics.median(their / our for our, their in zip(taken, others, strict=True))
    return statistics.median(taken), statistics.median(others), ratio


def _turns(works: list[Work], rounds: int, least: float) -> list[list[float]]:
    counts = []
    for work in works:
        count, spent = 1, 0.0
        while spent < least:
            start = time.process_time()
            for _ in range(count):
                work()
            spent = time.process_time() - start
            count *= 2
        counts.append(max(1, count // 2))
    samples: list[list[float]] = [[] for _ in works]
    gc.collect()
    gc.disable()  # as timeit does: whose garbage a collection meets is chance
    for _ in range(rounds):
        for place, (work, count) in enumerate(zip(works, counts, strict=True)):
            start = time.process_time()
            for _ in range(count):
                work()
            samples[place].append((time.process_time() - start) / count)
    gc.enable()
    return samples


class Table:
    """Prints rows of figures beside what was aimed at.

    Args:
        ratio: What the figures are.
        at_least: Whether an aim is met from below (``False``) or from above.
    """

    def __init__(self, ratio: str = "ratio", *, at_least: bool = False) -> None:
        self.missed = 0
        self.at_least = at_least
        print(f"{'what':<66} {ratio:>16}  {'aim':>8}")

    def row(self, what: str, ratio: float, aim: float | None = None) -> None:
        """One figure."""
        good = aim is None or (ratio >= aim if self.at_least else ratio <= aim)
        verdict = "" if aim is None else "  ok" if good else "  MISSED"
        self.missed += not good
        print(f"{what:<66} {ratio:>15.2f}x  {'' if aim is None else f'{aim:g}x':>8}{verdict}", flush=True)
