"""What a flow asks a gateway for, and the table that answers it."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from minishop.flows import Handlers, Request
from minishop.payments._gateway import (
    AsyncGateway,
    BillRow,
    Gateway,
    PaymentAnswer,
    PaymentRequest,
    RefundAnswer,
    RefundRequest,
)

__all__ = [
    "ClosePayment",
    "CreatePayment",
    "FetchBill",
    "QueryPayment",
    "QueryRefund",
    "SendRefund",
    "gateway_handlers",
]


@frozen
class CreatePayment(Request[PaymentAnswer]):
    """:meth:`Gateway.create`."""

    request: PaymentRequest


@frozen
class QueryPayment(Request[PaymentAnswer]):
    """:meth:`Gateway.query`."""

    attempt: str


@frozen
class ClosePayment(Request[PaymentAnswer]):
    """:meth:`Gateway.close`."""

    attempt: str


@frozen
class SendRefund(Request[RefundAnswer]):
    """:meth:`Gateway.refund`."""

    request: RefundRequest


@frozen
class QueryRefund(Request[RefundAnswer]):
    """:meth:`Gateway.query_refund`."""

    leg: str


@frozen
class FetchBill(Request[tuple[BillRow, ...]]):
    """:meth:`Gateway.bill`."""

    day: date


def gateway_handlers(gateway: Gateway | AsyncGateway) -> Handlers:
    """Answers every request of this module by calling a gateway; an async one's answers are awaitables."""
    return {
        CreatePayment: lambda ask: gateway.create(ask.request),
        QueryPayment: lambda ask: gateway.query(ask.attempt),
        ClosePayment: lambda ask: gateway.close(ask.attempt),
        SendRefund: lambda ask: gateway.refund(ask.request),
        QueryRefund: lambda ask: gateway.query_refund(ask.leg),
        FetchBill: lambda ask: gateway.bill(ask.day),
    }
