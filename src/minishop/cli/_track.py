"""``minishop track``: where a parcel is."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from minishop.cli._common import Commands, add_language, texts_for

if TYPE_CHECKING:
    from minishop.logistics import Shipment, TrackingProvider, TrackRequest
    from minishop.messages import Catalogue

__all__ = ["add_to"]

#: Provider to the environment variables that its account is made of; those in brackets may be missing.
VARIABLES = {
    "kuaidi100": ("MINISHOP_KUAIDI100_CUSTOMER", "MINISHOP_KUAIDI100_KEY", "[MINISHOP_KUAIDI100_URL]"),
    "kdniao": ("MINISHOP_KDNIAO_BUSINESS_ID", "MINISHOP_KDNIAO_APP_KEY", "[MINISHOP_KDNIAO_URL]"),
    "sf": ("MINISHOP_SF_PARTNER_ID", "MINISHOP_SF_CHECKWORD", "[MINISHOP_SF_URL]"),
}

_EPILOG = "\n".join(
    [
        "accounts come from the environment:",
        *(f"  {name:<11}{'  '.join(names)}" for name, names in VARIABLES.items()),
        "",
        "demo needs no account and asks nobody: it shows an invented parcel.",
    ]
)


def add_to(commands: Commands) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "track",
        help="where is a parcel?",
        description="Asks a provider about a parcel and prints its timeline, oldest first.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("number", metavar="NUMBER", help="the waybill number")
    parser.add_argument("--carrier", metavar="ID", help="our id of the carrier, for example yto; never guessed")
    parser.add_argument(
        "--provider", choices=(*VARIABLES, "demo"), help="whom to ask (default: the one whose account is set)"
    )
    parser.add_argument("--phone", default="", metavar="DIGITS", help="the last four digits of a phone number")
    add_language(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Prints the timeline; 1 if the provider has no answer, 2 if nobody can be asked."""
    from minishop.cli._carriers import print_guesses
    from minishop.errors import CallerError, InvalidInput
    from minishop.logistics import ProviderError, TrackRequest

    name = options.provider or next((one for one in VARIABLES if _settings(one)), None)
    if name is None or (name != "demo" and _settings(name) is None):
        print(f"minishop track: no account is set\n\n{_EPILOG}", file=sys.stderr)
        return 2
    if not options.carrier and name != "sf":
        print("minishop track: name the carrier by --carrier; by its number it may be:", file=sys.stderr)
        print_guesses(options.number, options.lang)
        return 2
    request = TrackRequest(number=options.number, carrier=options.carrier or "", phone=options.phone)
    try:
        _print(_demo(request) if name == "demo" else _ask(name, request), texts_for(options.lang))
    except ProviderError as error:
        print(f"minishop track: {error} ({error.kind}). {error.next_step}", file=sys.stderr)
        return 1
    except InvalidInput:
        raise
    except CallerError as error:  # an address in the environment that is none
        print(f"minishop track: {error}. {error.next_step}", file=sys.stderr)
        return 1
    return 0


def _settings(name: str) -> list[str] | None:
    """The account's values from the environment, the optional address last; ``None`` if one is missing."""
    *required, address = (os.environ.get(one.strip("[]"), "") for one in VARIABLES[name])
    return [*required, address] if all(required) else None


def _ask(name: str, request: TrackRequest) -> Shipment:
    from minishop.adapters.httpx import HttpxTransport

    with HttpxTransport() as transport:
        return _provider(name, transport).query(request)


def _provider(name: str, transport: Any) -> TrackingProvider:
    from minishop.adapters.machine import machine_handlers
    from minishop.adapters.memory import MemoryNonceStore
    from minishop.logistics.kdniao import Kdniao, KdniaoAccount
    from minishop.logistics.kuaidi100 import Kuaidi100, Kuaidi100Account
    from minishop.logistics.sf import Sf, SfAccount

    first, second, address = _settings(name) or ["", "", ""]
    # One question and out: nothing to keep apart from an earlier one.
    more: dict[str, Any] = {"min_interval": timedelta(0)}
    common: dict[str, Any] = {"machine": machine_handlers(), "pace": MemoryNonceStore()}
    if name == "kuaidi100":
        more |= {"poll_url": address} if address else {}
        return Kuaidi100(Kuaidi100Account(customer=first, key=second, **more), transport, **common)
    if name == "kdniao":
        more |= {"query_url": f"{address}/Ebusiness/EbusinessOrderHandle.aspx"} if address else {}
        return Kdniao(KdniaoAccount(business_id=first, app_key=second, **more), transport, **common)
    more |= {"url": f"{address}/std/service"} if address else {}
    return Sf(SfAccount(partner_id=first, checkword=second, **more), transport, **common)


def _demo(request: TrackRequest) -> Shipment:
    """An invented parcel of that number, from the fake of kuaidi100."""
    from minishop.adapters.machine import machine_handlers
    from minishop.adapters.memory import MemoryNonceStore
    from minishop.logistics import Namespace, carrier_code
    from minishop.logistics.kuaidi100 import Kuaidi100
    from minishop.testing.clock import FakeClock
    from minishop.testing.logistics._living import KINDS, Life

    clock = FakeClock()
    fake = KINDS["kuaidi100"].make(clock=clock)
    fake.add_parcel(request.number, carrier_code(request.carrier, Namespace.KUAIDI100))
    life = Life(fake, KINDS["kuaidi100"].scans, (request.number,))
    while life.step():
        clock.advance(hours=7)
    machine = machine_handlers(clock)
    return Kuaidi100(fake.account(), fake.transport, machine=machine, pace=MemoryNonceStore()).query(request)


def _print(shipment: Shipment, texts: Catalogue) -> None:
    from minishop.logistics import carriers, write_time

    carrier = carriers().get(shipment.carrier)
    names = (carrier.name_zh, carrier.name_en) if carrier else ("", shipment.carrier)
    name = names[0] if texts.language.startswith("zh") and carrier else names[1]
    print(f"{shipment.number}  {name}".rstrip())
    print(f"{texts.text(f'shipment:{shipment.status}')} ({shipment.substatus})")
    for event in shipment.events:
        print(f"  {write_time(event.at)}  {texts.text(f'shipment:{event.status}')}  {_clean(event.text)}")
    for notice in shipment.warnings:
        print(f"  ! {texts.text(f'tracking:{notice.code}', {'detail': _clean(notice.detail)})}")


def _clean(text: str) -> str:
    """What a carrier wrote, without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
