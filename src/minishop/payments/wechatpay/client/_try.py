"""One try of a call: signed, sent, and its answer judged.

The body was serialised once; the same signed request goes to the next host if there is one and the first gives no
answer, since the signature does not cover the host. Of an answer the status is looked at first, because refusals are
not signed; every success must be, except the download of a file. A probe is thrown away and the call made again once.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from minishop.errors import MinishopError, OutcomeUnknown, RemoteError
from minishop.flows import Flow, HttpRequest, HttpResponse, NewNonce, Now, ask
from minishop.payments.wechatpay._checks import unix_seconds
from minishop.payments.wechatpay._errors import Probe, UnknownSerial, Unverified
from minishop.payments.wechatpay._suites import verified_by
from minishop.payments.wechatpay.client._refusals import Kind, is_refusal, refusal
from minishop.payments.wechatpay.client._suite import RsaSuite
from minishop.payments.wechatpay.client._work import Call, Failure, Work

__all__ = ["try_once"]


def try_once(work: Work, *, was_probed: bool = False) -> Flow[HttpResponse | Failure]:
    """Makes the call once, and once more if the answer is a probe."""
    response = yield from _exchange(work)
    if isinstance(response, Failure):
        return response
    failure = yield from _judge(work, response)
    if failure is None:
        return response
    if failure.kind in (Kind.UNKNOWN, Kind.UNVERIFIED):
        work.doubts(failure)
    if failure.is_probe and work.call.policy.after_probe and not was_probed:
        return (yield from try_once(work, was_probed=True))
    return failure


def _exchange(work: Work) -> Flow[HttpResponse | Failure]:
    """Signs, and sends to one host after the other while nothing comes back."""
    desk, call = work.desk, work.call
    now = yield from ask(Now())
    nonce = yield from ask(NewNonce())
    timestamp = unix_seconds(now)
    authorization = desk.suite.authorize(
        desk.merchant, call.method, call.target, call.body, timestamp=timestamp, nonce=nonce
    )
    headers = _headers(work, authorization)
    failures: list[Failure] = []
    for host in (call.host,) if call.host else desk.hosts:
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
            failures.append(_lost(Kind.UNREACHED, call, error))
        except OutcomeUnknown as error:
            failures.append(_lost(Kind.UNKNOWN, call, error))
            work.doubts(failures[-1])
            if not call.policy.after_unknown:
                break
    return next((one for one in failures if one.kind is Kind.UNKNOWN), failures[-1])


def _lost(kind: Kind, call: Call, error: MinishopError) -> Failure:
    params = {**error.params, "status": 0, "request_id": ""}
    family = RemoteError if kind is Kind.UNREACHED else OutcomeUnknown
    return Failure(kind, family(f"could not {call.what}: {error.message}", code=error.code, params=params))


def _headers(work: Work, authorization: str) -> tuple[tuple[str, str], ...]:
    call, desk = work.call, work.desk
    fields = [
        ("Accept", "application/json" if call.is_signed else "*/*"),
        ("Accept-Language", desk.language),
        ("User-Agent", desk.user_agent),
        ("Authorization", authorization),
    ]
    if call.body:
        fields.append(("Content-Type", "application/json"))
    if work.serial:
        fields.append(("Wechatpay-Serial", work.serial))
    return tuple(fields)


def _judge(work: Work, response: HttpResponse) -> Flow[Failure | None]:
    """What is wrong with an answer; the status comes first, because refusals are not signed."""
    now = yield from ask(Now())
    if is_refusal(response):
        kind, error = refusal(work.call.what, response, now)
        return Failure(kind, error)
    if not work.call.is_signed:
        return None
    try:
        yield from _verify(work, response, now)
    except Unverified as error:
        params = {**error.params, "status": response.status, "request_id": response.headers.get("Request-ID", "")}
        told = f"could not {work.call.what} for certain: the answer cannot be believed: {error.message}"
        unsure = OutcomeUnknown(told, code=error.code, params=params)
        return Failure(Kind.UNVERIFIED, unsure, error.next_step, isinstance(error, Probe))
    return None


def _verify(work: Work, response: HttpResponse, now: datetime) -> Flow[None]:
    """Verifies an answer; once more if it names a key that is not known and newer keys can be had."""
    suite, known = work.desk.suite, work.keys
    verify = suite.verify if isinstance(suite, RsaSuite) else partial(verified_by, suite)
    try:
        verify(response.headers, response.body, keys=known, now=now)
        return
    except UnknownSerial:
        try:
            work.keys = yield from work.desk.keys.refreshed(known)
        except MinishopError:
            work.keys = known  # that they cannot be had says nothing about the call
        if work.keys is known:
            raise
    verify(response.headers, response.body, keys=work.keys, now=now)
