"""The walks that the tests take, each once per process."""

from minishop.orders import OrderPolicy
from tests.orders.build import Story, line, terms, unit
from tests.orders.walk import Size, Walk

ONE = Size(cancels=False, windows=False)
TWO = Size(payments=2, after_sales=2, cancels=False, windows=False, is_flaky=False)
ODD = Size(voids=True, prices=True, mismatches=True, windows=False, is_flaky=False, fails=False)

#: Name to terms, size, and what else the story needs.
PLANS = {
    "two units, refund only": (terms(line("1", 100, 60), freight=10), ONE.of("refund-only"), {}),
    "two units, return": (terms(line("1", 100, 60), freight=10), ONE.of("return"), {}),
    "two units, exchange": (terms(line("1", 100, 60), freight=10), ONE.of("exchange"), {}),
    "two payments, two after-sales": (terms(line("1", 100), slices=(30, 70)), TWO, {}),
    "after-sales one after another": (
        terms(line("1", 100), slices=(30, 70)),
        Size(payments=2, after_sales=2, windows=False, is_flaky=False, fails=False),
        {},
    ),
    "grants taken back": (terms(line("1", 100)), Size(goodwill=40, is_flaky=False), {}),
    "repriced, voided, mismatched": (terms(line("1", 100)), ODD, {}),
    "two units, voided": (terms(line("1", 100, 60)), Size(after_sales=0, voids=True, windows=False), {}),
    "paid twice": (terms(line("1", 100)), Size(payments=2, after_sales=0, fails=False), {}),
    "group": (terms(line("1", 100)), Size(after_sales=0, is_flaky=False), {"hold": "group"}),
    "virtual group": (terms(line("1", 100, ships=False)), Size(is_flaky=False, prices=True), {"hold": "group"}),
    "half virtual": (
        terms(line("1", 100), line("2", 60, ships=False)),
        Size(is_flaky=False, fails=False, windows=False, prices=True),
        {},
    ),
    "half virtual group": (
        terms(line("1", 100), line("2", 60, ships=False)),
        Size(after_sales=0, is_flaky=False, fails=False, windows=False),
        {"hold": "group"},
    ),
    "paid with points": (
        terms(line("1", units=(unit("1/1", 0, points_value=50, points_count=50), unit("1/2", 0, points_value=50)))),
        Size(is_flaky=False, windows=False),
        {},
    ),
    "granted by hand": (
        terms(line("1", 100)),
        Size(after_sales=0, is_flaky=False),
        {"policy": OrderPolicy(refund_owed="manual")},
    ),
}


#: Name to the number of its states. It changes when the life cycle does, and only then.
COUNTS = {
    "two units, refund only": 14822,
    "two units, return": 11735,
    "two units, exchange": 1697,
    "two payments, two after-sales": 22331,
    "grants taken back": 1582,
    "repriced, voided, mismatched": 6851,
    "two units, voided": 2045,
    "paid twice": 51,
    "group": 106,
    "virtual group": 463,
    "half virtual": 405,
    "half virtual group": 42,
    "paid with points": 3572,
    "granted by hand": 51,
    "after-sales one after another": 2953,
}


def walk(name, check=lambda order: None):
    start, size, more = PLANS[name]
    story = Story(start, **more)
    return Walk(story.order, size, policy=story.policy, check=check)
