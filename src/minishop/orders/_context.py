"""What a decision depends on beside the order and the command: the time, who acts, and the shop's policy."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import attrs
from attrs import field, frozen

from minishop.errors import InvalidInput
from minishop.orders._enums import Role
from minishop.quotes.checks import at_least, aware, flag, instance_of, one_of

if TYPE_CHECKING:
    from minishop.orders._lifecycle import Table

__all__ = ["SYSTEM", "Actor", "Context", "OrderPolicy"]


@frozen
class Actor:
    """Who acts; ``id`` of a buyer must be that of the order."""

    role: Role = field(converter=Role)
    id: str = ""


#: Timers, sweeps and notifications.
SYSTEM = Actor(Role.SYSTEM)


def _not_negative(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, timedelta):
        raise InvalidInput(attribute.name, "wrong_type", "must be a timedelta", params={"got": type(value).__name__})
    if value < timedelta(0):
        raise InvalidInput(attribute.name, "negative", "must not be negative", params={"got": str(value)})


def _switchable(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, frozenset) or not all(isinstance(name, str) for name in value):
        raise InvalidInput(attribute.name, "wrong_type", "must be names of guards")


def _as_names(value: Any) -> Any:
    return frozenset(value) if isinstance(value, (list, set, tuple)) else value


@frozen(kw_only=True)
class OrderPolicy:
    """What shops settle differently. The defaults are the safe ones.

    Attributes:
        pay_within: Deadline for paying.
        pay_flash_within: The same for flash sales.
        receive_after_shipping: When a parcel counts as received without a delivery scan.
        receive_after_delivery: When it does after one.
        receive_again: The least time that is left for receiving once an after-sale has ended.
        after_sale_window: How long after receipt the buyer may open an after-sale.
        answer_within: The seller's time to answer an after-sale.
        ship_back_within: The buyer's time to send goods back.
        receive_return_within: The seller's time to look at returned goods.
        receive_return_after_delivery: The same after the returned parcel was delivered.
        resend_after: How long "not found" at the gateway leaves a sent refund unknown.
        instant_cancel: Whether a buyer may close a paid order of which nothing was shipped.
        refund_owed: ``auto``: owed money is granted as soon as it is owed; ``manual``: somebody grants it.
        threshold: What a return does to a threshold that the kept units miss: ``keep`` the frozen shares, or
            ``reprice`` the kept units and deduct the difference.
        on_answer_overdue: ``report`` or ``approve``; for refund only of shipped units, the rest is approved by silence.
        on_return_overdue: ``report``, or ``settle``: all units count as come back in good order.
        pick: Which units of a line a count means in an after-sale.
        max_applications: After-sales per unit that a buyer may open.
        extend_days: Days that checkout adds to the validity of a coupon that goes back.
        switched_off: Names of guards that are not to be asked.
    """

    pay_within: timedelta = field(default=timedelta(minutes=30), validator=_not_negative)
    pay_flash_within: timedelta = field(default=timedelta(minutes=15), validator=_not_negative)
    receive_after_shipping: timedelta = field(default=timedelta(days=15), validator=_not_negative)
    receive_after_delivery: timedelta = field(default=timedelta(days=7), validator=_not_negative)
    receive_again: timedelta = field(default=timedelta(days=1), validator=_not_negative)
    after_sale_window: timedelta = field(default=timedelta(days=7), validator=_not_negative)
    answer_within: timedelta = field(default=timedelta(hours=48), validator=_not_negative)
    ship_back_within: timedelta = field(default=timedelta(days=7), validator=_not_negative)
    receive_return_within: timedelta = field(default=timedelta(days=10), validator=_not_negative)
    receive_return_after_delivery: timedelta = field(default=timedelta(days=3), validator=_not_negative)
    resend_after: timedelta = field(default=timedelta(minutes=10), validator=_not_negative)
    instant_cancel: bool = field(default=False, validator=flag)
    refund_owed: Literal["auto", "manual"] = field(default="auto", validator=one_of("auto", "manual"))
    threshold: Literal["keep", "reprice"] = field(default="keep", validator=one_of("keep", "reprice"))
    on_answer_overdue: Literal["report", "approve"] = field(default="report", validator=one_of("report", "approve"))
    on_return_overdue: Literal["report", "settle"] = field(default="report", validator=one_of("report", "settle"))
    pick: Literal["cheapest", "dearest"] = field(default="cheapest", validator=one_of("cheapest", "dearest"))
    max_applications: int = field(default=3, validator=at_least(1))
    extend_days: int = field(default=0, validator=at_least(0))
    switched_off: frozenset[str] = field(default=frozenset(), converter=_as_names, validator=_switchable)


_POLICY = OrderPolicy()


@frozen
class Context:
    """One moment, one actor, one policy.

    Attributes:
        now: Aware; everything that happens in the decision happens then.
        table: The life cycle; ``None`` is the one that the library comes with.
    """

    now: datetime = field(validator=aware)
    actor: Actor = field(default=SYSTEM, validator=instance_of(Actor))
    policy: OrderPolicy = field(default=_POLICY, validator=instance_of(OrderPolicy))
    table: Table | None = None
