"""Which operations of a device have arrived: every number up to one, and some beyond it.

A queue that loses a message leaves a gap, and the gap must stay open: operation 2 still counts once when it arrives
after operation 3. What lies beyond the gap is kept as runs, so that a device whose numbers began elsewhere (in a cart
that was merged into this one) costs two integers, not one for each operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.quotes.checks import as_dict, as_tuple, at_least, text

__all__ = ["DeviceReceipts"]


def _as_runs(value: Any) -> Any:
    outer = as_tuple(value)
    return tuple(as_tuple(run) for run in outer) if isinstance(outer, tuple) else outer


def _runs(instance: DeviceReceipts, attribute: attrs.Attribute[Any], value: Any) -> None:
    edge = instance.upto
    for run in value if isinstance(value, tuple) else ((),):
        if not (isinstance(run, tuple) and len(run) == 2 and all(type(number) is int for number in run)):
            raise InvalidInput("beyond", "wrong_type", "must be pairs of int: first and last of each run")
        first, last = run
        if not edge + 1 < first <= last:
            raise InvalidInput(
                "beyond", "out_of_range", "runs must ascend, with a gap before each", params={"run": list(run)}
            )
        edge = last


@frozen(kw_only=True)
class DeviceReceipts:
    """The operations of one device that a cart has taken.

    Attributes:
        device: The device's id.
        upto: Every number from 1 to this one has arrived.
        beyond: Runs ``(first, last)`` of numbers that arrived past a gap, ascending.
        extra: Fields of a newer release, kept as they are.

    Raises:
        InvalidInput: A value is out of its range.
    """

    device: str = field(validator=text)
    upto: int = field(default=0, validator=at_least(0))
    beyond: tuple[tuple[int, int], ...] = field(default=(), converter=_as_runs, validator=_runs)
    extra: Mapping[str, object] = field(factory=dict, converter=as_dict, hash=False)

    def __contains__(self, number: int) -> bool:
        return number <= self.upto or any(first <= number <= last for first, last in self.beyond)

    def with_number(self, number: int) -> DeviceReceipts:
        """These receipts and one number more."""
        return self._joined([(number, number)])

    def union(self, other: DeviceReceipts) -> DeviceReceipts:
        """What either has taken; ``device`` and ``extra`` are of this one."""
        return self._joined([(1, other.upto), *other.beyond])

    def _joined(self, more: Iterable[tuple[int, int]]) -> DeviceReceipts:
        upto, beyond = self.upto, list[tuple[int, int]]()
        for first, last in sorted([*self.beyond, *more]):
            if first <= upto + 1:
                upto = max(upto, last)
            elif beyond and first <= beyond[-1][1] + 1:
                beyond[-1] = (beyond[-1][0], max(beyond[-1][1], last))
            else:
                beyond.append((first, last))
        return attrs.evolve(self, upto=upto, beyond=tuple(beyond))
