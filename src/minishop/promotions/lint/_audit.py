"""What every check works with: the engine, its rules, the situations, and carts priced by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property

import attrs
from attrs import field, frozen

from minishop.promotions._program import Compiled, Op
from minishop.promotions.engine import Engine
from minishop.promotions.lint._scenes import Scene, all_scenes, instants, scene_for
from minishop.promotions.lint._shelf import Goods, goods_for
from minishop.promotions.lint.catalog import Catalog
from minishop.promotions.lint.findings import Finding, Severity
from minishop.promotions.rules import COUPON_LAYERS, Rule, RuleSet, Scope
from minishop.quotes import Cart, CartLine, Coupon, Quote, QuoteRequest
from minishop.quotes.checks import at_least

__all__ = ["Audit", "Bounds", "amount_of", "goods_payable"]


@frozen(kw_only=True)
class Bounds:
    """How large the carts are in which the worst margin is looked for, and how many may be priced for it.

    Attributes:
        lines: Lines of a cart.
        units: Units of a line; never more than the stock.
        carts: Carts that may be priced; 20 times as many may be looked at without pricing them.
    """

    lines: int = field(default=3, validator=at_least(1, 20))
    units: int = field(default=3, validator=at_least(1, 1000))
    carts: int = field(default=5000, validator=at_least(1))


class Audit:
    """One audit.

    Args:
        engine: The engine whose campaign is audited; all prices come from it.
        catalog: What the shop sells, if known.
        at: Only what is open from this instant on counts.
        now: Rules whose window is over by then are named.
        bounds: How large the carts are in which the worst margin is looked for.
        tick: Called with the number of carts priced so far.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        catalog: Catalog | None,
        at: datetime | None,
        now: datetime | None,
        bounds: Bounds,
        tick: Callable[[int], object] | None = None,
    ) -> None:
        self.engine = engine
        self.catalog = catalog
        self.at = at
        self.now = now
        self.bounds = bounds
        self.priced = 0
        self._tick = tick
        self.rules: tuple[Rule, ...] = engine.rules.rules
        self.times = instants(self.rules, at)
        self._names = {rule.id: rule.name or rule.id for rule in self.rules}
        self._variants: dict[frozenset[str], Engine] = {}
        self._goods: dict[tuple[Scope, ...], Goods | None] = {}

    # -- situations ---------------------------------------------------------------------------------------------------

    @cached_property
    def scenes(self) -> list[Scene]:
        """One situation for every set of rules that can be open together."""
        return all_scenes(self.rules, self.times)

    def scene_for(self, *rules: Rule) -> Scene | None:
        """A situation in which the rules are open together."""
        return scene_for(rules, self.times)

    def goods_for(self, *rules: Rule) -> Goods | None:
        """Goods that are in the scopes of all the rules."""
        scopes = tuple(dict.fromkeys(rule.scope for rule in rules))
        if scopes not in self._goods:
            self._goods[scopes] = goods_for(scopes)
        return self._goods[scopes]

    # -- rules --------------------------------------------------------------------------------------------------------

    def compiled(self, rule: Rule) -> Compiled:
        """The rule as the engine applies it."""
        return self.engine._program.by_id[rule.id]

    def is_cut(self, rule: Rule) -> bool:
        """Whether it takes one amount off its scope (an order or coupon rule, no gift, no freight)."""
        return self.compiled(rule).op is Op.CUT

    def without(self, *rules: Rule) -> Engine:
        """The engine of the same campaign without some rules."""
        gone = frozenset(rule.id for rule in rules)
        if gone not in self._variants:
            kept = [
                attrs.evolve(rule, excludes=tuple(name for name in rule.excludes if name not in gone))
                for rule in self.rules
                if rule.id not in gone
            ]
            self._variants[gone] = self.engine_of(attrs.evolve(self.engine.rules, rules=kept))
        return self._variants[gone]

    def engine_of(self, ruleset: RuleSet) -> Engine:
        """An engine of other rules with the same kinds."""
        return Engine.from_rules(ruleset, kinds=self.engine._kinds)

    # -- prices -------------------------------------------------------------------------------------------------------

    def request(self, scene: Scene, lines: Iterable[CartLine], held: Iterable[Rule] = ()) -> QuoteRequest:
        """A cart in a situation, with one coupon of each coupon rule among ``held``."""
        coupons = [Coupon(id=f"c-{rule.id}", rule=rule.id) for rule in held if rule.layer in COUPON_LAYERS]
        return QuoteRequest(
            cart=Cart(tuple(lines)), at=scene.at, channel=scene.channel, shopper=scene.shopper, coupons=coupons
        )

    def quote(self, request: QuoteRequest, engine: Engine | None = None) -> Quote:
        """The price, by the audited engine unless another one is given."""
        self.priced += 1
        if self._tick is not None:
            self._tick(self.priced)
        return (engine or self.engine).quote_request(request)

    # -- findings -----------------------------------------------------------------------------------------------------

    def finding(
        self,
        code: str,
        severity: Severity,
        rules: Sequence[Rule | str],
        cart: QuoteRequest | None = None,
        changed: QuoteRequest | None = None,
        /,
        **params: object,
    ) -> Finding:
        """A finding about rules."""
        ids = tuple(rule if isinstance(rule, str) else rule.id for rule in rules)
        names = tuple(self._names.get(name, name) for name in ids)
        return Finding(code=code, severity=severity, rules=ids, params=params, cart=cart, changed=changed, names=names)


def goods_payable(quote: Quote) -> int:
    """What is to pay for the goods, without freight, fen."""
    return quote.goods_total - quote.discount_total


def amount_of(quote: Quote, rule: Rule) -> int | None:
    """What a rule takes off in a quote, fen; ``None`` if it is not applied."""
    amounts = [applied.amount for applied in quote.applied if applied.rule == rule.id]
    return sum(amounts) if amounts else None
