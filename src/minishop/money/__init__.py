"""Money is an ``int`` of fen, rates are basis points, and every split conserves its sum.

Nothing in here knows floating point. Text comes in through `parse_yuan` and `parse_percent`, goes out
through `format_yuan` and `format_percent`, and in between there is only whole-number arithmetic, with
`allocate` for the one question that whole numbers make hard: who gets the odd fen.
"""

from minishop.money._allocate import POLICIES, Allocation, AllocationPolicy, allocate, share_out, split_units
from minishop.money._rates import WHOLE, format_percent, half_up, parse_percent, percent_of
from minishop.money._spread import spread
from minishop.money._yuan import MAX_FEN, format_yuan, parse_yuan

__all__ = [
    "MAX_FEN",
    "POLICIES",
    "WHOLE",
    "Allocation",
    "AllocationPolicy",
    "allocate",
    "format_percent",
    "format_yuan",
    "half_up",
    "parse_percent",
    "parse_yuan",
    "percent_of",
    "share_out",
    "split_units",
    "spread",
]
