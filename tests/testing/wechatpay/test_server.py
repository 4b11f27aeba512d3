"""The simulator behind a real socket: bytes, connections, notifications, the page."""

import http.client
import json
import re
import socket
import subprocess
import sys
import threading
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlencode

import pytest

from minishop.adapters.httpx import HttpxTransport
from minishop.errors import OutcomeUnknown
from minishop.flows import HttpRequest
from minishop.testing.wechatpay import Credentials, Fault, Poster, SimulatorServer, WechatPaySimulator
from tests.testing.wechatpay.merchant import Merchant

JSAPI = "/v3/pay/transactions/jsapi"


@pytest.fixture
def server(simulator):
    with SimulatorServer(simulator) as server:
        yield server


def signed(merchant, method, target, content=None):
    body = b"" if content is None else json.dumps(content).encode()
    request = merchant.request(method, target, body)
    return dict(request.headers.items()), body


@pytest.fixture
def connection(server):
    made = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=10)
    yield made
    made.close()


def ask(connection, merchant, method, target, content=None):
    headers, body = signed(merchant, method, target, content)
    connection.request(method, target, body, headers)
    answer = connection.getresponse()
    return answer, answer.read()


def test_one_connection_serves_many_calls(server, connection, merchant):
    for number in range(5):
        answer, body = ask(connection, merchant, "POST", JSAPI, merchant.order(f"ORDER-{number:04d}"))
        assert answer.status == 200
        merchant.verify(dict(answer.getheaders()), body)
    answer, body = ask(
        connection,
        merchant,
        "POST",
        "/v3/pay/transactions/out-trade-no/ORDER-0000/close",
        {"mchid": merchant.known.mchid},
    )
    assert (answer.status, body, answer.getheader("Content-Length")) == (204, b"", None)
    assert ask(connection, merchant, "GET", f"{JSAPI}?x=1")[0].status == 405
    assert server.connections == 1


def test_a_reply_is_one_write(server, merchant, monkeypatch):
    """Two writes would meet Nagle's algorithm and delayed acknowledgements: 40 ms each time."""
    from minishop.testing.wechatpay import _http

    writes, setup = [], _http.HttpHandler.setup

    def watched(handler):
        setup(handler)
        assert handler.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        write = handler.wfile.write
        handler.wfile.write = lambda data: writes.append(data) or write(data)

    monkeypatch.setattr(_http.HttpHandler, "setup", watched)
    headers, body = signed(merchant, "POST", JSAPI, merchant.order())
    with HttpxTransport() as transport:
        request = HttpRequest(method="POST", url=server.url + JSAPI, headers=tuple(headers.items()), body=body)
        assert transport.send(request).status == 200
    (whole,) = writes
    assert whole.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"prepay_id" in whole


@pytest.mark.parametrize("fault, is_done", [(Fault.DROP_REQUEST, False), (Fault.DROP_REPLY, True)])
def test_a_dropped_answer_is_a_broken_connection(simulator, server, merchant, fault, is_done):
    simulator.fail_next(fault)
    headers, body = signed(merchant, "POST", JSAPI, merchant.order())
    request = HttpRequest(method="POST", url=server.url + JSAPI, headers=tuple(headers.items()), body=body)
    with HttpxTransport() as transport, pytest.raises(OutcomeUnknown):
        transport.send(request)
    assert (merchant.query()[0] == 200) == is_done


@pytest.mark.parametrize(
    "headers, status",
    [({"Transfer-Encoding": "chunked"}, 411), ({"Content-Length": "x"}, 411), ({"Content-Length": "9999999"}, 413)],
)
def test_odd_lengths_are_refused(server, connection, headers, status):
    connection.putrequest("POST", JSAPI)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status == status


