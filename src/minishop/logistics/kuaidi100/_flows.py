"""Asking kuaidi100: queries, subscriptions, recognition of carriers.

The JSON text is made once; that text is signed, and that text is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from minishop.errors import InvalidInput
from minishop.flows import Flow, HttpRequest, Now, ask
from minishop.logistics._calls import (
    answer_object,
    check_number,
    check_phone,
    code_for,
    each,
    exchange,
    keep_pace,
    read_answer,
    send_form,
    shapeless,
)
from minishop.logistics._carriers import Namespace, candidate_ids
from minishop.logistics._provider import TrackOutcome
from minishop.logistics._reading import text_of
from minishop.logistics._reports import Following
from minishop.logistics._requests import RecognisedCarrier, SubscribeRequest, TrackRequest
from minishop.logistics._shipment import Shipment
from minishop.logistics._status import SubscriptionState
from minishop.logistics.kuaidi100._account import CAPABILITIES, NAME, Kuaidi100Account
from minishop.logistics.kuaidi100._codes import query_failed, subscribe_failed
from minishop.logistics.kuaidi100._parse import read_leg
from minishop.logistics.kuaidi100._sign import sign_query

__all__ = ["query", "query_many", "recognise", "subscribe"]

_SPACE = Namespace.KUAIDI100


def query(account: Kuaidi100Account, request: TrackRequest) -> Flow[Shipment]:
    """What kuaidi100 knows of one parcel now.

    Args:
        account: The shop's.
        request: Which parcel. SF and its kin want a phone number.

    Raises:
        ProviderError: By kind; ``too_soon`` and ``phone_required`` before anything is sent.
        InvalidInput: The carrier is not named or has no code here.
    """
    code = code_for(request, _SPACE)
    check_phone(request, _SPACE, CAPABILITIES, NAME)
    now = yield from keep_pace(NAME, code, request, account.min_interval)
    param = _text(
        {
            "com": code,
            "num": request.number,
            "phone": request.phone,
            "from": request.origin,
            "to": request.destination,
            "resultv2": "4",
            "order": "desc",
        }
    )
    sign = sign_query(param, key=account.key, customer=account.customer)
    fields = (("customer", account.customer), ("sign", sign), ("param", param))
    answer = answer_object((yield from send_form(f"{account.poll_url}/poll/query.do", fields, NAME)), NAME)
    failure = query_failed(account, answer)
    if failure is not None:
        raise failure
    check_number(answer.get("nu"), request, NAME)
    leg = read_leg(answer, seen_at=now, carrier_code="" if text_of(answer.get("com")) else code)
    return Shipment(
        number=request.number,
        shipped_with=request.carrier,
        events=leg.events,
        reports=(leg.report,),
        warnings=leg.notices,
    )


def query_many(account: Kuaidi100Account, requests: Sequence[TrackRequest]) -> Flow[tuple[TrackOutcome, ...]]:
    """What kuaidi100 knows of each parcel, one call each. It never fails as a whole."""
    return (yield from each(requests, lambda request: query(account, request)))


def subscribe(account: Kuaidi100Account, request: SubscribeRequest) -> Flow[Shipment]:
    """Asks for pushes until the parcel is finished. Without a carrier kuaidi100 recognises it.

    That it was asked for before is no error.

    Args:
        account: The shop's; its salt signs the pushes.
        request: Which parcel, and where to.

    Raises:
        ProviderError: By kind.
        InvalidInput: ``callback_url``: ``empty``.
    """
    parcel = request.parcel
    code = code_for(parcel, _SPACE) if parcel.carrier or parcel.carrier_code else ""
    check_phone(parcel, _SPACE, CAPABILITIES, NAME)
    url = request.callback_url or account.callback_url
    if not url:
        raise InvalidInput("callback_url", "empty", "must be the address where pushes go")
    now = yield from ask(Now())
    param = _text(
        {
            "company": code,
            "number": parcel.number,
            "from": parcel.origin,
            "to": parcel.destination,
            "key": account.key,
            "parameters": _parameters(account, request, url, code),
        }
    )
    fields = (("schema", "json"), ("param", param))
    answer = answer_object((yield from send_form(f"{account.poll_url}/poll", fields, NAME)), NAME)
    failure = subscribe_failed(account, answer)
    if failure is not None:
        raise failure
    following = Following(provider=NAME, state=SubscriptionState.ACTIVE, seen_at=now)
    return Shipment(number=parcel.number, shipped_with=parcel.carrier, following=following)


def _parameters(account: Kuaidi100Account, request: SubscribeRequest, url: str, code: str) -> Mapping[str, str]:
    second = request.second_leg
    values = {
        "callbackurl": url,
        "salt": account.salt,
        "resultv2": "4",
        "autoCom": "" if code else "1",
        "phone": request.parcel.phone,
    }
    if second is not None:
        values |= {
            "interCom": "1",
            "departureCountry": second.departure_country,
            "departureCom": second.departure_code,
            "destinationCountry": second.destination_country,
            "destinationCom": second.destination_code,
        }
    return {name: value for name, value in values.items() if value}


def recognise(account: Kuaidi100Account, number: str) -> Flow[tuple[RecognisedCarrier, ...]]:
    """Whose a number may be, as kuaidi100 ranks it. A billed call: ask :func:`~minishop.logistics.detect` first.

    Even its first answer is not always right; a later push may correct it.

    Args:
        account: The shop's.
        number: The waybill number.
    """
    number = TrackRequest(number=number).number
    asked = urlencode({"num": number, "key": account.key})
    url = f"{account.auto_url}/autonumber/auto?{asked}"
    answer = read_answer((yield from exchange(HttpRequest(method="GET", url=url), NAME)), NAME)
    if not isinstance(answer, list):
        raise query_failed(account, answer_object(answer, NAME)) or shapeless(NAME)
    codes = [text_of(row.get("comCode")) for row in answer if isinstance(row, dict)]
    return tuple(RecognisedCarrier(code=code, carriers=candidate_ids(code, _SPACE)) for code in codes if code)


def _text(values: Mapping[str, Any]) -> str:
    given = {name: value for name, value in values.items() if value}
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"))
