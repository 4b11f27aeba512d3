"""The audit of a campaign before it goes live: ``minishop lint`` as a function.

Each check looks for one kind of weakness and builds a cart that shows it. What the check believes does not count: a
finding is told only if the engine, given that cart, does what the finding says.
"""

from minishop.promotions.lint._audit import Bounds
from minishop.promotions.lint._run import audit
from minishop.promotions.lint.catalog import (
    Catalog,
    CatalogItem,
    parse_catalog_csv,
    parse_catalog_json,
    read_catalog,
)
from minishop.promotions.lint.findings import SEVERITIES, Finding, Severity

__all__ = [
    "SEVERITIES",
    "Bounds",
    "Catalog",
    "CatalogItem",
    "Finding",
    "Severity",
    "audit",
    "parse_catalog_csv",
    "parse_catalog_json",
    "read_catalog",
]
