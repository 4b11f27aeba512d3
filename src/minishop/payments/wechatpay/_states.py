"""Words of the protocol. All of these are open: WeChat Pay may add words, which then arrive as plain text."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["RefundStatus", "TradeState", "TradeType", "TransferState"]


class TradeState(StrEnum):
    """Where a transaction stands. The last three only happen to payments by code (付款码支付)."""

    SUCCESS = "SUCCESS"
    REFUND = "REFUND"
    NOTPAY = "NOTPAY"
    CLOSED = "CLOSED"
    REVOKED = "REVOKED"
    USERPAYING = "USERPAYING"
    PAYERROR = "PAYERROR"


class TradeType(StrEnum):
    """How a transaction is paid. ``MWEB`` is H5."""

    JSAPI = "JSAPI"
    NATIVE = "NATIVE"
    APP = "APP"
    MICROPAY = "MICROPAY"
    MWEB = "MWEB"
    FACEPAY = "FACEPAY"


class RefundStatus(StrEnum):
    """Where a refund stands. ``CLOSED``: it failed for good. ``ABNORMAL``: a person must choose another account."""

    SUCCESS = "SUCCESS"
    CLOSED = "CLOSED"
    PROCESSING = "PROCESSING"
    ABNORMAL = "ABNORMAL"


class TransferState(StrEnum):
    """Where a transfer to a user stands; ``TRANSFERING`` is spelt like this."""

    ACCEPTED = "ACCEPTED"
    PROCESSING = "PROCESSING"
    WAIT_USER_CONFIRM = "WAIT_USER_CONFIRM"
    TRANSFERING = "TRANSFERING"
    SUCCESS = "SUCCESS"
    FAIL = "FAIL"
    CANCELING = "CANCELING"
    CANCELLED = "CANCELLED"
