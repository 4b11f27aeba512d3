"""Message pushes as the platform would send them: plain or encrypted, JSON or XML, again, and out of order."""

from __future__ import annotations

import hashlib
import json
import struct
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from attrs import field, frozen
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from minishop.testing.wechat._wire import Clock, seconds

__all__ = ["Push", "PushSender"]


@frozen(kw_only=True)
class Push:
    """One request of the platform to the shop.

    Attributes:
        method: POST, or GET for the verification of the address.
        query: What stands in the address.
        body: The raw bytes.
        content_type: As the platform says.
    """

    method: str = "POST"
    query: Mapping[str, str] = field(hash=False)
    body: bytes = field(default=b"", repr=False)
    content_type: str = "application/json"

    @property
    def query_string(self) -> str:
        """The query as it stands in the address."""
        return urlencode(self.query)


class PushSender:
    """Writes pushes.

    Args:
        appid: The app they are for.
        token: As set in the console.
        encoding_aes_key: As set in the console; empty for the plain mode.
        form: ``json`` or ``xml``, as set in the console.
        clock: Tells the time.
    """

    def __init__(
        self,
        *,
        appid: str,
        token: str,
        encoding_aes_key: str = "",
        form: Literal["json", "xml"] = "json",
        clock: Clock,
    ) -> None:
        self.appid, self.token, self.encoding_aes_key, self.form = appid, token, encoding_aes_key, form
        self._clock = clock
        self._count = 0

    def verification(self, echostr: str = "5838479218127813673") -> Push:
        """The GET by which the console verifies an address."""
        return Push(method="GET", query={**self._signed(), "echostr": echostr})

    def write(self, event: str, fields: Mapping[str, Any], *, openid: str = "oPlatform") -> Push:
        """A push of an event.

        Args:
            event: Its name.
            fields: What it says besides the names and times that every push has.
            openid: From whom.
        """
        now = seconds(self._clock())
        common = {"ToUserName": "gh_fake", "FromUserName": openid, "CreateTime": now, "MsgType": "event"}
        return self.write_raw(self.text({**common, "Event": event, **fields}))

    def text(self, fields: Mapping[str, Any]) -> bytes:
        """A message in the form of the console."""
        if self.form == "json":
            return json.dumps(fields, ensure_ascii=False).encode()
        return f"<xml>{_elements(fields)}</xml>".encode()

    def write_raw(self, text: bytes) -> Push:
        """A push of any bytes, signed, and encrypted if there is a key."""
        if not self.encoding_aes_key:
            return Push(query=self._signed(), body=text, content_type=self._content_type)
        sealed = self.seal(text)
        query = self._signed()
        signature = _sha1(self.token, query["timestamp"], query["nonce"], sealed)
        outer = {"ToUserName": "gh_fake", "Encrypt": sealed}
        query |= {"encrypt_type": "aes", "msg_signature": signature, "openid": "oPlatform"}
        return Push(query=query, body=self.text(outer), content_type=self._content_type)

    def seal(self, text: bytes, *, appid: str = "", random16: bytes = b"0123456789abcdef", pad: int = 0) -> str:
        """Encrypts a message.

        Args:
            text: The message.
            appid: Another app than the sender's own.
            random16: The random beginning.
            pad: Another length of padding than the right one.
        """
        key = b64decode(self.encoding_aes_key + "=")
        plain = random16 + struct.pack(">I", len(text)) + text + (appid or self.appid).encode()
        length = pad or 32 - len(plain) % 32
        plain += bytes([length]) * length
        encryptor = Cipher(algorithms.AES256(key), modes.CBC(key[:16])).encryptor()
        return b64encode(encryptor.update(plain) + encryptor.finalize()).decode()

    @property
    def _content_type(self) -> str:
        return "application/json" if self.form == "json" else "text/xml"

    def _signed(self) -> dict[str, str]:
        self._count += 1
        timestamp, nonce = str(seconds(self._clock())), f"{1_000_000_000 + self._count}"
        return {"signature": _sha1(self.token, timestamp, nonce), "timestamp": timestamp, "nonce": nonce}


def _sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, Mapping):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, str) and "]]>" not in value:
        return f"<{name}><![CDATA[{value}]]></{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"
