"""KDNiao's pushes: a form with ``RequestData``, signed like a request, with news of many parcels.

The whole batch gets one answer. It must be acknowledged also if the shop knows none of its parcels, or cannot read one:
otherwise the same batch comes for ever.

``RequestType`` (101 of the free plan, 102 of the paid one, 107 of payments) stands outside the signature, so it is not
read; what is signed says itself whether it is about parcels.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from minishop.errors import InvalidInput
from minishop.logistics._errors import PushRefused
from minishop.logistics._numbers import clean_number
from minishop.logistics._pushes import read_body, read_form
from minishop.logistics._reading import list_of, object_of, parse_json, text_of
from minishop.logistics._reports import Following, TrackingNotice
from minishop.logistics._requests import Ack, PushResult, PushUpdate
from minishop.logistics._shipment import Shipment, merge
from minishop.logistics._signing import is_same
from minishop.logistics._status import SubscriptionState
from minishop.logistics._times import write_time
from minishop.logistics.kdniao._account import NAME, KdniaoAccount
from minishop.logistics.kdniao._parse import read_parcel
from minishop.logistics.kdniao._sign import sign

__all__ = ["parse_push"]


def parse_push(
    account: KdniaoAccount, headers: object, body: bytes, *, now: datetime, method: str = "POST"
) -> PushResult:
    """Verifies and reads a push; no I/O.

    Args:
        account: Whose key the push must be signed with.
        headers: Of the request, in any container.
        body: The exact bytes.
        now: The app's clock; aware. It is also the time in the acknowledgement.
        method: The HTTP method.

    Raises:
        PushRefused: See :class:`~minishop.logistics.PushRefused`.
    """
    form = read_form(headers, read_body(body, now=now, method=method, provider=NAME), provider=NAME)
    data, given = form.get("RequestData", ""), form.get("DataSign", "")
    if not given:
        raise PushRefused("the push is not signed", code="missing_signature", provider=NAME)
    # Some senders percent-encode the signature before they make a form of it; base64 has no percent signs.
    if not is_same(unquote(given), sign(data, app_key=account.app_key)):
        raise PushRefused("the signature does not fit", code="bad_signature", provider=NAME)
    try:
        said = parse_json(data)
    except ValueError:
        said = None
    if not isinstance(said, dict) or text_of(said.get("EBusinessID")) not in ("", account.business_id):
        raise PushRefused("RequestData is no news for this account", code="malformed_push", provider=NAME)
    return _read(account, said, now)


def _read(account: KdniaoAccount, said: Mapping[str, Any], now: datetime) -> PushResult:
    updates: list[PushUpdate] = []
    skipped: list[TrackingNotice] = []
    for item in list_of(said.get("Data")):
        entry = object_of(item)
        if "Traces" not in entry and "State" not in entry:
            skipped.append(TrackingNotice("no_news"))
            continue
        try:
            number = clean_number(text_of(entry.get("LogisticCode")))
        except InvalidInput:
            skipped.append(TrackingNotice("no_number"))
            continue
        updates.append(_update(entry, number, now))
    return PushResult(updates=tuple(updates), ack=_ack(account, now), skipped=tuple(skipped))


def _update(entry: Mapping[str, Any], number: str, now: datetime) -> PushUpdate:
    reason = text_of(entry.get("Reason"))[:100]
    following = Following(provider=NAME, state=SubscriptionState.ACTIVE, seen_at=now, reason=reason)
    read = read_parcel(entry, number=number, seen_at=now)
    shipment = merge(read, Shipment(number=number, following=following))
    return PushUpdate(shipment=shipment, reference=text_of(entry.get("CallBack")) or text_of(entry.get("Callback")))


def _ack(account: KdniaoAccount, now: datetime) -> Ack:
    said = {"EBusinessID": account.business_id, "UpdateTime": write_time(now), "Success": True, "Reason": ""}
    return Ack(body=json.dumps(said, separators=(",", ":")).encode())
