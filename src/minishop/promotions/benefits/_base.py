"""What a benefit is: the protocols that the built-in kinds follow and that an app's own kind may follow.

A benefit is a frozen value with a ``kind``, the ``layers`` it may stand in and the ``fields`` it has in a document.
What it does is one of three things, and a kind may do several of them:

* :class:`PriceBenefit` (layer ``price``): a unit's sale price from its list price;
* :class:`ItemBenefit` (layer ``item``): cuts on chosen units;
* :class:`OrderBenefit` (layer ``order`` and the coupon layers): one cut on the scope's lines together.

**The monotonicity promise.** A cut never shrinks when amounts or quantities grow, other things equal. The search for
the best price bounds what a rule can still save by what it would save now, so a benefit that breaks the promise makes
the certificate of a quote untrue. :func:`minishop.testing.check_monotonic` tries a benefit of your own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from minishop.promotions.fields import Field

__all__ = ["Benefit", "Cutter", "ItemBenefit", "OrderBenefit", "PriceBenefit", "Share", "Units"]

#: ``(amount, quantity, times) -> cut``: fen in scope, units in scope, how often the threshold fits in -> fen to take
#: off, nominal: it may exceed what the scope can give, the engine takes what there is.
Cutter = Callable[[int, int, int], int]
#: For each line in scope, in canonical order: what each of its units costs at this point, fen.
Units = Sequence[Sequence[int]]


class Share(NamedTuple):
    """A cut in fen, and the units it is spread over.

    ``weights`` maps a position in the :data:`Units` to a weight per unit of that line; a unit of weight 0 takes no
    part.
    """

    cut: int
    weights: Mapping[int, Sequence[int]]


class Benefit:
    """Base of every benefit; subclasses are frozen attrs classes."""

    __slots__ = ()

    #: The name of the kind in documents.
    kind: ClassVar[str]
    #: The layers that its rules may stand in.
    layers: ClassVar[frozenset[str]]
    #: Its keys in a document; each is an attribute of the class.
    fields: ClassVar[tuple[Field, ...]]


class PriceBenefit(Benefit):
    """A benefit that the price layer accepts."""

    __slots__ = ()

    def sale_price(self, list_price: int) -> int:
        """The unit's sale price in fen; never falls when ``list_price`` rises, and is never negative."""
        raise NotImplementedError


class ItemBenefit(Benefit):
    """A benefit that the item layer accepts."""

    __slots__ = ()

    def shares(self, units: Units) -> list[Share]:
        """The cuts to make, nominal: floors are the engine's business."""
        raise NotImplementedError

    def most(self, units: Units) -> int:
        """At least what the shares add up to, for these units and for any that are nowhere dearer.

        The default trusts the monotonicity promise, up to the half fen that each share may be rounded by.
        """
        shares = self.shares(units)
        return sum(share.cut for share in shares) + len(shares)


class OrderBenefit(Benefit):
    """A benefit that the order layer and the coupon layers accept."""

    __slots__ = ()

    @property
    def face(self) -> int:
        """The fixed amount that the application order subtracts from the threshold, fen; 0 if there is none."""
        return 0

    def cutter(self) -> Cutter:
        """The function that computes the cut; called once, when an engine is compiled."""
        raise NotImplementedError
