"""Calling a provider: the exchange, the pace, the code of the carrier, what every one of them needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from minishop.errors import InvalidInput, MinishopError, OutcomeUnknown, RemoteError
from minishop.flows import (
    AsyncNonceStore,
    AsyncTransport,
    Flow,
    Handlers,
    HttpRequest,
    HttpResponse,
    NonceStore,
    Now,
    Remember,
    Transport,
    ask,
    nonce_handlers,
    transport_handlers,
)
from minishop.logistics._carriers import Namespace, carrier_code, find_carriers
from minishop.logistics._errors import ErrorKind, ProviderError
from minishop.logistics._forms import FORM, encode_form
from minishop.logistics._numbers import clean_number
from minishop.logistics._provider import TrackOutcome
from minishop.logistics._reading import parse_json, text_of
from minishop.logistics._requests import Capabilities, PhoneNeed, TrackRequest
from minishop.logistics._shipment import Shipment

__all__ = [
    "Client",
    "answer_object",
    "check_number",
    "check_phone",
    "code_for",
    "each",
    "exchange",
    "keep_pace",
    "phone_required",
    "read_answer",
    "send_form",
    "shapeless",
]

_Account = TypeVar("_Account")


class Client(Generic[_Account]):
    """What all clients are made of.

    Args:
        account: Keys and addresses.
        transport: Makes the HTTP calls.
        machine: Answers ``Now`` and ``NewNonce``: what ``minishop.adapters.machine`` makes.
        pace: Remembers which parcel was asked about, so that none is asked about too often. Processes that use one
            account share one store.
    """

    def __init__(
        self,
        account: _Account,
        transport: Transport | AsyncTransport,
        *,
        machine: Handlers,
        pace: NonceStore | AsyncNonceStore,
    ) -> None:
        #: Keys and addresses.
        self.desk = account
        #: What answers the requests of the flows.
        self.handlers: Handlers = {**machine, **transport_handlers(transport), **nonce_handlers(pace)}

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def exchange(request: HttpRequest, provider: str) -> Flow[HttpResponse]:
    """Makes one HTTP call; whatever goes wrong on the way is ``unavailable``."""
    try:
        response = yield from ask(request)
    except (OutcomeUnknown, RemoteError) as error:
        cause = error.code
    else:
        return response
    raise ProviderError(
        f"{provider} did not answer", kind=ErrorKind.UNAVAILABLE, provider=provider, params={"cause": cause}
    )


def send_form(url: str, fields: Sequence[tuple[str, str]], provider: str) -> Flow[Any]:
    """Posts a form and reads the JSON of the answer."""
    headers = (("Content-Type", f"{FORM}; charset=utf-8"), ("Accept", "application/json"))
    request = HttpRequest(method="POST", url=url, headers=headers, body=encode_form(fields))
    response = yield from exchange(request, provider)
    return read_answer(response, provider)


def read_answer(response: HttpResponse, provider: str) -> Any:
    """The JSON of an answer.

    Raises:
        ProviderError: ``unavailable``, ``rate_limited``: by the HTTP status; ``protocol``: no JSON.
    """
    if response.status == 429 or response.status >= 500:
        kind = ErrorKind.RATE_LIMITED if response.status == 429 else ErrorKind.UNAVAILABLE
        raise ProviderError(
            f"{provider} answered with HTTP status {response.status}",
            kind=kind,
            provider=provider,
            retry_after=_seconds(response.headers.get("retry-after", "")),
            params={"status": response.status},
        )
    try:
        return parse_json(response.body.decode("utf-8-sig"))
    except ValueError:
        raise ProviderError(
            f"{provider} answered with something that is no JSON (HTTP status {response.status})",
            kind=ErrorKind.PROTOCOL,
            provider=provider,
            retryable=True,
            params={"status": response.status},
        ) from None


def _seconds(text: str) -> timedelta | None:
    """``Retry-After`` in seconds; a date, or more than a hundred days, is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= 7
    return timedelta(seconds=int(text)) if is_number else None


def answer_object(answer: Any, provider: str) -> Mapping[str, Any]:
    """An answer that must be an object.

    Raises:
        ProviderError: ``protocol``.
    """
    if isinstance(answer, dict):
        return answer
    raise shapeless(provider)


def shapeless(provider: str) -> ProviderError:
    """The error for JSON that is no answer to what was asked."""
    return ProviderError(f"{provider} answered in an unknown shape", kind=ErrorKind.PROTOCOL, provider=provider)


def check_number(said: object, request: TrackRequest, provider: str) -> None:
    """Refuses an answer that is about another parcel; one that names none is taken.

    Raises:
        ProviderError: ``protocol``.
    """
    number = text_of(said)
    try:
        is_other = bool(number) and clean_number(number) != request.number
    except InvalidInput:
        is_other = True
    if is_other:
        raise ProviderError(f"{provider} answered with another parcel", kind=ErrorKind.PROTOCOL, provider=provider)


def keep_pace(provider: str, code: str, request: TrackRequest, interval: timedelta) -> Flow[datetime]:
    """Makes sure that a parcel is not asked about too often; returns the time.

    A call that fails afterwards counts as well, as the provider counts it.

    Raises:
        ProviderError: ``rate_limited`` with the code ``too_soon``; nothing was sent.
    """
    now = yield from ask(Now())
    key = f"minishop:track:{provider}:{code}:{request.number}"
    if interval and not (yield from ask(Remember(key, now, now + interval))):
        raise ProviderError(
            f"the parcel was asked about less than {interval} ago",
            kind=ErrorKind.RATE_LIMITED,
            provider=provider,
            code="too_soon",
            retry_after=interval,
            params={"number": request.number},
        )
    return now


def code_for(request: TrackRequest, space: Namespace) -> str:
    """The provider's code of the parcel's carrier; never a default.

    Raises:
        InvalidInput: ``empty``: no carrier is named; ``unknown_carrier``; ``no_carrier_code``.
    """
    if request.carrier_code:
        return request.carrier_code
    if not request.carrier:
        raise InvalidInput(
            "carrier", "empty", "must be named", next_step="Let a person choose one of the guesses of detect()."
        )
    return carrier_code(request.carrier, space)


def check_phone(request: TrackRequest, space: Namespace, capabilities: Capabilities, provider: str) -> None:
    """Refuses, before anything is sent, a parcel whose carrier wants a phone number that is not there.

    Raises:
        ProviderError: ``phone_required_or_mismatch`` with the code ``phone_required``.
    """
    if request.phone:
        return
    # The code is what is asked with, so it is the code that counts.
    meant = {one.id for one in find_carriers(request.carrier_code, space)} or {request.carrier}
    wanting = sorted(one for one in meant if capabilities.phone_need(one) is PhoneNeed.REQUIRED)
    if wanting:
        raise phone_required(wanting[0], provider)


def phone_required(carrier: str, provider: str) -> ProviderError:
    """The error for a carrier that wants a phone number."""
    return ProviderError(
        f"{carrier} tells nothing without the last four digits of a phone number",
        kind=ErrorKind.PHONE_REQUIRED_OR_MISMATCH,
        provider=provider,
        field="phone",
        code="phone_required",
    )


def each(
    requests: Sequence[TrackRequest], query: Callable[[TrackRequest], Flow[Shipment]]
) -> Flow[tuple[TrackOutcome, ...]]:
    """Asks about one parcel after the other; what fails is the outcome of that parcel alone."""
    outcomes: list[TrackOutcome] = []
    for request in requests:
        try:
            outcomes.append((yield from query(request)))
        except MinishopError as error:
            outcomes.append(error.with_traceback(None))
    return tuple(outcomes)
