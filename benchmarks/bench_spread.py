"""`minishop.money.spread` against the textbook method, which sorts the positions by their remainders."""

import random
from collections.abc import Callable, Sequence
from timeit import repeat

from minishop.money import spread

Method = Callable[[int, Sequence[int], int], list[int]]


def textbook(amount: int, weights: Sequence[int], total: int) -> list[int]:
    """Largest remainder as one would write it down."""
    parts = [amount * w // total for w in weights]
    left = amount - sum(parts)
    if left:
        remainders = [amount * w % total for w in weights]
        for i in sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)[:left]:
            parts[i] += 1
    return parts


def bills(count: int, lines: int) -> list[tuple[int, list[int], int]]:
    """Discounts of up to a third over lines of 1.00 to 1800.00 yuan."""
    draw = random.Random(lines)
    carts = [[draw.randint(100, 60000) * draw.randint(1, 3) for _ in range(lines)] for _ in range(count)]
    return [(draw.randint(1, sum(cart) // 3), cart, sum(cart)) for cart in carts]


def microseconds(method: Method, cases: Sequence[tuple[int, list[int], int]]) -> float:
    """The best time per call."""

    def once() -> None:
        for amount, weights, total in cases:
            method(amount, weights, total)

    return min(repeat(once, number=5, repeat=15)) / 5 / len(cases) * 1e6


def main() -> None:
    """Prints one row per cart size."""
    print(f"{'lines':>5} {'spread µs':>10} {'textbook µs':>12} {'ratio':>6}")
    for lines in (2, 5, 10, 50, 500):
        cases = bills(400, lines)
        assert all(spread(*case) == textbook(*case) for case in cases)
        ours, theirs = microseconds(spread, cases), microseconds(textbook, cases)
        print(f"{lines:>5} {ours:>10.2f} {theirs:>12.2f} {ours / theirs:>6.2f}")


if __name__ == "__main__":
    main()
