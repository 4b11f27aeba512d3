"""Orders for tests, built by hand: no engine, numbers that can be checked in the head."""

from datetime import datetime, timedelta, timezone

from minishop.orders import (
    Actor,
    Context,
    CouponShare,
    Line,
    LockedCoupon,
    OrderPolicy,
    Pay,
    Place,
    PointsLot,
    Rejected,
    StartPayment,
    StockKey,
    Terms,
    UnitTerms,
    apply,
    decide,
)

NOON = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=8)))
BUYER, SELLER, SYSTEM = Actor("buyer", "b"), Actor("seller", "s"), Actor("system")


def unit(key, cash, **parts):
    coupons = tuple(CouponShare(coupon, amount) for coupon, amount in parts.pop("coupons", {}).items())
    cuts = sum(parts.get(name, 0) for name in ("price", "item", "order", "reprice", "points_value"))
    cuts += sum(share.amount for share in coupons)
    return UnitTerms(id=key, list_price=cash + cuts, cash=cash, coupons=coupons, **parts)


def line(key, *cash, **more):
    """A line with one unit per amount of cash, fen; `units` overrides them."""
    units = more.pop("units", tuple(unit(f"{key}/{n}", amount) for n, amount in enumerate(cash, 1)))
    return Line(id=key, stock=StockKey(f"sku-{key}"), units=units, **more)


def gift(key, sku, *, earned_by, value=0, count=1):
    units = tuple(UnitTerms(id=f"{key}/{n}", list_price=0, cash=0) for n in range(1, count + 1))
    return Line(id=key, stock=StockKey(sku), units=units, is_gift=True, value=value, earned_by=earned_by)


def terms(*lines, freight=0, **more):
    coupons = tuple(LockedCoupon(key, f"rule-{key}") for key in more.pop("coupons", ()))
    lots = tuple(PointsLot(*lot) for lot in more.pop("lots", ()))
    payable = freight + sum(unit.cash for each in lines for unit in each.units)
    base = {"id": "o1", "shop": "s", "buyer": "b", "source_key": "cart:1", "placed_at": NOON}
    return Terms(**base, lines=lines, freight=freight, payable=payable, coupons=coupons, lots=lots, **more)


class Story:
    """One order, told command by command. The clock moves only by `later`."""

    def __init__(self, terms, *, policy=None, hold="none", table=None):
        self.now, self.policy, self.table = NOON, policy or OrderPolicy(), table
        self.order, self.history = None, []
        self.tell(Place(terms=terms, hold=hold), BUYER)

    def ctx(self, actor=SYSTEM):
        return Context(self.now, actor, self.policy, self.table)

    def ask(self, command, actor=SYSTEM):
        return decide(self.order, command, self.ctx(actor))

    def tell(self, command, actor=SYSTEM):
        """Commands that must be possible; gives the events by the names of their classes."""
        result = self.ask(command, actor)
        assert not isinstance(result, Rejected), result.text()
        self.order = apply(self.order, result)
        self.history += result
        return [type(event).__name__ for event in result]

    def last(self, kind):
        return next(event for event in reversed(self.history) if isinstance(event, kind))

    def refused(self, command, actor=SYSTEM):
        """The codes of the reasons why not."""
        result = self.ask(command, actor)
        assert isinstance(result, Rejected), result
        return [reason.code for reason in result.reasons]

    def later(self, **span):
        self.now += timedelta(**span)
        return self

    def pay(self, amount=None, *, n=1, **more):
        attempt = f"attempt-{n}"
        self.tell(StartPayment(attempt=attempt, channel="wx", **more), BUYER)
        made = self.order.attempt(attempt)
        amount = made.amount if amount is None else amount
        return self.tell(captured(attempt, amount, n=n, at=self.now))


def captured(attempt, amount, *, n=1, at=NOON, **more):
    return Pay(attempt=attempt, channel="wx", transaction=f"T{n}", amount=amount, captured_at=at, **more)
