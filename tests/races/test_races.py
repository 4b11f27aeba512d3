"""Processes let go at the same moment, on each database: what there is one of stays one."""

from functools import partial

import pytest

from tests.apart import Apart
from tests.races.acts import ROUNDS
from tests.servers import MARIADB, POSTGRES, Corner, require

pytestmark = pytest.mark.oracle

SQLITE = "sqlite"
DATABASES = [
    pytest.param(SQLITE, id="sqlite", marks=pytest.mark.xdist_group("races")),
    pytest.param(POSTGRES, id="postgresql", marks=pytest.mark.xdist_group("races")),
    pytest.param(MARIADB, id="mariadb", marks=pytest.mark.xdist_group("races")),
]


@pytest.fixture(scope="module", params=DATABASES)
def race(request):
    """Plays an act on a database."""
    corner = None
    if request.param != SQLITE:
        require(request.param)
        corner = Corner(request.param)
        corner.make()
    try:
        with Apart() as process:
            url = corner and corner.url().render_as_string(hide_password=False)
            yield partial(play, process, url)
    finally:
        if corner is not None:
            corner.drop()


def play(process, url, act, module="acts", **arguments):
    return process.call(f"tests.races.{module}:{act}", url=url, timeout=120, **arguments)


@pytest.fixture
def check(race, record_property):
    def check(act, expected, **arguments):
        found = race(act, **arguments)
        record_property("seconds", found.pop("seconds"))
        record_property("busy", found.pop("busy", 0))
        assert found == expected

    return check


def test_two_hundred_buyers_and_stock_for_fifty(check):
    expected = {"placed": 50, "short": 150, "answers": 200, "on_hand": 50, "available": 0, "orders": 50, "faults": []}
    check("buyers", expected, count=200, stock=50)


def test_one_capture_of_a_hundred_notifications(check):
    expected = {"answers": 100, "with news": 1, "captured": [10000], "payments": 1, "paid events": 1, "faults": []}
    check("notifications", expected, copies=100)


def test_a_refund_clicked_twice_with_one_key(check):
    answers = [["done", "done"]] * ROUNDS
    check("refunds", {"answers": answers, "legs": [1] * ROUNDS, "sent": ROUNDS, "faults": []}, same_key=True)


def test_a_refund_clicked_by_two_who_saw_the_same(race):
    found = race("refunds", same_key=False)
    assert [sorted(pair) for pair in found["answers"]] == [["done", "version_changed"]] * ROUNDS
    assert (found["legs"], found["sent"], found["faults"]) == ([1] * ROUNDS, ROUNDS, [])


def test_the_last_coupon(check):
    check("last_coupon", {"answers": [["coupons_gone", "mine"]] * ROUNDS, "coupons": ROUNDS})


def test_two_devices_and_one_cart(check):
    answers = [["empty_cart", "placed"]] * ROUNDS
    check("one_cart", {"answers": answers, "orders": ROUNDS, "faults": []})


def test_two_sweeps_beside_traffic(check):
    # Of five orders two are refunded; nobody pays for two.
    check("sweeps", {"errors": [], "orders": 10, "refunds": 4, "faults": []}, orders=10)


def test_sweeps_relays_and_pushes_of_parcels(check):
    expected = {
        "reports": 4,
        "followed": 4,
        "repeated in vain": 0,
        "told": {"to-pay": 4, "to-ship": 4, "to-receive": 4, "completed": 4},
        "orders": [["completed", 1, 1, "shopper", "delivered"]] * 4,
        "there": [[6, True, 1, False]] * 4,
        "alerts": [],
        "errors": [],
        "left": 4,  # of each order the window for after-sales
        "faults": [],
    }
    check("parcels", expected, module="parcels", orders=4)
