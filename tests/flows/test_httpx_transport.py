"""The transports over httpx and httpx2, on a real socket: byte for byte, and every way in which a call can end."""

import asyncio
import inspect
import io
import logging
import socket
import threading
import time
import traceback
import zlib
from datetime import timedelta

import httpx
import httpx2
import pytest

from minishop.adapters.httpx import AsyncHttpxTransport, HttpxTransport
from minishop.errors import CallerError, OutcomeUnknown, RemoteError
from minishop.flows import Headers, HttpRequest
from tests.flows.wire import OK, Wire, reply

SECRET = "canary-5d1f"


class Blocking:
    """Drives the sync transport."""

    def __init__(self, library, **options):
        self.transport = HttpxTransport(library=library, **options)

    def send(self, request):
        return self.transport.send(request)

    def close(self):
        self.transport.close()


class Awaiting:
    """Drives the async one, all calls in one event loop."""

    def __init__(self, library, **options):
        self.transport = AsyncHttpxTransport(library=library, **options)
        self._runner = asyncio.Runner()

    def send(self, request):
        return self._runner.run(self.transport.send(request))

    def close(self):
        self._runner.run(self.transport.aclose())
        self._runner.close()


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request):
    return request.param


@pytest.fixture(params=[Blocking, Awaiting], ids=["sync", "async"])
def make(request, library):
    """Makes clients that are closed in the end."""
    made = []

    def one(**options):
        made.append(request.param(library, **options))
        return made[-1]

    yield one
    for client in made:
        client.close()


@pytest.fixture
def client(make):
    return make()


@pytest.fixture
def wire():
    server = Wire()
    yield server
    server.close()


def get(url, **fields):
    return HttpRequest(method="GET", url=url, **fields)


def lines_of(raw):
    head, _, body = raw.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), body


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/v3/pay/transactions/out-trade-no/a%7Cb?mchid=1900000109",
        "/v3/a%7cb",
        "/a//b/",
        "/a|b",
        "/a%",
        "/a?x=1&y=%E8%8C%B6+&z=a%2Fb/c?d",
        "/~user/!$&'()*,;=:@",
        "/token?access_token=" + "x" * 512,
    ],
)
def test_the_target_goes_out_as_it_was_given(client, wire, target):
    client.send(get(wire.url + target))
    assert lines_of(wire.requests[0])[0][0] == f"GET {target} HTTP/1.1".encode()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.test/茶",
        "https://example.test/a b",
        "https://example.test/a?q=茶",
        "https://example.test/a/../b",
        "https://example.test/a/./b",
        "https://example.test/a\nb",
        "https://example.test/a#b",
        "https://example.test/a?b#c",
        "https://example.test:port/",
        "ftp://example.test/",
        "//example.test/a",
        "/a",
        "",
    ],
)
def test_an_address_that_would_be_changed_on_its_way_is_refused(client, url):
    with pytest.raises(CallerError) as refused:
        client.send(get(url))
    assert refused.value.code == "malformed_request"


def test_header_fields_and_body_are_those_of_the_request_and_no_others(client, wire):
    body = '{"description": "茶",  "n": 1.0}'.encode()
    fields = (("Accept", "application/json"), ("X-Two", "1"), ("X-Two", "2"), ("User-Agent", "minishop"))
    client.send(HttpRequest(method="POST", url=f"{wire.url}/a", headers=fields, body=body))
    head, sent = lines_of(wire.requests[0])
    assert sent == body
    ours = [tuple(line.decode().split(": ", 1)) for line in head[1:]]
    host = wire.url.removeprefix("http://")
    assert sorted(ours) == sorted([*fields, ("Host", host), ("Content-Length", str(len(body)))])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_body_is_no_body(client, wire, method):
    client.send(HttpRequest(method=method, url=f"{wire.url}/a"))
    head, body = lines_of(wire.requests[0])
    assert body == b""
    assert not any(line.lower().startswith(b"transfer-encoding") for line in head)


def test_header_fields_that_cannot_be_sent_are_the_callers_error(client, wire):
    for name, value in (("X-A", "a\r\nX: b"), ("X-A", "茶"), ("X-A", " a"), ("X A", "a"), ("", "a"), ("X\n", "a")):
        with pytest.raises(CallerError) as refused:
            client.send(get(f"{wire.url}/a", headers=((name, value),)))
        assert refused.value.code == "malformed_request"
    assert wire.requests == []


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 404, 429, 500, 503])
def test_any_status_is_an_answer(client, wire, status):
    wire.answer = lambda request: reply(b"" if status == 204 else b"{}", status=status, headers=(("Request-ID", "r1"),))
    answer = client.send(get(f"{wire.url}/a"))
    assert (answer.status, answer.headers["request-id"], answer.body) == (status, "r1", b"" if status == 204 else b"{}")


