"""A fake of SF's gateway. What it checks is written here once more, apart from the client."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta, timezone
from typing import Any
from urllib.parse import parse_qs

from minishop.flows import HttpRequest, HttpResponse
from minishop.logistics.sf import SfAccount
from minishop.testing.logistics._base import FakeProvider, Waiting, to_json
from minishop.testing.logistics._faults import PushFault
from minishop.testing.logistics._parcels import FakeParcel

__all__ = ["FakeSf"]

_HERE = timezone(timedelta(hours=8))
_BARE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-*_")
#: Operation codes that come with a first status, which real answers do not always have.
_FIRST = {"50": "1", "54": "1", "30": "2", "31": "2", "36": "2", "44": "3", "204": "3", "80": "4"}


class FakeSf(FakeProvider):
    """SF's gateway to build and test against: routes by number, and route pushes.

    As the real one it answers a wrong phone number, a missing right and a parcel without scans alike: with no routes.
    Its pushes are not signed, so that :attr:`PushFault.BAD_SIGNATURE` and the like change nothing.

    Args:
        partner_id: The ``partnerID`` that it knows.
        checkword: The check word that it knows.
        push_url: Where route pushes go: with SF that is configured, not asked for; empty: nowhere.
        more: ``clock``.
    """

    first_push = timedelta(0)
    retry_after = timedelta(minutes=5)

    def __init__(
        self, *, partner_id: str = "FAKESF", checkword: str = "fake-sf-checkword", push_url: str = "", **more: Any
    ) -> None:
        super().__init__(**more)
        self.push_url = push_url
        self._partner_id = partner_id
        self._checkword = checkword
        self._asked: set[str] = set()

    def account(self, url: str = "https://bspgw.sf-express.com", **more: Any) -> SfAccount:
        """An account that it knows.

        Args:
            url: Base address, for example a :class:`FakeServer`'s.
            more: Further fields of the account.
        """
        return SfAccount(partner_id=self._partner_id, checkword=self._checkword, url=f"{url}/std/service", **more)

    # -- calls --------------------------------------------------------------------------------------------------------

    def busy(self, request: HttpRequest) -> object:
        """See :class:`FakeProvider`."""
        return {"apiErrorMsg": "下游系统异常", "apiResponseID": "0", "apiResultCode": "A1009", "apiResultData": ""}

    def reply(self, request: HttpRequest) -> object:
        """See :class:`FakeProvider`."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode(), strict_parsing=True).items()}
        data = form.get("msgData", "")
        if form.get("partnerID") != self._partner_id:
            return self._refuse("A1004", "无对应服务权限")
        text = _java(data + form.get("timestamp", "") + self._checkword)
        digest = base64.b64encode(hashlib.md5(text.encode("ascii")).digest()).decode()
        if form.get("msgDigest") != digest:
            return self._refuse("A1006", "数字签名无效")
        if form.get("requestID", "") in self._asked:
            return self._refuse("A1007", "重复请求")
        self._asked.add(form.get("requestID", ""))
        asked = json.loads(data)
        if len(asked["trackingNumber"]) > 10:
            inside = {"success": False, "errorCode": "8003", "errorMsg": "单号个数超限", "msgData": None}
        else:
            found = [self._routes(number, asked.get("checkPhoneNo", "")) for number in asked["trackingNumber"]]
            inside = {"success": True, "errorCode": "S0000", "errorMsg": None, "msgData": {"routeResps": found}}
        return {"apiErrorMsg": "", "apiResponseID": "1", "apiResultCode": "A1000", "apiResultData": to_json(inside)}

    def _routes(self, number: str, phones: str) -> dict[str, Any]:
        parcel = self.parcels.find(number)
        is_known = parcel is not None and (not parcel.phone or parcel.phone in phones.split(","))
        return {"mailNo": number, "routes": [_route(scan) for scan in parcel.scans] if parcel and is_known else []}

    @staticmethod
    def _refuse(code: str, message: str) -> dict[str, Any]:
        return {"apiErrorMsg": message, "apiResponseID": "0", "apiResultCode": code, "apiResultData": ""}

    # -- pushes -------------------------------------------------------------------------------------------------------

    def tell(self, parcel: FakeParcel) -> None:
        """See :class:`FakeProvider`: the newest route of every parcel is pushed, if there is an address."""
        if self.push_url:
            route = {"id": str(len(self.waiting) + 1), "mailno": parcel.number, **_route(parcel.scans[-1])}
            self.waiting.append(
                Waiting(number=parcel.number, url=self.push_url, content=route, due_at=self.clock() + self.first_push)
            )

    def batches(self, due: list[Waiting]) -> list[list[Waiting]]:
        """See :class:`FakeProvider`: at most ten routes in a push."""
        return [due[start : start + 10] for start in range(0, len(due), 10)]

    def push(self, batch: list[Waiting], fault: PushFault | None) -> HttpRequest:
        """See :class:`FakeProvider`."""
        body = to_json({"Body": {"WaybillRoute": [one.content for one in batch]}}).encode()
        method = "GET" if fault is PushFault.GET else "POST"
        return HttpRequest(method=method, url=self.push_url, headers=(("Content-Type", "application/json"),), body=body)

    def is_acknowledged(self, response: HttpResponse) -> bool:
        """See :class:`FakeProvider`."""
        try:
            said = json.loads(response.body)
        except ValueError:
            return False
        return isinstance(said, dict) and said.get("return_code") == "0000"


def _route(scan: Any) -> dict[str, str]:
    route = {
        "acceptTime": scan.at.astimezone(_HERE).strftime("%Y-%m-%d %H:%M:%S"),
        "acceptAddress": scan.location,
        "remark": scan.text,
        "opCode": scan.code,
    }
    return {**route, "firstStatusCode": _FIRST[scan.code]} if scan.code in _FIRST else route


def _java(text: str) -> str:
    """What Java's URLEncoder does, byte by byte."""
    made = []
    for byte in text.encode("utf-8"):
        made.append(chr(byte) if byte in _BARE else "+" if byte == 0x20 else f"%{byte:02X}")
    return "".join(made)
