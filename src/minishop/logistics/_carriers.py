"""Carriers: one id of ours for each, and their codes in the four namespaces that a shop meets.

The namespaces are not one-to-one. KDNiao uses ``EMS`` for two services and ``DNWL`` for six companies; kuaidi100 keeps
parcels and freight apart where others do not; WeChat has two lists that differ (Yunda is ``YD`` in one and ``YUNDA`` in
the other). So every translation answers with candidates, and :func:`carrier_code` with one code or an error. Nothing
here ever falls back to some carrier.

The tables ship in ``data/carriers.csv``; where they come from is in ``data/SOURCES.md``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

from attrs import field, frozen

from minishop.errors import InvalidInput

__all__ = ["Carrier", "CarrierCode", "Namespace", "carrier_code", "carriers", "find_carriers", "translate_carrier"]


class Namespace(StrEnum):
    """Whose codes."""

    KUAIDI100 = "kuaidi100"
    KDNIAO = "kdniao"
    WECHAT = "wechat"
    """WeChat's shipping report and logistics plugin: ``get_delivery_list``."""
    WECHAT_EXPRESS = "wechat_express"
    """WeChat's logistics assistant (``express/business``): about ten carriers, with ids of its own."""


@frozen
class CarrierCode:
    """A carrier's code in one namespace.

    Attributes:
        code: The code; KDNiao's are case-sensitive.
        is_sure: Whether it was seen in that namespace's own lists, and not inferred (``?`` in the table).
        is_shared: Whether the provider uses it for several companies at once (``*`` in the table).
    """

    code: str
    is_sure: bool = True
    is_shared: bool = False


@frozen(kw_only=True)
class Carrier:
    """A carrier.

    Attributes:
        id: Ours.
        name_zh: In Chinese.
        name_en: In English.
        codes: Its codes in each namespace, the usual one first; empty where it has none that we know.
        business: Whether it is still there; general knowledge, unverified.
        notes: What to watch out for.
    """

    id: str
    name_zh: str
    name_en: str
    codes: Mapping[Namespace, tuple[CarrierCode, ...]] = field(repr=False, hash=False)
    business: str = field(default="", repr=False)
    notes: str = field(default="", repr=False)


def _code(text: str) -> CarrierCode:
    return CarrierCode(text.rstrip("?*"), is_sure="?" not in text, is_shared="*" in text)


@cache
def carriers() -> Mapping[str, Carrier]:
    """All carriers that we know, by our id."""
    text = files("minishop.logistics").joinpath("data/carriers.csv").read_text(encoding="utf-8")
    return {
        row["id"]: Carrier(
            id=row["id"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            codes={space: tuple(map(_code, row[space.value].split())) for space in Namespace},
            business=row["business"],
            notes=row["notes"],
        )
        for row in csv.DictReader(text.splitlines())
    }


@cache
def _by_code(space: Namespace) -> Mapping[str, tuple[Carrier, ...]]:
    found: dict[str, tuple[Carrier, ...]] = {}
    for carrier in carriers().values():
        for code in carrier.codes[space]:
            found[code.code] = (*found.get(code.code, ()), carrier)
    return found


def find_carriers(code: str, space: Namespace) -> tuple[Carrier, ...]:
    """The carriers that a code may mean; none if we do not know it, several if it is shared.

    Args:
        code: As the namespace writes it. kuaidi100's codes are taken in any case, the others exactly.
        space: Whose code it is.
    """
    return _by_code(space).get(code.lower() if space is Namespace.KUAIDI100 else code, ())


def candidate_ids(code: str, space: Namespace) -> tuple[str, ...]:
    """Our ids of the carriers that a code may mean, with an empty one for companies that share it and are not known."""
    found = find_carriers(code, space)
    is_shared = any(one.is_shared for carrier in found for one in carrier.codes[space] if one.code == code)
    return (*(carrier.id for carrier in found), *([""] if is_shared else []))


def translate_carrier(code: str, space: Namespace, to: Namespace) -> tuple[tuple[Carrier, CarrierCode], ...]:
    """A code of one namespace in another: every carrier that may be meant, with each code it has there.

    Args:
        code: The code to translate.
        space: Whose code it is.
        to: Whose code is wanted.
    """
    return tuple((carrier, one) for carrier in find_carriers(code, space) for one in carrier.codes[to])


def carrier_code(carrier: str, space: Namespace, *, allow_unsure: bool = False) -> str:
    """The usual code of a carrier in a namespace.

    Args:
        carrier: Our id.
        space: Whose code is wanted.
        allow_unsure: Take an inferred code too; try such a one yourself before you rely on it.

    Raises:
        InvalidInput: ``unknown_carrier``: no such id. ``no_carrier_code``: it has no code there, or only an inferred
            one.
    """
    found = carriers().get(carrier)
    if found is None:
        raise InvalidInput(
            "carrier",
            "unknown_carrier",
            f"no carrier has the id {carrier!r}",
            params={"got": carrier},
            next_step="Take an id of minishop.logistics.carriers().",
        )
    usable = [one for one in found.codes[space] if one.is_sure or allow_unsure]
    if not usable:
        raise InvalidInput(
            "carrier",
            "no_carrier_code",
            f"no sure code of {carrier} is known in {space}",
            params={"carrier": carrier, "namespace": str(space)},
            next_step="Look the code up in the provider's own list and pass it yourself.",
        )
    return usable[0].code
