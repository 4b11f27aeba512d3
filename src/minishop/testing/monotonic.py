"""Does a benefit keep its promise? Tried on many amounts, so a yes is no proof, but a no comes with an example."""

from __future__ import annotations

import random

from minishop.promotions.benefits import Benefit, ItemBenefit, OrderBenefit, PriceBenefit

__all__ = ["check_monotonic"]


def check_monotonic(benefit: Benefit, *, most: int = 100_000, tries: int = 2_000, seed: int = 0) -> None:
    """Checks that a benefit never takes less when there is more to take from.

    The search for the best price relies on it (see `minishop.promotions.benefits`).

    Args:
        benefit: An instance of your class.
        most: The largest amount tried, fen.
        tries: How many pairs to try.
        seed: Other seeds try other pairs; the same seed tries the same.

    Raises:
        AssertionError: With a pair of inputs for which the promise is broken.
    """
    dice = random.Random(seed)
    for _ in range(tries):
        low, high = sorted((dice.randrange(most + 1), dice.randrange(most + 1)))
        if isinstance(benefit, PriceBenefit):
            _check_price(benefit, low, high)
        if isinstance(benefit, OrderBenefit):
            _check_order(benefit, low, high, dice)
        if isinstance(benefit, ItemBenefit):
            _check_item(benefit, dice, most)


def _check_price(benefit: PriceBenefit, low: int, high: int) -> None:
    cheap, dear = benefit.sale_price(low), benefit.sale_price(high)
    assert 0 <= cheap <= low, f"a list price of {low} sells at {cheap}"
    assert cheap <= dear, f"a list price of {low} sells at {cheap}, but one of {high} at {dear}"


def _check_order(benefit: OrderBenefit, low: int, high: int, dice: random.Random) -> None:
    cut = benefit.cutter()
    few, many = sorted((dice.randint(1, 20), dice.randint(1, 20)))
    once, often = sorted((dice.randint(1, 5), dice.randint(1, 5)))
    less, more = cut(low, few, once), cut(high, many, often)
    assert less >= 0, f"{low} fen and {few} units: a cut of {less}"
    assert less <= more, (
        f"{low} fen, {few} units, {once} times the threshold give {less}, "
        f"but {high} fen, {many} units, {often} times give {more}"
    )


def _check_item(benefit: ItemBenefit, dice: random.Random, most: int) -> None:
    units = [sorted(dice.randrange(most + 1) for _ in range(dice.randint(1, 3))) for _ in range(dice.randint(1, 3))]
    cheaper = [[dice.randint(0, unit) for unit in line] for line in units]
    before = benefit.most(units)
    now = sum(share.cut for share in benefit.shares(cheaper))
    assert now <= before, f"units {cheaper} give {now}, but the dearer {units} are said to give at most {before}"