def test_redirects_are_not_followed_and_cookies_not_kept(client, wire):
    fields = (("Location", f"{wire.url}/other"), ("Set-Cookie", "a=b"))
    wire.answer = lambda request: reply(b"", status=302, headers=fields)
    for _ in range(2):
        answer = client.send(get(f"{wire.url}/a"))
        assert answer.headers == Headers([*fields, ("Content-Length", "0")])
    assert len(wire.requests) == 2
    assert b"cookie" not in wire.requests[1].lower()


def test_bytes_that_are_no_text_come_back_as_they_are(client, wire):
    body = bytes(range(256)) * 300
    wire.answer = lambda request: reply(body)
    assert client.send(get(f"{wire.url}/a")).body == body


def test_the_content_coding_of_http_is_undone(client, wire):
    packed = zlib.compress(b"tea" * 100)
    wire.answer = lambda request: reply(packed, headers=(("Content-Encoding", "deflate"),))
    assert client.send(get(f"{wire.url}/a")).body == b"tea" * 100


def test_a_sink_gets_the_body_of_a_success_and_only_that(client, wire):
    large = b"0123456789" * 100_000
    for status in (200, 206):
        sink = io.BytesIO()
        wire.answer = lambda request, status=status: reply(large, status=status)
        answer = client.send(get(f"{wire.url}/a", sink=sink))
        assert (answer.status, answer.body, sink.getvalue()) == (status, b"", large)
    for status in (301, 404, 500):
        sink = io.BytesIO()
        wire.answer = lambda request, status=status: reply(b"no", status=status)
        answer = client.send(get(f"{wire.url}/a", sink=sink))
        assert (answer.status, answer.body, sink.getvalue()) == (status, b"no", b"")


def test_a_sink_may_be_larger_than_a_body_may(client, wire, monkeypatch):
    monkeypatch.setattr("minishop.adapters.httpx._transport._LARGEST_BODY", 10)
    wire.answer = lambda request: reply(b"01234567890")
    sink = io.BytesIO()
    client.send(get(f"{wire.url}/a", sink=sink))
    assert len(sink.getvalue()) == 11
    with pytest.raises(OutcomeUnknown) as refused:
        client.send(get(f"{wire.url}/a"))
    assert (refused.value.code, refused.value.params["host"]) == ("answer_too_large", "127.0.0.1")


def test_an_error_of_the_sink_comes_through_and_spoils_nothing(client, wire):
    class Full:
        def write(self, chunk):
            raise OSError("the disk is full")

    wire.answer = lambda request: reply(b"x" * 1_000_000)
    with pytest.raises(OSError, match="disk is full"):
        client.send(get(f"{wire.url}/a", sink=Full()))
    wire.answer = lambda request: OK
    assert client.send(get(f"{wire.url}/a")).body == b"ok"


def test_five_calls_need_one_connection(client, wire):
    for _ in range(5):
        client.send(get(f"{wire.url}/a"))
    assert (len(wire.requests), wire.connections) == (5, 1)


def test_a_connection_idle_for_more_than_seven_seconds_is_not_used_again(client, wire, monkeypatch):
    client.send(get(f"{wire.url}/a"))
    machine, late = time.monotonic, 0.0
    monkeypatch.setattr(time, "monotonic", lambda: machine() + late)
    late = 6.0
    client.send(get(f"{wire.url}/a"))
    assert wire.connections == 1
    late = 6.0 + 7.5
    client.send(get(f"{wire.url}/a"))
    assert wire.connections == 2


def test_how_long_connections_are_kept_can_be_chosen(make, wire, monkeypatch):
    client = make(idle=timedelta(seconds=1))
    client.send(get(f"{wire.url}/a"))
    machine = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: machine() + 2.0)
    client.send(get(f"{wire.url}/a"))
    assert wire.connections == 2


def test_an_unreachable_host_means_that_nothing_was_done(client):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # bound, and nobody listens
        port = free.getsockname()[1]
        with pytest.raises(RemoteError) as failed:
            client.send(get(f"http://127.0.0.1:{port}/a?secret={SECRET}"))
    assert (failed.value.code, failed.value.params) == ("unreachable", {"host": "127.0.0.1", "cause": "ConnectError"})
    assert failed.value.retryable


