"""A fake of kuaidi100. What it checks and signs is written here once more, apart from the client."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from minishop.flows import HttpRequest, HttpResponse
from minishop.logistics.kuaidi100 import Kuaidi100Account
from minishop.testing.logistics._base import FakeProvider, Waiting, to_json
from minishop.testing.logistics._faults import PushFault
from minishop.testing.logistics._parcels import FakeParcel

__all__ = ["FakeKuaidi100"]

_HERE = timezone(timedelta(hours=8))
_WORDS = {"0": "在途", "1": "揽收", "2": "疑难", "3": "签收", "4": "退签", "5": "派件", "6": "退回", "7": "转投"}
_FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


class FakeKuaidi100(FakeProvider):
    """kuaidi100 to build and test against: queries, subscriptions, pushes, recognition.

    Every scan of a followed parcel makes a push with the whole history; the first is due 15 minutes after subscribing,
    and one that is not acknowledged comes three more times, 35 minutes apart.

    Args:
        customer: The customer number that it knows.
        key: The key that it knows.
        more: ``clock``.
    """

    def __init__(self, *, customer: str = "FAKE0CUSTOMER", key: str = "fake-kuaidi100-key", **more: Any) -> None:
        super().__init__(**more)
        self._customer = customer
        self._key = key
        self._followed: dict[str, dict[str, str]] = {}
        self._corrected: dict[str, str] = {}

    def account(self, url: str = "https://poll.kuaidi100.com", **more: Any) -> Kuaidi100Account:
        """An account that it knows.

        Args:
            url: Base address, for example a :class:`FakeServer`'s.
            more: Further fields of the account.
        """
        defaults = {"salt": "fake-salt", "callback_url": "https://shop.test/kuaidi100"}
        given: dict[str, Any] = defaults | more
        return Kuaidi100Account(customer=self._customer, key=self._key, poll_url=url, auto_url=url, **given)

    def correct_carrier(self, number: str, carrier: str) -> None:
        """Finds out that another company carries the parcel, and tells whoever follows it."""
        with self._lock:
            parcel = self.parcels.take(number)
            self._corrected[number] = parcel.carrier
            parcel.carrier = carrier
            self.tell(parcel)

    def give_up(self, number: str, message: str = "3天查询无记录") -> None:
        """Stops following a parcel that has shown nothing for long."""
        with self._lock:
            self._queue(self.parcels.take(number), status="abort", message=message)
            self._followed.pop(number, None)

    # -- calls --------------------------------------------------------------------------------------------------------

    def busy(self, request: HttpRequest) -> object:
        """See :class:`FakeProvider`."""
        is_query = request.url.endswith("query.do")
        return {"result": False, "returnCode": "502" if is_query else "500", "message": "服务器繁忙"}

    def reply(self, request: HttpRequest) -> object:
        """See :class:`FakeProvider`."""
        parts = urlsplit(request.url)
        if parts.path == "/autonumber/auto":
            return self._recognise(parse_qs(parts.query))
        if request.method != "POST":
            return {"result": False, "returnCode": "500", "message": "请使用POST"}
        form = {name: values[0] for name, values in parse_qs(request.body.decode(), strict_parsing=True).items()}
        return self._query(form) if parts.path == "/poll/query.do" else self._subscribe(form)

    def _query(self, form: dict[str, str]) -> object:
        param = form.get("param", "")
        digest = hashlib.md5((param + self._key + self._customer).encode()).hexdigest()
        if form.get("customer") != self._customer:
            return {"result": False, "returnCode": "400", "message": "找不到对应公司"}
        if form.get("sign") != digest.upper():
            return {"result": False, "returnCode": "503", "message": "验证签名失败"}
        asked = json.loads(param)
        parcel = self.parcels.find(asked["num"], asked["com"])
        if parcel is None or not parcel.scans:
            return {"result": False, "returnCode": "500", "message": "查询无结果，请隔段时间再查"}
        if parcel.phone and asked.get("phone") != parcel.phone:
            return {"result": False, "returnCode": "408", "message": "验证码错误"}
        return _history(parcel, is_fine=asked.get("resultv2") in ("4", "8"))

    def _subscribe(self, form: dict[str, str]) -> object:
        asked = json.loads(form.get("param", "{}"))
        if form.get("schema") != "json" or asked.get("key") != self._key:
            return {"result": False, "returnCode": "600", "message": "非法的订阅key"}
        parameters = asked.get("parameters", {})
        if not parameters.get("callbackurl"):
            return {"result": False, "returnCode": "700", "message": "回调地址不合法"}
        parcel = self.parcels.find(asked.get("number", ""))
        if parcel is None and not asked.get("company"):
            return {"result": False, "returnCode": "702", "message": "无法识别快递公司"}
        if asked["number"] in self._followed:
            return {"result": False, "returnCode": "501", "message": "重复订阅"}
        since = self.clock() + self.first_push
        self._followed[asked["number"]] = {
            "url": parameters["callbackurl"],
            "salt": parameters.get("salt", ""),
            "since": since.isoformat(),
        }
        if parcel is not None:
            self.tell(parcel)
        return {"result": True, "returnCode": "200", "message": "提交成功"}

    def _recognise(self, asked: dict[str, list[str]]) -> object:
        if asked.get("key") != [self._key]:
            return {"result": False, "returnCode": "601", "message": "key已过期"}
        parcel = self.parcels.find(asked["num"][0])
        return [{"comCode": parcel.carrier, "name": "", "noCount": 1, "noPre": "", "lengthPre": 15}] if parcel else []

    # -- pushes -------------------------------------------------------------------------------------------------------

    def tell(self, parcel: FakeParcel) -> None:
        """See :class:`FakeProvider`."""
        is_over = bool(parcel.scans) and parcel.scans[-1].code in ("3", "301", "302", "303", "304", "4", "14")
        self._queue(parcel, status="shutdown" if is_over else "polling")

    def _queue(self, parcel: FakeParcel, *, status: str, message: str = "") -> None:
        known = self._followed.get(parcel.number)
        if known is None:
            return
        old = self._corrected.get(parcel.number, "")
        content = {
            "status": status,
            "billstatus": "got",
            "message": message,
            "autoCheck": "1" if old else "0",
            "comOld": old,
            "comNew": parcel.carrier if old else "",
            "lastResult": _history(parcel, is_fine=True),
        }
        due_at = max(self.clock(), datetime.fromisoformat(known["since"]))
        self.waiting.append(
            Waiting(
                number=parcel.number,
                url=known["url"],
                content={"salt": known["salt"], "param": content},
                due_at=due_at,
            )
        )

    def push(self, batch: list[Waiting], fault: PushFault | None) -> HttpRequest:
        """See :class:`FakeProvider`."""
        (waiting,) = batch
        param, salt = to_json(waiting.content["param"]), waiting.content["salt"]
        secret = "wrong" if fault is PushFault.BAD_SIGNATURE else salt
        fields = {"param": param}
        if salt and fault is not PushFault.UNSIGNED:
            fields["sign"] = hashlib.md5((param + secret).encode()).hexdigest().upper()
        if fault is PushFault.REWRITTEN:
            fields["param"] = json.dumps(json.loads(param), sort_keys=True)
        body = urlencode(fields)
        if fault is PushFault.GET:
            return HttpRequest(method="GET", url=f"{waiting.url}?{body}")
        return HttpRequest(method="POST", url=waiting.url, headers=_FORM, body=body.encode())

    def is_acknowledged(self, response: HttpResponse) -> bool:
        """See :class:`FakeProvider`."""
        try:
            said = json.loads(response.body)
        except ValueError:
            return False
        return isinstance(said, dict) and said.get("result") is True and said.get("returnCode") == "200"


def _history(parcel: FakeParcel, *, is_fine: bool) -> dict[str, Any]:
    state = _state(parcel.scans[-1].code) if parcel.scans else "0"
    return {
        "message": "ok",
        "nu": parcel.number,
        "ischeck": "1" if state in ("3", "4", "14") else "0",
        "com": parcel.carrier,
        "status": "200",
        "state": state,
        "condition": "F00",
        "data": [_entry(scan, is_fine=is_fine) for scan in reversed(parcel.scans)],
    }


def _entry(scan: Any, *, is_fine: bool) -> dict[str, str]:
    time = scan.at.astimezone(_HERE).strftime("%Y-%m-%d %H:%M:%S")
    entry = {"time": time, "ftime": time, "context": scan.text, "status": _WORDS.get(_state(scan.code), "在途")}
    return {**entry, "statusCode": scan.code, "areaName": scan.location} if is_fine else entry


def _state(code: str) -> str:
    """The main state of a fine code."""
    if len(code) == 4:
        return "0"
    return code[:1] if len(code) == 3 else code
