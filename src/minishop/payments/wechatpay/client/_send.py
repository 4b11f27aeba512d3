"""A call, from its bytes to an answer that may be believed, or to an error that says what is certain.

How often a call is repeated stands in its :class:`~minishop.payments.wechatpay.client._policy.Policy`. After a try that
may have been carried out, a later refusal proves nothing about the first one.
"""

from __future__ import annotations

from minishop.errors import MinishopError, OutcomeUnknown
from minishop.flows import Flow, HttpResponse, NewNonce, Sleep, ask
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._errors import GatewayFailed
from minishop.payments.wechatpay.client._policy import Policy
from minishop.payments.wechatpay.client._refusals import Kind
from minishop.payments.wechatpay.client._try import try_once
from minishop.payments.wechatpay.client._work import Call, Failure, Work, unknown_outcome

__all__ = ["send"]


def send(desk: Desk, call: Call) -> Flow[HttpResponse]:
    """Makes a call.

    Raises:
        CallerError: It will never be carried out like this.
        RemoteError: It was certainly not carried out.
        OutcomeUnknown: It may have been.
    """
    keys = (yield from desk.keys.current()) if call.is_signed else PlatformKeys()
    work = Work(desk=desk, call=call, keys=keys, serial=call.serial or _answering_key(keys))
    for number in range(desk.tries):
        if number:
            yield from _wait(desk, number)
        outcome = yield from try_once(work)
        if isinstance(outcome, HttpResponse):
            return outcome
        failure = outcome
        if not _may_repeat(failure.kind, call.policy):
            break
    raise _verdict(call, failure, work.doubt)


def _answering_key(keys: PlatformKeys) -> str:
    """``Wechatpay-Serial`` for a call without sensitive fields: the public key that the answer shall be signed with.

    Only if there is no certificate: before a migration is started, and for those who never needed one, the default
    (a certificate, or the only public key) is right.
    """
    if any(key.is_certificate for key in keys.values()):
        return ""
    return list(keys)[-1] if keys else ""


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
    """What is certain in the end.

    The state of the business as an answer removes the doubt of an earlier try, save where money moves.
    """
    policy = call.policy
    unclear = failure.kind in (Kind.UNKNOWN, Kind.UNVERIFIED, Kind.PENDING)
    if not policy.changes:
        error = failure.error
        failed = GatewayFailed(error.message, code=error.code, params=error.params, next_step=failure.advice or None)
        return failed if unclear else error
    if unclear:
        return _unknown(call, failure)
    if doubt is not None and not (failure.kind is Kind.FINAL and policy.after_unknown):
        return _unknown(call, doubt, then=failure.error.code)
    return failure.error


def _unknown(call: Call, failure: Failure, **more: object) -> OutcomeUnknown:
    error = failure.error
    params = {**error.params, **more}
    return unknown_outcome(call.unknown, error.message, code=error.code, params=params, advice=failure.advice)
