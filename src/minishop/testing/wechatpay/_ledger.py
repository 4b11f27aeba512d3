"""What the gateway remembers. Only the simulator's own functions write here, under its lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import define, field, frozen

from minishop.testing.wechatpay._credentials import Credentials
from minishop.testing.wechatpay._outbox import Outbox
from minishop.testing.wechatpay._platform import Platform
from minishop.testing.wechatpay._wire import SHANGHAI

if TYPE_CHECKING:
    from minishop.testing.wechatpay._bills import StoredBill
    from minishop.testing.wechatpay._books import Entry
    from minishop.testing.wechatpay._sharing import Sharing
    from minishop.testing.wechatpay._sharing_returns import Return
    from minishop.testing.wechatpay._transfers import Transfer

__all__ = ["Call", "Combined", "Ledger", "Order", "Refund", "Rules"]


@frozen(kw_only=True)
class Rules:
    """How this gateway behaves where a test may choose.

    Attributes:
        appids: Bound to the merchant.
        sub_merchants: For whom the merchant may act as a partner.
        refund_interval: The least time between two refunds of one order.
        refunds_settle_at_once: Instead of when a test says so.
        codes_need_password: Code payments wait for the user, instead of being paid at once.
        bill_token_life: For how long a bill's address is good.
        sets_api_v3_key: ``False``: the merchant has forgotten to; there are no notifications at all.
    """

    appids: frozenset[str]
    sub_merchants: frozenset[str]
    refund_interval: timedelta
    refunds_settle_at_once: bool
    codes_need_password: bool
    bill_token_life: timedelta
    sets_api_v3_key: bool


@frozen(kw_only=True)
class Call:
    """A request that has been let in.

    Attributes:
        path: Values of the placeholders of its route.
        query: Its query; a name that is given twice keeps the last value.
        body: Its JSON object; empty without a body.
        serial: Which platform key it names.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    serial: str | None


@define(kw_only=True)
class Refund:
    """Money on its way back."""

    order: Order
    out_refund_no: str
    refund_id: str
    amount: int
    payer_amount: int
    fee: int
    request: Mapping[str, Any]
    notify_url: str | None
    created_at: datetime
    status: str = "PROCESSING"
    success_at: datetime | None = None
    channel: str = "ORIGINAL"
    account: str = "支付用户零钱"


@define(kw_only=True)
class Combined:
    """Several orders that are paid together."""

    number: str
    appid: str
    request: Mapping[str, Any]
    notify_url: str
    handle: str
    orders: list[Order] = field(factory=list)
    openid: str | None = None


@define(kw_only=True)
class Order:
    """One order of one merchant."""

    product: str
    trade_type: str
    mchid: str
    appid: str
    sub_mchid: str | None = None
    sub_appid: str | None = None
    out_trade_no: str
    description: str
    total: int
    attach: str | None = None
    notify_url: str | None = None
    payer: Mapping[str, str] = field(factory=dict)
    for_sharing: bool = False
    request: Mapping[str, Any]
    handle: str
    created_at: datetime
    expires_at: datetime
    combined: Combined | None = None
    state: str = "NOTPAY"
    transaction_id: str = ""
    paid_at: datetime | None = None
    coupon: int = 0
    failed_attempts: int = 0
    refunds: list[Refund] = field(factory=list)

    @property
    def owner(self) -> str:
        """The merchant among whose numbers ``out_trade_no`` is unique."""
        return self.sub_mchid or self.mchid

    @property
    def payer_total(self) -> int:
        """What the payer has given; the rest is a coupon's."""
        return self.total - self.coupon

    @property
    def refunded(self) -> int:
        """What is back or on its way, fen."""
        return sum(one.amount for one in self.refunds if one.status != "CLOSED")

    def state_at(self, now: datetime) -> str:
        """``trade_state`` as a query tells it."""
        if self.state == "SUCCESS" and self.refunded:
            return "REFUND"
        if self.state in ("NOTPAY", "USERPAYING") and now >= self.expires_at:
            return "CLOSED"
        return self.state


class Ledger:
    """Orders, refunds and the rest, by their numbers.

    Args:
        credentials: The merchant's.
        rules: How the gateway behaves.
        platform: Its keys.
        clock: Tells the time; aware.
        seed: What its numbers and nonces are made from.
    """

    def __init__(
        self,
        *,
        credentials: Credentials,
        rules: Rules,
        platform: Platform,
        clock: Callable[[], datetime],
        seed: str,
    ) -> None:
        self.credentials = credentials
        self.rules = rules
        self.platform = platform
        self.clock = clock
        self.base_url = "https://api.mch.weixin.qq.com"
        self.orders: dict[tuple[str, str], Order] = {}
        self.transactions: dict[str, Order] = {}
        self._by_number: dict[str, list[Order]] = {}
        self.combined: dict[str, Combined] = {}
        self.refunds: dict[str, Refund] = {}
        self.bills: dict[str, StoredBill] = {}
        self.entries: list[Entry] = []
        self.sharings: dict[str, Sharing] = {}
        self.returns: dict[str, Return] = {}
        self.receivers: set[tuple[str, str]] = set()
        self.transfers: dict[str, Transfer] = {}
        self.outbox = Outbox(self)
        self._seed = seed
        self._count = 0

    def number(self, prefix: str, length: int = 28) -> str:
        """A new number of the gateway's: prefix, Shanghai's date, and digits that count."""
        self._count += 1
        day = self.clock().astimezone(SHANGHAI).strftime("%Y%m%d")
        start = f"{prefix}{self._digits()}{day}"
        return start + f"{self._count:0{length - len(start)}d}"

    def token(self) -> str:
        """Thirty-two characters that are never given twice."""
        self._count += 1
        return sha256(f"{self._seed}/{self._count}".encode()).hexdigest()[:32]

    def uuid(self) -> str:
        """A new id of a notification."""
        return str(UUID(self.token()))

    def add(self, order: Order) -> None:
        """Keeps a new order."""
        self.orders[order.owner, order.out_trade_no] = order
        self._by_number.setdefault(order.out_trade_no, []).append(order)

    def find_order(self, out_trade_no: str, owner: str | None = None) -> Order | None:
        """By the merchant's number; without an owner that of the only one who has it."""
        if owner is not None:
            return self.orders.get((owner, out_trade_no))
        found = self._by_number.get(out_trade_no, [])
        return found[0] if len(found) == 1 else None

    def _digits(self) -> str:
        # Six digits that differ from run to run, so that numbers do not repeat in a shop's database.
        return f"{int(sha256(self._seed.encode()).hexdigest(), 16) % 10**6:06d}"
