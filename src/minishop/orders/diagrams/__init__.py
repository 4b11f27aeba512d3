"""Pictures of the life cycle, and checks of it: all from the one table."""

from minishop.orders.diagrams._edges import Edge, Graph, check_table, graphs
from minishop.orders.diagrams._rows import to_markdown
from minishop.orders.diagrams._svg import to_svg
from minishop.orders.diagrams._text import to_dot, to_mermaid

__all__ = ["Edge", "Graph", "check_table", "graphs", "to_dot", "to_markdown", "to_mermaid", "to_svg"]
