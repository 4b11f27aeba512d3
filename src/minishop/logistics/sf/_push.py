"""SF's route pushes. They are JSON and are not signed, and their form is known from a single source only.

So they are read only if the account says that the way to the callback address is guarded. Otherwise take a push as a
hint, and ask about the parcel.
"""

from __future__ import annotations

from datetime import datetime

from minishop.errors import InvalidInput
from minishop.logistics._errors import PushRefused
from minishop.logistics._numbers import clean_number
from minishop.logistics._pushes import read_body, refuse_unsigned
from minishop.logistics._reading import list_of, object_of, parse_json, text_of
from minishop.logistics._reports import TrackingNotice
from minishop.logistics._requests import Ack, PushResult, PushUpdate
from minishop.logistics._timeline import Entry
from minishop.logistics.sf._account import NAME, SfAccount
from minishop.logistics.sf._parse import read_routes

__all__ = ["ACK", "parse_push"]

ACK = Ack(body='{"return_code":"0000","return_msg":"成功"}'.encode())


def parse_push(account: SfAccount, headers: object, body: bytes, *, now: datetime, method: str = "POST") -> PushResult:
    """Reads a route push; no I/O.

    Args:
        account: Must say that unsigned pushes can be trusted.
        headers: Of the request; not needed.
        body: The exact bytes.
        now: The app's clock; aware.
        method: The HTTP method.

    Raises:
        PushRefused: See :class:`~minishop.logistics.PushRefused`.
    """
    raw = read_body(body, now=now, method=method, provider=NAME)
    if not account.trusts_unsigned_pushes:
        raise refuse_unsigned(NAME)
    try:
        said = object_of(parse_json(raw.decode("utf-8-sig")))
    except ValueError:
        said = {}
    if "Body" not in said:
        raise PushRefused("the push is no JSON with routes", code="malformed_push", provider=NAME)
    return _read(object_of(said["Body"]), now)


def _read(said: Entry, now: datetime) -> PushResult:
    routes: dict[str, list[Entry]] = {}
    skipped: list[TrackingNotice] = []
    for item in list_of(said.get("WaybillRoute")):
        entry = object_of(item)
        try:
            number = clean_number(text_of(entry.get("mailno")) or text_of(entry.get("mailNo")))
        except InvalidInput:
            skipped.append(TrackingNotice("no_number"))
            continue
        routes.setdefault(number, []).append(entry)
    shipments = [read_routes(entries, number=number, seen_at=now) for number, entries in routes.items()]
    return PushResult(updates=tuple(PushUpdate(shipment=one) for one in shipments), ack=ACK, skipped=tuple(skipped))
