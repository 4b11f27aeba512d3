"""What the tests of logistics share."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlencode

from minishop.adapters.memory import MemoryNonceStore
from minishop.flows import Headers, HttpResponse, NewNonce, Now
from minishop.logistics import ShipmentStatus, TrackingEvent, TrackRequest
from minishop.logistics.kdniao import Kdniao, KdniaoAccount
from minishop.logistics.kuaidi100 import Kuaidi100, Kuaidi100Account
from minishop.logistics.sf import Sf, SfAccount

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
HERE = timezone(timedelta(hours=8))
NOW = datetime(2031, 3, 2, 4, 0, tzinfo=UTC)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Wire:
    """Answers every call with the next prepared answer, and keeps what was sent."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.sent = []

    def send(self, request):
        self.sent.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, HttpResponse):
            return answer
        text = answer if isinstance(answer, (str, bytes)) else json.dumps(answer, ensure_ascii=False)
        return HttpResponse(status=200, headers=Headers(), body=text if isinstance(text, bytes) else text.encode())


def machine(now=NOW):
    counter = iter(range(10**6))
    return {Now: lambda ask: now, NewNonce: lambda ask: f"{next(counter):032d}"}


def on(wire, maker, account, *, now=NOW, pace=None):
    """A client whose other end is a wire."""
    return maker(account, wire, machine=machine(now), pace=pace or MemoryNonceStore())


def kuaidi100(wire, *, now=NOW, pace=None, **more):
    account = {"customer": "CUSTOMER", "key": "KEY", "salt": "SALT", "callback_url": "https://shop.test/k"} | more
    return on(wire, Kuaidi100, Kuaidi100Account(**account), now=now, pace=pace)


def kdniao(wire, *, now=NOW, pace=None, **more):
    account = {"business_id": "1000000", "app_key": "APPKEY"} | more
    return on(wire, Kdniao, KdniaoAccount(**account), now=now, pace=pace)


def sf(wire, *, now=NOW, pace=None, **more):
    account = {"partner_id": "PARTNER", "checkword": "CHECKWORD"} | more
    return on(wire, Sf, SfAccount(**account), now=now, pace=pace)


YTO = TrackRequest(number="YT0000000000001", carrier="yto")


def form(**fields):
    return urlencode(fields).encode()


def event(minute=0, *, code="0", text="", status=ShipmentStatus.IN_TRANSIT, substatus="transit", **more):
    return TrackingEvent(
        at=NOW + timedelta(minutes=minute), code=code, text=text, status=status, substatus=substatus, **more
    )


def entry(minute=0, code="0", text="扫描", **more):
    """An event as kuaidi100 writes it."""
    time = (NOW + timedelta(minutes=minute)).astimezone(HERE).strftime("%Y-%m-%d %H:%M:%S")
    return {"time": time, "ftime": time, "context": text, "status": "在途", "statusCode": code, **more}


def result(*entries, state="0", **more):
    """A query's answer as kuaidi100 writes it; entries newest first."""
    return {
        "message": "ok",
        "nu": "YT0000000000001",
        "com": "yuantong",
        "ischeck": "0",
        "status": "200",
        "state": state,
        "data": list(entries),
        **more,
    }
