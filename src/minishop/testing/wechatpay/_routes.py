"""Which function answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias
from urllib.parse import unquote

from attrs import frozen

from minishop.testing.wechatpay import (
    _bills,
    _certificates,
    _combined,
    _orders,
    _receivers,
    _refunds,
    _sharing,
    _sharing_returns,
    _transfers,
)
from minishop.testing.wechatpay._handoff import created, reverse
from minishop.testing.wechatpay._ledger import Call, Ledger

__all__ = ["Found", "find"]

#: Answers with content, with nothing (204), or with a finished reply.
Handler: TypeAlias = Callable[[Ledger, Call], Any]

_COMBINED = "/v3/combine-transactions"
_TRANSFERS = "/v3/fund-app/mch-transfer/transfer-bills"


@frozen
class Found:
    """What answers a path.

    Attributes:
        methods: Method -> function.
        path: Values of the placeholders, percent-decoded.
    """

    methods: Mapping[str, Handler]
    path: Mapping[str, str]


def _transactions(prefix: str, *, is_partner: bool) -> dict[str, Handler]:
    """The calls about orders, which a partner has at other paths."""
    by_number = f"{prefix}/out-trade-no/{{out_trade_no}}"
    calls: dict[str, Handler] = {
        f"POST {prefix}/{product}": created(product, is_partner=is_partner) for product in _orders.TRADE_TYPES
    }
    return calls | {
        f"GET {prefix}/id/{{transaction_id}}": partial(_orders.query_by_id, is_partner=is_partner),
        f"GET {by_number}": partial(_orders.query_by_number, is_partner=is_partner),
        f"POST {by_number}/close": partial(_orders.close, is_partner=is_partner),
        f"POST {by_number}/reverse": partial(reverse, is_partner=is_partner),
    }


_ROUTES: dict[str, Handler] = {
    **_transactions("/v3/pay/transactions", is_partner=False),
    **_transactions("/v3/pay/partner/transactions", is_partner=True),
    "POST /v3/refund/domestic/refunds": _refunds.ask,
    "GET /v3/refund/domestic/refunds/{out_refund_no}": _refunds.query,
    "POST /v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund": _refunds.apply_abnormal,
    "GET /v3/certificates": _certificates.download,
    "GET /v3/bill/tradebill": _bills.ask_for_trades,
    "GET /v3/bill/fundflowbill": _bills.ask_for_funds,
    "GET /v3/billdownload/file": _bills.file,
    **{f"POST {_COMBINED}/{product}": _combined.create(product) for product in _combined.PRODUCTS},
    f"GET {_COMBINED}/out-trade-no/{{combine_out_trade_no}}": _combined.query,
    f"POST {_COMBINED}/out-trade-no/{{combine_out_trade_no}}/close": _combined.close,
    "POST /v3/profitsharing/orders": _sharing.ask,
    "GET /v3/profitsharing/orders/{out_order_no}": _sharing.query,
    "POST /v3/profitsharing/orders/unfreeze": _sharing.unfreeze,
    "POST /v3/profitsharing/return-orders": _sharing_returns.return_money,
    "GET /v3/profitsharing/return-orders/{out_return_no}": _sharing_returns.query_return,
    "GET /v3/profitsharing/transactions/{transaction_id}/amounts": _sharing.amounts,
    "POST /v3/profitsharing/receivers/add": _receivers.add_receiver,
    "POST /v3/profitsharing/receivers/delete": _receivers.delete_receiver,
    f"POST {_TRANSFERS}": _transfers.ask,
    f"GET {_TRANSFERS}/out-bill-no/{{out_bill_no}}": _transfers.query_by_number,
    f"GET {_TRANSFERS}/transfer-bill-no/{{transfer_bill_no}}": _transfers.query_by_bill,
    f"POST {_TRANSFERS}/out-bill-no/{{out_bill_no}}/cancel": _transfers.cancel,
}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


def _table() -> dict[str, dict[str, Handler]]:
    table: dict[str, dict[str, Handler]] = {}
    for route, handler in _ROUTES.items():
        method, path = route.split(" ")
        table.setdefault(path, {})[method] = handler
    return table


#: Literal paths come before those with placeholders that would match them, too.
_TABLE = [(_pattern(path), methods) for path, methods in sorted(_table().items(), key=lambda row: row[0].count("{"))]


def find(path: str) -> Found | None:
    """What answers a path; ``None``: nothing does."""
    for pattern, methods in _TABLE:
        match = pattern.fullmatch(path)
        if match:
            return Found(methods, {name: unquote(value) for name, value in match.groupdict().items()})
    return None
