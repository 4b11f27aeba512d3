"""The sync and the async transport; everything but the waiting is shared."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from minishop.errors import CallerError, MinishopError, OutcomeUnknown, RemoteError
from minishop.flows import Headers, HttpRequest, HttpResponse

__all__ = ["AsyncHttpxTransport", "HttpxTransport"]

#: WeChat Pay closes idle connections after about 8 s; one that is reused later than this may be gone.
_IDLE = timedelta(seconds=7)
_CONNECT = timedelta(seconds=5)
_ANSWER = timedelta(seconds=15)
_LARGEST_BODY = 32 * 1024 * 1024

_NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")  # RFC 9110, section 5.6.2
_VALUE = re.compile(r"(?:[!-~](?:[ \t!-~]*[!-~])?)?")


class _Base:
    """What both transports are made of.

    Args:
        library: ``httpx`` or ``httpx2``; ``None`` takes ``httpx``.
        transport: A transport of that library, for example one with a proxy, client certificates, or a mock. Made on
            first use if ``None``; making one of these objects does no I/O.
        timeout: The longest wait for bytes of the answer, unless a request has its own.
        idle: How long a connection may be kept without being used.
        connections: The most at a time.
    """

    def __init__(
        self,
        *,
        library: ModuleType | None = None,
        transport: Any = None,
        timeout: timedelta = _ANSWER,
        idle: timedelta = _IDLE,
        connections: int = 100,
    ) -> None:
        self._library = library
        self._transport = transport
        self._timeout = timeout
        self._idle = idle
        self._connections = connections
        self._making = threading.Lock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _httpx(self) -> Any:
        if self._library is None:
            import httpx  # takes a tenth of a second; an app that only makes the object need not wait

            self._library = httpx
        return self._library

    def _limits(self) -> Any:
        return self._httpx().Limits(
            max_connections=self._connections,
            max_keepalive_connections=self._connections,
            keepalive_expiry=self._idle.total_seconds(),
        )

    def _build(self, request: HttpRequest) -> Any:
        httpx = self._httpx()
        url = _readable(httpx, request.url)
        parts = urlsplit(request.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        is_whole = request.url in (f"{parts.scheme}://{parts.netloc}{target}", f"{parts.scheme}://{parts.netloc}")
        if url is None or url.scheme not in ("http", "https") or not is_whole or url.raw_path != target.encode():
            raise CallerError(
                "the address of a request was refused: what is signed would not be what is sent",
                code="malformed_request",
                next_step="Use an absolute http(s) address without a fragment, percent-encoded, without dot segments.",
            )
        longest = (request.timeout or self._timeout).total_seconds()
        connect = min(longest, _CONNECT.total_seconds())
        _check_fields(request)
        return httpx.Request(
            request.method,
            url,
            headers=list(request.headers),
            content=request.body or None,
            extensions={"timeout": {"connect": connect, "read": longest, "write": longest, "pool": connect}},
        )

    def _failed(self, error: Exception, request: HttpRequest) -> MinishopError:
        """Our error for the library's, which holds the address and the header fields and must not be chained."""
        httpx = self._httpx()
        host = urlsplit(request.url).hostname or ""
        params = {"host": host, "cause": type(error).__name__}
        if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)):
            return RemoteError(f"no connection to {host} ({type(error).__name__})", code="unreachable", params=params)
        if isinstance(error, httpx.LocalProtocolError):
            return CallerError("the request is not valid HTTP", code="malformed_request", params=params)
        return OutcomeUnknown(f"no answer from {host} ({type(error).__name__})", code="no_answer", params=params)


def _check_fields(request: HttpRequest) -> None:
    """Refuses what the library would refuse later, after it has written the value to its log."""
    for name, value in request.headers:
        if not (_NAME.fullmatch(name) and _VALUE.fullmatch(value)):
            raise CallerError(
                "the header fields cannot be sent",
                code="malformed_request",
                next_step="Use ASCII without line breaks in header fields.",
            )


def _readable(httpx: Any, address: str) -> Any:
    try:
        return httpx.URL(address)
    except Exception:
        return None  # its message holds the address


class _Body:
    """Where the pieces of a body go."""

    def __init__(self, request: HttpRequest, raw: Any) -> None:
        self._sink = request.sink if 200 <= raw.status_code < 300 else None
        self._host = urlsplit(request.url).hostname
        self._pieces: list[bytes] = []
        self._size = 0

    def take(self, piece: bytes) -> None:
        if self._sink is not None:
            self._sink.write(piece)
            return
        self._size += len(piece)
        if self._size > _LARGEST_BODY:
            raise OutcomeUnknown(
                f"the answer of {self._host} is too large",
                code="answer_too_large",
                params={"host": self._host, "largest": _LARGEST_BODY},
            )
        self._pieces.append(piece)

    def response(self, raw: Any) -> HttpResponse:
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw.headers.raw]
        return HttpResponse(status=raw.status_code, headers=Headers(fields), body=b"".join(self._pieces))


class HttpxTransport(_Base):
    """A :class:`~minishop.flows.Transport`; may be shared by threads. A context manager that closes its connections."""

    def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.Transport`."""
        message = self._build(request)
        httpx = self._httpx()
        with self._making:
            if self._transport is None:
                self._transport = httpx.HTTPTransport(limits=self._limits())
        try:
            raw = self._transport.handle_request(message)
            try:
                body = _Body(request, raw)
                for piece in raw.iter_bytes():
                    body.take(piece)
                return body.response(raw)
            finally:
                raw.close()
        except (httpx.TransportError, httpx.DecodingError) as error:
            failure = self._failed(error, request)
        raise failure

    def close(self) -> None:
        """Closes the connections."""
        if self._transport is not None:
            self._transport.close()

    def __enter__(self) -> HttpxTransport:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()


class AsyncHttpxTransport(_Base):
    """An :class:`~minishop.flows.AsyncTransport`; an async context manager that closes its connections."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.Transport`."""
        message = self._build(request)
        httpx = self._httpx()
        if self._transport is None:
            self._transport = httpx.AsyncHTTPTransport(limits=self._limits())
        try:
            raw = await self._transport.handle_async_request(message)
            try:
                body = _Body(request, raw)
                async for piece in raw.aiter_bytes():
                    body.take(piece)
                return body.response(raw)
            finally:
                await raw.aclose()
        except (httpx.TransportError, httpx.DecodingError) as error:
            failure = self._failed(error, request)
        raise failure

    async def aclose(self) -> None:
        """Closes the connections."""
        if self._transport is not None:
            await self._transport.aclose()

    async def __aenter__(self) -> AsyncHttpxTransport:
        return self

    async def __aexit__(self, *details: object) -> None:
        await self.aclose()
