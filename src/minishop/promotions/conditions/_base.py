"""What a condition is.

Windows, audiences and thresholds are fields of a rule. Anything else that opens or closes a rule for a whole quote is a
condition: a frozen value with a ``kind`` and document ``fields``, which looks at the facts and answers. It sees no
amounts that other rules change, so it cannot disturb the proof of the search.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from attrs import frozen

from minishop.promotions.fields import Field
from minishop.quotes import Cart, Reason, Shopper

__all__ = ["Condition", "Facts"]


@frozen
class Facts:
    """What a condition may look at."""

    at: datetime
    cart: Cart
    shopper: Shopper
    channel: str | None
    destination: tuple[str, ...] | None


class Condition:
    """Base of an app's own condition; subclasses are frozen attrs classes.

    In a document a rule names it under ``conditions``: ``conditions = [{ kind = "weekday", days = [6, 7] }]``.
    """

    __slots__ = ()

    #: The name of the kind in documents.
    kind: ClassVar[str]
    #: Its keys in a document; each is an attribute of the class.
    fields: ClassVar[tuple[Field, ...]]

    def refuse(self, facts: Facts) -> Reason | None:
        """``None`` if the rule is open, else the reason why it is not: a code of your own with its parameters."""
        raise NotImplementedError