def test_bills_are_fetched_from_the_server(simulator, server, connection, merchant, clock):
    merchant.paid()
    clock.advance(days=1)
    _, body = ask(connection, merchant, "GET", "/v3/bill/tradebill?bill_date=2026-06-01")
    url = json.loads(body)["download_url"]
    assert url.startswith(f"{server.url}/v3/billdownload/file?token=")
    answer, text = ask(connection, merchant, "GET", url.removeprefix(server.url))
    assert (answer.status, text[:3]) == (200, b"\xef\xbb\xbf")


def test_stopping_does_not_wait_for_idle_connections(simulator):
    with SimulatorServer(simulator) as server:
        idle = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=60)
        assert look(idle)[0].status == 200
    assert idle.sock.recv(1) == b""
    idle.close()


def test_clients_may_leave_and_mistakes_are_told(simulator, capsys, monkeypatch):
    for error, told in ((ConnectionResetError(), False), (RuntimeError("a mistake"), True)):

        def fail(request, error=error):
            raise error

        monkeypatch.setattr(simulator, "exchange", fail)
        with SimulatorServer(simulator) as server:
            client = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=10)
            client.request("GET", "/v3/certificates")
            with pytest.raises(http.client.RemoteDisconnected):
                client.getresponse()
            client.close()
        assert ("a mistake" in capsys.readouterr().err) == told


# --- notifications ---------------------------------------------------------------------------------------------------


class Shop:
    """A shop's server that keeps what it is sent."""

    def __init__(self, *statuses):
        self.came = []
        self.is_complete = threading.Event()
        waiting, shop = list(statuses), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                shop.came.append((self.path, dict(self.headers.items()), body))
                self.send_response(waiting.pop(0))
                self.send_header("Content-Length", "0")
                self.end_headers()
                if not waiting:
                    shop.is_complete.set()

            def log_message(self, *parts):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/pay/notify"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *details):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


def test_notifications_are_posted_to_this_machine(simulator, merchant):
    with Shop(204) as shop:
        merchant.create(notify_url=shop.url)
        simulator.pay("ORDER-0001")
        ((one, status),) = simulator.deliver_due()
    ((path, headers, body),) = shop.came
    assert (status, path, one.url) == (204, "/pay/notify", shop.url)
    assert merchant.open(headers, body)[1]["out_trade_no"] == "ORDER-0001"
    assert simulator.notices()[0].is_acknowledged


def test_other_machines_get_none_unless_allowed(simulator, merchant):
    merchant.paid()
    assert [status for _, status in simulator.deliver_due()] == [0]
    with Shop(204) as shop:
        simulator.poster = Poster(to=shop.url)
        simulator.tell_again(simulator.notices()[0].id)
        assert [status for _, status in simulator.deliver_due()] == [204]
    assert Poster(hosts=frozenset({"shop.invalid"})).post("https://shop.invalid/", {}, b"") == 0


def test_a_shop_that_does_not_listen_is_asked_again(simulator, merchant, clock):
    with Shop(500, 200) as shop:
        merchant.create(notify_url=shop.url)
        simulator.pay("ORDER-0001")
        assert [status for _, status in simulator.deliver_due()] == [500]
        clock.advance(seconds=15)
        assert [status for _, status in simulator.deliver_due()] == [200]
    merchant.create("ORDER-0002", notify_url=shop.url)
    simulator.pay("ORDER-0002")
    assert [status for _, status in simulator.deliver_due()] == [0]


def test_the_server_delivers_by_itself(clock):
    simulator = WechatPaySimulator(clock=clock)
    merchant, told = Merchant(simulator, clock), []
    with Shop(200) as shop, SimulatorServer(simulator, delivers=True, on_delivery=lambda *what: told.append(what)):
        merchant.create(notify_url=shop.url)
        simulator.pay("ORDER-0001")
        assert shop.is_complete.wait(10)
    assert [(one.attempt, status) for one, status in told] == [(1, 200)]


# --- the page --------------------------------------------------------------------------------------------------------


