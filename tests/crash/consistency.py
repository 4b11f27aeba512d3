"""Whether a shop, its stock, its accounts and the gateway tell the same story. Written from the facts of the orders,
not with the code under test; used after crashes and after races."""

from collections import Counter

from minishop.checkout import find_drift
from minishop.inventory import StockKey
from minishop.orders import LegState, Life, Order
from minishop.payments import BillKind
from minishop.storage.codec import decode


def all_records(store, kind):
    found, cursor = [], None
    while True:
        page = store.list_records(kind, cursor=cursor, limit=100)
        found += page.records
        cursor = page.next
        if cursor is None:
            return found


def find_faults(store, gateway, now, *, stock=None, points=None, coupons=(), is_settled=True):
    """Everything that does not fit, as text; nothing if all is well.

    Args:
        store: The shop's.
        gateway: The fake one.
        now: The time.
        stock: Units of each sku that were received.
        points: Points of each buyer that were given.
        coupons: Ids of the coupons there are.
        is_settled: Whether all refunds should have arrived by now.
    """
    records = all_records(store, "order")
    orders = [decode(Order, record.document, record.personal) for record in records]
    faults = [f"{record.id}: column {name} has drifted" for record in records for name in find_drift(record)]
    faults += _twice(order.source_key for order in orders)
    faults += _money(store, gateway, orders, is_settled)
    faults += _stock(store, orders, stock or {}, now)
    faults += _coupons(store, orders, coupons)
    faults += _points(store, orders, points or {})
    return faults


def _twice(names):
    return [f"{name}: twice" for name, count in Counter(names).items() if count > 1]


def _differ(what, one, other):
    return [] if one == other else [f"{what}: {sorted(one.items())} is not {sorted(other.items())}"]


def _money(store, gateway, orders, is_settled):
    book = gateway.book()
    captures = [(payment.transaction, payment.amount) for order in orders for payment in order.payments]
    legs = [leg for order in orders for leg in order.legs]
    settled = [(leg.id, leg.amount) for leg in legs if leg.state is LegState.SETTLED]
    rows = {
        kind: [(row.number, row.amount) for row in book if row.kind is kind]
        for kind in (BillKind.PAYMENT, BillKind.REFUND)
    }
    faults = _differ("captured", Counter(captures), Counter(rows[BillKind.PAYMENT]))
    asked = {row["leg"]: row["amount"] for row in gateway._rows("select leg, amount from refunds")}
    faults += [f"{leg}: not a leg" for leg, amount in asked.items() if (leg, amount) not in _of(legs)]
    if is_settled:
        faults += _differ("refunded", Counter(settled), Counter(rows[BillKind.REFUND]))
        faults += [f"{leg.id}: {leg.state}" for leg in legs if leg.state is not LegState.SETTLED]
    for order in orders:
        back = sum(leg.amount for leg in order.legs if leg.takes_capacity)
        if back > sum(payment.amount for payment in order.payments):
            faults.append(f"{order.id}: more goes back than came")
    ours = Counter(record.id for record in all_records(store, "book"))
    theirs = Counter(f"{kind}:{gateway.name}:{number}" for kind, found in rows.items() for number, _ in found)
    return faults + (_differ("books", ours, theirs) if is_settled else [])


def _of(legs):
    return {(leg.id, leg.amount) for leg in legs}


def _stock(store, orders, received, now):
    faults = []
    for sku, opening in received.items():
        units = [(order, unit) for order in orders for unit in order.units if unit.stock.sku == sku]
        gone = sum(bool(unit.shipment) for _, unit in units)
        back = sum(
            one.outcome == "good"
            for order in orders
            for after_sale in order.after_sales
            for one in (*after_sale.units, *after_sale.gifts)
            if order.unit(one.unit).stock.sku == sku
        )
        kept = sum(
            not unit.shipment and not unit.pledge and not unit.replaced_by and order.life is Life.OPEN
            for order, unit in units
        )
        level = store.stock([StockKey(sku)], now)[StockKey(sku)]
        faults += _differ(
            f"stock of {sku}",
            {"on_hand": opening - gone + back, "allocated": kept, "held": 0},
            {"on_hand": level.on_hand, "allocated": level.allocated, "held": level.held},
        )
    return faults


def _coupons(store, orders, coupons):
    users = {coupon.id: order.id for order in orders for coupon in order.terms.coupons if not order.is_released}
    faults = _twice(coupon.id for order in orders for coupon in order.terms.coupons if not order.is_released)
    for coupon in coupons:
        held, used = store.holders(f"coupon:{coupon}"), users.get(coupon)
        if list(held) != ([used] if used else []):
            faults.append(f"coupon {coupon}: taken by {held}, used by {used}")
    return faults


def _points(store, orders, given):
    faults = []
    for buyer, points in given.items():
        mine = [order for order in orders if order.buyer == buyer]
        spent = sum(unit.points_count for order in mine for line in order.lines for unit in line.units)
        want = points - spent + sum(order.points_back + order.points_earned for order in mine)
        have = store.balance(f"points:{buyer}")
        if want != have:
            faults.append(f"points of {buyer}: {have}, should be {want}")
        booked = sum(amount for _, amount, _ in store.entries(f"points:{buyer}", limit=10_000))
        if booked != have:
            faults.append(f"points of {buyer}: balance {have}, entries {booked}")
    return faults
