"""What a shop asks its gateway for, as calls of WeChat Pay.

A payment's attempt is its ``out_trade_no``, a refund's leg its ``out_refund_no``. What WeChat Pay refuses because of
the state of things is asked about, so that the shop learns the state instead of the refusal.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from attrs import frozen

from minishop.errors import RemoteError
from minishop.flows import Flow, Now, ask
from minishop.payments._gateway import (
    BillKind,
    BillRow,
    CaptureNotice,
    Closed,
    Declined,
    NotFound,
    PaymentAnswer,
    PaymentRequest,
    Pending,
    Ready,
    RefundAnswer,
    RefundNotice,
    RefundRequest,
)
from minishop.payments._reconcile import SHANGHAI
from minishop.payments.wechatpay._ack import Ack
from minishop.payments.wechatpay._errors import UnexpectedContent
from minishop.payments.wechatpay._headers import HeaderSource
from minishop.payments.wechatpay._notifications import Notification
from minishop.payments.wechatpay._refunds import Refund
from minishop.payments.wechatpay._states import RefundStatus, TradeState
from minishop.payments.wechatpay._transactions import GATEWAY, Transaction
from minishop.payments.wechatpay.client import _billing, _payments, _receiving, _refunding
from minishop.payments.wechatpay.client._bill_rows import TradeRow
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._errors import BillNotReady, BusinessRefused, Busy, NoStatement, NotThere
from minishop.payments.wechatpay.client._orders import Channel, PaymentOrder

__all__ = ["GatewayDesk", "Received", "bill", "close", "create", "query", "query_refund", "receive", "refund"]

_ENDED = (TradeState.CLOSED, TradeState.REVOKED, TradeState.PAYERROR)
_OPEN = (TradeState.NOTPAY, TradeState.USERPAYING)
_READY_AT = time(10)
_FEN = Decimal(100)


@frozen(kw_only=True, eq=False)
class GatewayDesk:
    """What every flow of a gateway goes by."""

    client: Desk
    channel: Channel


@frozen(kw_only=True)
class Received:
    """A notification for a shop.

    Attributes:
        notice: For :meth:`~minishop.checkout.Shop.pay_notified` or ``refund_notified``; ``None``: it is about
            something else, or no money has moved.
        notification: The notification itself.
    """

    notice: CaptureNotice | RefundNotice | None
    notification: Notification

    def ack(self) -> Ack:
        """The response, once the shop has stored it."""
        return self.notification.ack()


# -- payments ------------------------------------------------------------------------------------------------------


def create(desk: GatewayDesk, request: PaymentRequest) -> Flow[PaymentAnswer]:
    """Makes an order; its ``client`` is what the front end needs.

    ``payer`` is the openid for JSAPI and mini-program, the shopper's IP address for H5, and not needed else.
    """
    channel = Channel.of(request.channel.replace("-", "_")) if request.channel else desk.channel
    wants_openid = channel in (Channel.JSAPI, Channel.MINI_PROGRAM)
    order = PaymentOrder(
        out_trade_no=request.attempt,
        description=request.description[:127],
        total=request.amount,
        currency=request.currency,
        time_expire=request.expires_at,
        attach=request.order[:128],
        payer_client_ip=request.payer if channel is Channel.H5 else "",
    )
    openid = request.payer if wants_openid else ""
    try:
        made = yield from _payments.create_payment(desk.client, order, channel=channel, openid=openid)
    except BusinessRefused as error:
        return (yield from _instead(desk, request.attempt, error))
    return Ready(made.client)


def query(desk: GatewayDesk, attempt: str) -> Flow[PaymentAnswer]:
    """Where a payment stands."""
    try:
        found = yield from _payments.query_payment(desk.client, attempt)
    except NotThere:
        return NotFound()
    return _answer(found)


def close(desk: GatewayDesk, attempt: str) -> Flow[PaymentAnswer]:
    """Ends a payment that was not made; the capture if it was.

    Raises:
        RemoteError: Too many calls, or the shopper is paying just now: it is not closed.
    """
    try:
        yield from _payments.close_payment(desk.client, attempt)
    except NotThere:
        return NotFound()
    except (BusinessRefused, Busy) as error:
        return (yield from _instead(desk, attempt, error))
    return Closed()


def _instead(desk: GatewayDesk, attempt: str, error: RemoteError) -> Flow[PaymentAnswer]:
    """The state because of which a call was refused; if it explains nothing, the refusal."""
    answer = yield from query(desk, attempt)
    if isinstance(answer, CaptureNotice | Closed):
        return answer
    raise error


def _answer(found: Transaction) -> PaymentAnswer:
    if found.is_paid:
        return found.capture_notice()
    if found.trade_state in _ENDED:
        return Closed()
    if found.trade_state in _OPEN:
        return Pending()
    raise RemoteError(
        "WeChat Pay gives a state of a payment that is not known",
        code="unknown_state",
        params={"state": found.trade_state},
        next_step="Look at the payment in the merchant console.",
    )


# -- refunds -------------------------------------------------------------------------------------------------------


def refund(desk: GatewayDesk, request: RefundRequest) -> Flow[RefundAnswer]:
    """Gives money back under the leg's own number."""
    try:
        made = yield from _refunding.refund(
            desk.client,
            out_refund_no=request.leg,
            refund=request.amount,
            total=request.total,
            transaction_id=request.transaction,
            out_trade_no="" if request.transaction else request.attempt,
            reason=request.reason[:80],
            currency=request.currency,
        )
    except NotThere:
        raise
    except BusinessRefused as error:
        return Declined(error.code)
    return made.answer()


