"""What a use case answers: done, or refused and why. Never a bare flag, never an exception for what shoppers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from attrs import field, frozen

from minishop.cart import CartProblem
from minishop.messages import Catalogue, catalogue
from minishop.orders import Order
from minishop.quotes import Quote, Reason

__all__ = ["Answer", "Done", "Refused", "refused"]


@frozen(kw_only=True)
class Done:
    """It is so, now or since an earlier call with the same key.

    Attributes:
        order: The order as it is now.
        version: Its version in storage.
        topics: Names of the events that it took; none if nothing had to change.
        is_repeated: An earlier call had done it; this one changed nothing.
        client: What the front end hands to the gateway's code, where a payment was prepared.
        attempt: Id of that payment attempt.
        notice: Why a payment could not be prepared although the order stands; ``None`` if nothing is amiss.
    """

    order: Order
    version: int
    topics: tuple[str, ...] = ()
    is_repeated: bool = False
    client: Mapping[str, str] = field(factory=dict, hash=False, repr=False)
    attempt: str = ""
    notice: Reason | None = None


@frozen(kw_only=True)
class Refused:
    """Nothing was changed, and why.

    Attributes:
        reasons: At least one; a stable code each, with the numbers of its sentence.
        order: The order as it is, where there is one.
        quote: The fresh quote, where the price is not what was expected.
        problems: What is wrong with the cart, line by line.
    """

    reasons: tuple[Reason, ...]
    order: Order | None = None
    quote: Quote | None = None
    problems: tuple[CartProblem, ...] = ()

    @property
    def code(self) -> str:
        """The code of the first reason."""
        return self.reasons[0].code

    def text(self, locale: str | Catalogue = "en") -> str:
        """All reasons, and all problems of the cart, one sentence a line.

        Raises:
            InvalidInput: ``unknown_language``.
        """
        texts = catalogue(locale) if isinstance(locale, str) else locale
        said = [texts.text(reason.code, reason.params) for reason in self.reasons]
        for problem in self.problems:
            said.append(
                texts.text("refusal", {"name": problem.sku, "reason": texts.text(problem.code, problem.params)})
            )
        return "\n".join(said)


Answer: TypeAlias = Done | Refused


def refused(code: str, /, order: Order | None = None, **params: object) -> Refused:
    """A refusal for one reason."""
    return Refused(reasons=(Reason(code, params),), order=order)
