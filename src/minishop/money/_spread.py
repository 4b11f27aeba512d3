"""Largest remainder, as fast as CPython does it. For callers that have checked their numbers already.

Theory of operation. Line ``i`` deserves ``amount * w[i] / total``. Everybody gets the whole part; the
``left`` fen that remain go, one each, to the largest remainders, the earlier line winning a tie.

* The remainders add up to ``left * total`` exactly, so one sum tells ``left`` before any part is known.
* Sorting positions by remainder is the slow part of the textbook method. Sorting the plain remainders is
  much cheaper and yields the smallest one that still earns a fen, the *cut*. Adding ``total - cut`` to a
  numerator before the division lifts exactly those lines whose remainder reaches the cut.
* That lifts one line too many for every tie at the cut that should have lost; the latest of them give back.

Against sorting positions by key, `benchmarks/bench_spread.py` measures 0.7 of the time for two lines, 0.8 for
ten and 0.9 for five hundred; with all weights equal there is nothing to win.
"""

from collections.abc import Sequence

__all__ = ["spread"]


def spread(amount: int, weights: Sequence[int], total: int) -> list[int]:
    """The parts of an amount by largest remainder, ties to the earlier line. Checks nothing.

    No part exceeds its weight: as ``amount <= total``, the exact share ``amount * w / total`` is at most
    ``w``; a part is at most the share rounded up; and ``w`` is whole. So where the weights are what the
    lines have left, no caps are needed. The sum of the parts is the amount even where the amount exceeds
    the total; only this bound is lost then.

    Args:
        amount: Fen, ``0 < amount <= total``.
        weights: Fen, 0 or more each.
        total: The sum of the weights, which the caller has at hand. Must not be 0.

    Returns:
        One part in fen for each weight.
    """
    remainders = [amount * w % total for w in weights]
    left = sum(remainders) // total
    if left < 2:
        parts = [amount * w // total for w in weights]
        if left:
            parts[remainders.index(max(remainders))] += 1
        return parts
    # `left` remainders below `total` add up to less than `left * total`: so more than `left` lines have
    # one above 0, hence the cut is above 0, a line without remainder is never lifted, and `[-left - 1]`
    # exists.
    ranked = sorted(remainders)
    cut = ranked[-left]
    lift = total - cut
    parts = [(amount * w + lift) // total for w in weights]
    if ranked[-left - 1] == cut:
        _give_back(parts, remainders, cut, sum(parts) - amount)
    return parts


def _give_back(parts: list[int], remainders: Sequence[int], cut: int, surplus: int) -> None:
    i = len(parts)
    while surplus:
        i -= 1
        if remainders[i] == cut:
            parts[i] -= 1
            surplus -= 1
