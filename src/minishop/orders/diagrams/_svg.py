"""The graphs as one SVG picture, drawn without any other program.

Each facet is a column: its values stand below each other in their order of the table, steps forward are arcs on the
right, steps back are arcs on the left. The more values an arc spans, the further out it reaches, and there is room for
the commands of all shorter arcs in between; they stand beside its middle, one below the other.
"""

from __future__ import annotations

from html import escape

from minishop.messages import Catalogue, catalogue
from minishop.orders._lifecycle import Table
from minishop.orders.diagrams._edges import Edge, Graph, graphs
from minishop.orders.diagrams._text import in_words
from minishop.quotes.receipts import width

__all__ = ["to_svg"]

_BOX_WIDTH, _BOX_HEIGHT = 130, 30
_LETTER, _LINE = 6, 12
_ARC = 26
_TOP = 60
_STYLE = (
    "text{font:12px sans-serif;fill:#222}.c{font-size:10px;fill:#555}.f{font-weight:bold;font-size:14px}"
    "rect{fill:#fff;stroke:#456}.end{stroke-width:3}path{fill:none;stroke:#89a}"
)


def to_svg(table: Table, *, locale: str | Catalogue = "en") -> str:
    """The life cycle as a picture: one SVG document without scripts or foreign parts.

    Raises:
        InvalidInput: ``unknown_language``.
    """
    texts = catalogue(locale) if isinstance(locale, str) else locale
    parts: list[str] = []
    left = height = 0
    for graph in graphs(table):
        wide, tall, drawn = _column(in_words(graph, texts), texts, left)
        parts += drawn
        left += wide
        height = max(height, tall)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left} {height}" width="{left}" height="{height}">'
    tip = (
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0L8,4L0,8z" style="fill:#89a;stroke:none"/></marker></defs>'
    )
    return "\n".join([head, f"<style>{_STYLE}</style>", tip, *parts, "</svg>"]) + "\n"


def _column(graph: Graph, texts: Catalogue, left: int) -> tuple[int, int, list[str]]:
    """Width, height and elements of one facet."""
    places = {value: place for place, value in enumerate(graph.values)}
    gap = _gap(graph)
    forward = [edge for edge in graph.edges if places[edge.source] < places[edge.to]]
    back = [edge for edge in graph.edges if places[edge.source] > places[edge.to]]
    left_of, right_of = _reaches(back, places), _reaches(forward, places)
    margin_left, margin_right = left_of[0], right_of[0]
    x = left + margin_left
    ys = {value: _TOP + place * gap for value, place in places.items()}
    drawn = [f'<text class="f" x="{x}" y="30">{escape(texts.word("facet", graph.facet))}</text>']
    for value, y in ys.items():
        end = ' class="end"' if value in graph.ends and graph.ends != graph.values else ""
        drawn.append(f'<rect{end} x="{x}" y="{y}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="8"/>')
        middle = x + _BOX_WIDTH // 2
        name = escape(texts.word(f"value:{graph.facet}", value))
        drawn.append(f'<text x="{middle}" y="{y + 20}" text-anchor="middle">{name}</text>')
    for edge in forward:
        drawn += _arc(edge, x + _BOX_WIDTH, right_of[_span(edge, places)], ys)
    for edge in back:
        drawn += _arc(edge, x, -left_of[_span(edge, places)], ys)
    return margin_left + _BOX_WIDTH + margin_right, _TOP + len(places) * gap, drawn


def _gap(graph: Graph) -> int:
    """Room for one value: the commands of all arcs around one middle have to fit below each other."""
    crowd: dict[int, int] = {}
    places = {value: place for place, value in enumerate(graph.values)}
    for edge in graph.edges:
        middle = places[edge.source] + places[edge.to]
        crowd[middle] = max(crowd.get(middle, 0), len(edge.commands))
    return max(70, _LINE * max(crowd.values(), default=0) + 2 * _LINE)


def _reaches(edges: list[Edge], places: dict[str, int]) -> dict[int, int]:
    """How far out arcs of each span reach; under 0 stands how much room all of them take."""
    widest: dict[int, int] = {}
    for edge in edges:
        span = _span(edge, places)
        widest[span] = max(widest.get(span, 0), max(map(width, edge.commands)) * _LETTER)
    reaches, room = {}, _ARC
    for span in sorted(widest):
        reaches[span] = room
        room += widest[span] + _ARC
    return {**reaches, 0: room}


def _span(edge: Edge, places: dict[str, int]) -> int:
    return abs(places[edge.source] - places[edge.to])


def _arc(edge: Edge, x: int, reach: int, ys: dict[str, int]) -> list[str]:
    """One arc and its commands; ``reach`` is negative on the left."""
    side = 1 if reach > 0 else -1
    middle = _BOX_HEIGHT // 2
    start, end = ys[edge.source] + middle + 6 * side, ys[edge.to] + middle - 6 * side
    far = x + reach * 4 // 3
    drawn = [f'<path marker-end="url(#tip)" d="M{x},{start}C{far},{start} {far},{end} {x},{end}"/>']
    top = (start + end) // 2 - _LINE * (len(edge.commands) - 1) // 2 + 3
    anchor = "start" if side > 0 else "end"
    for line, command in enumerate(edge.commands):
        place = f'x="{x + reach + side * 4}" y="{top + line * _LINE}"'
        drawn.append(f'<text class="c" {place} text-anchor="{anchor}">{escape(command)}</text>')
    return drawn
