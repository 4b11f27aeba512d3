"""An order whose parcel is followed, on a file: python order_with_parcels.py [FILE]. WeChat and kuaidi100 are fakes."""

import sys
import tempfile
from pathlib import Path

from minishop import Engine
from minishop.adapters.machine import machine_handlers
from minishop.adapters.memory import MemoryNonceStore, MemoryTokenStore
from minishop.adapters.sqlite import SqliteStore
from minishop.adapters.wechat import connect
from minishop.cart import Product, SavedLine
from minishop.checkout import Done, Shop
from minishop.flows import HttpRequest, HttpResponse
from minishop.inventory import StockKey
from minishop.logistics import SHANGHAI
from minishop.logistics.kuaidi100 import Kuaidi100
from minishop.orders import Order, label
from minishop.testing.clock import FakeClock
from minishop.testing.gateway import FakeGateway
from minishop.testing.logistics import CallbackTransport, FakeKuaidi100
from minishop.testing.wechat import FakePlatform, FakeTransport
from minishop.wechat import PushSettings
from minishop.wechat.push import PushRequest, ReceivedPush

file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp()) / "shop.db"
store = SqliteStore(file)  # or: SqlAlchemyStore(create_engine("postgresql+psycopg://localhost/shop"))
clock, pace = FakeClock(), MemoryNonceStore()  # days pass in no time
gateway = FakeGateway(f"{file}.gateway", clock=clock, name="till")
wechat, kuaidi100 = FakePlatform(clock=clock), FakeKuaidi100(clock=clock)
program = connect(
    appid=wechat.appid,
    secret=wechat.secret,
    transport=FakeTransport(wechat),  # in your app: HttpxTransport()
    tokens=MemoryTokenStore(),
    nonces=MemoryNonceStore(),
    push=PushSettings(token=wechat.sender.token),
    clock=clock,
)
tracker = Kuaidi100(kuaidi100.account(), kuaidi100.transport, machine=machine_handlers(clock), pace=pace)


def news(order: Order) -> tuple[str, str, dict[str, str]]:
    """What the shopper reads: template, page, and the texts of its keys."""
    return "order-news", f"pages/order?id={order.id}", {"thing1": label(order).text("zh-CN")}


shop = Shop(
    "tea-house",
    engine=Engine.from_toml("format = 1"),
    store=store,
    gateway=gateway,
    shelf=lambda skus, buyer: {"TEA": Product(unit_price=12900)},
    clock=clock,
    mini_program=program,
    openid=lambda order: "oShopper",
    messages=dict.fromkeys(("to-ship", "to-receive", "completed"), news),
    tracking=tracker,
)


def on_kuaidi100(request: HttpRequest) -> HttpResponse:
    """The view behind the callback address: verify, store, acknowledge."""
    pushed = tracker.parse_push(request.headers, request.body, now=clock(), method=request.method)
    shop.parcel_pushed(pushed.updates)
    return HttpResponse(status=pushed.ack.status, body=pushed.ack.body)


def on_wechat(request: PushRequest) -> HttpResponse:
    """The view behind the address of the platform's pushes: likewise."""
    received = program.receive_push(request)
    if isinstance(received, ReceivedPush):
        shop.platform_pushed(received.event)
    return received.ack


def show(step: str, **passed: int) -> None:
    """Time passes, pushes arrive, the sweep runs; then says where everything stands."""
    clock.advance(**passed)
    kuaidi100.deliver_due(CallbackTransport(on_kuaidi100))
    for _ in range(2):
        shop.sweep()
        for push in wechat.take_pushes():
            on_wechat(PushRequest(method=push.method, query=push.query, body=push.body))
    order, state = shop.find_order(name)[0], wechat.shipping.payments[transaction].state
    parcel = "".join(one.status for one in shop.parcels(name)) or "-"
    print(f"{step:<22}{label(order).text('zh-CN')}  parcel: {parcel:<17} WeChat: {STATES[state]}")


STATES = {1: "awaiting shipment", 2: "shipped", 6: "received, money on its way"}
run = len(gateway.book())  # another order each time
number = f"YT{run:013}"
shop.receive_stock({StockKey("TEA"): 1}, key=f"delivery-{run}")
line = SavedLine(sku="TEA", quantity=1, changed_at=clock())
placed = shop.place_order(buyer="u2", key=f"click-{run}", lines=(line,), expected_total=12900)
assert isinstance(placed, Done), placed
name = placed.order.id
shop.pay_notified(notice := gateway.pay(placed.attempt))
transaction = notice.transaction
wechat.add_payment(transaction, openid="oShopper", amount=12900)  # WeChat Pay tells the platform by itself
wechat.add_template("order-news", "thing1")
wechat.consent("oShopper", "order-news", times=3)
show("paid")
kuaidi100.add_parcel(number, "yuantong")
shop.ship(name, seller="clerk", key=f"parcel-{run}", carrier="yto", tracking=number)
show("shipped and reported")
kuaidi100.scan(number, "103", "快件已揽收", location="深圳")
show("picked up", hours=1)
kuaidi100.scan(number, "5", "正在派件", location="北京")
show("out for delivery", days=2)
kuaidi100.scan(number, "3", "已签收", location="北京")
show("delivered", minutes=50)
wechat.confirm_receipt(transaction)
show("confirmed in WeChat")
for parcel in shop.parcels(name):
    for event in parcel.tracking.events if parcel.tracking else ():
        print(f"  {event.at.astimezone(SHANGHAI):%m-%d %H:%M}  {event.text}  {event.location}")
told = [sent["data"]["thing1"]["value"] for sent in wechat.messages.sent]
print(f"  the shopper was told: {'，'.join(told)}; alerts: {len(shop.alerts().alerts)}")
