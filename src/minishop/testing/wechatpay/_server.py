"""The simulator as a real HTTP server on this machine."""

from __future__ import annotations

import contextlib
import secrets
import sys
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Any

from minishop.testing.wechatpay._delivery import Delivery
from minishop.testing.wechatpay._http import HttpHandler
from minishop.testing.wechatpay._simulator import WechatPaySimulator

__all__ = ["SimulatorServer"]

#: How often threads look whether a notification is due, and whether they are to stop; seconds.
_TICK = 0.05


class SimulatorServer:
    """Serves a simulator over HTTP/1.1 with kept connections; a context manager.

    At ``/`` it has the page on which a person pays.

    Args:
        simulator: What answers. Its ``base_url`` becomes the server's.
        host: A loopback address.
        port: 0 takes a free one.
        delivers: Notifications are posted when they are due, by a thread. Otherwise ``deliver_due`` does it.
        on_delivery: Called by that thread with each attempt and the status of its answer.
    """

    def __init__(
        self,
        simulator: WechatPaySimulator,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        delivers: bool = False,
        on_delivery: Callable[[Delivery, int], None] = lambda delivery, status: None,
    ) -> None:
        self.simulator = simulator
        self._on_delivery = on_delivery
        self._http = _Http((host, port), simulator)
        shown = f"[{host}]" if ":" in host else host
        self.url = simulator.base_url = f"http://{shown}:{self._http.server_port}"
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._http.serve_forever, args=(_TICK,), daemon=True)]
        if delivers:
            self._threads.append(threading.Thread(target=self._deliver, daemon=True))

    @property
    def connections(self) -> int:
        """How many connections were made to it so far."""
        return self._http.connections

    def start(self) -> SimulatorServer:
        """Begins to answer, in threads of its own."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Stops answering and closes every connection."""
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()
        for thread in self._threads:
            thread.join()

    def _deliver(self) -> None:
        while not self._stopping.wait(_TICK):
            for delivery in self.simulator.due():
                status = self.simulator.poster.post(delivery.url, delivery.headers, delivery.body)
                delivery.answered(status)
                self._on_delivery(delivery, status)

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
        self.token = secrets.token_urlsafe(24)
        self.connections = 0
        self._open: set[Any] = set()
        self._guard = threading.Lock()
        super().__init__(address, HttpHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self.connections += 1
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # Clients may leave when they like; everything else is a mistake of ours and is told.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):  # the other side was faster
                    connection.shutdown(2)
        super().server_close()
