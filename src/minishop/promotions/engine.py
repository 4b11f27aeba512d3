"""The engine: rules compiled once, carts priced many times."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, Literal, TypeVar, overload

from minishop.errors import InvalidDocument, InvalidInput, Problem
from minishop.messages import Catalogue
from minishop.promotions import documents
from minishop.promotions._batch import Item, quote_many
from minishop.promotions._choose import choose
from minishop.promotions._freight import FreightDesk, line_faults
from minishop.promotions._hints import find_all_hints, find_hints
from minishop.promotions._problem import Problem as Question
from minishop.promotions._program import Program
from minishop.promotions._reasons import rejected_rules
from minishop.promotions._settle import Answers, Settlement
from minishop.promotions.benefits import Benefit
from minishop.promotions.conditions import Condition
from minishop.promotions.rules import FreightTemplate, Group, PointsPolicy, Policy, Rule, RuleSet
from minishop.promotions.validation import validate
from minishop.quotes import Cart, Coupon, Explanation, Hint, PointsRequest, Quote, QuoteRequest, Rejected, Shopper

__all__ = ["Engine"]

Kinds = Iterable[type[Benefit] | type[Condition]]
_Result = TypeVar("_Result")


def _whole(quote: Quote) -> Quote:
    return quote


class Engine:
    """Prices carts by one set of rules.

    Compiled when it is built and immutable from then on: one engine serves all threads. Building is the expensive
    part, so build it when the rules change, not per request.

    Args:
        rules: The rules; their order means nothing.
        groups: The groups that rules name.
        policy: How rules are read; the default is progressive, best price.
        points: What points are worth; without it none are used or earned.
        freight: The freight templates that lines name.
        kinds: Benefit and condition classes of your own that the rules use.

    Raises:
        InvalidDocument: With every problem of the rules, by path (``rule[3].threshold``).
    """

    __slots__ = ("_answers", "_kinds", "_program", "rules")

    #: The typed rules the engine was compiled from.
    rules: RuleSet

    def __init__(
        self,
        rules: Iterable[Rule] = (),
        *,
        groups: Iterable[Group] = (),
        policy: Policy | None = None,
        points: PointsPolicy | None = None,
        freight: Iterable[FreightTemplate] = (),
        kinds: Kinds = (),
    ) -> None:
        ruleset = RuleSet(
            rules=rules,
            groups=groups,
            policy=Policy() if policy is None else policy,
            points=points,
            freight=freight,
        )
        self._kinds = tuple(kinds)
        problems = validate(ruleset, self._kinds)
        if problems:
            raise InvalidDocument(problems)
        self.rules = ruleset
        self._program = Program(ruleset)
        self._answers = _EngineAnswers(self)

    @classmethod
    def from_rules(cls, ruleset: RuleSet, *, kinds: Kinds = ()) -> Engine:
        """An engine of a whole rule set."""
        return cls(
            ruleset.rules,
            groups=ruleset.groups,
            policy=ruleset.policy,
            points=ruleset.points,
            freight=ruleset.freight,
            kinds=kinds,
        )

    @classmethod
    def from_document(cls, document: Any, *, kinds: Kinds = ()) -> Engine:
        """An engine of a rules document as parsed from TOML or JSON.

        Raises:
            InvalidDocument: With every problem, by path.
        """
        kinds = tuple(kinds)
        return cls.from_rules(documents.read_rules(document, kinds=kinds), kinds=kinds)

    @classmethod
    def from_toml(cls, text: str, *, kinds: Kinds = ()) -> Engine:
        """An engine of a rules document in TOML; raises as :meth:`from_document`."""
        kinds = tuple(kinds)
        return cls.from_rules(documents.parse_rules_toml(text, kinds=kinds), kinds=kinds)

    @classmethod
    def from_json(cls, text: str, *, kinds: Kinds = ()) -> Engine:
        """An engine of a rules document in JSON; raises as :meth:`from_document`."""
        kinds = tuple(kinds)
        return cls.from_rules(documents.parse_rules_json(text, kinds=kinds), kinds=kinds)

    @classmethod
    def from_file(cls, path: str | PathLike[str], *, kinds: Kinds = ()) -> Engine:
        """An engine of a rules file in UTF-8: JSON if it is named ``*.json``, TOML otherwise.

        Raises:
            InvalidDocument: As :meth:`from_document`; also if the file is not UTF-8.
            OSError: The file cannot be read.
        """
        path = Path(path)
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidDocument(
                [Problem("", "not_utf8", f"{path.name} is not UTF-8 at byte {error.start}")]
            ) from error
        if path.suffix == ".json":
            return cls.from_json(text, kinds=kinds)
        return cls.from_toml(text, kinds=kinds)

    def to_document(self) -> dict[str, Any]:
        """The rules as a document with every default filled in; :meth:`from_document` reads it back."""
        return documents.write_rules(self.rules, kinds=self._kinds)

    @property
    def digest(self) -> str:
        """``sha256:`` of the rules document and the engine version."""
        return self._answers.digest

    def quote(
        self,
        cart: Cart,
        *,
        at: datetime,
        shopper: Shopper | None = None,
        coupons: Sequence[Coupon] = (),
        use_coupons: Literal["best", "none"] | Sequence[str] = "best",
        points: PointsRequest | None = None,
        channel: str | None = None,
        destination: Sequence[str] | None = None,
    ) -> Quote:
        """The price of a cart.

        Args:
            cart: The lines.
            at: The instant of the quote; aware.
            shopper: Who buys; ``None`` is anybody.
            coupons: The wallet; which of them are used is decided as for the best price.
            use_coupons: ``"best"``; ``"none"``; or the ids of the coupons that may be used.
            points: Points to use; ``None`` uses none.
            channel: Where the shopper is, for audiences.
            destination: Region codes, widest first, for freight; ``None`` matches only ``*``.

        Raises:
            InvalidInput: A coupon names a rule that is not a coupon rule, two coupons share an id, a line names an
                unknown freight template or lacks the measure it is charged by.
        """
        return self.quote_request(
            QuoteRequest(
                cart=cart,
                at=at,
                shopper=shopper,
                coupons=coupons,
                use_coupons=use_coupons,
                points=points,
                channel=channel,
                destination=destination,
            )
        )

    def quote_request(self, request: QuoteRequest) -> Quote:
        """The price of a cart, all inputs in one value; see :meth:`quote`."""
        program = self._program
        if request.coupons:
            fault = next(self._coupon_faults(request.coupons), None)
            if fault is not None:
                raise fault
        problem = Question(program, request)
        desk = None
        if request.cart.has_freight:
            desk = FreightDesk(request.cart, program.freight, request.destination, program.ruleset.policy)
        state, optimality = choose(problem, desk)
        return Quote(Settlement(problem, state, desk, optimality, self._answers))

    def check_request(self, request: QuoteRequest) -> tuple[Problem, ...]:
        """Everything for which these rules cannot price a request, by path; :meth:`quote_request` raises the first."""
        faults = [*self._coupon_faults(request.coupons), *line_faults(request.cart, self._program.freight)]
        return tuple([Problem(fault.field, fault.code, fault.message, fault.params) for fault in faults])

    @overload
    def quote_many(
        self,
        items: Iterable[Item],
        *,
        at: datetime | None = None,
        workers: int | None = 1,
        chunk: int = 200,
        progress: Callable[[int], object] | None = None,
    ) -> Iterator[Quote]: ...

    @overload
    def quote_many(
        self,
        items: Iterable[Item],
        *,
        read: Callable[[Quote], _Result],
        at: datetime | None = None,
        workers: int | None = 1,
        chunk: int = 200,
        progress: Callable[[int], object] | None = None,
    ) -> Iterator[_Result]: ...

    def quote_many(
        self,
        items: Iterable[Item],
        *,
        read: Callable[[Quote], Any] | None = None,
        at: datetime | None = None,
        workers: int | None = 1,
        chunk: int = 200,
        progress: Callable[[int], object] | None = None,
    ) -> Iterator[Any]:
        """Prices many carts, lazily and in their order; memory does not grow with their number.

        Args:
            items: Requests; bare carts (with ``at``); cart documents as JSON text or as mappings. Texts are parsed
                where they are priced, so they are the cheapest to hand to workers.
            read: What to keep of each quote, for example ``operator.attrgetter("payable")``; with several workers a
                function that can be pickled. Without it whole quotes are returned; from another process they come
                with everything computed, hints included, which costs much more than the price.
            at: The instant for bare carts; aware.
            workers: Processes to price on; 1 stays in this one, ``None`` takes all cores. A script that uses several
                needs the ``if __name__ == "__main__"`` of :mod:`multiprocessing`.
            chunk: Items that are handed over at a time.
            progress: Called with the number of items priced so far, after each chunk.

        Raises:
            InvalidDocument: An item is not valid, its number in the path (``item[17].lines[0].quantity``). The
                results before it have been returned.
            InvalidInput: ``workers`` or ``chunk`` is below 1.
        """
        for name, value in (("workers", workers), ("chunk", chunk)):
            if value is not None and value < 1:
                raise InvalidInput(name, "out_of_range", "must be at least 1", params={"got": value})
        if workers is None:
            workers = os.cpu_count() or 1
        return quote_many(self, items, at=at, read=read or _whole, workers=workers, chunk=chunk, progress=progress)

    def explain(self, quote: Quote, request: QuoteRequest, *, locale: str | Catalogue = "en") -> Explanation:
        """Explains a stored quote from what it was made of.

        Args:
            quote: The quote; a fresh one explains itself (:meth:`minishop.quotes.Quote.explain`).
            request: The cart and all else that it was priced with.
            locale: ``"en"``, ``"zh-CN"``, or a catalogue of your own.

        Raises:
            InvalidInput: ``other_rules`` if the quote was made by other rules, ``other_quote`` if the request gives
                another price; load the rules and the request of that time.
        """
        for name, value, kind in (("quote", quote, Quote), ("request", request, QuoteRequest)):
            if not isinstance(value, kind):
                got = type(value).__name__
                raise InvalidInput(name, "wrong_type", f"must be a {kind.__name__}, got {got}", params={"got": got})
        if quote.digest != self.digest:
            raise InvalidInput(
                "quote",
                "other_rules",
                "was made by other rules: build the engine from the document of that time",
                params={"digest": quote.digest, "expected": self.digest},
            )
        fresh = self.quote_request(request)
        if fresh != quote:
            raise InvalidInput("request", "other_quote", "gives another quote: pass what the quote was priced with")
        return fresh.explain(locale)

    def _coupon_faults(self, coupons: Sequence[Coupon]) -> Iterator[InvalidInput]:
        seen: set[str] = set()
        for index, coupon in enumerate(coupons):
            if coupon.id in seen:
                yield InvalidInput(
                    f"coupons[{index}].id", "duplicate_id", "coupon ids must be unique", params={"id": coupon.id}
                )
            seen.add(coupon.id)
            if coupon.rule not in self._program.coupons:
                yield InvalidInput(
                    f"coupons[{index}].rule",
                    "unknown_id" if coupon.rule not in self._program.by_id else "not_a_coupon",
                    f"{coupon.rule!r} is not a rule of a coupon layer",
                    params={"rule": coupon.rule},
                )

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.rules, self._kinds)

    def __repr__(self) -> str:
        return f"<Engine {len(self.rules.rules)} rules>"


def _rebuild(ruleset: RuleSet, kinds: tuple[type[Benefit] | type[Condition], ...]) -> Engine:
    return Engine.from_rules(ruleset, kinds=kinds)


class _EngineAnswers(Answers):
    """What quotes ask their engine for when they are read further than the price."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._digest: str | None = None

    @property
    def digest(self) -> str:  # type: ignore[override]
        if self._digest is None:
            self._digest = documents.digest(self._engine.rules, self._engine._kinds)
        return self._digest

    def rejected(self, settlement: Settlement) -> tuple[Rejected, ...]:
        return rejected_rules(settlement)

    def hints(self, settlement: Settlement) -> tuple[Hint, ...]:
        return find_hints(settlement, self._engine.quote_request)

    def all_hints(self, settlement: Settlement, claimable: Sequence[str], dearer: bool) -> tuple[Hint, ...]:
        return find_all_hints(settlement, self._engine.quote_request, claimable=claimable, dearer=dearer)

    def names(self) -> dict[str, str]:
        return {rule.id: rule.name or rule.id for rule in self._engine.rules.rules}

    def explain(self, settlement: Settlement, texts: Catalogue) -> Explanation:
        from minishop.promotions._explain import explain
        from minishop.quotes.receipts import Names

        return explain(settlement, Names(self.names(), texts))
