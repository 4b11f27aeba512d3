"""The tutorial "take your first payment", as a reader does it: from an empty folder to a paid order."""

import html
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "first-payment"
PAGE = (Path(__file__).parents[2] / "docs" / "tutorial" / "first-payment.md").read_text(encoding="utf-8")

pytestmark = [pytest.mark.oracle, pytest.mark.xdist_group("first payment")]

#: How each app is started; the same lines stand in the tutorial.
STARTS = {
    "fastapi": "uvicorn app:app --port 8000",
    "flask": "flask --app app run --port 8000",
    "django": "python app.py runserver --noreload 8000",
}


class NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *details):
        return None


OPENER = build_opener(NoRedirect)


def ask(url, data=None, **headers):
    """Status and raw body."""
    try:
        with OPENER.open(Request(url, data=data, headers=headers), timeout=20) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, error.read()


@contextmanager
def started(command, folder, environment):
    """A program; gives what reads its output line by line, and ends it."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = threading.Timer(60, process.kill)  # a line that never comes fails the test instead of hanging it
    deadline.start()
    try:
        yield process.stdout
    finally:
        deadline.cancel()
        process.terminate()
        process.communicate(timeout=20)


def line_with(output, text):
    seen = []
    for line in output:
        seen.append(line)
        if text in line:
            return line
    raise AssertionError("".join(seen))


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answering(url):
    """Waits until somebody listens: a server announces itself a moment before it does."""
    for _ in range(400):
        try:
            return ask(url)
        except URLError:
            threading.Event().wait(0.05)
    raise AssertionError(f"nobody listens at {url}")


def click_pay(page_url):
    """What a person does on the simulator's page."""
    status, shown = ask(page_url)
    assert status == 200
    form = next(one for one in re.findall(r"<form.*?</form>", shown.decode(), re.DOTALL) if 'value="pay"' in one)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html.unescape(form)))
    assert ask(f"{page_url}act", urlencode(fields).encode())[0] == 303


@pytest.mark.parametrize("framework", list(STARTS))
def test_from_an_empty_folder_to_a_paid_order(framework, tmp_path):
    for file in (EXAMPLES / framework).glob("*.py"):
        shutil.copy(file, tmp_path)
    port = free_port()
    shop = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        simulator = [sys.executable, "-m", "minishop", "wechatpay-simulator", "--port", "0"]
        said = stack.enter_context(started(simulator, tmp_path, {}))
        api = line_with(said, "  API ").split()[1]
        environment = {
            "WECHATPAY": "wechatpay-simulator/credentials.json",
            "WECHATPAY_API": api,
            "NOTIFY_URL": f"{shop}/wechatpay/notify",
        }
        words = STARTS[framework].replace("8000", str(port)).split()
        command = [sys.executable, *(words[1:] if words[0] == "python" else ["-m", *words])]
        stack.enter_context(started(command, tmp_path, environment))
        assert answering(f"{shop}/orders/nothing")[0] == 404
        asked = json.dumps({"buyer": "u1", "openid": "oShopper1", "click": "click-1"}).encode()
        status, body = ask(f"{shop}/orders", asked, **{"Content-Type": "application/json"})
        placed = json.loads(body)
        assert (status, set(placed["pay"])) == (201, {"timeStamp", "nonceStr", "package", "signType", "paySign"})
        again = json.loads(ask(f"{shop}/orders", asked, **{"Content-Type": "application/json"})[1])
        assert again == placed
        looked = json.loads(ask(f"{shop}/orders/{placed['order']}")[1])
        assert (looked["state"], looked["paid"]) == ("待付款", 0)
        assert ask(f"{shop}/wechatpay/notify", b"{}")[0] == 400  # nobody else can say that it is paid
        click_pay(f"{api}/")
        assert line_with(said, "TRANSACTION.SUCCESS").rstrip().endswith("204")
        raw = ask(f"{shop}/orders/{placed['order']}")[1]
        assert (json.loads(raw)["state"], json.loads(raw)["paid"]) == ("待发货", 12900)
        assert "待发货".encode() in raw  # as the page shows it


def test_the_tutorial_shows_these_files_and_commands():
    for framework, command in STARTS.items():
        assert command.replace(" --noreload", "") in PAGE
        for file in (EXAMPLES / framework).glob("*.py"):
            if (framework, file.name) != ("django", "shop.py"):
                assert f"../examples/first-payment/{framework}/{file.name}" in PAGE


def test_flask_and_django_share_the_shop():
    assert (EXAMPLES / "flask" / "shop.py").read_bytes() == (EXAMPLES / "django" / "shop.py").read_bytes()
