"""What the table says as graphs, one for each facet."""

from __future__ import annotations

from attrs import frozen

from minishop.orders._lifecycle import Facet, Table

__all__ = ["Edge", "Graph", "check_table", "graphs"]


@frozen
class Edge:
    """From one value of a facet to another, and the commands that lead there."""

    source: str
    to: str
    commands: tuple[str, ...]


@frozen
class Graph:
    """One facet."""

    facet: str
    values: tuple[str, ...]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    edges: tuple[Edge, ...]


def graphs(table: Table) -> tuple[Graph, ...]:
    """A graph for each facet, in the order of the table."""
    return tuple(_graph(table, name, facet) for name, facet in table.facets.items())


def _graph(table: Table, name: str, facet: Facet) -> Graph:
    found: dict[tuple[str, str], list[str]] = {}
    for row in table.rows:
        if row.facet == name:
            for source in row.source:
                for to in row.to:
                    if source != to and row.command not in found.setdefault((source, to), []):
                        found[source, to].append(row.command)
    edges = tuple(Edge(source, to, tuple(commands)) for (source, to), commands in found.items())
    values = tuple(str(value) for value in facet.values)
    starts = (values[0], *(str(value) for value in facet.starts))
    return Graph(name, values, starts, tuple(str(value) for value in facet.ends) or values, edges)


def check_table(table: Table) -> tuple[str, ...]:
    """What is wrong with a table, a sentence each; undefined names never get as far as this.

    A value is unreachable if nothing leads to it from a value that a new order may have; it is a trap if nothing leads
    from it to a value with which an order may come to rest. A command that nothing allows cannot be used.
    """
    problems = []
    for graph in graphs(table):
        back = tuple(Edge(edge.to, edge.source, edge.commands) for edge in graph.edges)
        reached, leaving = _closure(graph.starts, graph.edges), _closure(graph.ends, back)
        problems += [f"{graph.facet} {value}: unreachable" for value in graph.values if value not in reached]
        problems += [f"{graph.facet} {value}: a trap" for value in graph.values if value not in leaving]
    for entry in table.entries.values():
        if not entry.is_fact and not entry.gates:
            problems.append(f"{entry.name}: no row allows it")
    known = {entry.name for entry in table.entries.values()}
    problems += [
        f"{name}: no such command" for name in dict.fromkeys(row.command for row in table.rows) if name not in known
    ]
    return tuple(problems)


def _closure(starts: tuple[str, ...], edges: tuple[Edge, ...]) -> set[str]:
    found, todo = set(starts), list(starts)
    while todo:
        value = todo.pop()
        for edge in edges:
            if edge.source == value and edge.to not in found:
                found.add(edge.to)
                todo.append(edge.to)
    return found
