"""The gateway itself: a request in, an answer out. No network, no clock of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC
from email.utils import format_datetime
from html import escape
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlsplit

from attrs import evolve, frozen

from minishop.testing.wechatpay._door import Door
from minishop.testing.wechatpay._faults import Fault
from minishop.testing.wechatpay._ledger import Call, Ledger
from minishop.testing.wechatpay._proof import changed, prove
from minishop.testing.wechatpay._refusal import Refusal
from minishop.testing.wechatpay._routes import find
from minishop.testing.wechatpay._wire import JSON, Received, Reply, to_json

__all__ = ["Engine"]

_HTML = (("Content-Type", "text/html"),)
_SPOILS_PROOF = {
    Fault.PROBE,
    Fault.STALE,
    Fault.TAMPERED,
    Fault.UNKNOWN_SERIAL,
    Fault.UNSIGNED,
    Fault.WRONG_SIGNATURE,
}
#: Status, code and text of what is refused without being looked at.
_REFUSALS = {
    Fault.CERTIFICATE_EXPIRED: (401, "SIGN_ERROR", "certificate_expired"),
    Fault.CERTIFICATE_REVOKED: (401, "SIGN_ERROR", "certificate_revoked"),
    Fault.NO_AUTH: (403, "NO_AUTH", "no_auth"),
    Fault.NOT_ENOUGH: (403, "NOT_ENOUGH", "not_enough"),
    Fault.RATE_LIMIT: (429, "FREQUENCY_LIMITED", "frequency_limited"),
    Fault.SYSTEM_ERROR: (500, "SYSTEM_ERROR", "system_error"),
}


@frozen
class Engine:
    """Answers requests.

    Attributes:
        ledger: What it remembers.
        door: What lets requests in.
        other_spelling: Errors have the other spelling of their codes, where there is one.
    """

    ledger: Ledger
    door: Door
    other_spelling: bool = False

    def answer(self, request: Received, fault: Fault | None = None) -> Reply:
        """One answer.

        Args:
            request: What arrived.
            fault: What is to go wrong, if it is about the answer's status or proof.
        """
        instead = _instead(fault)
        if instead is not None:
            return instead
        try:
            reply = self._carried_out(request, fault)
        except Refusal as refusal:
            language = request.headers.get("Accept-Language", "")
            reply = refusal.reply(language, other_spelling=self.other_spelling)
        return self._finished(request, reply, fault)

    def _carried_out(self, request: Received, fault: Fault | None) -> Reply:
        """The answer before it is signed."""
        parts = urlsplit(request.target)
        found = find(parts.path)
        if found is None:
            return _page(404, f"the simulator has nothing at {parts.path}")
        if request.method not in found.methods:
            allowed = ", ".join(found.methods)
            return evolve(_page(405, f"only {allowed}"), headers=(*_HTML, ("Allow", allowed)))
        self.door.check(request)
        _refuse_as_asked(fault)
        call = Call(
            path=found.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            body=_json_object(request.body),
            serial=request.headers.get("Wechatpay-Serial"),
        )
        result = found.methods[request.method](self.ledger, call)
        if fault is Fault.BANK_ERROR:
            raise Refusal(500, "BANK_ERROR", "bank_error")
        return _reply(result)

    def _finished(self, request: Received, reply: Reply, fault: Fault | None) -> Reply:
        """With the header fields that every answer has, and the proof of a success."""
        extra = {
            "Date": format_datetime(self.ledger.clock().astimezone(UTC), usegmt=True),
            "Request-ID": f"08{self.ledger.token()[:30].upper()}",
            "Cache-Control": "no-cache, must-revalidate",
        }
        body = reply.body
        if 200 <= reply.status < 300 and reply.is_proven:
            key = self.ledger.platform.for_reply(request.headers.get("Wechatpay-Serial"))
            spoilt = fault if fault in _SPOILS_PROOF else None
            proof, body = prove(key, body, now=self.ledger.clock(), nonce=self.ledger.token(), spoilt=spoilt)
            extra |= proof
        elif fault is Fault.TAMPERED:
            body = changed(body)
        if fault is Fault.TRUNCATED:
            body = body[: len(body) // 2]
        return evolve(reply, headers=(*reply.headers, *extra.items()), body=body)


def _refuse_as_asked(fault: Fault | None) -> None:
    """Refuses what is to be refused without being looked at."""
    if fault in _REFUSALS:
        status, code, key = _REFUSALS[fault]
        raise Refusal(status, code, key)


def _instead(fault: Fault | None) -> Reply | None:
    """What answers in the gateway's place."""
    if fault is Fault.HTML:
        return _page(502, "Bad Gateway")
    return Reply(status=503) if fault is Fault.EMPTY else None


def _reply(result: Mapping[str, object] | Reply | None) -> Reply:
    if isinstance(result, Reply):
        return result
    return Reply(status=204) if result is None else Reply(status=200, headers=JSON, body=to_json(result))


def _page(status: int, text: str) -> Reply:
    """What a web server answers by itself."""
    html = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><p>{escape(text)}</p></body></html>"
    return Reply(status=status, headers=_HTML, body=html.encode())


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _json_object(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        value = json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Refusal(400, "PARAM_ERROR", "not_json")
    return value