def test_a_connection_dropped_before_the_answer_leaves_the_outcome_unknown(client, wire):
    wire.answer = lambda request: b""
    with pytest.raises(OutcomeUnknown) as failed:
        client.send(HttpRequest(method="POST", url=f"{wire.url}/a", body=b"{}"))
    assert failed.value.code == "no_answer"
    assert len(wire.requests) == 1  # and it is not sent again


@pytest.mark.parametrize(
    "broken",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
        b"what is this\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 4\r\n\r\n\xff\xff\xff\xff",
    ],
    ids=["short", "chunk", "no-http", "coding"],
)
def test_a_broken_answer_leaves_the_outcome_unknown(client, wire, broken):
    wire.answer, wire.keeps = lambda request: broken, False
    with pytest.raises(OutcomeUnknown) as failed:
        client.send(get(f"{wire.url}/a"))
    assert failed.value.code == "no_answer"


def test_no_answer_in_time_leaves_the_outcome_unknown(client, wire):
    gone = threading.Event()
    wire.answer = lambda request: bytes(not gone.wait(10))
    with pytest.raises(OutcomeUnknown) as failed:
        client.send(get(f"{wire.url}/a", timeout=timedelta(milliseconds=50)))
    gone.set()
    assert (failed.value.code, failed.value.params["cause"]) == ("no_answer", "ReadTimeout")


def everything_said(error):
    """The whole traceback with the chain, reprs and parameters."""
    chain, texts = error, []
    while chain is not None:
        texts += [str(chain), repr(chain), *traceback.format_exception(chain)]
        texts += [repr(getattr(chain, name)) for name in ("params", "next_step") if hasattr(chain, name)]
        chain = chain.__cause__ or chain.__context__
    return "\n".join(texts)


def test_no_error_and_no_log_record_holds_what_was_sent(client, wire, caplog):
    caplog.set_level(logging.DEBUG)
    fields = (("Authorization", SECRET),)
    errors = []
    for url, answer in (
        (f"{wire.url}/a?access_token={SECRET}", OK),
        (f"{wire.url}/a?access_token={SECRET}", b""),
        (f"http://127.0.0.1:1/{SECRET}", OK),
        (f"http://127.0.0.1:1/{SECRET}|", OK),
        (f"http://127.0.0.1:port/{SECRET}", OK),
    ):
        wire.answer = lambda request, answer=answer: answer
        try:
            client.send(HttpRequest(method="POST", url=url, headers=fields, body=SECRET.encode()))
        except (CallerError, RemoteError, OutcomeUnknown) as error:
            errors.append(error)
    try:
        client.send(get(f"{wire.url}/a", headers=(("X-A", f"{SECRET}\r\n"),)))
    except CallerError as error:
        errors.append(error)
    assert len(errors) == 5
    assert not any(SECRET in everything_said(error) for error in errors)
    assert not any(SECRET in record.getMessage() for record in caplog.records)
    assert SECRET not in repr(client.transport)


def test_making_one_does_nothing(make, monkeypatch):
    def hit(*args, **options):
        raise AssertionError("a socket")

    monkeypatch.setattr(socket, "socket", hit)
    transport = make().transport
    assert repr(transport) == f"<{type(transport).__name__}>"


def test_a_transport_of_the_users_own_is_used(make, library):
    seen = []

    def answer(request):
        seen.append((request.method, str(request.url)))
        return library.Response(201, content=b"mock")

    client = make(transport=library.MockTransport(answer))
    assert client.send(get("https://example.test/a%7Cb")).body == b"mock"
    assert seen == [("GET", "https://example.test/a%7Cb")]


def test_httpx_is_the_default_library(wire):
    with HttpxTransport() as transport:
        assert transport.send(get(f"{wire.url}/a")).body == b"ok"
        assert type(transport._transport).__module__.split(".")[0] == "httpx"


def test_threads_share_one_pool(library, wire):
    made = []
    start = threading.Barrier(8)

    class Counting(library.HTTPTransport):
        def __init__(self, **options):
            made.append(self)
            super().__init__(**options)

    lookalike = type("lookalike", (), {**vars(library), "HTTPTransport": Counting})
    with HttpxTransport(library=lookalike) as transport:

        def call():
            start.wait()
            transport.send(get(f"{wire.url}/a"))

        threads = [threading.Thread(target=call) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(wire.requests), len(made)) == (8, 1)


def test_context_managers_close(library, wire):
    async def calls():
        async with AsyncHttpxTransport(library=library) as transport:
            return await transport.send(get(f"{wire.url}/a"))

    assert asyncio.run(calls()).body == b"ok"
    assert inspect.iscoroutinefunction(AsyncHttpxTransport.aclose)
