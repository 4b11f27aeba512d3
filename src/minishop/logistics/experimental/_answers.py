"""Reading the carriers' answers to a question about one parcel. Field names of YTO, Yunda and J&T are weakly known.

Traps: ``ARRIVAL`` means "into a locker" at ZTO and "at the hub" at YTO and Yunda; a parcel that is "taken out" of a
station (STO 快件取出, Yunda ``OUTBOUND``, J&T 8 and 9) is on another attempt, not delivered; STO's ``success`` may be
the text "true"; J&T's success is the text "1".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from minishop.logistics._errors import ErrorKind
from minishop.logistics._numbers import clean_number
from minishop.logistics._reading import list_of, object_of, text_of
from minishop.logistics._shipment import Shipment
from minishop.logistics._timeline import Entry
from minishop.logistics._times import read_epoch, read_time
from minishop.logistics.experimental._reading import Shape, parsed, refusal, unreadable

__all__ = ["read_jd", "read_jt", "read_sto", "read_yto", "read_yunda", "read_zto"]

_TRUE = (True, "true")


def _at(*keys: str) -> Callable[[Entry], datetime | None]:
    def read(entry: Entry) -> datetime | None:
        found = (read_time(entry.get(key)) or read_epoch(entry.get(key)) for key in keys)
        return next((at for at in found if at is not None), None)

    return read


_ZTO = Shape(
    carrier="zto", tables=("zto_scan",), codes=("scanType",), time=_at("scanDate"), text=("desc",), location=("city",)
)
_YTO = Shape(
    carrier="yto",
    tables=("yto_status",),
    codes=("infoContent",),
    time=_at("upload_Time"),
    text=("processInfo",),
    location=("city",),
)
_STO = Shape(
    carrier="sto",
    tables=("sto_scan",),
    codes=("scanType",),
    time=_at("opTime"),
    text=("memo",),
    location=("opOrgCityName", "opOrgName"),
    newest_first=True,
)
_YUNDA = Shape(
    carrier="yunda",
    tables=("yunda_action",),
    codes=("action",),
    time=_at("time"),
    text=("description",),
    location=("city", "station_name"),
)
_JT = Shape(
    carrier="jt",
    tables=("jt_scan",),
    codes=("scanTypeCode",),
    time=_at("scanTime"),
    label=("problemType",),
    text=("desc",),
    location=("scanNetworkCity", "scanNetworkName"),
    newest_first=True,
)
_JD = Shape(
    carrier="jd",
    tables=("jd_state", "jd_category"),
    codes=("state", "category"),
    time=_at("operationTime", "opeTime"),
    text=("operationRemark", "opeRemark", "operationTitle", "opeTitle"),
)


def read_zto(body: bytes, *, number: str, now: datetime) -> Shipment:
    """Reads ZTO's answer: ``status`` true, entries with ``scanDate`` (milliseconds) and ``scanType`` (three languages).

    Args:
        body: The exact bytes.
        number: The waybill number that was asked for.
        now: When it came; aware.

    Raises:
        ProviderError: ``status`` is not true, or it is no answer.
    """
    answer = object_of(parsed(body, "zto"))
    if answer.get("status") not in _TRUE:
        raise refusal("zto", answer.get("statusCode")) if "status" in answer else unreadable("zto")
    return _ZTO.read(list_of(answer.get("result")), number=clean_number(number), seen_at=now)


def read_yto(body: bytes, *, number: str, now: datetime) -> Shipment:
    """Reads YTO's answer: a list; or an object with a code, of which 1001 means that nothing was found.

    Args:
        body: The exact bytes.
        number: The waybill number that was asked for.
        now: When it came; aware.

    Raises:
        ProviderError: It is no list.
    """
    answer = parsed(body, "yto")
    if isinstance(answer, list):
        return _YTO.read(answer, number=clean_number(number), seen_at=now)
    code = text_of(object_of(answer).get("code"))
    raise refusal("yto", code, kind=ErrorKind.NOT_FOUND_YET) if code == "1001" else refusal("yto", code)


def read_sto(body: bytes, *, number: str, now: datetime) -> Shipment:
    """Reads STO's answer: ``success`` true or the text "true", entries under the number in ``data``.

    Args:
        body: The exact bytes.
        number: The waybill number that was asked for.
        now: When it came; aware.

    Raises:
        ProviderError: ``success`` is not true; ``retryable`` as STO's ``needRetry`` says.
    """
    answer = object_of(parsed(body, "sto"))
    if answer.get("success") not in _TRUE:
        raise refusal("sto", answer.get("errorCode"), retryable=answer.get("needRetry") in _TRUE)
    asked = clean_number(number)
    return _STO.read(list_of(object_of(answer.get("data")).get(asked)), number=asked, seen_at=now)


def read_yunda(body: bytes, *, number: str, now: datetime) -> Shipment:
    """Reads Yunda's answer: ``result`` true, entries in ``data.steps``, an overall ``status`` beside them.

    Args:
        body: The exact bytes.
        number: The waybill number that was asked for.
        now: When it came; aware.

    Raises:
        ProviderError: ``result`` is not true.
    """
    answer = object_of(parsed(body, "yunda"))
    if answer.get("result") not in _TRUE:
        raise refusal("yunda", answer.get("code"))
    data = object_of(answer.get("data"))
    state = {"action": data.get("status")}
    return _YUNDA.read(list_of(data.get("steps")), number=clean_number(number), seen_at=now, state=state)


def read_jt(body: bytes, *, number: str, now: datetime) -> Shipment:
    """Reads J&T's answer: ``code`` is the text "1", parcels in ``data`` with their entries in ``details``.

    Args:
        body: The exact bytes.
        number: The waybill number that was asked for.
        now: When it came; aware.

    Raises:
        ProviderError: ``code`` is another one.
    """
    answer = object_of(parsed(body, "jt"))
    if text_of(answer.get("code")) != "1":
        raise refusal("jt", answer.get("code"))
    asked = clean_number(number)
    parcels = [object_of(one) for one in list_of(answer.get("data"))]
    details = [row for one in parcels if one.get("billCode") == asked for row in list_of(one.get("details"))]
    return _JT.read(details, number=asked, seen_at=now)


def read_jd(body: bytes, *, number: str, now: datetime) -> Shipment:
    """Reads JD's answer: code 0 with ``data.traceDetails``, or of the older gateway code 100 with ``data``.

    Args:
        body: The exact bytes.
        number: The waybill number that was asked for.
        now: When it came; aware.

    Raises:
        ProviderError: Another code.
    """
    answer = object_of(parsed(body, "jd"))
    code, data = text_of(answer.get("code")), answer.get("data")
    if code not in ("0", "100"):
        raise refusal("jd", code)
    rows = list_of(object_of(data).get("traceDetails")) if code == "0" else list_of(data)
    return _JD.read(rows, number=clean_number(number), seen_at=now)
