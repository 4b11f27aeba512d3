"""The shop: what it sells, where it keeps orders, how it is paid. Nothing here knows the web framework."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from minishop import Engine
from minishop.adapters.httpx import HttpxTransport
from minishop.adapters.sqlite import SqliteStore
from minishop.adapters.wechatpay import connect
from minishop.cart import Product, SavedLine
from minishop.checkout import Done, Shop
from minishop.inventory import StockKey
from minishop.orders import label
from minishop.payments import CaptureNotice, RefundNotice
from minishop.payments.wechatpay import Merchant, PlatformKeys, Unverified
from minishop.payments.wechatpay.client import MAIN_HOST, WechatPayGateway


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
client = connect(
    merchant,
    keys=PlatformKeys.of(public_keys={known["public_key_id"]: public_key}, merchant=merchant),
    transport=HttpxTransport(),
    appid=known["appid"],
    notify_url=os.environ["NOTIFY_URL"],
    hosts=(os.environ.get("WECHATPAY_API", MAIN_HOST),),
)
gateway = WechatPayGateway(client, channel="mini_program")

# -- what is sold --------------------------------------------------------------------------------------------------

goods = {"TEA": Product(unit_price=12900)}  # fen
shop = Shop(
    "tea-house",
    engine=Engine.from_toml("format = 1"),
    store=SqliteStore("shop.db"),
    gateway=gateway,
    shelf=lambda skus, buyer: goods,
    clock=now,
)
shop.receive_stock({StockKey("TEA"): 100}, key="delivery-1")  # once, however often the app starts

# -- what the views call -------------------------------------------------------------------------------------------


def buy(buyer, openid, click):
    """Status and content: one tea, to be paid with what is in ``pay``. The same click again is the same order."""
    tea = SavedLine(sku="TEA", quantity=1, changed_at=now())
    answer = shop.place_order(buyer=buyer, key=click, lines=(tea,), expected_total=12900, payer=openid)
    if not isinstance(answer, Done):
        return 409, {"code": answer.code, "text": answer.text("zh-CN")}
    if answer.notice is not None:
        return 503, {"order": answer.order.id, "code": answer.notice.code}  # the same click again goes on
    return 201, {"order": answer.order.id, "pay": dict(answer.client)}


def look(order):
    """Status and content: where an order stands."""
    found = shop.find_order(order)
    if found is None:
        return 404, {"code": "no_such_order"}
    return 200, {"order": order, "state": label(found[0]).text("zh-CN"), "paid": found[0].captured}


def notified(headers, body):
    """The response to a notification: only what is verified and stored is acknowledged."""
    try:
        received = gateway.receive(headers, body)
    except Unverified as error:
        return error.ack()
    if isinstance(received.notice, CaptureNotice):
        shop.pay_notified(received.notice, notification=received.notification.id)
    elif isinstance(received.notice, RefundNotice):
        shop.refund_notified(received.notice, notification=received.notification.id)
    return received.ack()
