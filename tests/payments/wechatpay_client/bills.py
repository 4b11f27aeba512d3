"""Bills as the documentation describes them, written by hand for the tests."""

from __future__ import annotations

import gzip
import hashlib
from datetime import timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8))

TRADE = [
    *("交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号", "用户标识", "交易类型"),
    *("交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额", "微信退款单号", "商户退款单号", "退款金额"),
    *("充值券退款金额", "退款类型", "退款状态", "商品名称", "商户数据包", "手续费", "费率", "订单金额"),
    *("申请退款金额", "费率备注"),
]
TRADE_SUMMARY = [
    *("总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额", "手续费总金额", "订单总金额"),
    "申请退款总金额",
]
FLOW = [
    *("记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型", "收支金额（元）"),
    *("账户结余（元）", "资金变更提交申请人", "备注", "业务凭证号"),
]
FLOW_SUMMARY = ["资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"]

PAID = {
    "交易时间": "2026-06-01 10:00:07",
    "公众账号ID": "wx2421b1c4370ec43b",
    "商户号": "1900007291",
    "特约商户号": "0",
    "微信订单号": "4200002026060112345678901234",
    "商户订单号": "A20260601-000001",
    "用户标识": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
    "交易类型": "JSAPI",
    "交易状态": "SUCCESS",
    "付款银行": "OTHERS",
    "货币种类": "CNY",
    "应结订单金额": "128.00",
    "代金券金额": "0.00",
    "微信退款单号": "0",
    "商户退款单号": "0",
    "退款金额": "0.00",
    "充值券退款金额": "0.00",
    "商品名称": "茶",
    "手续费": "0.76800",
    "费率": "0.60%",
    "订单金额": "128.00",
    "申请退款金额": "0.00",
}
BACK = PAID | {
    "交易时间": "2026-06-01 12:30:00",
    "交易状态": "REFUND",
    "应结订单金额": "0.00",
    "微信退款单号": "50000000382026060109711111111",
    "商户退款单号": "R1",
    "退款金额": "1.00",
    "退款类型": "ORIGINAL",
    "退款状态": "SUCCESS",
    "手续费": "-0.00600",
    "订单金额": "0.00",
    "申请退款金额": "1.00",
}


def line(cells: list[str]) -> str:
    return "`" + ",`".join(cells)


def text(
    rows: list[dict[str, str]],
    *,
    columns: list[str] = TRADE,
    summary: dict[str, str] | None = None,
    names: list[str] = TRADE_SUMMARY,
) -> bytes:
    """The plain text: a byte order mark, CRLF, cells that begin with a backtick."""
    given = summary or {}
    lines = [
        ",".join(columns),
        *(line([row.get(name, "") for name in columns]) for row in rows),
        ",".join(names),
        line([given.get(name, "0.00") for name in names]),
    ]
    return "\ufeff".encode() + "".join(f"{one}\r\n" for one in lines).encode()


def announced(plain: bytes, url: str = "https://api.mch.weixin.qq.com/v3/billdownload/file?token=T1") -> dict[str, str]:
    return {"hash_type": "SHA1", "hash_value": hashlib.sha1(plain).hexdigest(), "download_url": url}


def packed(plain: bytes) -> bytes:
    return gzip.compress(plain, 1)
