"""One HTTP connection to the simulator: the API below ``/v3``, everything else is the page."""

from __future__ import annotations

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from minishop.errors import CallerError
from minishop.flows import Headers
from minishop.testing.wechatpay._checks import LOOPBACK
from minishop.testing.wechatpay._page import act, page
from minishop.testing.wechatpay._simulator import NoAnswer
from minishop.testing.wechatpay._wire import Received, Reply

__all__ = ["HttpHandler"]

#: The gateway closes a connection that is idle for about eight seconds.
_IDLE = 8
_LARGEST_BODY = 4 * 1024 * 1024
_PAGE = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
)
_OLD_PAGE = '<meta charset="utf-8"><p>页面已过期，请<a href="/">刷新</a>。 This page is old: <a href="/">refresh</a>.'


def _is_loopback(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in LOOPBACK
    except ValueError:
        return False


class HttpHandler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    server: Any
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE

    def _serve(self) -> None:
        body = self._body()
        if body is None:
            return
        if urlsplit(self.path).path.startswith("/v3/"):
            self._serve_api(body)
        else:
            self._write(self._page_reply(body))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815  (names that the base class looks for)

    def _body(self) -> bytes | None:
        """The whole body; ``None``: it was refused."""
        length = self.headers.get("Content-Length", "0")
        status = 0
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            status = 411
        elif int(length) > _LARGEST_BODY:
            status = 413
        if status:
            self.close_connection = True
            self._write(Reply(status=status))
            return None
        return self.rfile.read(int(length))

    def _serve_api(self, body: bytes) -> None:
        headers = Headers(self.headers.items())
        try:
            reply = self.server.simulator.exchange(
                Received(method=self.command, target=self.path, headers=headers, body=body)
            )
        except NoAnswer:
            self.close_connection = True
            return
        self._write(reply)

    def _write(self, reply: Reply) -> None:
        """Everything in one write: a reply in two pieces costs 40 ms where each side waits for the other."""
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        lines.append("Server: minishop-simulator")
        if reply.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(reply.body)}")
        lines.append(f"Connection: {'close' if self.close_connection else 'keep-alive'}")
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
        """Says nothing: :attr:`WechatPaySimulator.seen` knows."""

    # -- the page -----------------------------------------------------------------------------------------------------

    def _page_reply(self, body: bytes) -> Reply:
        # A page elsewhere can make a browser send a form here, and a name of somebody's may point to this machine.
        # So the name must be ours, and a form must bring the token that only our page holds.
        if not _is_loopback(self.headers.get("Host", "")):
            return Reply(status=421)
        parts = urlsplit(self.path)
        if self.command == "GET" and parts.path == "/":
            told = dict(parse_qsl(parts.query))
            return self._shown(told.get("done") or told.get("failed") or "", is_bad="failed" in told)
        if self.command == "POST" and parts.path == "/act":
            return self._acted(dict(parse_qsl(body.decode("utf-8", "replace"))))
        return Reply(status=404)

    def _shown(self, message: str, *, is_bad: bool) -> Reply:
        html = page(self.server.simulator, self.server.token, message, is_bad=is_bad)
        return Reply(status=200, headers=_PAGE, body=html)

    def _acted(self, form: dict[str, str]) -> Reply:
        if form.get("token") != self.server.token:
            return Reply(
                status=403, headers=_PAGE, body="页面已过期，请返回刷新。 This page is old: go back, refresh.".encode()
            )
        try:
            told = f"done={quote(act(self.server.simulator, form))}"
        except CallerError as error:
            told = f"failed={quote(str(error))}"
        return Reply(status=303, headers=(("Location", f"/?{told}"),))
