"""Ways to reach the fake: in the process, or over a loopback socket."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from minishop.errors import OutcomeUnknown
from minishop.flows import Headers, HttpRequest, HttpResponse
from minishop.testing.wechat._platform import FakePlatform

__all__ = ["AsyncFakeTransport", "FakePlatformServer", "FakeTransport"]


class FakeTransport:
    """A :class:`~minishop.flows.Transport` to a fake in the same process.

    Args:
        platform: The fake.
    """

    def __init__(self, platform: FakePlatform) -> None:
        self._platform = platform

    def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.Transport`."""
        reply = self._platform.serve(request.method, request.url, request.body)
        if reply is None:
            raise OutcomeUnknown("no answer from the fake", code="no_answer")
        headers = Headers({"Content-Type": reply.content_type})
        return HttpResponse(status=reply.status, headers=headers, body=reply.body)


class AsyncFakeTransport:
    """:class:`FakeTransport` for async apps."""

    def __init__(self, platform: FakePlatform) -> None:
        self._inner = FakeTransport(platform)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.Transport`."""
        return self._inner.send(request)


class FakePlatformServer:
    """The fake behind a real HTTP server on a loopback port; a context manager.

    Args:
        platform: The fake.
    """

    def __init__(self, platform: FakePlatform) -> None:
        self.platform = platform
        self._server = _Server(("127.0.0.1", 0), platform)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """Its address, for ``MiniProgram(host=…)``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakePlatformServer:
        self._thread.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], platform: FakePlatform) -> None:
        super().__init__(address, _Handler)
        self.platform = platform


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:  # the name the base class looks for
        """Answers."""
        self._serve()

    def do_POST(self) -> None:
        """Answers."""
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.platform.serve(self.command, self.path, body)
        if reply is None:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Says nothing: the address holds secrets."""
