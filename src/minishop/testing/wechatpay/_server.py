"""The simulator as a real HTTP server on this machine."""

from __future__ import annotations

import contextlib
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from minishop.flows import Headers
from minishop.testing.wechatpay._simulator import NoAnswer, WechatPaySimulator
from minishop.testing.wechatpay._wire import Received, Reply

__all__ = ["SimulatorServer"]

#: The gateway closes a connection that is idle for about eight seconds.
_IDLE = 8
_LARGEST_BODY = 4 * 1024 * 1024


class SimulatorServer:
    """Serves a simulator over HTTP/1.1 with kept connections; a context manager.

    Args:
        simulator: What answers.
        host: A loopback address.
        port: 0 takes a free one.
    """

    def __init__(self, simulator: WechatPaySimulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.simulator = simulator
        self._http = _Http((host, port), simulator)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)
        self.url = f"http://{host}:{self._http.server_port}"
        simulator.base_url = self.url

    @property
    def connections(self) -> int:
        """How many connections were made to it so far."""
        return self._http.connections

    def start(self) -> SimulatorServer:
        """Begins to answer, in a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stops answering and closes every connection."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> SimulatorServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: WechatPaySimulator) -> None:
        self.simulator = simulator
        self.connections = 0
        self._open: set[Any] = set()
        self._guard = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self.connections += 1
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(2)
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    protocol_version = "HTTP/1.1"
    server_version = "simulator"
    sys_version = ""
    disable_nagle_algorithm = True
    timeout = _IDLE

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isascii() or not length.isdigit():
            self.close_connection = True
            return self._write(Reply(status=411))
        if int(length) > _LARGEST_BODY:
            self.close_connection = True
            return self._write(Reply(status=413))
        request = Received(
            method=self.command,
            target=self.path,
            headers=Headers(self.headers.items()),
            body=self.rfile.read(int(length)),
        )
        try:
            reply = self.server.simulator.exchange(request)
        except NoAnswer:
            self.close_connection = True
            return None
        return self._write(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def _write(self, reply: Reply) -> None:
        """Everything in one write: a reply in two pieces costs 40 ms where one side waits for the other."""
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        lines += [f"Date: {self.date_time_string()}", "Server: simulator"]
        if reply.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(reply.body)}")
        lines.append(f"Connection: {'close' if self.close_connection else 'keep-alive'}")
        head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        self.wfile.write(head + (b"" if self.command == "HEAD" else reply.body))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing; :attr:`WechatPaySimulator.seen` knows."""
