"""The graphs as text that other programs draw: Mermaid and Graphviz."""

from __future__ import annotations

from minishop.messages import Catalogue, catalogue
from minishop.orders._lifecycle import Table
from minishop.orders.diagrams._edges import Graph, graphs

__all__ = ["facet_text", "to_dot", "to_mermaid", "value_text"]


def facet_text(texts: Catalogue, facet: str) -> str:
    """The name of a facet; an app's own is shown as it is."""
    return texts.texts.get(f"facet:{facet}", facet)


def value_text(texts: Catalogue, value: str) -> str:
    """The name of a value; an app's own is shown as it is."""
    return texts.texts.get(f"value:{value}", value)


def to_mermaid(table: Table, *, locale: str | Catalogue = "en") -> str:
    """A Mermaid state diagram, the facets side by side.

    Raises:
        InvalidInput: ``unknown_language``.
    """
    texts = catalogue(locale) if isinstance(locale, str) else locale
    lines = ["stateDiagram-v2"]
    for graph in graphs(table):
        lines += [f'    state "{facet_text(texts, graph.facet)}" as {graph.facet} {{', *_mermaid(graph, texts), "    }"]
    return "\n".join(lines) + "\n"


def _mermaid(graph: Graph, texts: Catalogue) -> list[str]:
    ids = {value: f"{graph.facet}_{value.replace('-', '_')}" for value in graph.values}
    lines = [f'        state "{value_text(texts, value)}" as {ids[value]}' for value in graph.values]
    lines += [f"        [*] --> {ids[value]}" for value in graph.starts]
    lines += [f"        {ids[edge.source]} --> {ids[edge.to]} : {', '.join(edge.commands)}" for edge in graph.edges]
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
    for graph in graphs(table):
        lines += [f'    subgraph "cluster_{graph.facet}" {{', f'        label="{facet_text(texts, graph.facet)}";']
        for value in graph.values:
            shape = ", peripheries=2" if value in graph.ends and graph.ends != graph.values else ""
            lines.append(f'        "{graph.facet}:{value}" [label="{value_text(texts, value)}"{shape}];')
        for edge in graph.edges:
            label = "\\n".join(edge.commands)
            lines.append(f'        "{graph.facet}:{edge.source}" -> "{graph.facet}:{edge.to}" [label="{label}"];')
        lines.append("    }")
    return "\n".join([*lines, "}"]) + "\n"
