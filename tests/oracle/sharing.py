"""Allocation, from its definition, with fractions."""

from fractions import Fraction


def share(amount, weights, caps, policy):
    """Parts of an amount: proportional to the weights, each within its cap, whole fen."""
    count = len(weights)
    amount = min(amount, sum(caps))
    parts = [0] * count
    left = amount
    waiting = list(range(count))
    while left and waiting:
        pool = [i for i in waiting if weights[i] > 0] or waiting
        share_of = {i: Fraction(weights[i]) if any(weights[j] for j in pool) else Fraction(1) for i in pool}
        total = sum(share_of.values())
        exact = {i: left * share_of[i] / total for i in pool}
        over = [i for i in pool if exact[i] > caps[i]]
        if over:
            for i in over:
                parts[i] = caps[i]
                left -= caps[i]
                waiting.remove(i)
            continue
        for i in pool:
            parts[i] = int(exact[i])
        odd = left - sum(parts[i] for i in pool)
        if policy == "largest-remainder":
            for i in sorted(pool, key=lambda i: (-(exact[i] - parts[i]), i))[:odd]:
                parts[i] += 1
        elif policy == "first-lines":
            for i in pool:
                if odd and parts[i] < caps[i]:
                    parts[i] += 1
                    odd -= 1
        else:
            for i in reversed(pool):
                extra = min(odd, caps[i] - parts[i])
                parts[i] += extra
                odd -= extra
        left = 0
    return parts


def half_up(value):
    """A non-negative fraction to the nearest whole number, halves up."""
    return int(value + Fraction(1, 2))
