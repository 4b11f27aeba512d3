"""Putting a price into words: what each rule was computed on, what it beat, and what the rest would have cost.

Everything here walks the finished settlement once more; a quote that nobody asks for an explanation never comes here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from minishop.money import format_yuan
from minishop.promotions._explain_freight import explain_freight
from minishop.promotions._ground import Candidate, Entry
from minishop.promotions._program import ITEM, Measure
from minishop.promotions._reasons import Inquiry
from minishop.promotions._settle import Settlement
from minishop.promotions._waterfall import State
from minishop.quotes import Applied, Explained, Explanation, Rejected, Rival
from minishop.quotes.receipts import Names

__all__ = ["explain"]

_Key = tuple[str | None, str | None]


def explain(settlement: Settlement, names: Names) -> Explanation:
    """The explanation of a fresh quote in the language of ``names``."""
    return _Explainer(settlement, names).run()


class _Explainer:
    def __init__(self, settlement: Settlement, names: Names) -> None:
        self.settlement = settlement
        self.names = names
        self.inquiry = Inquiry(settlement)
        self.skus = {line.id: line.sku for line in settlement.problem.lines}
        self.rejected = list(self.inquiry.run())
        self.numbers = self._walk()

    def run(self) -> Explanation:
        entries = [self._applied(applied) for applied in self.settlement.applied()]
        if self.settlement.points.used:
            entries.append(self._points())
        entries += [self._rejected(candidate, rejected) for candidate, rejected in self.rejected]
        freight = explain_freight(self.settlement, self.names)
        return Explanation(self.names.texts.language, self._summary(), tuple(entries), freight)

    def _text(self, code: str, **params: object) -> str:
        return self.names.texts.text(f"explain:{code}", params)

    def _summary(self) -> str:
        settlement = self.settlement
        if settlement.payable is None:
            return self._text("undeliverable")
        optimality = settlement.optimality
        code = "summary" if not settlement.is_searched else "summary_proven" if optimality.proven else "summary_open"
        return self._text(
            code, payable=settlement.payable, goods=settlement.goods_total, gap=optimality.gap, nodes=optimality.nodes
        )

    # -- what was applied -----------------------------------------------------------------------------------------

    def _walk(self) -> dict[_Key, dict[str, object]]:
        """By rule and coupon, what each was measured by and computed on, at its turn."""
        problem = self.settlement.problem
        found: dict[_Key, dict[str, object]] = {}
        state = problem.start()
        for entry in self.settlement.state.trace:
            candidate = entry.candidate
            rule = candidate.rule
            if state.stage is None and rule.layer > ITEM and problem.ground.parallel:
                state.enter_stage()
            places = state.scope(candidate, entry.places)
            found[entry.source.rule, entry.source.coupon] = _numbers(state, candidate, places)
            state.take(candidate, entry.places)
        for price in self.settlement.prices():
            base = sum(problem.list_amounts[place] for place in price.places)
            found[price.source.rule, None] = {"base": base}
        return found

    def _applied(self, applied: Applied) -> Explained:
        key = (applied.rule, applied.coupon)
        params: dict[str, object] = {"amount": applied.amount, **self.numbers.get(key, {}), "unused": applied.unused}
        lines = self._lines_of(key)
        rivals = tuple(self._rivals(applied))
        name = self.names.of(*key)
        texts = [self._headline(name, applied, lines)]
        if "measured" in params:
            texts.append(self._text(f"reached_{params['measure']}", **params))
        if applied.unused:
            texts.append(self._text("unused", unused=applied.unused))
        texts += [self._rival_text(rival) for rival in rivals]
        return Explained(
            applied.rule, applied.coupon, name, applied.layer, "applied", params, lines, rivals, text="\n  ".join(texts)
        )

    def _headline(self, name: str, applied: Applied, lines: Mapping[str, int]) -> str:
        if applied.layer == "freight" or not applied.amount or not lines:
            code = "freight" if applied.amount else "free_extra"
            return self._text(code, name=name, amount=applied.amount)
        base = self.numbers.get((applied.rule, applied.coupon), {}).get("base", 0)
        return self._text("applied", name=name, amount=applied.amount, base=base, lines=self._shares(lines))

    def _shares(self, lines: Mapping[str, int]) -> str:
        separator = self._text("separator")
        return separator.join(f"{self.skus[line]} {format_yuan(amount)}" for line, amount in lines.items())

    def _lines_of(self, key: _Key) -> dict[str, int]:
        """Line id -> fen, in canonical order."""
        problem = self.settlement.problem
        entries: list[tuple[_Key, Sequence[int], Sequence[int]]] = [
            ((price.source.rule, None), price.places, price.parts) for price in self.settlement.prices()
        ]
        entries += [
            ((entry.source.rule, entry.source.coupon), entry.places, entry.parts)
            for entry in self.settlement.state.trace
            if entry.amount
        ]
        for source, places, parts in entries:
            if source == key:
                return {problem.lines[place].id: part for place, part in zip(places, parts, strict=True) if part}
        return {}

    # -- rivals ---------------------------------------------------------------------------------------------------

    def _rivals(self, applied: Applied) -> Iterator[Rival]:
        """What is not used because of an applied rule, and what it would cost to use it instead."""
        mine = next(
            (
                entry
                for entry in self.inquiry.used
                if (entry.source.rule, entry.source.coupon) == (applied.rule, applied.coupon)
            ),
            None,
        )
        if mine is None or self.settlement.undeliverable:
            return
        for candidate, rejected in self.rejected:
            reason = rejected.reason
            if (
                candidate is not None
                and candidate.bit
                and not candidate.rule.weightless
                and reason.code in ("group_full", "excluded_by")
                and self._stand_apart(mine, candidate)
                and rejected.rule is not None
            ):
                yield Rival(rejected.rule, rejected.coupon, self._swapped(mine, candidate))

    def _stand_apart(self, entry: Entry, candidate: Candidate) -> bool:
        """Whether the two cannot be used together."""
        mine = entry.candidate.rule
        if mine.no in candidate.rule.excluded:
            return True
        if mine.group is None or mine.group != candidate.rule.group:
            return False
        return mine.pick is not None or not set(entry.places).isdisjoint(candidate.places)

    def _swapped(self, entry: Entry, candidate: Candidate) -> int:
        """Fen that the cart would cost more with the candidate in place of the entry and of all else that bars it."""
        inquiry = self.inquiry
        kept = {
            other.candidate.place: other.places
            for other in inquiry.used
            if other is not entry
            and not other.candidate.rule.weightless
            and other.candidate.rule.no not in candidate.rule.excluded
        }
        places = candidate.places
        if candidate.rule.per_line:
            gone = {
                place
                for other in inquiry.used
                if other is not entry and other.candidate.rule.group == candidate.rule.group
                for place in other.places
            }
            places = [place for place in places if place not in gone]
        return inquiry.cost_of({**kept, candidate.place: places}) - inquiry.cost_of(inquiry.selection)

    def _rival_text(self, rival: Rival) -> str:
        code = "rival_dearer" if rival.by > 0 else "rival_cheaper" if rival.by < 0 else "rival_same"
        return self._text(code, name=self.names.of(rival.rule, rival.coupon), by=abs(rival.by))

    # -- points, and what was not applied -------------------------------------------------------------------------

    def _points(self) -> Explained:
        points = self.settlement.points
        name = self.names.of("points")
        lines = {
            line.id: part
            for line, part in zip(self.settlement.problem.lines, self.settlement.points_parts(), strict=True)
            if part
        }
        text = self._text("points", name=name, used=points.used, value=points.value, lines=self._shares(lines))
        params = {"amount": points.value, "used": points.used}
        return Explained("points", None, name, "points", "applied", params, lines, text=text)

    def _rejected(self, candidate: Candidate | None, rejected: Rejected) -> Explained:
        name = self.names.of(rejected.rule, rejected.coupon)
        reason = rejected.reason
        texts = [self._text("rejected", name=name, reason=self.names.reason(reason.code, reason.params))]
        against: tuple[str, ...] = ()
        dropped: tuple[str, ...] = ()
        lines: dict[str, int] = {}
        if candidate is not None:
            lines = {self.settlement.problem.lines[place].id: 0 for place in candidate.places}
        if candidate is not None and reason.code == "would_cost_more":
            against, dropped = self._combination(candidate)
            if against:
                texts.append(self._text("against", rules=self._listed(against)))
            if dropped:
                texts.append(self._text("dropped", rules=self._listed(dropped)))
        return Explained(
            rejected.rule,
            rejected.coupon,
            name,
            "" if candidate is None else candidate.source.layer,
            reason.code,
            dict(reason.params),
            lines,
            against=against,
            dropped=dropped,
            text="\n  ".join(texts),
        )

    def _listed(self, rules: Sequence[str]) -> str:
        return self._text("separator").join(self.names.of(rule) for rule in rules)

    def _combination(self, candidate: Candidate) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The rules that a candidate would stand beside, and those of them that it would push below their threshold."""
        kept = {entry.candidate.place for entry in self.inquiry.with_added(candidate).trace}
        used = [entry for entry in self.inquiry.used if not entry.candidate.rule.weightless]
        against = tuple(dict.fromkeys(entry.source.rule for entry in used))
        dropped = tuple(dict.fromkeys(entry.source.rule for entry in used if entry.candidate.place not in kept))
        return against, dropped


def _numbers(state: State, candidate: Candidate, places: Sequence[int]) -> dict[str, object]:
    rule = candidate.rule
    basis = state.basis(rule)
    result: dict[str, object] = {"base": sum([basis[place] for place in places])}
    if rule.measure is not Measure.NONE:
        measured, reach = state.measured(candidate, places)
        result |= {"measure": rule.measure.name.lower(), "measured": measured, "reach": reach}
    return result
