"""Whether anything stands in the way of the shop's parcels and money."""

from __future__ import annotations

from attrs import frozen

from minishop.checkout._alerts import Alert, list_alerts
from minishop.checkout._desk import Desk
from minishop.checkout._ports import CheckTrade
from minishop.errors import MinishopError
from minishop.flows import Flow, ask
from minishop.storage import ListParked

__all__ = ["Health", "health"]


@frozen(kw_only=True)
class Health:
    """How a shop is.

    Attributes:
        is_managed: Whether WeChat wants the app's orders reported (is_trade_managed); ``None``: there is no
            mini-program, or it did not say.
        is_confirmed: Whether all merchant numbers have granted that; ``None`` likewise.
        trouble: Why the platform did not say.
        parked: Events that could not be delivered, at most 100; see :meth:`Shop.parked_events`.
        alerts: The newest alerts, at most 20.
    """

    is_managed: bool | None = None
    is_confirmed: bool | None = None
    trouble: str = ""
    parked: int = 0
    alerts: tuple[Alert, ...] = ()


def health(desk: Desk) -> Flow[Health]:
    """Asks the platform whether orders have to be and can be reported, and looks at what waits for a person.

    Call it at start-up, and where the app's monitoring does.
    """
    parked = yield from ask(ListParked(100))
    alerts = (yield from list_alerts(desk)).alerts
    if not desk.reports:
        return Health(parked=len(parked), alerts=alerts)
    try:
        trade = yield from ask(CheckTrade())
    except MinishopError as error:
        return Health(trouble=error.code, parked=len(parked), alerts=alerts)
    return Health(is_managed=trade.is_managed, is_confirmed=trade.is_confirmed, parked=len(parked), alerts=alerts)
