"""Who may receive a part of a payment."""

from __future__ import annotations

from typing import Any

from minishop.testing.wechatpay._checks import shape, text
from minishop.testing.wechatpay._fields import open_text
from minishop.testing.wechatpay._ledger import Call, Ledger
from minishop.testing.wechatpay._sharing import RECEIVER_TYPE

__all__ = ["add_receiver", "delete_receiver"]

_ADD = shape(
    {"appid": text(32), "type": RECEIVER_TYPE, "account": text(64), "relation_type": text(32)},
    {"name": text(10240), "custom_relation": text(10), "sub_mchid": text(32), "sub_appid": text(32)},
)
_DELETE = shape(
    {"appid": text(32), "type": RECEIVER_TYPE, "account": text(64)}, {"sub_mchid": text(32), "sub_appid": text(32)}
)


def add_receiver(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Makes somebody known who may receive a part. Adding again changes nothing."""
    body = call.body
    _ADD(body, "/body")
    if "name" in body:
        open_text(ledger, call, body["name"], "/body/name")
    ledger.receivers.add((body["type"], body["account"]))
    return {
        name: body[name] for name in ("type", "account", "name", "relation_type", "custom_relation") if name in body
    }


def delete_receiver(ledger: Ledger, call: Call) -> dict[str, Any]:
    """Forgets somebody who may receive a part."""
    body = call.body
    _DELETE(body, "/body")
    ledger.receivers.discard((body["type"], body["account"]))
    return {"type": body["type"], "account": body["account"]}
