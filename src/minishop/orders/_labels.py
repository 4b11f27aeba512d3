"""The one word that a shopper reads beside an order: a function of its facets, and easily replaced by another one."""

from __future__ import annotations

from attrs import frozen

from minishop.messages import Catalogue, catalogue
from minishop.orders._enums import Goods, Life, Money
from minishop.orders._facets import Facets, facets
from minishop.orders._order import Order

__all__ = ["LABELS", "Label", "label", "label_of"]

#: The codes of all labels, in the order of an order's life.
LABELS = ("to-pay", "waiting-for-group", "to-ship", "partly-shipped", "to-receive", "completed", "closed", "refunded")


@frozen
class Label:
    """A label; its text is looked up by ``label:<code>``."""

    code: str

    def text(self, locale: str | Catalogue = "en") -> str:
        """The label in words.

        Args:
            locale: ``"en"``, ``"zh-CN"``, or a catalogue of your own.

        Raises:
            InvalidInput: ``unknown_language``.
        """
        texts = catalogue(locale) if isinstance(locale, str) else locale
        return texts.text(f"label:{self.code}")


def label(order: Order) -> Label:
    """The label of an order. Open after-sales, partial and pending refunds are badges, and never change it."""
    return label_of(facets(order), reason=order.reason)


def label_of(now: Facets, *, reason: str = "") -> Label:
    """The label for these facets.

    Args:
        now: The facets.
        reason: Why the order was closed.
    """
    if _is_refunded(now, reason):
        return Label("refunded")
    if now.life == Life.CLOSED:
        return Label("closed")
    if now.life == Life.COMPLETED:
        return Label("completed")
    if now.money == Money.UNPAID or now.money == Money.PARTLY_PAID:
        return Label("to-pay")
    if now.hold == "group":
        return Label("waiting-for-group")
    if now.goods == Goods.NONE:
        return Label("to-ship")
    return Label("partly-shipped" if now.goods == Goods.PARTLY_SHIPPED else "to-receive")


def _is_refunded(now: Facets, reason: str) -> bool:
    if now.life == Life.CLOSED:
        return reason == "refunded" or now.money == Money.REFUNDED
    if now.life == Life.COMPLETED:
        return now.goods == Goods.RETURNED or now.money == Money.REFUNDED
    return False
