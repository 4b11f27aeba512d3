"""The graphs as text that other programs draw: Mermaid and Graphviz."""

from __future__ import annotations

from attrs import evolve

from minishop.messages import Catalogue, catalogue
from minishop.orders._lifecycle import Table
from minishop.orders.diagrams._edges import Graph, graphs

__all__ = ["in_words", "to_dot", "to_mermaid"]


def in_words(graph: Graph, texts: Catalogue) -> Graph:
    """The graph with what people call its commands; an app's own are shown as they are."""
    edges = [
        evolve(edge, commands=tuple(texts.word("command", command) for command in edge.commands))
        for edge in graph.edges
    ]
    return evolve(graph, edges=tuple(edges))


def to_mermaid(table: Table, *, locale: str | Catalogue = "en") -> str:
    """A Mermaid state diagram, the facets side by side.

    Raises:
        InvalidInput: ``unknown_language``.
    """
    texts = catalogue(locale) if isinstance(locale, str) else locale
    lines = ["stateDiagram-v2"]
    for graph in graphs(table):
        name = texts.word("facet", graph.facet)
        lines += [f'    state "{name}" as {graph.facet} {{', *_mermaid(in_words(graph, texts), texts), "    }"]
    return "\n".join(lines) + "\n"


def _mermaid(graph: Graph, texts: Catalogue) -> list[str]:
    ids = {value: f"{graph.facet}_{value.replace('-', '_')}" for value in graph.values}
    lines = [f'        state "{texts.word(f"value:{graph.facet}", value)}" as {ids[value]}' for value in graph.values]
    lines += [f"        [*] --> {ids[value]}" for value in graph.starts]
    separator = texts.texts.get("explain:separator", ", ")
    lines += [
        f"        {ids[edge.source]} --> {ids[edge.to]} : {separator.join(edge.commands)}" for edge in graph.edges
    ]
    if graph.ends != graph.values:
        lines += [f"        {ids[value]} --> [*]" for value in graph.ends]
    return lines


def to_dot(table: Table, *, locale: str | Catalogue = "en") -> str:
    """A Graphviz graph with a cluster for each facet.

    Raises:
        InvalidInput: ``unknown_language``.
    """
    texts = catalogue(locale) if isinstance(locale, str) else locale
    lines = ["digraph order {", "    rankdir=LR;", "    node [shape=box, style=rounded];"]
    for graph in (in_words(graph, texts) for graph in graphs(table)):
        lines += [f'    subgraph "cluster_{graph.facet}" {{', f'        label="{texts.word("facet", graph.facet)}";']
        for value in graph.values:
            shape = ", peripheries=2" if value in graph.ends and graph.ends != graph.values else ""
            lines.append(
                f'        "{graph.facet}:{value}" [label="{texts.word(f"value:{graph.facet}", value)}"{shape}];'
            )
        for edge in graph.edges:
            label = "\\n".join(edge.commands)
            lines.append(f'        "{graph.facet}:{edge.source}" -> "{graph.facet}:{edge.to}" [label="{label}"];')
        lines.append("    }")
    return "\n".join([*lines, "}"]) + "\n"
