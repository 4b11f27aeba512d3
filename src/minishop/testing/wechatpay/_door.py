"""What every request has to pass before anything is done: header fields, clock, signature."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from attrs import frozen
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from minishop.testing.wechatpay import _crypto
from minishop.testing.wechatpay._refusal import Refusal
from minishop.testing.wechatpay._wire import Received, moment

__all__ = ["Door"]

SCHEME = "WECHATPAY2-SHA256-RSA2048"
_FIELD = re.compile(r'(\w+)="([^"]*)"')
_NAMES = ("mchid", "nonce_str", "signature", "timestamp", "serial_no")
_TOLERANCE = 300


@frozen(kw_only=True)
class Door:
    """Lets in the requests of one merchant.

    Attributes:
        mchid: The merchant.
        serial: Of its API certificate.
        key: Its public key.
        clock: Tells the time; aware.
    """

    mchid: str
    serial: str
    key: RSAPublicKey
    clock: Callable[[], datetime]

    def check(self, request: Received) -> None:
        """Lets the request in.

        Raises:
            Refusal: ``SIGN_ERROR`` with a text that tells which step failed; ``PARAM_ERROR`` for other header fields.
        """
        fields = _authorization(request.headers.get("Authorization", ""))
        self._check_merchant(fields)
        self._check_clock(fields["timestamp"])
        self._check_signature(request, fields)
        _check_plain_headers(request)

    def _check_merchant(self, fields: dict[str, str]) -> None:
        if fields["mchid"] != self.mchid:
            raise _sign_error("unknown_merchant", mchid=fields["mchid"])
        if fields["serial_no"] != self.serial:
            raise _sign_error("unknown_serial", serial=fields["serial_no"])

    def _check_clock(self, timestamp: str) -> None:
        now = self.clock()
        if abs(int(timestamp) - int(now.timestamp())) > _TOLERANCE:
            raise _sign_error("wrong_clock", now=moment(now))

    def _check_signature(self, request: Received, fields: dict[str, str]) -> None:
        message = _crypto.lines(request.method, request.target, fields["timestamp"], fields["nonce_str"], request.body)
        if not _crypto.verifies(self.key, message, fields["signature"]):
            # The real gateway shows the beginning of its message, too: it is the fastest way to the mistake.
            information = {
                "method": request.method,
                "url": request.target,
                "sign_message_length": len(message),
                "truncated_sign_message": message[:300].decode("utf-8", "replace"),
            }
            raise Refusal(
                401,
                "SIGN_ERROR",
                "wrong_signature",
                detail={
                    "issue": "sign not match",
                    "field": "signature",
                    "location": "authorization",
                    "sign_information": information,
                },
            )


def _sign_error(key: str, **params: object) -> Refusal:
    return Refusal(401, "SIGN_ERROR", key, detail={"location": "authorization", "issue": key}, **params)


def _authorization(header: str) -> dict[str, str]:
    """The fields of the header, each there once."""
    if not header:
        raise _sign_error("no_authorization")
    scheme, _, rest = header.partition(" ")
    if scheme != SCHEME:
        raise _sign_error("wrong_scheme", scheme=scheme[:40])
    pairs = [_FIELD.fullmatch(part) for part in rest.split(",")]
    fields = {pair[1]: pair[2] for pair in pairs if pair}
    if not all(pairs) or len(fields) != len(pairs) or set(fields) != set(_NAMES):
        raise _sign_error("garbled_authorization", what=f"{', '.join(_NAMES)}, each once, quoted")
    if re.fullmatch("[0-9]{1,12}", fields["timestamp"]) is None:
        raise _sign_error("garbled_authorization", what="timestamp")
    if not 1 <= len(fields["nonce_str"]) <= 32:
        raise _sign_error("garbled_authorization", what="nonce_str")
    return fields


def _check_plain_headers(request: Received) -> None:
    headers = request.headers
    if not headers.get("User-Agent", "").strip():
        raise _header_error("User-Agent", "no_user_agent")
    accept = headers.get("Accept", "")
    if not any(wanted in accept for wanted in ("application/json", "*/*")):
        raise _header_error("Accept", "bad_accept")
    if request.body and not headers.get("Content-Type", "").lower().startswith("application/json"):
        raise _header_error("Content-Type", "bad_content_type")


def _header_error(field: str, key: str) -> Refusal:
    return Refusal(400, "PARAM_ERROR", key, detail={"field": field, "issue": key, "location": "header"})
