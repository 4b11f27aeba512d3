"""A small HTTP server on a real socket: it notes every byte that comes and answers what a test tells it to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Answer = Callable[[bytes], bytes]


def reply(body: bytes = b"", *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> bytes:
    """A whole answer in one piece."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} X\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Wire:
    """The server.

    Attributes:
        answer: Gets a whole request, gives the bytes to send back; empty bytes close the connection without a word.
        requests: Every request as it came.
        connections: How many were accepted.
        keeps: Whether a connection is kept after an answer.
    """

    def __init__(self) -> None:
        self.answer: Answer = lambda request: OK
        self.requests: list[bytes] = []
        self.connections = 0
        self.keeps = True
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Ends it; waits until every thread has."""
        self._listener.shutdown(socket.SHUT_RDWR)
        with self._lock:
            for connection in self._open:
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while request := _read(connection):
                self.requests.append(request)
                answer = self.answer(request)
                if not answer:
                    break
                connection.sendall(answer)
                if not self.keeps:
                    break
        except OSError:
            pass  # the client went away
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()


def _read(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields.get(b"content-length", b"0")):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
