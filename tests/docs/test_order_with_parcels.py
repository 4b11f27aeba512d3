"""The example whose parcel is followed says what it must, on a file and on servers."""

from pathlib import Path

import pytest

from tests.docs.test_order_life import run_script, with_store
from tests.servers import MARIADB, POSTGRES, Corner, require

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "order-with-parcels" / "order_with_parcels.py"

STEPS = """\
paid                  待发货  parcel: -                 WeChat: awaiting shipment
shipped and reported  待收货  parcel: pending           WeChat: shipped
picked up             待收货  parcel: picked_up         WeChat: shipped
out for delivery      待收货  parcel: out_for_delivery  WeChat: shipped
delivered             待收货  parcel: delivered         WeChat: shipped
confirmed in WeChat   已完成  parcel: delivered         WeChat: received, money on its way
  06-01 12:00  快件已揽收  深圳
  06-01 13:00  正在派件  北京
  06-03 13:00  已签收  北京
  the shopper was told: 待发货，待收货，已完成; alerts: 0
"""


def test_on_a_file_twice(tmp_path):
    file = str(tmp_path / "shop.db")
    assert run_script(SCRIPT, file) == STEPS
    assert run_script(SCRIPT, file) == STEPS


@pytest.fixture(params=[POSTGRES, MARIADB], ids=lambda server: server.name)
def own_corner(request):
    """A schema of its own: the script's sweep works off all that is in it."""
    require(request.param)
    corner = Corner(request.param)
    corner.make()
    yield corner
    corner.drop()


def test_on_a_server_by_changing_one_line(own_corner, tmp_path):
    (tmp_path / "script.py").write_text(with_store(SCRIPT, own_corner), encoding="utf-8")
    assert run_script(tmp_path / "script.py", str(tmp_path / "unused.db")) == STEPS


@pytest.mark.parametrize("page", ["how-to/follow-parcels.md"])
def test_the_page_shows_what_it_prints(page):
    shown = (SCRIPT.parents[2] / page).read_text(encoding="utf-8")
    assert STEPS in shown