class Forms(HTMLParser):
    """The forms of a page, as a browser would send them, by label; and everything that would be loaded or run."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.loads, self._fields = [], [], {}
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        if tag == "form":
            assert (named["method"], named["action"]) == ("post", "/act")
            self._fields = {}
            self.forms.append(self._fields)
        elif tag == "input":
            self._fields[named["name"]] = named["value"]
        elif tag in ("script", "img", "link", "iframe") or any(name.startswith("on") for name in named):
            self.loads.append(tag)


def look(connection, target="/"):
    connection.request("GET", target)
    answer = connection.getresponse()
    return answer, answer.read().decode()


def click(connection, fields, **changed):
    connection.request("POST", "/act", urlencode(fields | changed))
    answer = connection.getresponse()
    return answer, answer.read().decode()


def form(html, act, number):
    return next(one for one in Forms(html).forms if (one["act"], one["number"]) == (act, number))


def test_a_person_pays_with_a_click(simulator, connection, merchant):
    merchant.create(description='<script>alert("茶")</script>')
    answer, html = look(connection)
    assert (answer.status, Forms(html).loads) == (200, [])
    assert "&lt;script&gt;" in html
    assert "default-src 'none'" in answer.getheader("Content-Security-Policy")
    answer, _ = click(connection, form(html, "pay", "ORDER-0001"))
    assert answer.status == 303
    assert merchant.query()[1]["trade_state"] == "SUCCESS"
    _, html = look(connection, answer.getheader("Location"))
    assert "ORDER-0001: 已支付 paid" in html
    assert simulator.order("ORDER-0001")["transaction_id"] in html


def test_every_button_does_what_it_says(simulator, connection, merchant, clock):
    def press(act, number):
        answer, _ = click(connection, form(look(connection)[1], act, number))
        assert answer.getheader("Location").startswith("/?done=")

    for number in range(1, 6):
        merchant.create(f"ORDER-{number:04d}")
    press("fail", "ORDER-0001")
    assert "失败 1 次" in look(connection)[1]
    press("close", "ORDER-0002")
    assert merchant.query("ORDER-0002")[1]["trade_state"] == "CLOSED"
    for place, (act, state) in enumerate(
        [("settle-refund", "SUCCESS"), ("fail-refund", "ABNORMAL"), ("close-refund", "CLOSED")], start=3
    ):
        press("pay", f"ORDER-{place:04d}")
        assert merchant.refund(f"ORDER-{place:04d}", f"R-{place}")[0] == 200
        press(act, f"R-{place}")
        assert simulator.refund(f"R-{place}")["status"] == state
    assert "异常 abnormal" in look(connection)[1]
    for act in ("confirm-transfer", "fail-transfer"):
        make_transfer(merchant, act)
        press(act, act.replace("-", ""))
    make_transfer(merchant, "cancel-transfer")
    merchant.post("/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/canceltransfer/cancel", {})
    press("cancel-transfer", "canceltransfer")
    states = [
        merchant.get(f"/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/{act}transfer")[1]["state"]
        for act in ("confirm", "fail", "cancel")
    ]
    assert states == ["SUCCESS", "FAIL", "CANCELLED"]
    notice = simulator.notices()[0]
    simulator.deliver_due(lambda headers, body: 200)
    assert "已确认 acknowledged" in look(connection)[1]
    press("tell-again", notice.id)
    assert [one.id for one in simulator.due()] == [notice.id]
    assert "下次 next" in look(connection)[1]
    clock.advance(days=30)
    for _ in range(16):
        simulator.deliver_due(lambda headers, body: 500)
        clock.advance(days=1)
    assert "放弃 given up" in look(connection)[1]


def make_transfer(merchant, act):
    body = {
        "appid": merchant.known.appid,
        "out_bill_no": act.replace("-", ""),
        "transfer_scene_id": "1000",
        "openid": "o",
        "transfer_amount": 100,
        "transfer_remark": "奖金",
        "transfer_scene_report_infos": [{"info_type": "活动名称", "info_content": "有礼"}],
    }
    assert merchant.post("/v3/fund-app/mch-transfer/transfer-bills", body)[0] == 200


def test_a_code_that_waits_for_a_password_is_on_the_page(clock):
    simulator = WechatPaySimulator(clock=clock, codes_need_password=True)
    merchant = Merchant(simulator, clock)
    body = merchant.order(payer={"auth_code": "1300"})
    del body["notify_url"]
    merchant.post("/v3/pay/transactions/codepay", body)
    with SimulatorServer(simulator) as server:
        made = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=10)
        assert "输入密码" in look(made)[1]
        made.close()


def test_a_click_that_comes_too_late_says_why(simulator, connection, merchant):
    merchant.create()
    pay = form(look(connection)[1], "pay", "ORDER-0001")
    simulator.close("ORDER-0001")
    answer, _ = click(connection, pay)
    assert answer.getheader("Location").startswith("/?failed=")
    assert "cannot be paid" in look(connection, answer.getheader("Location"))[1]
    assert click(connection, pay, act="other")[0].getheader("Location").startswith("/?failed=")


def test_only_the_page_itself_can_click(simulator, connection, merchant):
    merchant.create()
    pay = form(look(connection)[1], "pay", "ORDER-0001")
    assert click(connection, pay, token="guess")[0].status == 403
    del pay["token"]
    assert click(connection, pay)[0].status == 403
    assert merchant.query()[1]["trade_state"] == "NOTPAY"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[bad"])
def test_the_page_is_only_for_names_of_this_machine(server, connection, host):
    connection.request("GET", "/", headers={"Host": host})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (421, b"")


def test_other_paths_are_nothing(server, connection):
    assert look(connection, "/favicon.ico")[0].status == 404


# --- the command -----------------------------------------------------------------------------------------------------


def start(tmp_path, *options):
    command = [sys.executable, "-m", "minishop", "wechatpay-simulator", "--port", "0", "--directory", tmp_path / "keys"]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def introduction(process):
    lines = []
    while not lines or "pay here" not in lines[-1]:
        lines.append(process.stdout.readline())
        assert lines[-1], process.stderr.read()
    return "".join(lines)


class Remote:
    """A simulator that only an address is known of."""

    def __init__(self, credentials, port):
        self.credentials, self.port, self.certificates = credentials, port, ()
        self.public_keys = {credentials.public_key_id: credentials.public_key}

    def exchange(self, request):
        from minishop.testing.wechatpay import Reply

        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(request.method, request.target, request.body, dict(request.headers.items()))
        answer = connection.getresponse()
        reply = Reply(status=answer.status, headers=tuple(answer.getheaders()), body=answer.read())
        connection.close()
        return reply


def test_the_command_prints_what_is_needed_and_notifies(tmp_path):
    from minishop.adapters.machine import utc_now

    with Shop(200) as shop, start(tmp_path, "--notify-url", shop.url, "--settle-refunds") as process:
        try:
            text = introduction(process)
            told = json.loads((tmp_path / "keys" / "credentials.json").read_text(encoding="utf-8"))
            port = int(re.search(r"pay here +http://127\.0\.0\.1:(\d+)/", text)[1])
            for name in ("mchid", "appid", "serial", "private_key", "api_v3_key", "public_key_id", "public_key"):
                assert told[name] in text
            for name in ("private_key", "public_key"):
                with open(told[name], encoding="ascii") as file:
                    told[name] = file.read()
            merchant = Merchant(Remote(Credentials(**told), port), utc_now)
            merchant.create()
            page = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            click(page, form(look(page)[1], "pay", "ORDER-0001"))
            page.close()
            assert shop.is_complete.wait(10)
            assert merchant.refund()[1]["status"] == "SUCCESS"
        finally:
            process.terminate()
        assert process.wait(10) == 130
        assert "TRANSACTION.SUCCESS attempt 1" in process.stdout.read()
        assert process.stderr.read() == ""
    assert merchant.open(*shop.came[0][1:])[1]["out_trade_no"] == "ORDER-0001"
