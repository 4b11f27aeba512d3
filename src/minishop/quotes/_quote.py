"""The answer: a price, how it came about, and what each unit's share of it is.

A :class:`Quote` is a reader over :class:`QuoteParts`. The engine hands over parts that compute what is asked for when
it is asked for (an explanation costs a quote nothing until somebody reads it); a stored quote has parts that hold it
all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Protocol

from attrs import field, frozen

from minishop.errors import CallerError, InvalidInput
from minishop.messages import Catalogue, catalogue
from minishop.quotes._answers import Applied, Claim, Gift, Hint, Optimality, PointsResult, Rejected
from minishop.quotes._explanation import Explanation
from minishop.quotes._quote_line import QuoteLine

__all__ = ["Quote", "QuoteParts", "StoredParts"]


class QuoteParts(Protocol):
    """Where a quote reads its parts from; see :class:`Quote` for what they mean."""

    @property
    def payable(self) -> int | None: ...

    @property
    def goods_total(self) -> int: ...

    @property
    def discount_total(self) -> int: ...

    @property
    def freight(self) -> int | None: ...

    @property
    def freight_list(self) -> int | None: ...

    @property
    def undeliverable(self) -> tuple[str, ...]: ...

    @property
    def points(self) -> PointsResult: ...

    @property
    def optimality(self) -> Optimality: ...

    def digest(self) -> str: ...

    def lines(self) -> tuple[QuoteLine, ...]: ...

    def applied(self) -> tuple[Applied, ...]: ...

    def gifts(self) -> tuple[Gift, ...]: ...

    def claims(self) -> tuple[Claim, ...]: ...

    def rejected(self) -> tuple[Rejected, ...]: ...

    def hints(self) -> tuple[Hint, ...]: ...

    def find_hints(self, claimable: Sequence[str], dearer: bool) -> tuple[Hint, ...]: ...

    @property
    def is_searched(self) -> bool: ...

    def names(self) -> Mapping[str, str]: ...

    def explain(self, texts: Catalogue) -> Explanation: ...


@frozen(kw_only=True)
class StoredParts:
    """The parts of a quote at rest."""

    payable: int | None
    goods_total: int
    discount_total: int
    freight: int | None
    freight_list: int | None
    undeliverable: tuple[str, ...]
    points: PointsResult
    optimality: Optimality
    is_searched: bool
    _digest: str
    _names: Mapping[str, str] = field(hash=False)
    _lines: tuple[QuoteLine, ...]
    _applied: tuple[Applied, ...]
    _gifts: tuple[Gift, ...]
    _claims: tuple[Claim, ...]
    _rejected: tuple[Rejected, ...]
    _hints: tuple[Hint, ...]

    def digest(self) -> str:
        return self._digest

    def lines(self) -> tuple[QuoteLine, ...]:
        return self._lines

    def applied(self) -> tuple[Applied, ...]:
        return self._applied

    def gifts(self) -> tuple[Gift, ...]:
        return self._gifts

    def claims(self) -> tuple[Claim, ...]:
        return self._claims

    def rejected(self) -> tuple[Rejected, ...]:
        return self._rejected

    def hints(self) -> tuple[Hint, ...]:
        return self._hints

    def find_hints(self, claimable: Sequence[str], dearer: bool) -> tuple[Hint, ...]:
        raise _without_engine("quote the cart again and ask that quote")

    def names(self) -> Mapping[str, str]:
        return self._names

    def explain(self, texts: Catalogue) -> Explanation:
        raise _without_engine("call engine.explain(quote, request)")


def _without_engine(instead: str) -> CallerError:
    return CallerError(f"a stored quote has no engine behind it: {instead}", code="stored_quote")


_Restored = tuple[type["Quote"], tuple[QuoteParts]]


class Quote:
    """A priced cart. All amounts are fen and never negative.

    Read-only; equal to another quote if price, lines, gifts, claims, applied rules and digest are equal. Lines, reasons
    and hints are computed when they are first read. Pickling and copying keep all of it, without the engine.
    """

    __slots__ = ("_lines", "_parts", "payable")

    #: Top-level keys of :meth:`to_dict`, in order.
    KEYS: ClassVar[tuple[str, ...]] = (
        "goods_total",
        "discount_total",
        "freight",
        "freight_list",
        "payable",
        "points",
        "lines",
        "gifts",
        "applied",
        "rejected",
        "hints",
        "claims",
        "optimality",
        "digest",
    )

    #: Goods after discounts and points, plus freight; ``None`` if the cart cannot be delivered.
    payable: int | None

    def __init__(self, parts: QuoteParts) -> None:
        self._parts = parts
        self._lines: tuple[QuoteLine, ...] | None = None
        self.payable = parts.payable

    @property
    def goods_total(self) -> int:
        """List prices of the selected lines."""
        return self._parts.goods_total

    @property
    def discount_total(self) -> int:
        """What the price, item, order and coupon layers took off goods; points are not in it."""
        return self._parts.discount_total

    @property
    def freight(self) -> int | None:
        """Freight to pay; ``None`` if undeliverable."""
        return self._parts.freight

    @property
    def freight_list(self) -> int | None:
        """Freight before anything was waived; ``None`` if undeliverable."""
        return self._parts.freight_list

    @property
    def undeliverable(self) -> tuple[str, ...]:
        """Ids of the lines that no freight region covers."""
        return self._parts.undeliverable

    @property
    def points(self) -> PointsResult:
        """Points used and earned."""
        return self._parts.points

    @property
    def optimality(self) -> Optimality:
        """The certificate."""
        return self._parts.optimality

    @property
    def lines(self) -> tuple[QuoteLine, ...]:
        """The selected lines, in the order in which the cart has them."""
        lines = self._lines
        if lines is None:
            lines = self._lines = self._parts.lines()
        return lines

    @property
    def applied(self) -> tuple[Applied, ...]:
        """What the price contains, in application order."""
        return self._parts.applied()

    @property
    def gifts(self) -> tuple[Gift, ...]:
        """Gift lines."""
        return self._parts.gifts()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Uses of limited rules to make good in storage."""
        return self._parts.claims()

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """Every automatic rule and considered coupon that was not applied, with the first reason that holds."""
        return self._parts.rejected()

    @property
    def hints(self) -> tuple[Hint, ...]:
        """Changes that pay, best first; each is a quote of the changed cart, so this is worth reading once."""
        return self._parts.hints()

    def find_hints(self, *, claimable: Sequence[str] = (), dearer: bool = False) -> tuple[Hint, ...]:
        """Changes to the cart worth telling the shopper about, best first.

        Beside :attr:`hints` these are the next step of a ladder or of 每满减 that applies already, the next step of
        points, and coupons to claim.

        Args:
            claimable: Ids of coupon rules that the shopper could claim now: with the coupon, is there less to pay, and
                what would have to be added?
            dearer: Whether to tell also of changes after which there is as much or more to pay.

        Raises:
            CallerError: ``stored_quote``: only a fresh quote can price carts.
            InvalidInput: ``unknown_id`` or ``not_a_coupon``: ``claimable`` names what is not a coupon rule.
        """
        return self._parts.find_hints(tuple(claimable), dearer)

    @property
    def is_searched(self) -> bool:
        """Whether the best of several prices was looked for, instead of applying rules by fixed priority."""
        return self._parts.is_searched

    @property
    def digest(self) -> str:
        """``sha256:`` of the rules document and the engine version: the same digest and inputs give the same quote."""
        return self._parts.digest()

    def to_dict(self, *, hints: bool = True) -> dict[str, Any]:
        """The quote as plain data, keys as in :attr:`KEYS` (and ``undeliverable`` if it is).

        Args:
            hints: Whether to compute the hints; without them the key is left out.
        """
        result: dict[str, Any] = {
            "goods_total": self.goods_total,
            "discount_total": self.discount_total,
            "freight": self.freight,
            "freight_list": self.freight_list,
            "payable": self.payable,
            "points": self.points.to_dict(),
            "lines": [line.to_dict() for line in self.lines],
            "gifts": [gift.to_dict() for gift in self.gifts],
            "applied": [applied.to_dict() for applied in self.applied],
            "rejected": [rejected.to_dict() for rejected in self.rejected],
        }
        if hints:
            result["hints"] = [hint.to_dict() for hint in self.hints]
        result["claims"] = [claim.to_dict() for claim in self.claims]
        result["optimality"] = self.optimality.to_dict()
        result["digest"] = self.digest
        if self.undeliverable:
            result["undeliverable"] = list(self.undeliverable)
        return result

    def to_json(self, *, indent: int | None = None) -> str:
        """:meth:`to_dict` as JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def explain(self, locale: str | Catalogue = "en") -> Explanation:
        """Why the price is what it is: for each rule and coupon what it did, or why it did nothing.

        Args:
            locale: ``"en"``, ``"zh-CN"``, or a catalogue of your own.

        Raises:
            CallerError: ``stored_quote``: a stored quote is explained by ``engine.explain(quote, request)``.
            InvalidInput: ``unknown_language``.
        """
        return self._parts.explain(_texts(locale))

    def to_receipt(
        self,
        format: Literal["text", "html"] = "text",  # noqa: A002
        *,
        locale: str | Catalogue = "en",
        columns: int = 72,
        colour: bool = False,
        hints: bool = True,
    ) -> str:
        """The quote as a receipt.

        Args:
            format: ``"text"``, or ``"html"`` for one self-contained page without scripts.
            locale: ``"en"``, ``"zh-CN"``, or a catalogue of your own.
            columns: Width of the text; East Asian characters take two.
            colour: Whether the text has the colours of a terminal.
            hints: Whether to look for hints, each of which prices a cart.

        Raises:
            InvalidInput: ``unknown_language``, ``unknown_format``.
        """
        from minishop.quotes.receipts import Names, Style, page, receipt, receipt_rows

        if format not in ("text", "html"):
            raise InvalidInput("format", "unknown_format", "must be text or html", params={"got": format})
        texts = _texts(locale)
        rows = receipt_rows(self, Names(self._parts.names(), texts), hints=hints)
        return page(rows, texts) if format == "html" else receipt(rows, Style(columns, colour))

    def stored(self) -> Quote:
        """The same quote with everything computed and no engine behind it."""
        return Quote(
            StoredParts(
                payable=self.payable,
                goods_total=self.goods_total,
                discount_total=self.discount_total,
                freight=self.freight,
                freight_list=self.freight_list,
                undeliverable=self.undeliverable,
                points=self.points,
                optimality=self.optimality,
                is_searched=self.is_searched,
                digest=self.digest,
                names=self._names_used(),
                lines=tuple(line.at_rest() for line in self.lines),
                applied=self.applied,
                gifts=self.gifts,
                claims=self.claims,
                rejected=self.rejected,
                hints=self.hints,
            )
        )

    def _names_used(self) -> dict[str, str]:
        """The names of the rules that the quote speaks of."""
        names = self._parts.names()
        spoken = [
            *(entry.rule for entry in self.applied),
            *(entry.rule for entry in self.rejected),
            *(entry.rule for entry in self.hints),
        ]
        return {rule: names[rule] for rule in spoken if rule is not None and rule in names}

    def __reduce__(self) -> _Restored:
        return Quote, (self.stored()._parts,)

    def _content(self) -> tuple[object, ...]:
        return (
            self.payable,
            self.freight,
            self.undeliverable,
            self.points,
            self.lines,
            self.gifts,
            self.applied,
            self.claims,
            self.digest,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Quote):
            return NotImplemented
        return self._content() == other._content()

    def __hash__(self) -> int:
        return hash((self.payable, self.digest))

    def __repr__(self) -> str:
        return f"<Quote payable={self.payable} lines={len(self.lines)} digest={self.digest[:19]!r}>"


def _texts(locale: str | Catalogue) -> Catalogue:
    return locale if isinstance(locale, Catalogue) else catalogue(locale)
