"""The fake's shoppers: codes and sessions, telephone numbers, consents to messages."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from minishop.testing.wechat._wire import Call, Clock, Refusal, seconds

__all__ = ["Messages", "Sessions"]

_CODE_LIVES = timedelta(minutes=5)


class Sessions:
    """Login and telephone numbers.

    Args:
        appid: The app.
        secret: Its secret.
        clock: Tells the time.
    """

    def __init__(self, appid: str, secret: str, clock: Clock) -> None:
        self._appid, self._secret, self._clock = appid, secret, clock
        self.unionids: dict[str, str] = {}
        self.blocked: set[str] = set()
        self.keys: dict[str, str] = {}
        self._codes: dict[str, tuple[str, str, datetime]] = {}  # code -> what for, openid or number, its end
        self._used: set[str] = set()

    def new_code(self, purpose: str, value: str) -> str:
        """A code as the front end gets it; good once, for 5 minutes."""
        code = f"{purpose}-code-{len(self._codes) + 1:04d}"
        self._codes[code] = (purpose, value, self._clock() + _CODE_LIVES)
        return code

    def login(self, call: Call) -> dict[str, Any]:
        """``/sns/jscode2session``; success has no ``errcode``."""
        query = call.query
        if query.get("appid") != self._appid:
            raise Refusal(40013, "invalid appid")
        if query.get("secret") != self._secret:
            raise Refusal(40125, "invalid appsecret")
        if query.get("grant_type") != "authorization_code":
            raise Refusal(40002, "invalid grant_type")
        openid = self._use(query.get("js_code"), "login")
        if openid in self.blocked:
            raise Refusal(40226, "code blocked")
        number = len(self.keys) + 1
        self.keys[openid] = b64encode(hashlib.sha256(f"{openid}{number}".encode()).digest()[:16]).decode()
        union = {"unionid": self.unionids[openid]} if openid in self.unionids else {}
        return {"openid": openid, "session_key": self.keys[openid], **union}

    def phone(self, call: Call) -> dict[str, Any]:
        """``/wxa/business/getuserphonenumber``."""
        number = self._use(call.fields.get("code"), "phone")
        return {"phone_info": self.phone_info(number)}

    def phone_info(self, number: str, appid: str = "") -> dict[str, Any]:
        """A telephone number as the platform describes it."""
        watermark = {"timestamp": seconds(self._clock()), "appid": appid or self._appid}
        return {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86", "watermark": watermark}

    def check_session(self, call: Call) -> dict[str, Any]:
        """``/wxa/checksession``."""
        key = self.keys.get(call.query.get("openid", ""))
        if call.query.get("sig_method") != "hmac_sha256" or key is None:
            raise Refusal(87009, "invalid signature")
        if call.query.get("signature") != hmac.new(key.encode(), b"", hashlib.sha256).hexdigest():
            raise Refusal(87009, "invalid signature")
        return {}

    def seal(self, openid: str, fields: dict[str, Any], iv: bytes = b"FEDCBA9876543210") -> tuple[str, str]:
        """What the front end's old interface hands over: encrypted data and iv, both base64."""
        padder = PKCS7(128).padder()
        padded = padder.update(json.dumps(fields, ensure_ascii=False).encode()) + padder.finalize()
        encryptor = Cipher(algorithms.AES128(b64decode(self.keys[openid])), modes.CBC(iv)).encryptor()
        data = encryptor.update(padded) + encryptor.finalize()
        return b64encode(data).decode(), b64encode(iv).decode()

    def _use(self, code: Any, purpose: str) -> str:
        if not code:
            raise Refusal(41008, "missing code")
        known = self._codes.get(code) if isinstance(code, str) else None
        if known is None or known[0] != purpose:
            raise Refusal(40029, "invalid code")
        if code in self._used:
            raise Refusal(40163 if purpose == "login" else 40029, "code been used")
        if known[2] <= self._clock():
            raise Refusal(40029, "invalid code, expired")
        self._used.add(code)
        return known[1]


class Messages:
    """Subscribe messages: templates, consents, and what was sent."""

    def __init__(self) -> None:
        self.templates: dict[str, tuple[str, ...]] = {}
        self.consents: dict[tuple[str, str], int] = {}
        self.sent: list[dict[str, Any]] = []

    def send(self, call: Call) -> dict[str, Any]:
        """``/cgi-bin/message/subscribe/send``."""
        fields = call.fields
        template, shopper, data = fields.get("template_id"), fields.get("touser"), fields.get("data")
        if template not in self.templates:
            raise Refusal(40037, "invalid template_id")
        if not shopper or not isinstance(shopper, str) or not shopper.startswith("o"):
            raise Refusal(40003, "invalid openid")
        for key in self.templates[template]:
            value = data.get(key, {}).get("value") if isinstance(data, dict) else None
            if not isinstance(value, str) or not value or (key.startswith("thing") and len(value) > 20):
                raise Refusal(47003, f"argument invalid! data.{key}.value invalid")
        left = self.consents.get((shopper, template), 0)
        if left < 1:
            raise Refusal(43101, "user refuse to accept the msg")
        self.consents[shopper, template] = left - 1
        self.sent.append(fields)
        return {"msgid": 1000000 + len(self.sent)}
