"""``minishop wechatpay-simulator``: a WeChat Pay gateway on this machine."""

from __future__ import annotations

import argparse
import secrets
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from minishop.cli._common import Commands

if TYPE_CHECKING:
    from minishop.testing.wechatpay import Delivery, SimulatorServer
    from minishop.testing.wechatpay._kept import KeptKeys

__all__ = ["add_to"]

_EPILOG = """\
what to do with it:
  1. Start it and leave it running. It prints what your app needs to know, and writes the same to
     DIRECTORY/credentials.json. The keys stay the same from run to run; orders are forgotten.
  2. Let your app call the printed address instead of https://api.mch.weixin.qq.com.
  3. Create an order in your app, open the printed page in a browser, and click "Pay".
     The notification goes to the order's notify_url, signed and encrypted as WeChat does it,
     and again after 15 s, 15 s, 30 s, 3 min … until your app answers 200 or 204.

A notify_url must be an https address, or http on this machine. Notifications are only sent to this machine:
--notify-url http://127.0.0.1:8000/pay/notify sends them all there, whatever address the orders have.

Nothing here is secret and no money moves. Never trust these keys in production: whoever has the directory can forge
notifications.
"""


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "wechatpay-simulator",
        help="run a WeChat Pay gateway (API v3) on this machine, to build and test against",
        description="Runs a WeChat Pay gateway (API v3) on this machine. It verifies signatures, keeps orders and "
        "refunds, signs answers, sends notifications, makes bills, and has a page on which you pay with a click.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port", type=_port, default=8731, help="port on 127.0.0.1; 0 takes a free one (default: 8731)"
    )
    parser.add_argument(
        "--directory",
        type=Path,
        default=Path("wechatpay-simulator"),
        help="where keys and credentials are kept (default: ./wechatpay-simulator)",
    )
    parser.add_argument(
        "--keys",
        choices=("public_key", "certificate", "migrating"),
        default="public_key",
        help="how the gateway proves who it is: by its public key as for new merchants, by platform certificates, or "
        "in the seven days between them (default: public_key)",
    )
    parser.add_argument("--notify-url", type=_local, metavar="URL", help="send all notifications to this address")
    parser.add_argument(
        "--settle-refunds", action="store_true", help="refunds succeed at once, instead of by a click on the page"
    )
    parser.set_defaults(run=run)


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def _local(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise argparse.ArgumentTypeError("must be an address on this machine, such as http://127.0.0.1:8000/pay/notify")
    return url


def run(options: argparse.Namespace) -> int:
    """Serves until it is interrupted."""
    from minishop.testing.wechatpay import KeyMode, Poster, SimulatorServer, WechatPaySimulator
    from minishop.testing.wechatpay._kept import KeptKeys

    kept = KeptKeys(options.directory)
    simulator = WechatPaySimulator(
        credentials=kept.credentials,
        key_mode=KeyMode(options.keys),
        refunds_settle_at_once=options.settle_refunds,
        keys=kept,
        seed=secrets.token_hex(8),
    )
    simulator.poster = Poster(to=options.notify_url)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with SimulatorServer(simulator, port=options.port, delivers=True, on_delivery=_tell) as server:
        print(_introduction(server, kept), flush=True)
        _wait_for_an_interrupt()
    return 0


def _wait_for_an_interrupt() -> None:
    threading.Event().wait()


def _introduction(server: SimulatorServer, kept: KeptKeys) -> str:
    known = kept.credentials
    facts = {
        "mchid": known.mchid,
        "appid": known.appid,
        "certificate serial": known.serial,
        "private key": kept.private_key_file,
        "APIv3 key": known.api_v3_key,
        "public key id": known.public_key_id,
        "public key": kept.public_key_file,
        "all of this": kept.credentials_file,
        "API": f"{server.url}  (instead of https://api.mch.weixin.qq.com)",
        "pay here": f"{server.url}/",
    }
    lines = [f"  {name:<19}{value}" for name, value in facts.items()]
    return "\n".join(["WeChat Pay simulator. No real money. Stop it with Ctrl-C.", *lines])


def _tell(delivery: Delivery, status: int) -> None:
    answer = str(status) if status else "no answer, or not on this machine"
    print(f"{delivery.event_type} attempt {delivery.attempt} -> {delivery.url}: {answer}", flush=True)
