"""The fake's logistics plugin: waybills that may be looked at, without events."""

from __future__ import annotations

from typing import Any

from minishop.testing.wechat._wire import Call, Refusal

__all__ = ["Waybills"]

_COMPANIES = (("SF", "顺丰速运"), ("ZTO", "中通快递"), ("YTO", "圆通速递"), ("STO", "申通快递"), ("JDL", "京东物流"))


class Waybills:
    """``/cgi-bin/express/delivery/open_msg``."""

    def __init__(self) -> None:
        self.companies = dict(_COMPANIES)
        self.statuses: dict[str, int] = {}  # waybill -> 0 to 6
        self._traced: dict[str, dict[str, Any]] = {}

    def list(self, call: Call) -> dict[str, Any]:
        """``get_delivery_list``: wants an empty object."""
        if call.fields:
            raise Refusal(47001, "data format error")
        companies = [{"delivery_id": key, "delivery_name": name} for key, name in self.companies.items()]
        return {"delivery_list": companies, "count": len(companies)}

    def trace(self, call: Call) -> dict[str, Any]:
        """``trace_waybill``."""
        fields = call.fields
        for name in ("openid", "receiver_phone", "waybill_id", "trans_id"):
            if not isinstance(fields.get(name), str) or not fields[name]:
                raise Refusal(40097, f"invalid args {name}")
        goods = fields.get("goods_info", {}).get("detail_list")
        if not isinstance(goods, list) or not goods:
            raise Refusal(47001, "data format error, detail_list must be a list")
        token = f"waybill-token-{len(self._traced) + 1}"
        self._traced[token] = fields
        return {"waybill_token": token}

    def query(self, call: Call) -> dict[str, Any]:
        """``query_trace``: one status, no events."""
        fields = call.fields
        traced = self._traced.get(fields.get("waybill_token", ""))
        if traced is None:
            raise Refusal(9300507, "waybill_token invalid")
        if fields.get("openid") != traced["openid"]:
            raise Refusal(9300534, "openid does not match waybill_token")
        number = traced["waybill_id"]
        if number not in self.statuses:
            raise Refusal(9300559, "waybill not found")
        company = traced.get("delivery_id", "")
        return {
            "waybill_info": {"status": self.statuses[number], "waybill_id": number},
            "shop_info": {"goods_info": traced["goods_info"]},
            "delivery_info": {"delivery_id": company, "delivery_name": self.companies.get(company, "")},
        }
