"""A fake of KDNiao. What it checks and signs is written here once more, apart from the client."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta, timezone
from itertools import groupby
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from minishop.flows import HttpRequest, HttpResponse
from minishop.logistics.kdniao import KdniaoAccount
from minishop.testing.logistics._base import FakeProvider, Waiting, to_json
from minishop.testing.logistics._faults import PushFault
from minishop.testing.logistics._parcels import FakeParcel

__all__ = ["FakeKdniao"]

_HERE = timezone(timedelta(hours=8))
_FORM = (("Content-Type", "application/x-www-form-urlencoded;charset=utf-8"),)


class FakeKdniao(FakeProvider):
    """KDNiao to build and test against: queries, subscriptions, pushes of many parcels at once, recognition.

    As the real one it writes some states as numbers and some times with slashes, and repeats a batch that is not
    acknowledged.

    Args:
        business_id: The ``EBusinessID`` that it knows.
        app_key: The key that it knows.
        push_url: Where pushes go: with KDNiao that is configured, not asked for.
        more: ``clock``.
    """

    first_push = timedelta(0)
    retry_after = timedelta(minutes=5)

    def __init__(
        self,
        *,
        business_id: str = "1000001",
        app_key: str = "fake-kdniao-key",
        push_url: str = "https://shop.test/kdniao",
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.push_url = push_url
        self._business_id = business_id
        self._app_key = app_key
        self._followed: dict[str, str] = {}

    def account(self, url: str = "https://api.kdniao.com", **more: Any) -> KdniaoAccount:
        """An account that it knows.

        Args:
            url: Base address, for example a :class:`FakeServer`'s.
            more: Further fields of the account.
        """
        return KdniaoAccount(
            business_id=self._business_id,
            app_key=self._app_key,
            query_url=f"{url}/Ebusiness/EbusinessOrderHandle.aspx",
            subscribe_url=f"{url}/api/dist",
            **more,
        )

    # -- calls --------------------------------------------------------------------------------------------------------

    def busy(self, request: HttpRequest) -> object:
        """See :class:`FakeProvider`."""
        return self._said(success=False, reason="系统繁忙，请稍后再试")

    def reply(self, request: HttpRequest) -> object:
        """See :class:`FakeProvider`."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode(), strict_parsing=True).items()}
        data = form.get("RequestData", "")
        if form.get("EBusinessID") != self._business_id or form.get("DataSign") != self._sign(data, self._app_key):
            return self._said(success=False, reason="数据签名验证不通过")
        asked = json.loads(data)
        if any(sign in value for value in asked.values() for sign in "'\"#&+<>%\\"):
            return self._said(success=False, reason="数据签名验证不通过")
        path, kind = urlsplit(request.url).path, form.get("RequestType")
        if path == "/api/dist" and kind in ("1008", "8008"):
            return self._subscribe(asked)
        if kind == "2002":
            return self._recognise(asked)
        if kind in ("1002", "8001"):
            return self._query(asked, is_paid=kind == "8001")
        return self._said(success=False, reason="请求指令错误")

    def _query(self, asked: dict[str, str], *, is_paid: bool) -> object:
        parcel = self.parcels.find(asked["LogisticCode"], asked["ShipperCode"])
        if parcel is None:
            return {**self._said(success=True), "State": 0, "Reason": "暂无轨迹信息"}
        if parcel.phone and asked["CustomerName"] != parcel.phone:
            return self._said(success=False, reason="手机号后四位不匹配")
        return {**self._said(success=True), **_history(parcel, is_paid=is_paid)}

    def _subscribe(self, asked: dict[str, str]) -> object:
        if asked["LogisticCode"] in self._followed:
            return self._said(success=False, reason="重复订阅")
        self._followed[asked["LogisticCode"]] = asked.get("Callback", "")
        parcel = self.parcels.find(asked["LogisticCode"])
        if parcel is not None:
            self.tell(parcel)
        return self._said(success=True)

    def _recognise(self, asked: dict[str, str]) -> object:
        parcel = self.parcels.find(asked["LogisticCode"])
        shippers = [{"ShipperCode": parcel.carrier, "ShipperName": ""}] if parcel else []
        return {**self._said(success=True), "LogisticCode": asked["LogisticCode"], "Shippers": shippers}

    def _said(self, *, success: bool, reason: str = "") -> dict[str, Any]:
        return {"EBusinessID": self._business_id, "Success": success, "Reason": reason}

    # -- pushes -------------------------------------------------------------------------------------------------------

    def tell(self, parcel: FakeParcel) -> None:
        """See :class:`FakeProvider`."""
        if parcel.number in self._followed:
            content = {
                **self._said(success=True),
                **_history(parcel, is_paid=True),
                "CallBack": self._followed[parcel.number],
            }
            due_at = self.clock() + self.first_push
            self.waiting.append(Waiting(number=parcel.number, url=self.push_url, content=content, due_at=due_at))

    def batches(self, due: list[Waiting]) -> list[list[Waiting]]:
        """See :class:`FakeProvider`: whatever is due at the same time goes out together."""
        return [list(group) for _, group in groupby(due, key=lambda one: one.due_at)]

    def push(self, batch: list[Waiting], fault: PushFault | None) -> HttpRequest:
        """See :class:`FakeProvider`."""
        now = self.clock().astimezone(_HERE).strftime("%Y-%m-%d %H:%M:%S")
        said = [one.content for one in batch]
        data = to_json({"EBusinessID": self._business_id, "PushTime": now, "Count": str(len(said)), "Data": said})
        key = "wrong" if fault is PushFault.BAD_SIGNATURE else self._app_key
        fields = {"RequestData": data, "RequestType": "102"}
        if fault is not PushFault.UNSIGNED:
            fields["DataSign"] = self._sign(data, key)
        if fault is PushFault.REWRITTEN:
            fields["RequestData"] = json.dumps(json.loads(data), sort_keys=True)
        body = urlencode(fields)
        if fault is PushFault.GET:
            return HttpRequest(method="GET", url=f"{self.push_url}?{body}")
        return HttpRequest(method="POST", url=self.push_url, headers=_FORM, body=body.encode())

    def is_acknowledged(self, response: HttpResponse) -> bool:
        """See :class:`FakeProvider`."""
        try:
            said = json.loads(response.body)
        except ValueError:
            return False
        if not isinstance(said, dict) or said.get("EBusinessID") != self._business_id:
            return False
        return said.get("Success") is True and len(str(said.get("UpdateTime"))) == len("2031-03-02 20:00:00")

    @staticmethod
    def _sign(data: str, key: str) -> str:
        return base64.b64encode(hashlib.md5((data + key).encode("utf-8")).hexdigest().encode("ascii")).decode()


def _history(parcel: FakeParcel, *, is_paid: bool) -> dict[str, Any]:
    fine = parcel.scans[-1].code if parcel.scans else "0"
    said: dict[str, Any] = {
        "ShipperCode": parcel.carrier,
        "LogisticCode": parcel.number,
        "State": int(fine[:1] or 0),
        "Traces": [_entry(place, scan, is_paid=is_paid) for place, scan in enumerate(parcel.scans)],
    }
    return {**said, "StateEx": fine} if is_paid else said


def _entry(place: int, scan: Any, *, is_paid: bool) -> dict[str, str]:
    form = "%Y/%m/%d %H:%M:%S" if place % 2 else "%Y-%m-%d %H:%M:%S"
    entry = {"AcceptTime": scan.at.astimezone(_HERE).strftime(form), "AcceptStation": scan.text, "Remark": ""}
    return {**entry, "Location": scan.location, "Action": scan.code} if is_paid else entry
