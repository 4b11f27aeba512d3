"""Carrying bytes to a fake and from it: in process, over a loopback socket, and to a callback."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Protocol

from minishop.errors import OutcomeUnknown, RemoteError
from minishop.flows import Headers, HttpRequest, HttpResponse

__all__ = ["AsyncFakeTransport", "CallbackTransport", "FakeServer", "FakeTransport", "LostReply", "Unreached"]

_LARGEST_BODY = 4 * 1024 * 1024


class LostReply(Exception):
    """The call was carried out; nobody hears of it."""


class Unreached(Exception):
    """The call never arrived."""


class _Handles(Protocol):
    def handle(self, request: HttpRequest) -> HttpResponse: ...


class FakeTransport:
    """A :class:`~minishop.flows.Transport` whose other end is a fake.

    Args:
        fake: The other end.
    """

    def __init__(self, fake: _Handles) -> None:
        self._fake = fake

    def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.Transport`."""
        try:
            return self._fake.handle(request)
        except LostReply:
            raise OutcomeUnknown("no answer came", code="no_answer") from None
        except Unreached:
            raise RemoteError("no connection", code="unreachable") from None


class AsyncFakeTransport:
    """The same for async apps.

    Args:
        fake: The other end.
    """

    def __init__(self, fake: _Handles) -> None:
        self._blocking = FakeTransport(fake)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.AsyncTransport`."""
        return self._blocking.send(request)


class CallbackTransport:
    """Where a fake's pushes go in a test without sockets: to a function of the app.

    Args:
        receive: Gets the request, gives the answer.
    """

    def __init__(self, receive: Callable[[HttpRequest], HttpResponse]) -> None:
        self._receive = receive

    def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.Transport`."""
        return self._receive(request)


class FakeServer:
    """A fake as a real HTTP server on this machine; a context manager.

    Args:
        fake: What answers.
        host: A loopback address.
        port: 0 takes a free one.
    """

    def __init__(self, fake: _Handles, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._http = _Http((host, port), fake)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        #: Base address.
        self.url = f"http://{host}:{self._http.server_port}"

    def __enter__(self) -> FakeServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, address: tuple[str, int], fake: _Handles) -> None:
        self.fake = fake
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    timeout = 8

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > _LARGEST_BODY:
            self._write(HttpResponse(status=413))
            return
        host, port = self.server.server_address[:2]
        request = HttpRequest(
            method=self.command,
            url=f"http://{host!s}:{port}{self.path}",
            headers=tuple(self.headers.items()),
            body=self.rfile.read(int(length)),
        )
        with contextlib.suppress(LostReply, Unreached):
            self._write(self.server.fake.handle(request))

    do_GET = do_POST = _serve  # noqa: N815

    def _write(self, answer: HttpResponse) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing."""


def answer(body: bytes, *, status: int = 200, kind: str = "application/json; charset=utf-8") -> HttpResponse:
    """An HTTP answer."""
    return HttpResponse(status=status, headers=Headers((("Content-Type", kind),)), body=body)
