"""Parcels that live by themselves: one scan after the other, for demonstrations and for the simulator command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from minishop.errors import RemoteError
from minishop.flows import HttpRequest, HttpResponse, Transport
from minishop.testing.logistics._base import Delivery, FakeProvider
from minishop.testing.logistics._kdniao import FakeKdniao
from minishop.testing.logistics._kuaidi100 import FakeKuaidi100
from minishop.testing.logistics._sf import FakeSf

__all__ = ["KINDS", "Kind", "Life", "OnlyHere"]

Scan: TypeAlias = tuple[str, str, str]


class Kind(NamedTuple):
    """A fake that can be named on a command line.

    Attributes:
        make: Makes it.
        parcel: The provider's code of a carrier and a number, for those who name none.
        scans: Code, text and place of each scan of a parcel's life.
    """

    make: Callable[..., Any]
    parcel: tuple[str, str]
    scans: tuple[Scan, ...]


_TEXTS = (
    ("甲市", "【甲市】快递员已揽收"),
    ("甲市", "【甲市】快件离开 甲市分拨中心，发往 乙市分拨中心"),
    ("乙市", "【乙市】快件到达 乙市分拨中心"),
    ("乙市", "【乙市】快递员正在派件"),
    ("乙市", "【乙市】已签收，签收人凭取货码签收"),
)


def _life(*codes: str) -> tuple[Scan, ...]:
    return tuple((code, text, place) for code, (place, text) in zip(codes, _TEXTS, strict=True))


#: By the name that goes on the command line.
KINDS: Mapping[str, Kind] = {
    "kuaidi100": Kind(FakeKuaidi100, ("yuantong", "YT0000000000001"), _life("103", "1002", "1001", "5", "301")),
    "kdniao": Kind(FakeKdniao, ("YTO", "YT0000000000001"), _life("1", "206", "201", "202", "301")),
    "sf": Kind(FakeSf, ("sf", "SF0000000000001"), _life("50", "36", "31", "44", "80")),
}

_HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class OnlyHere:
    """A transport that refuses every other machine.

    Args:
        inside: Carries what may go.
    """

    def __init__(self, inside: Transport) -> None:
        self._inside = inside

    def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.Transport`."""
        if urlsplit(request.url).hostname not in _HERE:
            raise RemoteError("pushes go to this machine only", code="unreachable")
        return self._inside.send(request)


class Life:
    """Takes the parcels of a fake through their scans.

    Args:
        fake: Whose parcels.
        scans: Of every parcel.
        numbers: Of the parcels; they must have been added.
    """

    def __init__(self, fake: FakeProvider, scans: tuple[Scan, ...], numbers: tuple[str, ...]) -> None:
        self._fake = fake
        self._scans = scans
        self._numbers = numbers
        self._place = 0

    def step(self, *, at: datetime | None = None) -> bool:
        """The next scan of every parcel; tells whether there was one."""
        if self._place == len(self._scans):
            return False
        code, text, location = self._scans[self._place]
        for number in self._numbers:
            self._fake.scan(number, code, text, location=location, at=at)
        self._place += 1
        return True

    def deliver(self, to: Transport) -> tuple[Delivery, ...]:
        """Sends the pushes that are due, to this machine only."""
        return self._fake.deliver_due(OnlyHere(to))
