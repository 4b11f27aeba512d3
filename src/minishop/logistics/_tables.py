"""What a provider's codes mean: tables that never fail on a code they do not know.

The most specific code is looked up first, then its parent, then the next code that the provider gave. What nobody knows
is :attr:`~ShipmentStatus.UNKNOWN`. The tables ship in ``data/statuses.json``, which names their sources.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from attrs import field, frozen

from minishop.logistics._status import ShipmentStatus

__all__ = ["NOTE", "UNKNOWN", "Meaning", "StatusTable", "status_table"]


@frozen
class Meaning:
    """What a code means.

    Attributes:
        status: One of the eleven.
        substatus: A finer word in snake_case; an open vocabulary.
    """

    status: ShipmentStatus
    substatus: str

    @property
    def is_understood(self) -> bool:
        """Whether it says where the parcel is."""
        return self.status is not ShipmentStatus.UNKNOWN


#: Nobody knows what the code means.
UNKNOWN = Meaning(ShipmentStatus.UNKNOWN, "unknown")
#: The entry is known to say nothing about where the parcel is.
NOTE = Meaning(ShipmentStatus.UNKNOWN, "note")


def _before_underscore(code: str) -> str:
    return code.rpartition("_")[0]


def _first_digit(code: str) -> str:
    # Only three digits have a family: "14" is no kind of "1".
    return code[0] if len(code) == 3 and code.isdecimal() else ""


def _kuaidi100(code: str) -> str:
    # 1001 to 1003 are kinds of 0 (in transit), although they begin with a 1.
    return "0" if len(code) == 4 and code.startswith("10") and code.isdecimal() else _first_digit(code)


_PARENTS: Mapping[str, Callable[[str], str]] = {"kuaidi100": _kuaidi100, "kdniao_stateex": _first_digit}


@frozen
class StatusTable:
    """Codes and their meanings.

    Attributes:
        name: Of the table.
        meanings: Code to meaning.
        parent: The code of the family that a code belongs to, empty if none; what stands before the last ``_`` by
            default.
    """

    name: str
    meanings: Mapping[str, Meaning] = field(repr=False, hash=False)
    parent: Callable[[str], str] = field(default=_before_underscore, repr=False)

    def read(self, *codes: str) -> Meaning:
        """What is meant by codes for the same thing, the finest first; ``UNKNOWN`` if nobody knows."""
        for code in codes:
            found = self.meanings.get(code)
            if found is not None:
                return found
            parent = self.parent(code) if code else ""
            while parent:
                if parent in self.meanings:
                    return self.meanings[parent]
                parent = self.parent(parent)
        return UNKNOWN


@cache
def _all_tables() -> Mapping[str, StatusTable]:
    text = files("minishop.logistics").joinpath("data/statuses.json").read_text(encoding="utf-8")
    return {
        name: StatusTable(
            name,
            {code: Meaning(ShipmentStatus(status), substatus) for code, (status, substatus) in rows.items()},
            _PARENTS.get(name, _before_underscore),
        )
        for name, rows in json.loads(text)["tables"].items()
    }


def status_table(name: str) -> StatusTable:
    """A table that ships with minishop.

    Args:
        name: ``kuaidi100``, ``kdniao_state``, ``kdniao_stateex``, ``sf_first_status``, ``sf_opcode``, ``jd_category``,
            ``jd_state``, ``zto_scan``, ``sto_scan``, ``yto_status``, ``yunda_action``, ``jt_scan``, ``cainiao_code``,
            ``wechat_trace_status``, ``wechat_action_type``, ``aftership_tag``, ``easypost_status``,
            ``shippo_status``, ``17track_status``, ``17track_sub``.
    """
    return _all_tables()[name]
