"""Asking KDNiao: queries, subscriptions, recognition of carriers.

``RequestData`` is made once; that text is signed, and that text is sent. Characters that make KDNiao answer "signature
failed" are refused before anything is sent, with the name of the field that holds them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import evolve

from minishop.flows import Flow, Now, ask
from minishop.logistics._calls import answer_object, check_number, check_phone, code_for, each, keep_pace, send_form
from minishop.logistics._carriers import Namespace, candidate_ids
from minishop.logistics._errors import ErrorKind, ProviderError
from minishop.logistics._provider import TrackOutcome
from minishop.logistics._reading import list_of, text_of
from minishop.logistics._reports import Following
from minishop.logistics._requests import RecognisedCarrier, SubscribeRequest, TrackRequest
from minishop.logistics._shipment import Shipment
from minishop.logistics._status import SubscriptionState
from minishop.logistics.kdniao._account import CAPABILITIES, NAME, KdniaoAccount
from minishop.logistics.kdniao._codes import is_success, refused, was_before
from minishop.logistics.kdniao._parse import read_parcel
from minishop.logistics.kdniao._sign import sign

__all__ = ["BREAKING", "query", "query_many", "recognise", "subscribe"]

_SPACE = Namespace.KDNIAO
_QUERY = {"free": "1002", "paid": "8001"}
_SUBSCRIBE = {"free": "1008", "paid": "8008"}
_RECOGNISE = "2002"
_SF = "SF"  # its parcels are asked for by the phone number alone

#: Characters that KDNiao does not take in a value.
BREAKING = frozenset("'\"#&+<>%\\")


def query(account: KdniaoAccount, request: TrackRequest) -> Flow[Shipment]:
    """What KDNiao knows of one parcel now; a parcel without any trace yet is ``pending``.

    Args:
        account: The shop's.
        request: Which parcel. SF wants a phone number, JD the shop's merchant code.

    Raises:
        ProviderError: By kind; ``too_soon``, ``phone_required`` and ``breaks_signature`` before anything is sent.
        InvalidInput: The carrier is not named or has no code here.
    """
    code = code_for(request, _SPACE)
    check_phone(request, _SPACE, CAPABILITIES, NAME)
    data = _text(_parcel(request, code))
    now = yield from keep_pace(NAME, code, request, account.min_interval)
    answer = yield from _send(account, account.query_url, _QUERY[account.plan], data)
    if not is_success(answer):
        raise refused(account, answer, now)
    check_number(answer.get("LogisticCode"), request, NAME)
    read = read_parcel(answer, number=request.number, seen_at=now, carrier_code=code)
    return evolve(read, shipped_with=request.carrier)


def query_many(account: KdniaoAccount, requests: Sequence[TrackRequest]) -> Flow[tuple[TrackOutcome, ...]]:
    """What KDNiao knows of each parcel, one call each. It never fails as a whole."""
    return (yield from each(requests, lambda request: query(account, request)))


def subscribe(account: KdniaoAccount, request: SubscribeRequest) -> Flow[Shipment]:
    """Asks for pushes to the address that the account is configured with at KDNiao.

    Args:
        account: The shop's.
        request: Which parcel; ``reference`` comes back with every push, ``callback_url`` is not used.

    Raises:
        ProviderError: By kind.
        InvalidInput: The carrier is not named or has no code here.
    """
    parcel = request.parcel
    code = code_for(parcel, _SPACE)
    check_phone(parcel, _SPACE, CAPABILITIES, NAME)
    data = _text({**_parcel(parcel, code), "Callback": request.reference})
    now = yield from ask(Now())
    answer = yield from _send(account, account.subscribe_url, _SUBSCRIBE[account.plan], data)
    if not is_success(answer) and not was_before(answer):
        raise refused(account, answer, now)
    following = Following(provider=NAME, state=SubscriptionState.ACTIVE, seen_at=now)
    return Shipment(number=parcel.number, shipped_with=parcel.carrier, following=following)


def recognise(account: KdniaoAccount, number: str) -> Flow[tuple[RecognisedCarrier, ...]]:
    """Whose a number may be, as KDNiao ranks it. A billed call: ask :func:`~minishop.logistics.detect` first.

    The shape of this answer is known from a single source only.

    Args:
        account: The shop's.
        number: The waybill number.
    """
    data = _text({"LogisticCode": TrackRequest(number=number).number})
    now = yield from ask(Now())
    answer = yield from _send(account, account.query_url, _RECOGNISE, data)
    if not is_success(answer):
        raise refused(account, answer, now)
    codes = [text_of(row.get("ShipperCode")) for row in list_of(answer.get("Shippers")) if isinstance(row, dict)]
    return tuple(RecognisedCarrier(code=code, carriers=candidate_ids(code, _SPACE)) for code in codes if code)


def _parcel(request: TrackRequest, code: str) -> Mapping[str, str]:
    return {
        "OrderCode": "",
        "ShipperCode": code,
        "LogisticCode": request.number,
        "CustomerName": request.phone if code == _SF else request.merchant or request.phone,
    }


def _text(values: Mapping[str, str]) -> str:
    for name, value in values.items():
        broken = sorted(BREAKING.intersection(value))
        if broken:
            raise ProviderError(
                f"{name} holds characters that break KDNiao's signature: {' '.join(broken)}",
                kind=ErrorKind.INVALID_REQUEST,
                provider=NAME,
                field=_FIELDS.get(name, name),
                code="breaks_signature",
                next_step="Leave these characters out.",
            )
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


_FIELDS = {"ShipperCode": "carrier_code", "CustomerName": "merchant", "Callback": "reference"}


def _send(account: KdniaoAccount, url: str, kind: str, data: str) -> Flow[Mapping[str, Any]]:
    fields = (
        ("RequestData", data),
        ("EBusinessID", account.business_id),
        ("RequestType", kind),
        ("DataSign", sign(data, app_key=account.app_key)),
        ("DataType", "2"),
    )
    return answer_object((yield from send_form(url, fields, NAME)), NAME)
