"""kuaidi100's pushes: a form with ``param`` and, if a salt was given, ``sign`` over the exact text of ``param``.

``abort`` says that kuaidi100 has given up following, not what became of the parcel. ``autoCheck`` 1 with ``comNew``
says that the company was wrong; later pushes carry the new code.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from minishop.errors import InvalidInput
from minishop.logistics._errors import PushRefused
from minishop.logistics._numbers import clean_number
from minishop.logistics._pushes import read_body, read_form, refuse_unsigned
from minishop.logistics._reading import object_of, parse_json, text_of
from minishop.logistics._reports import Following, TrackingNotice
from minishop.logistics._requests import Ack, PushResult, PushUpdate
from minishop.logistics._shipment import Shipment
from minishop.logistics._signing import is_same
from minishop.logistics._status import SubscriptionState
from minishop.logistics.kuaidi100._account import NAME, Kuaidi100Account
from minishop.logistics.kuaidi100._parse import read_leg
from minishop.logistics.kuaidi100._sign import sign_push

__all__ = ["ACK", "parse_push"]

#: Anything else makes kuaidi100 deliver three more times, about 35 minutes apart.
ACK = Ack(body='{"result":true,"returnCode":"200","message":"成功"}'.encode())

_RESUBSCRIBE_AFTER = timedelta(minutes=30)
_STATES: Mapping[str, SubscriptionState] = {
    "polling": SubscriptionState.ACTIVE,
    "updateall": SubscriptionState.ACTIVE,
    "shutdown": SubscriptionState.FINISHED,
    "abort": SubscriptionState.ABORTED,
}


def parse_push(
    account: Kuaidi100Account, headers: object, body: bytes, *, now: datetime, method: str = "POST"
) -> PushResult:
    """Verifies and reads a push; no I/O.

    Args:
        account: Whose salts the push must be signed with.
        headers: Of the request, in any container.
        body: The exact bytes.
        now: The app's clock; aware.
        method: The HTTP method.

    Raises:
        PushRefused: See :class:`~minishop.logistics.PushRefused`.
    """
    form = read_form(headers, read_body(body, now=now, method=method, provider=NAME), provider=NAME)
    param = form.get("param", "")
    _verify(account, param, form.get("sign", ""))
    try:
        said = parse_json(param)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise PushRefused("param is not a JSON object", code="malformed_push", provider=NAME)
    return _read(said, now)


def _verify(account: Kuaidi100Account, param: str, sign: str) -> None:
    salts = [salt for salt in (account.salt, *account.former_salts) if salt]
    if not salts:
        if not account.trusts_unsigned_pushes:
            raise refuse_unsigned(NAME)
        return
    if not sign:
        raise PushRefused("the push is not signed", code="missing_signature", provider=NAME)
    if not any(is_same(sign.upper(), sign_push(param, salt=salt)) for salt in salts):
        raise PushRefused("the signature does not fit", code="bad_signature", provider=NAME)


def _read(said: Mapping[str, Any], now: datetime) -> PushResult:
    notices: list[TrackingNotice] = []
    first, second = object_of(said.get("lastResult")), object_of(said.get("destResult"))
    try:
        number = clean_number(text_of(first.get("nu")) or text_of(second.get("nu")))
    except InvalidInput:
        return PushResult(updates=(), ack=ACK, skipped=(TrackingNotice("no_number"),))
    corrected = text_of(said.get("comNew")) if text_of(said.get("autoCheck")) == "1" else ""
    if corrected:
        notices.append(TrackingNotice("carrier_corrected", f"{text_of(said.get('comOld'))} → {corrected}"))
    legs = [read_leg(first, seen_at=now, carrier_code=corrected)]
    if second:
        legs.append(read_leg(second, seen_at=now, leg=2))
    following = _following(said, now, notices)
    shipment = Shipment(
        number=number,
        events=tuple(event for leg in legs for event in leg.events),
        reports=tuple(leg.report for leg in legs),
        following=following,
        warnings=(*notices, *(notice for leg in legs for notice in leg.notices)),
    )
    is_aborted = following is not None and following.state is SubscriptionState.ABORTED
    update = PushUpdate(shipment=shipment, resubscribe_after=_RESUBSCRIBE_AFTER if is_aborted else None)
    return PushResult(updates=(update,), ack=ACK)


def _following(said: Mapping[str, Any], now: datetime, notices: list[TrackingNotice]) -> Following | None:
    word = text_of(said.get("status"))
    state = _STATES.get(word)
    if state is None:
        notices.append(TrackingNotice("unknown_code", word))
        return None
    if state is SubscriptionState.ABORTED:
        notices.append(TrackingNotice("subscription_aborted", text_of(said.get("message"))[:100]))
    return Following(provider=NAME, state=state, seen_at=now, reason=text_of(said.get("message"))[:100])
