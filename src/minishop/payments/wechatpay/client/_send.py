"""One call, from its bytes to an answer that may be believed, or to an error that says what is certain.

The body is serialised once and signed; the same signed request goes to the second host if there is one and the first
cannot be reached (the signature does not cover the host). Of an answer the status is looked at first, because refusals
are not signed; every success must be signed, except the download of a file. A probe is thrown away and the call made
again once. How often else a call is repeated stands in its :class:`Policy`. After a try that may have been carried out,
a later refusal proves nothing about the first, so the outcome stays unknown unless the state of the business itself was
the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import field, frozen

from minishop.errors import MinishopError, OutcomeUnknown, RemoteError
from minishop.flows import Flow, HttpRequest, HttpResponse, NewNonce, Now, Sink, Sleep, ask
from minishop.payments.wechatpay._checks import unix_seconds
from minishop.payments.wechatpay._errors import Probe, UnknownSerial, Unverified
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._errors import GatewayFailed
from minishop.payments.wechatpay.client._policy import Policy
from minishop.payments.wechatpay.client._refusals import Kind, is_refusal, refusal

__all__ = ["Call", "send"]


@frozen(kw_only=True)
class Call:
    """One call, ready to be signed.

    Attributes:
        what: What it does, for messages: ``create a payment``.
        method: In upper case.
        target: Path and query, percent-encoded.
        body: The exact bytes.
        policy: When it may be repeated.
        unknown: The method to call, and with what, if its outcome is unknown.
        serial: ``Wechatpay-Serial`` of the request: which key encrypted its sensitive fields, or shall sign the answer.
        sink: Gets the content of a file.
        restart: Called before each try, so that a sink begins anew.
        is_signed: Whether a success is signed; downloads are not.
        host: Only to this host.
    """

    what: str
    method: str
    target: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    policy: Policy
    unknown: tuple[str, Mapping[str, str]] | None = None
    serial: str = ""
    sink: Sink | None = field(default=None, repr=False)
    restart: Callable[[], object] = field(default=bool, repr=False)
    is_signed: bool = True
    host: str = ""


@frozen
class Failure:
    """A try that gave no answer to believe."""

    kind: Kind
    error: MinishopError


def send(desk: Desk, call: Call) -> Flow[HttpResponse]:
    """Makes a call.

    Raises:
        CallerError: It will never be carried out like this.
        RemoteError: It was certainly not carried out.
        OutcomeUnknown: It may have been.
    """
    doubt: Failure | None = None
    for number in range(desk.tries):
        if number:
            yield from _wait(desk, number)
        outcome = yield from _try(desk, call)
        if isinstance(outcome, HttpResponse):
            return outcome
        failure = outcome
        doubt = failure if doubt is None and failure.kind is Kind.UNKNOWN else doubt
        if not _may_repeat(failure.kind, call.policy):
            break
    raise _verdict(call, failure, doubt)


def _may_repeat(kind: Kind, policy: Policy) -> bool:
    if kind is Kind.UNKNOWN:
        return policy.after_unknown
    return kind is Kind.UNREACHED or (kind is Kind.BUSY and policy.when_busy)


def _wait(desk: Desk, number: int) -> Flow[None]:
    """Doubles from try to try; up to half is added, so that many clients do not come back all at once."""
    nonce = yield from ask(NewNonce())
    pause = desk.pause * 2 ** (number - 1)
    yield from ask(Sleep(pause + pause * (int.from_bytes(nonce[:4].encode()) % 512) // 1024))


def _verdict(call: Call, failure: Failure, doubt: Failure | None) -> MinishopError:
    """What is certain in the end."""
    error, params = failure.error, failure.error.params
    if not call.policy.changes:
        if failure.kind in (Kind.UNKNOWN, Kind.UNVERIFIED):
            return GatewayFailed(error.message, code=error.code, params=params)
        return error
    if failure.kind in (Kind.UNKNOWN, Kind.UNVERIFIED, Kind.PENDING):
        return _unknown(call, error)
    if doubt is not None and failure.kind is not Kind.FINAL:
        return _unknown(call, doubt.error, then=error.code)
    return error


def _unknown(call: Call, error: MinishopError, **more: object) -> OutcomeUnknown:
    params: dict[str, object] = {**error.params, **more}
    step = None
    if call.unknown is not None:
        method, numbers = call.unknown
        asked = ", ".join(f"{name}={value!r}" for name, value in numbers.items())
        params.update(ask=method, **numbers)
        step = f"Call {method}({asked}) before you do anything else; repeat the call only with the same numbers."
    return OutcomeUnknown(error.message, code=error.code, params=params, next_step=step)


# -- one try -------------------------------------------------------------------------------------------------------


def _try(desk: Desk, call: Call) -> Flow[HttpResponse | Failure]:
    response = yield from _exchange(desk, call)
    probed = False
    while isinstance(response, HttpResponse):
        failure = yield from _judge(desk, call, response)
        if failure is None:
            return response
        if probed or not call.policy.after_probe or not isinstance(failure.error, Probe):
            return failure
        probed = True
        response = yield from _exchange(desk, call)
    return response


def _exchange(desk: Desk, call: Call) -> Flow[HttpResponse | Failure]:
    """Signs, and sends to one host after the other while nothing comes back."""
    now = yield from ask(Now())
    nonce = yield from ask(NewNonce())
    timestamp = unix_seconds(now)
    authorization = desk.suite.authorize(
        desk.merchant, call.method, call.target, call.body, timestamp=timestamp, nonce=nonce
    )
    headers = _headers(desk, call, authorization)
    failure: Failure | None = None
    doubt: Failure | None = None
    for host in (call.host,) if call.host else desk.hosts[:2]:
        request = HttpRequest(
            method=call.method,
            url=host + call.target,
            headers=headers,
            body=call.body,
            sink=call.sink,
            timeout=desk.timeout,
        )
        call.restart()
        try:
            return (yield from ask(request))
        except RemoteError as error:
            failure = _lost(Kind.UNREACHED, call, error)
        except OutcomeUnknown as error:
            failure = doubt = _lost(Kind.UNKNOWN, call, error)
            if not call.policy.after_unknown:
                break
    assert failure is not None  # there is a host
    return doubt or failure


def _lost(kind: Kind, call: Call, error: MinishopError) -> Failure:
    params = {**error.params, "status": 0, "request_id": ""}
    told = f"could not {call.what}: {error.message}"
    return Failure(kind, type(error)(told, code=error.code, params=params))


def _headers(desk: Desk, call: Call, authorization: str) -> tuple[tuple[str, str], ...]:
    fields = [
        ("Accept", "application/json" if call.is_signed else "*/*"),
        ("Accept-Language", desk.language),
        ("User-Agent", desk.user_agent),
        ("Authorization", authorization),
    ]
    if call.body:
        fields.append(("Content-Type", "application/json"))
    if call.serial:
        fields.append(("Wechatpay-Serial", call.serial))
    return tuple(fields)


def _judge(desk: Desk, call: Call, response: HttpResponse) -> Flow[Failure | None]:
    """What is wrong with an answer; the status comes first, because refusals are not signed."""
    now = yield from ask(Now())
    if is_refusal(response):
        kind, error = refusal(call.what, response, now)
        return Failure(kind, error)
    if not call.is_signed:
        return None
    keys = yield from desk.keys.current()
    try:
        try:
            desk.suite.verify(response.headers, response.body, keys=keys, now=now)
        except UnknownSerial:
            fresh = yield from desk.keys.refreshed(keys)
            if fresh is keys:
                raise
            desk.suite.verify(response.headers, response.body, keys=fresh, now=now)
    except Unverified as error:
        params = {**error.params, "status": response.status, "request_id": response.headers.get("Request-ID", "")}
        told = f"could not {call.what} for certain: the answer cannot be believed: {error.message}"
        return Failure(Kind.UNVERIFIED, type(error)(told, params=params, next_step=error.next_step))
    return None
