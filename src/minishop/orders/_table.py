"""The life cycle of an order, as one literal. How to read it: :mod:`minishop.orders._lifecycle`.

``gate`` rows allow commands, ``effect`` rows say what else may change; a gate without a target changes nothing. A test
compares them with everything that orders can do: a change that is not here fails, and so does one that never happens.
"""

from __future__ import annotations

from minishop.orders import commands as c
from minishop.orders._enums import Goods, Life, Money, Role, Settled
from minishop.orders._facets import after_sale_facet, goods_facet, money_facet
from minishop.orders._guards import GUARDS
from minishop.orders._lifecycle import Facet, Row, Table
from minishop.orders.handlers import HANDLERS

__all__ = ["TABLE"]

_ANYONE = (Role.BUYER, Role.SELLER, Role.SYSTEM)
_SELLER = (Role.SELLER,)
_SHOP = (Role.SELLER, Role.SYSTEM)
_RECEIVER = (Role.BUYER, Role.SYSTEM)
_TO_SHIP = "not_closed paid hold_none"
_TO_APPLY = "not_closed paid in_window applications_left"


def gate(
    facet: str,
    source: str,
    command: type[c.Command],
    to: str,
    by: tuple[Role, ...] = (),
    guards: str = "",
    note: str = "",
) -> Row:
    """A row that allows a command."""
    return Row(facet, tuple(source.split()), command.__name__, tuple(to.split()), by, tuple(guards.split()), note, True)


def effect(facet: str, source: str, command: type[c.Command], to: str, note: str = "") -> Row:
    """A row that says what a command may change besides."""
    return Row(facet, tuple(source.split()), command.__name__, tuple(to.split()), note=note)


def _settled(command: type[c.Command]) -> tuple[Row, ...]:
    """What the last leg of a refund changes, whoever paid it."""
    return (
        effect("money", "paid", command, "partly-refunded refunded"),
        effect("money", "partly-refunded", command, "refunded"),
        effect("goods", "partly-received", command, "received", "nothing is awaited any more"),
        effect("after_sale", "open", command, "settled"),
        effect("life", "open", command, "closed completed", "the last unit"),
    )


def _received(command: type[c.Command]) -> tuple[Row, ...]:
    """What is returned was received."""
    return (
        effect("goods", "shipped", command, "partly-received received", "what is returned was received"),
        effect("goods", "partly-received", command, "received", "what is returned was received"),
        effect("life", "open", command, "completed"),
    )


