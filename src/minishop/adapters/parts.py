"""Parts for your own store: what is the same for every database, as pure functions.

They decide, the store reads, locks and writes; see the how-to on implementing the ports.
"""

from minishop.adapters._counts import LimitPlan, find_overdrawn, plan_limits
from minishop.adapters._cursor import read_cursor, write_cursor
from minishop.adapters._stock import Delta, Hold, StockPlan, holds_named, is_short, plan_stock

__all__ = [
    "Delta",
    "Hold",
    "LimitPlan",
    "StockPlan",
    "find_overdrawn",
    "holds_named",
    "is_short",
    "plan_limits",
    "plan_stock",
    "read_cursor",
    "write_cursor",
]
