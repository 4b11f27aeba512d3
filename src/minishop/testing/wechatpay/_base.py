"""What the parts of the simulator share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType

from minishop.errors import CallerError
from minishop.testing.wechatpay._credentials import Credentials
from minishop.testing.wechatpay._ledger import Ledger, Order
from minishop.testing.wechatpay._refusal import Refusal

__all__ = ["Base", "Telling"]


class Base:
    """Attributes of :class:`WechatPaySimulator` that its parts use.

    Attributes:
        credentials: What the merchant is given.
        clock: Tells the time; aware.
    """

    credentials: Credentials
    clock: Callable[[], datetime]
    _ledger: Ledger
    _lock: threading.RLock

    def _order(self, out_trade_no: str, sub_mchid: str | None) -> Order:
        order = self._ledger.find_order(out_trade_no, sub_mchid)
        if order is None:
            raise CallerError(f"there is no order {out_trade_no}, or more than one", code="unknown_order")
        return order


class Telling(AbstractContextManager[None]):
    """Turns the gateway's refusal into an error for the test that asked for the impossible."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Raises the other error."""
        if isinstance(error, Refusal):
            raise CallerError(error.message("en"), code=error.key) from None
