"""The life cycle as data: rows of one table, the guards they name, and what carries a command out.

A row says: while ``facet`` is one of ``source``, ``command`` may lead to one of ``to``. The rows that are *gates*
decide: a command is allowed if, in the facet of its gates, a row has the present value in ``source`` and all of its
guards pass. The other rows say which further facets may change on the way. Nothing reads ``to`` to decide anything;
tests hold that what is observed is what the table says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.orders._enums import Role
from minishop.orders.commands import Command, Fact
from minishop.quotes import Reason

if TYPE_CHECKING:
    from minishop.orders._context import Context
    from minishop.orders._order import Order
    from minishop.orders._rejected import Rejected
    from minishop.orders.events import Event

__all__ = ["Entry", "Facet", "Guard", "Handler", "Row", "Table"]

#: A reason why not, or ``None``.
Guard = Callable[["Order", Any, "Context"], "Reason | None"]
#: What follows from a command that is allowed.
Handler = Callable[["Order", Any, "Context"], "tuple[Event, ...] | Rejected"]


@frozen
class Row:
    """One row of the table.

    Attributes:
        facet: Name of the facet.
        source: Values that it may have before.
        command: Name of the command.
        to: Values that it may have afterwards, besides the one it has; empty: it stays.
        by: Who may; nobody is named where the row is no gate or the command is a fact.
        guards: Names of what is asked besides.
        note: Why, or what else.
    """

    facet: str
    source: tuple[str, ...]
    command: str
    to: tuple[str, ...]
    by: tuple[Role, ...] = ()
    guards: tuple[str, ...] = ()
    note: str = ""
    is_gate: bool = False


@frozen
class Facet:
    """One facet.

    Attributes:
        values: All it may have; a new order has the first.
        derive: How it is derived.
        ends: Values with which an order may come to rest; empty: all.
        starts: Further values that a new order may have.
    """

    values: tuple[str, ...]
    derive: Callable[[Order], str] = field(eq=False)
    ends: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()


@frozen
class Entry:
    """One command, compiled."""

    handler: Handler
    is_fact: bool
    name: str
    facet: str
    derive: Callable[[Order], str] | None
    gates: Mapping[str, tuple[tuple[Role, ...], tuple[tuple[str, Guard], ...]]]


@frozen(eq=False)
class Table:
    """A life cycle. Extend it with :meth:`extended`; nothing of it can be taken away.

    Attributes:
        rows: In the order in which they are shown.
        guards: By name.
        handlers: What carries out the commands, by their class.
        facets: By name.
    """

    rows: tuple[Row, ...]
    guards: Mapping[str, Guard]
    handlers: Mapping[type[Command], Handler]
    facets: Mapping[str, Facet]
    entries: Mapping[type[Command], Entry] = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._check()
        compiled = {kind: self._entry(kind, handler) for kind, handler in self.handlers.items()}
        object.__setattr__(self, "entries", MappingProxyType(compiled))

    def _check(self) -> None:
        for row in self.rows:
            facet = self.facets.get(row.facet)
            if facet is None:
                raise _wrong(row, "unknown_facet", f"names a facet that is not there: {row.facet}")
            for value in (*row.source, *row.to):
                if value not in facet.values:
                    raise _wrong(row, "unknown_value", f"names a value that {row.facet} does not have: {value}")
            for guard in row.guards:
                if guard not in self.guards:
                    raise _wrong(row, "unknown_guard", f"names a guard that is not there: {guard}")

    def _entry(self, kind: type[Command], handler: Handler) -> Entry:
        name = kind.__name__
        gates = [row for row in self.rows if row.is_gate and row.command == name]
        facet = gates[0].facet if gates else ""
        if any(row.facet != facet for row in gates):
            raise InvalidInput("rows", "two_facets", f"{name} has gates in more than one facet", params={"got": name})
        found: dict[str, tuple[tuple[Role, ...], tuple[tuple[str, Guard], ...]]] = {}
        for row in gates:
            guards = tuple((guard, self.guards[guard]) for guard in row.guards)
            for value in row.source:
                if value in found:
                    raise _wrong(row, "ambiguous", f"is a second gate of {name} for {facet} {value}")
                found[value] = (row.by, guards)
        derive = self.facets[facet].derive if gates else None
        return Entry(handler, issubclass(kind, Fact), name, facet, derive, MappingProxyType(found))

    def extended(
        self,
        *,
        rows: Iterable[Row] = (),
        guards: Mapping[str, Guard] | None = None,
        handlers: Mapping[type[Command], Handler] | None = None,
        facets: Mapping[str, Facet] | None = None,
        also: Mapping[str, Iterable[str]] | None = None,
    ) -> Table:
        """A table with more in it; what is there stays.

        Args:
            rows: More rows.
            guards: More guards.
            handlers: More commands: classes derived from ``Command`` or ``Fact``, and what carries them out.
            facets: More facets, or an old one with more values (``hold``).
            also: Command name to guards that its gates ask as well.

        Raises:
            InvalidInput: ``core_name``: something of that name is there already. Or the rows name what is not there
                (``unknown_facet``, ``unknown_value``, ``unknown_guard``), or contradict each other (``two_facets``,
                ``ambiguous``).
        """
        for what, old, new in (("guards", self.guards, guards), ("handlers", self.handlers, handlers)):
            taken = sorted(str(name) for name in (new or {}) if name in old)
            if taken:
                raise InvalidInput(what, "core_name", "cannot be replaced", params={"got": taken})
        merged = dict(self.facets)
        for name, facet in (facets or {}).items():
            if name in merged and not set(merged[name].values) <= set(facet.values):
                raise InvalidInput("facets", "core_name", "a value cannot be removed", params={"got": name})
            merged[name] = facet
        asked = {name: tuple(more) for name, more in (also or {}).items()}
        return Table(
            (*(_with_guards(row, asked.get(row.command, ())) for row in self.rows), *rows),
            {**self.guards, **(guards or {})},
            {**self.handlers, **(handlers or {})},
            merged,
        )


def _with_guards(row: Row, more: tuple[str, ...]) -> Row:
    if not row.is_gate or not more:
        return row
    return Row(row.facet, row.source, row.command, row.to, row.by, (*row.guards, *more), row.note, True)


def _wrong(row: Row, code: str, message: str) -> InvalidInput:
    params = {"facet": row.facet, "command": row.command}
    return InvalidInput("rows", code, f"the row of {row.command} in {row.facet} {message}", params=params)
