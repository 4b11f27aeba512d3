"""The shop: what it sells, where it keeps orders, how it is paid. Nothing here knows the web framework."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from minishop import Engine
from minishop.adapters.httpx import AsyncHttpxTransport
from minishop.adapters.sqlite import AsyncSqliteStore
from minishop.adapters.wechatpay import connect_async
from minishop.cart import Product, SavedLine
from minishop.checkout import AsyncShop, Done
from minishop.inventory import StockKey
from minishop.orders import label
from minishop.payments import CaptureNotice, RefundNotice
from minishop.payments.wechatpay import Merchant, PlatformKeys, Unverified
from minishop.payments.wechatpay.client import MAIN_HOST, AsyncWechatPayGateway


def now():
    return datetime.now(UTC)


# -- who is paid ---------------------------------------------------------------------------------------------------

known = json.loads(Path(os.environ["WECHATPAY"]).read_text(encoding="utf-8"))
merchant = Merchant.load(
    mchid=known["mchid"],
    serial=known["serial"],
    private_key=Path(known["private_key"]).read_text(encoding="utf-8"),
    api_v3_key=known["api_v3_key"],
)
public_key = Path(known["public_key"]).read_text(encoding="utf-8")
transport = AsyncHttpxTransport()
client = connect_async(
    merchant,
    keys=PlatformKeys.of(public_keys={known["public_key_id"]: public_key}, merchant=merchant),
    transport=transport,
    appid=known["appid"],
    notify_url=os.environ["NOTIFY_URL"],
    hosts=(os.environ.get("WECHATPAY_API", MAIN_HOST),),
)
gateway = AsyncWechatPayGateway(client, channel="mini_program")

# -- what is sold --------------------------------------------------------------------------------------------------

goods = {"TEA": Product(unit_price=12900)}  # fen
store = AsyncSqliteStore("shop.db")
shop = AsyncShop(
    "tea-house",
    engine=Engine.from_toml("format = 1"),
    store=store,
    gateway=gateway,
    shelf=lambda skus, buyer: goods,
    clock=now,
)


async def open_shop():
    """Books the goods in: once, however often the app starts."""
    await shop.receive_stock({StockKey("TEA"): 100}, key="delivery-1")


async def close_shop():
    """Closes the connections and the file."""
    await transport.aclose()
    await store.close()


# -- what the views call -------------------------------------------------------------------------------------------


async def buy(buyer, openid, click):
    """Status and content: one tea, to be paid with what is in ``pay``. The same click again is the same order."""
    tea = SavedLine(sku="TEA", quantity=1, changed_at=now())
    answer = await shop.place_order(buyer=buyer, key=click, lines=(tea,), expected_total=12900, payer=openid)
    if not isinstance(answer, Done):
        return 409, {"code": answer.code, "text": answer.text("zh-CN")}
    if answer.notice is not None:
        return 503, {"order": answer.order.id, "code": answer.notice.code}  # the same click again goes on
    return 201, {"order": answer.order.id, "pay": dict(answer.client)}


async def look(order):
    """Status and content: where an order stands."""
    found = await shop.find_order(order)
    if found is None:
        return 404, {"code": "no_such_order"}
    return 200, {"order": order, "state": label(found[0]).text("zh-CN"), "paid": found[0].captured}


async def notified(headers, body):
    """The response to a notification: only what is verified and stored is acknowledged."""
    try:
        received = await gateway.receive(headers, body)
    except Unverified as error:
        return error.ack()
    if isinstance(received.notice, CaptureNotice):
        await shop.pay_notified(received.notice, notification=received.notification.id)
    elif isinstance(received.notice, RefundNotice):
        await shop.refund_notified(received.notice, notification=received.notification.id)
    return received.ack()
