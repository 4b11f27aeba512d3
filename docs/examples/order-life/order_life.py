"""From cart to refunded order, on a file: python order_life.py [FILE]. PostgreSQL: change the line that says so."""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from minishop import Engine, format_yuan
from minishop.adapters.sqlite import SqliteStore
from minishop.cart import Add, Product
from minishop.checkout import Done, Shop
from minishop.inventory import StockKey
from minishop.orders import Outcome, Pick, UnitOutcome, label
from minishop.testing.gateway import FakeGateway

file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "shop.db"
store = SqliteStore(file)  # or: SqlAlchemyStore(create_engine("postgresql+psycopg://localhost/shop"))
gateway = FakeGateway(f"{file}.gateway")  # takes no real money, and keeps its own book
goods = {"TEA": Product(unit_price=12900, category=("tea",)), "CUP": Product(unit_price=5990)}
engine = Engine.from_file(Path(__file__).with_name("rules.toml"))
shop = Shop(
    "tea-house", engine=engine, store=store, gateway=gateway, shelf=lambda *_: goods, clock=lambda: datetime.now(UTC)
)


def show(step: str, answer: object) -> Done:
    """Prints what a step led to; a refusal ends the script with its reasons."""
    if not isinstance(answer, Done):
        sys.exit(f"{step}: {answer}")
    order, badge = answer.order, answer.order.after_sales[-1].state if answer.order.after_sales else ""
    paid, back = order.captured, sum(leg.amount for leg in order.legs if leg.state == "settled")
    print(f"{step:<26}{label(order).text('zh-CN')}  paid {format_yuan(paid):>7}  back {format_yuan(back):>7}  {badge}")
    return answer


shop.receive_stock({StockKey("TEA"): 100, StockKey("CUP"): 100}, key=f"delivery-{file}")
base = shop.read_cart("u1").cart.sequence  # goes on where the last run on this file ended
phone = {"device": f"phone-{base}", "base": base}
wishes = [Add(number=1, sku="TEA", **phone), Add(number=2, sku="CUP", quantity=2, **phone)]
shop.sync_cart("u1", wishes, shopper="u1")
total = shop.preview_order(buyer="u1", cart="u1").payable
order = show("placed", shop.place_order(buyer="u1", key=f"order-{base}", cart="u1", expected_total=total))
at, clerk = order.order.id, {"seller": "clerk"}
show("paid", shop.pay_notified(gateway.pay(order.attempt)))
show("first parcel: tea", shop.ship(at, key=at + "p1", units=(Pick("TEA", 1),), carrier="SF", tracking="SF1", **clerk))
show("second parcel: cups", shop.ship(at, key=at + "p2", carrier="YTO", tracking="YT2", **clerk))
show("one cup broken: refund", shop.refund(at, key=at + "r1", units=("CUP/1",), reason="broken", **clerk))
show("... and the money is back", shop.refund_notified(gateway.settle_refund(gateway.pending_refunds()[0])))
show("received", shop.confirm(at, buyer="u1", key=at + "c1"))
tea = ("TEA/1",)
opened = show("asks for a return", shop.open_after_sale(at, buyer="u1", key=at + "a1", kind="return", units=tea))
name = opened.order.after_sales[-1].id
show("approved", shop.approve(at, key=at + "ok", after_sale=name, **clerk))
show("sent back", shop.send_back(at, buyer="u1", key=at + "s1", after_sale=name, tracking="ZT3"))
good = (UnitOutcome("TEA/1", Outcome.GOOD),)
show("came back in good order", shop.receive_return(at, key=at + "in", after_sale=name, outcomes=good, **clerk))
show("refund granted", shop.grant(at, key=at + "g1", after_sale=name, **clerk))
show("... and the money is back", shop.refund_notified(gateway.settle_refund(gateway.pending_refunds()[0])))