def query_refund(desk: GatewayDesk, leg: str) -> Flow[RefundAnswer]:
    """Where a refund stands."""
    try:
        found = yield from _refunding.query_refund(desk.client, leg)
    except NotThere:
        return NotFound()
    return found.answer()


# -- notifications ---------------------------------------------------------------------------------------------------


def receive(desk: GatewayDesk, headers: HeaderSource, body: bytes) -> Flow[Received]:
    """A notification, verified, and about this merchant and app; the shop compares it with its order.

    Args:
        desk: The gateway's.
        headers: Your framework's ``request.headers``.
        body: The raw bytes as received.

    Raises:
        Unverified: One of its subclasses; answer with ``error.ack()``.
        InvalidInput: The body is not the raw bytes.
    """
    client = desk.client
    notification = yield from _receiving.receive(client, headers, body)
    event = notification.unchecked()
    if isinstance(event, Transaction | Refund):
        sub = client.sub.mchid if client.sub else ""
        expected = [("mchid", client.merchant.mchid), ("sub_mchid", sub)]
        if isinstance(event, Transaction) and client.appid:
            expected.append(("appid", client.appid))
        differing = [name for name, ours in expected if getattr(event, name) != ours]
        if differing:
            raise UnexpectedContent(differing)
    notice: CaptureNotice | RefundNotice | None = None
    if isinstance(event, Transaction) and event.is_paid:
        notice = event.capture_notice()
    elif isinstance(event, Refund):
        notice = event.refund_notice()
    return Received(notice=notice, notification=notification)


# -- the bill ------------------------------------------------------------------------------------------------------


def bill(desk: GatewayDesk, day: date) -> Flow[tuple[BillRow, ...]]:
    """All payments and refunds of a day in Shanghai.

    Raises:
        RemoteError: ``bill_not_ready``: it is made in the morning after.
    """
    now = (yield from ask(Now())).astimezone(SHANGHAI)
    if day >= now.date():
        raise _not_ready()
    try:
        checked = yield from _billing.trade_bill(desk.client, day)
    except BillNotReady:
        raise _not_ready() from None
    except NoStatement:
        if now < datetime.combine(day + timedelta(days=1), _READY_AT, SHANGHAI):
            raise _not_ready() from None
        return ()
    with checked:
        return tuple(_row(row, desk.client.sub is not None) for row in checked)


def _not_ready() -> RemoteError:
    return RemoteError(
        "the bill is not published yet",
        code="bill_not_ready",
        next_step="Ask again after 10:00 (Shanghai) of the day after.",
    )


def _row(row: TradeRow, is_partner: bool) -> BillRow:
    state = row.trade_state
    is_refund = state in (TradeState.REFUND, TradeState.REVOKED)
    return BillRow(
        kind=BillKind.REFUND if is_refund else BillKind.PAYMENT,
        gateway=GATEWAY,
        number=row.out_refund_no if is_refund else row.transaction_id,
        attempt=row.out_trade_no,
        amount=row.refund if is_refund else row.total,
        currency=row.currency,
        at=row.traded_at,
        is_success=row.refund_status == RefundStatus.SUCCESS if is_refund else state == TradeState.SUCCESS,
        merchant=row.sub_mchid if is_partner else row.mchid,
        fee=int((row.fee * _FEN).quantize(Decimal(1), ROUND_HALF_UP)),
    )