_PAYING = (
    gate("money", "unpaid partly-paid", c.StartPayment, "", _ANYONE, "open in_time"),
    effect("money", "unpaid", c.Pay, "partly-paid paid", "what does not count is owed back and changes no facet"),
    effect("money", "partly-paid", c.Pay, "paid"),
    effect("goods", "none", c.Pay, "partly-shipped received", "virtual goods"),
    effect("life", "open", c.Pay, "completed closed", "virtual goods only; or no stock is left"),
    gate("money", "unpaid", c.RepriceOrder, "paid", _SELLER, "open no_open_attempt", "nothing is left to pay"),
    effect("goods", "none", c.RepriceOrder, "partly-shipped received", "virtual goods"),
    effect("life", "open", c.RepriceOrder, "completed", "virtual goods"),
)
_WAITING = (
    gate("hold", "group", c.ReleaseHold, "none", _SHOP, "open"),
    effect("goods", "none", c.ReleaseHold, "partly-shipped received", "virtual goods"),
    effect("life", "open", c.ReleaseHold, "completed", "virtual goods"),
    gate("hold", "group", c.FailHold, "none", _SHOP, "open nothing_shipped"),
    effect("life", "open", c.FailHold, "closed"),
    effect("money", "paid", c.FailHold, "refunded", "no cash was paid"),
    effect("after_sale", "open", c.FailHold, "none"),
)
_CLOSING = (
    gate("life", "open", c.Close, "closed", _ANYONE, "nothing_shipped no_refund_in_flight may_cancel_paid"),
    effect("money", "paid partly-refunded", c.Close, "refunded", "no cash was paid"),
    effect("after_sale", "open", c.Close, "none settled", "what was not granted lapses"),
)
_SHIPPING = (
    gate("goods", "none", c.Ship, "partly-shipped shipped", _SHOP, _TO_SHIP),
    gate("goods", "partly-shipped", c.Ship, "shipped partly-received", _SHOP, _TO_SHIP),
    gate("goods", "partly-received received", c.Ship, "", _SHOP, _TO_SHIP, "replacements"),
    effect("after_sale", "open", c.Ship, "none settled", "with override_after_sale"),
    gate("goods", "partly-shipped", c.VoidShipment, "none", _SHOP),
    gate("goods", "shipped", c.VoidShipment, "none partly-shipped", _SHOP),
    gate("goods", "partly-received", c.VoidShipment, "partly-shipped", _SHOP),
    gate("goods", "received", c.VoidShipment, "", _SHOP, note="replacements"),
    gate("goods", "partly-shipped shipped partly-received received returned", c.CorrectTracking, "", _SHOP),
    gate("goods", "shipped", c.Confirm, "partly-received received", _RECEIVER, "not_closed"),
    gate("goods", "partly-received", c.Confirm, "received", _RECEIVER, "not_closed"),
    gate("goods", "partly-shipped", c.Confirm, "", _RECEIVER, "not_closed"),
    gate("goods", "received", c.Confirm, "", _RECEIVER, "not_closed", "replacements"),
    effect("life", "open", c.Confirm, "completed"),
    effect("after_sale", "open", c.Confirm, "settled", "an exchange"),
    gate("goods", "partly-shipped shipped partly-received", c.ReceiveParcel, "", _SHOP),
    gate("goods", "received", c.ReceiveParcel, "returned", _SHOP),
)
_APPLYING = (
    gate("after_sale", "none settled", c.OpenAfterSale, "open", _ANYONE, _TO_APPLY),
    gate("after_sale", "open", c.OpenAfterSale, "", _ANYONE, _TO_APPLY),
    *_received(c.OpenAfterSale),
    gate("after_sale", "open", c.ChangeKind, "", _ANYONE),
    *_received(c.ChangeKind),
    gate("after_sale", "open", c.Approve, "", _SHOP),
    gate("after_sale", "open", c.Refuse, "none settled", _SHOP),
    gate("after_sale", "open", c.Withdraw, "none settled", _RECEIVER),
    gate("after_sale", "open", c.SendBack, "", _ANYONE),
    gate("after_sale", "open", c.ReceiveReturn, "none settled", _SHOP, note="nothing came back"),
    effect("goods", "received", c.ReceiveReturn, "returned"),
)
_REFUNDING = (
    gate("after_sale", "open", c.Grant, "settled", _SHOP, note="no cash was paid"),
    effect("goods", "partly-shipped", c.Grant, "shipped partly-received received returned", "the rest is given up"),
    effect("goods", "partly-received", c.Grant, "received", "no cash was paid"),
    effect("money", "paid", c.Grant, "partly-refunded refunded", "no cash was paid"),
    effect("life", "open", c.Grant, "closed completed", "no cash was paid"),
    gate("life", "open closed completed", c.GrantOwed, "", _SHOP),
    gate("life", "open closed completed", c.RetryRefund, "", _SHOP),
    gate("life", "open completed", c.CancelGrant, "", _SHOP),
    effect("goods", "shipped partly-received received returned", c.CancelGrant, "partly-shipped", "the rest is back"),
    gate("life", "open", c.SettleOffline, "closed completed", _SHOP),
    gate("life", "closed completed", c.SettleOffline, "", _SHOP),
    *_settled(c.SettleOffline)[:-1],
    *_settled(c.SettleRefund),
)
_CLOCKS = (
    effect("life", "open", c.Expire, "closed completed", "unpaid; auto-receive"),
    effect("goods", "shipped", c.Expire, "partly-received received", "auto-receive"),
    effect("goods", "partly-received", c.Expire, "received", "auto-receive"),
    effect("after_sale", "open", c.Expire, "none settled", "ship-back; auto-receive of a replacement"),
)
_ROWS = (*_PAYING, *_WAITING, *_CLOSING, *_SHIPPING, *_APPLYING, *_REFUNDING, *_CLOCKS)

_FACETS = {
    "life": Facet(tuple(Life), lambda order: order.life, (Life.CLOSED, Life.COMPLETED)),
    "money": Facet(tuple(Money), money_facet, starts=(Money.PAID,)),
    "goods": Facet(tuple(Goods), goods_facet),
    "after_sale": Facet(tuple(Settled), after_sale_facet, (Settled.NONE, Settled.SETTLED)),
    "hold": Facet(("none", "group"), lambda order: order.hold, ("none",), ("group",)),
}

#: The life cycle that the library comes with.
TABLE = Table(_ROWS, GUARDS, HANDLERS, _FACETS)
