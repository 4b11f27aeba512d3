"""``minishop logistics-simulator``: a tracking provider on this machine."""

from __future__ import annotations

import argparse
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from minishop.cli._common import Commands

if TYPE_CHECKING:
    from minishop.testing.logistics import Delivery

__all__ = ["add_to"]

_EPILOG = """\
what to do with it:
  1. Start it and leave it running. It prints the account that it knows, and what to set for `minishop track`.
  2. Let your app use the printed address instead of the provider's.
  3. Subscribe to a parcel. Every few seconds it is scanned, and the news is pushed to your callback address, signed as
     the provider does it. What you do not acknowledge comes again.

Pushes are only sent to this machine. Nothing here is secret.
"""


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "logistics-simulator",
        help="run a tracking provider on this machine, to build and test against",
        description="Runs a fake of kuaidi100, KDNiao or SF on this machine. It checks signatures, answers questions, "
        "takes subscriptions, and pushes news of parcels that move by themselves.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--provider", choices=("kuaidi100", "kdniao", "sf"), default="kuaidi100", help="which one")
    parser.add_argument(
        "--port", type=_port, default=8732, help="port on 127.0.0.1; 0 takes a free one (default: 8732)"
    )
    parser.add_argument(
        "--parcel",
        type=_parcel,
        action="append",
        metavar="CODE:NUMBER",
        help="a parcel that it knows: the provider's code of the carrier, and a number; may be repeated",
    )
    parser.add_argument("--pace", type=_seconds, default=10, metavar="SECONDS", help="between two scans (default: 10)")
    parser.add_argument("--push-to", metavar="URL", help="where kdniao and sf push to; kuaidi100 is told by the app")
    parser.set_defaults(run=run)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return port


def _seconds(text: str) -> int:
    seconds = int(text)
    if not 1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError("must be 1 to 86400")
    return seconds


def _parcel(text: str) -> tuple[str, str]:
    from minishop.errors import InvalidInput
    from minishop.logistics import clean_number

    code, colon, number = text.partition(":")
    if not code or not colon:
        raise argparse.ArgumentTypeError("must be CODE:NUMBER, for example yuantong:YT1234567890123")
    try:
        return code, clean_number(number)
    except InvalidInput as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def run(options: argparse.Namespace) -> int:
    """Serves until it is interrupted."""
    from minishop.adapters.httpx import HttpxTransport
    from minishop.testing.logistics import FakeServer
    from minishop.testing.logistics._living import KINDS, Life

    kind = KINDS[options.provider]
    fake = kind.make(**({"push_url": options.push_to} if options.push_to and options.provider != "kuaidi100" else {}))
    fake.first_push = timedelta(0)
    parcels = options.parcel or [kind.parcel]
    for code, number in parcels:
        fake.add_parcel(number, code)
    life = Life(fake, kind.scans, tuple(number for _, number in parcels))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with FakeServer(fake, port=options.port) as server, HttpxTransport() as transport:
        print(_introduction(options.provider, server.url, fake.account(server.url), parcels), flush=True)
        for _ in _ticks(options.pace):
            if life.step():
                print("every parcel was scanned", flush=True)
            for delivery in life.deliver(transport):
                print(_told(delivery), flush=True)
    return 0


def _ticks(pace: int) -> Iterator[None]:
    """One after each pause, for ever."""
    while True:
        yield None
        time.sleep(pace)


def _introduction(provider: str, url: str, account: Any, parcels: list[tuple[str, str]]) -> str:
    keys = {
        "kuaidi100": {"CUSTOMER": "customer", "KEY": "key"},
        "kdniao": {"BUSINESS_ID": "business_id", "APP_KEY": "app_key"},
        "sf": {"PARTNER_ID": "partner_id", "CHECKWORD": "checkword"},
    }[provider]
    names = {name: getattr(account, field) for name, field in keys.items()}
    lines = [f"  MINISHOP_{provider.upper()}_{name}={value}" for name, value in names.items()]
    known = ", ".join(number for _, number in parcels)
    head = f"A fake of {provider} at {url}. It knows {known}. Stop it with Ctrl-C."
    return "\n".join([head, *lines, f"  MINISHOP_{provider.upper()}_URL={url}"])


def _told(delivery: Delivery) -> str:
    answer = str(delivery.status) if delivery.status else "no answer, or not on this machine"
    return f"push -> {answer}{'' if delivery.is_acknowledged else ' (not acknowledged)'}"
