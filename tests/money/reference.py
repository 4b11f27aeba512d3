"""A slow, independent reading of the allocation rules in exact fractions, for comparison.

It shares no idea of implementation with the library: shares are found by raising a common *level* (fen per
unit of weight) until the money is spent, instead of by rounds of division; odd fen are handed out one by one.
"""

from fractions import Fraction


def exact_shares(amount, weights, caps):
    """The share of each line before rounding, given that the caps together can take the amount.

    Every line holds ``min(cap, level * weight)``. The level at which those sum to the amount is found by
    walking through the levels at which single lines become full.
    """
    if not any(weights):
        weights = [1] * len(weights)
    positive = [i for i, w in enumerate(weights) if w]
    reach = sum(caps[i] for i in positive)
    if amount > reach:  # all of them are full; the lines of weight 0 share what is left
        rest = [i for i, w in enumerate(weights) if not w]
        shares = [Fraction(c) for c in caps]
        for i, s in zip(rest, exact_shares(amount - reach, [1] * len(rest), [caps[i] for i in rest]), strict=True):
            shares[i] = s
        return shares
    spent, level, slope = Fraction(0), Fraction(0), sum(weights)
    for i in sorted(positive, key=lambda i: Fraction(caps[i], weights[i])):
        full_at = Fraction(caps[i], weights[i])
        needed = (full_at - level) * slope
        if spent + needed >= amount:
            break
        spent, level, slope = spent + needed, full_at, slope - weights[i]
    if slope:
        level += (amount - spent) / slope
    return [min(Fraction(c), level * w) for c, w in zip(caps, weights, strict=True)]


def largest_remainder(amount, weights, caps):
    """(parts, shortfall), handing each odd fen to whoever is furthest below the exact share."""
    takes = min(amount, sum(caps))
    exact = exact_shares(takes, weights, caps)
    parts = [share.numerator // share.denominator for share in exact]
    while sum(parts) < takes:
        below = [share - part for share, part in zip(exact, parts, strict=True)]
        parts[below.index(max(below))] += 1
    return tuple(parts), amount - takes
