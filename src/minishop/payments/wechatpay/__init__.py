"""WeChat Pay, API v3: signatures, keys, notifications. Sans-I/O: nothing here opens a connection or reads a clock."""

from minishop.payments.wechatpay._ack import Ack
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
from minishop.payments.wechatpay._fields import decrypt_field, encrypt_field
from minishop.payments.wechatpay._handoff import app_parameters, h5_url, jsapi_parameters, mini_program_parameters
from minishop.payments.wechatpay._headers import HeaderSource
from minishop.payments.wechatpay._keys import PlatformKey, PlatformKeys
from minishop.payments.wechatpay._merchant import Merchant
from minishop.payments.wechatpay._resource import decrypt_resource
from minishop.payments.wechatpay._secrets import ApiV3Key
from minishop.payments.wechatpay._signing import SCHEME, authorize, request_message, sign
from minishop.payments.wechatpay._verifying import MAX_SKEW, response_message, verify

__all__ = [
    "MAX_SKEW",
    "SCHEME",
    "Ack",
    "ApiV3Key",
    "BadSignature",
    "HeaderSource",
    "Malformed",
    "Merchant",
    "PlatformKey",
    "PlatformKeys",
    "Probe",
    "Replayed",
    "StaleTimestamp",
    "Undecryptable",
    "UnexpectedContent",
    "UnknownSerial",
    "Unverified",
    "WrongAlgorithm",
    "app_parameters",
    "authorize",
    "decrypt_field",
    "decrypt_resource",
    "encrypt_field",
    "h5_url",
    "jsapi_parameters",
    "mini_program_parameters",
    "request_message",
    "response_message",
    "sign",
    "verify",
]
