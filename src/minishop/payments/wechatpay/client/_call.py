"""From a path and a dictionary to bytes, and from an authentic answer to typed values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.flows import Flow, HttpResponse, Sink
from minishop.payments.wechatpay._checks import check_text, matching
from minishop.payments.wechatpay._errors import Malformed, UnexpectedContent
from minishop.payments.wechatpay._json import read_json
from minishop.payments.wechatpay.client._desk import Desk
from minishop.payments.wechatpay.client._errors import GatewayFailed
from minishop.payments.wechatpay.client._policy import ONCE, PREPARE, READ, STREAM, Policy
from minishop.payments.wechatpay.client._send import send
from minishop.payments.wechatpay.client._work import Call, Unknown, unknown_outcome

__all__ = ["Answer", "call", "get", "joined", "json_body", "kept", "nothing", "post", "target"]

_T = TypeVar("_T")
_METHOD = matching(r"GET|POST|PUT|PATCH|DELETE")
_PATH = matching(r"/[-._~!$&'()*+,;=:@%/0-9A-Za-z{}]*")

Query = Mapping[str, object]


@frozen(kw_only=True)
class Answer:
    """An authentic answer.

    Attributes:
        status: The HTTP status; a success.
        request_id: What WeChat Pay's support asks for.
        data: The JSON object; empty for 204.
    """

    status: int
    request_id: str
    data: Mapping[str, Any] = field(factory=dict, repr=False, hash=False)


def target(path: str, *parts: str, query: Query | None = None) -> str:
    """Path and query as they are signed and sent: what fills a ``{}``, and the query, is percent-encoded.

    >>> target("/v3/pay/transactions/out-trade-no/{}", "a|b", query={"mchid": "19"})
    '/v3/pay/transactions/out-trade-no/a%7Cb?mchid=19'

    Args:
        path: Begins with a slash; encoded, save for ``{}``.
        parts: For the ``{}``.
        query: Names and values; ``None`` and empty values are left out.

    Raises:
        InvalidInput: The path is not one, the parts are not as many as the ``{}``, or something is no text.
    """
    check_text("path", path, _PATH, "a percent-encoded path that starts with a slash; {} stands for a part")
    pieces = path.split("{}")
    if len(pieces) != len(parts) + 1:
        raise InvalidInput("path", "malformed", f"has {len(pieces) - 1} times {{}}, and {len(parts)} parts were given")
    encoded = [_encoded(f"parts[{place}]", part, "@") for place, part in enumerate(parts)]
    whole = pieces[0] + "".join(part + piece for part, piece in zip(encoded, pieces[1:], strict=True))
    pairs = [(name, str(value)) for name, value in (query or {}).items() if value not in (None, "")]
    asked = "&".join(f"{_encoded('query', name)}={_encoded('query', value)}" for name, value in pairs)
    return f"{whole}?{asked}" if asked else whole


def _encoded(name: str, text: str, safe: str = "") -> str:
    try:
        return quote(text.encode(), safe=safe)
    except (AttributeError, UnicodeError):
        pass  # the message holds what stood there
    raise InvalidInput(name, "wrong_type", "must be text that UTF-8 can write")


def json_body(data: Mapping[str, Any]) -> bytes:
    """The bytes of a body, made once.

    Raises:
        InvalidInput: It cannot be written as JSON: a float, half a surrogate pair, something that is no JSON type.
    """
    try:
        _refuse_floats(data)
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError):
        pass  # the message holds what stood there
    raise InvalidInput("body", "malformed", "must be JSON types: objects, lists, text, int, booleans; no float")


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    for one in inner:
        _refuse_floats(one)


def kept(data: Mapping[str, Any]) -> dict[str, Any]:
    """The object without what is ``None`` or empty, at every level of objects."""
    inner = ((name, kept(value) if isinstance(value, Mapping) else value) for name, value in data.items())
    return {name: value for name, value in inner if not (value is None or value in ("", {}, [], ()))}


def joined(body: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """A body with further members, also within its objects.

    Raises:
        InvalidInput: ``conflict``: a member is there already.
    """
    merged = kept(body)
    for name, value in extra.items():
        ours = merged.get(name)
        if isinstance(ours, Mapping) and isinstance(value, Mapping):
            merged[name] = joined(ours, value)
        elif ours is None:
            merged[name] = value
        else:
            raise InvalidInput("extra", "conflict", f"must not say {name} again", params={"name": name})
    return merged


def get(desk: Desk, what: str, address: str, reader: Callable[[Mapping[str, Any]], _T]) -> Flow[_T]:
    """Asks something; for the arguments see :class:`~minishop.payments.wechatpay.client._work.Call`.

    Raises:
        GatewayFailed: Among others ``unexpected_answer``: the answer is authentic, but not as documented.
    """
    made = Call(what=what, method="GET", target=address, policy=READ)
    response = yield from send(desk, made)
    return _read(made, response, reader)


def post(
    desk: Desk,
    what: str,
    address: str,
    reader: Callable[[Mapping[str, Any]], _T],
    *,
    body: Mapping[str, Any] | None = None,
    policy: Policy,
    unknown: Unknown | None = None,
    serial: str = "",
) -> Flow[_T]:
    """Changes something. What is empty in the body is left out.

    Raises:
        OutcomeUnknown: Among others ``unexpected_answer``: the answer is authentic, but not as documented.
    """
    raw = b"" if body is None else json_body(kept(body))
    made = Call(what=what, method="POST", target=address, body=raw, policy=policy, unknown=unknown, serial=serial)
    response = yield from send(desk, made)
    return _read(made, response, reader)


def nothing(said: Mapping[str, Any]) -> None:
    """Reads an answer that says nothing."""


def _read(made: Call, response: HttpResponse, reader: Callable[[Mapping[str, Any]], _T]) -> _T:
    """The typed content of an authentic answer."""
    try:
        return reader(read_json(response.body) if response.body else {})
    except (Malformed, UnexpectedContent) as error:
        params = {**error.params, "status": response.status, "request_id": response.headers.get("Request-ID", "")}
    told = f"could not {made.what} for certain: the answer is authentic, but not of the documented form"
    if made.policy.changes:
        raise unknown_outcome(made.unknown, told, code="unexpected_answer", params=params)
    raise GatewayFailed(told, code="unexpected_answer", params=params)


def call(
    desk: Desk,
    method: str,
    path: str,
    *parts: str,
    query: Query | None = None,
    body: Mapping[str, Any] | None = None,
    is_repeatable: bool | None = None,
    serial: str = "",
    sink: Sink | None = None,
) -> Flow[Answer]:
    """Any call of API v3 that has no method of its own: signed, sent, and its answer verified.

    Args:
        desk: The client's.
        method: ``GET``, ``POST``, ``PUT``, ``PATCH`` or ``DELETE``.
        path: For example ``/v3/merchant-service/complaints-v2/{}``; percent-encoded, save for ``{}``.
        parts: What fills the ``{}``; not encoded yet.
        query: Names and values, not encoded yet; ``None`` and empty values are left out.
        body: JSON types.
        is_repeatable: Whether it is one thing under the numbers in it, so that it may be sent again when nobody knows
            whether it arrived; ``None``: only ``GET`` is.
        serial: ``Wechatpay-Serial``: of the key that encrypted its sensitive fields, as ``encrypt`` gives it.
        sink: For files (images, bills): gets the content, which is not signed. Compare its hash, if you know it.

    Raises:
        CallerError: It will never be carried out like this.
        RemoteError: It was certainly not carried out.
        OutcomeUnknown: It may have been.
    """
    check_text("method", method, _METHOD, "GET, POST, PUT, PATCH or DELETE")
    address = target(path, *parts, query=query)
    repeatable = method == "GET" if is_repeatable is None else is_repeatable
    policy = (READ if sink is None else STREAM) if method == "GET" else PREPARE if repeatable else ONCE
    made = Call(
        what=f"call {method} {path}",
        method=method,
        target=address,
        body=b"" if body is None else json_body(body),
        policy=policy,
        serial=serial,
        sink=sink,
        is_signed=sink is None,
    )
    response = yield from send(desk, made)
    data = {} if sink is not None else _read(made, response, dict)
    return Answer(status=response.status, request_id=response.headers.get("Request-ID", ""), data=data)
