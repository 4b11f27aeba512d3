"""Stock: on hand, allocated to orders, held for a while; and claims of a flash sale."""

from minishop.inventory._claims import AsyncClaimStore, Claim, ClaimResult, ClaimStore, LimitReached, SoldOut
from minishop.inventory._stock import (
    CommitHold,
    HoldState,
    MoveKind,
    ReleaseHold,
    Reserve,
    StockChange,
    StockKey,
    StockLevel,
    StockMove,
)

__all__ = [
    "AsyncClaimStore",
    "Claim",
    "ClaimResult",
    "ClaimStore",
    "CommitHold",
    "HoldState",
    "LimitReached",
    "MoveKind",
    "ReleaseHold",
    "Reserve",
    "SoldOut",
    "StockChange",
    "StockKey",
    "StockLevel",
    "StockMove",
]
