"""WeChat Pay, API v3: signatures, keys, notifications. Sans-I/O: nothing here opens a connection or reads a clock.

:func:`parse_notification` and :func:`verify` check what arrives, :func:`authorize` signs what leaves, :class:`KeyRing`
renews the platform's keys apart from both.
"""

from minishop.payments.wechatpay._ack import Ack
from minishop.payments.wechatpay._downloading import HOST, download_keys
from minishop.payments.wechatpay._errors import (
    BadSignature,
    Malformed,
    Probe,
    Replayed,
    StaleTimestamp,
    Undecryptable,
    UnexpectedContent,
    UnknownSerial,
    Unverified,
    WrongAlgorithm,
)
from minishop.payments.wechatpay._expectations import (
    CombinedExpectation,
    Expectation,
    RefundExpectation,
    TransferExpectation,
)
from minishop.payments.wechatpay._fields import decrypt_field, encrypt_field
from minishop.payments.wechatpay._handoff import app_parameters, h5_url, jsapi_parameters, mini_program_parameters
from minishop.payments.wechatpay._headers import HeaderSource
from minishop.payments.wechatpay._keys import PlatformKey, PlatformKeys
from minishop.payments.wechatpay._merchant import Merchant
from minishop.payments.wechatpay._notifications import Notification, parse_notification
from minishop.payments.wechatpay._numbers import check_fen, check_out_bill_no, check_out_refund_no, check_out_trade_no
from minishop.payments.wechatpay._refresh import (
    Fetcher,
    FetchKeys,
    KeyRing,
    KeySource,
    downloaded,
    fetched,
    key_handlers,
)
from minishop.payments.wechatpay._refunds import Refund
from minishop.payments.wechatpay._replay import AsyncReplayGuard, ReplayGuard, admit
from minishop.payments.wechatpay._resource import decrypt_resource
from minishop.payments.wechatpay._secrets import ApiV3Key
from minishop.payments.wechatpay._signing import SCHEME, authorize, request_message, sign
from minishop.payments.wechatpay._states import RefundStatus, TradeState, TradeType, TransferState
from minishop.payments.wechatpay._suites import NotificationSuite
from minishop.payments.wechatpay._transactions import GATEWAY, CombinedTransaction, Transaction
from minishop.payments.wechatpay._transfers import OtherEvent, Transfer
from minishop.payments.wechatpay._verifying import MAX_SKEW, response_message, verify

__all__ = [
    "GATEWAY",
    "HOST",
    "MAX_SKEW",
    "SCHEME",
    "Ack",
    "ApiV3Key",
    "AsyncReplayGuard",
    "BadSignature",
    "CombinedExpectation",
    "CombinedTransaction",
    "Expectation",
    "FetchKeys",
    "Fetcher",
    "HeaderSource",
    "KeyRing",
    "KeySource",
    "Malformed",
    "Merchant",
    "Notification",
    "NotificationSuite",
    "OtherEvent",
    "PlatformKey",
    "PlatformKeys",
    "Probe",
    "Refund",
    "RefundExpectation",
    "RefundStatus",
    "ReplayGuard",
    "Replayed",
    "StaleTimestamp",
    "TradeState",
    "TradeType",
    "Transaction",
    "Transfer",
    "TransferExpectation",
    "TransferState",
    "Undecryptable",
    "UnexpectedContent",
    "UnknownSerial",
    "Unverified",
    "WrongAlgorithm",
    "admit",
    "app_parameters",
    "authorize",
    "check_fen",
    "check_out_bill_no",
    "check_out_refund_no",
    "check_out_trade_no",
    "decrypt_field",
    "decrypt_resource",
    "download_keys",
    "downloaded",
    "encrypt_field",
    "fetched",
    "h5_url",
    "jsapi_parameters",
    "key_handlers",
    "mini_program_parameters",
    "parse_notification",
    "request_message",
    "response_message",
    "sign",
    "verify",
]
