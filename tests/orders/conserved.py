"""What must hold of every order at every moment. Written from the specification, not from the code."""

from collections import Counter


def conserved(order):
    """Raises an AssertionError that names what is broken."""
    accepted = [each for each in order.payments if each.state == "accepted"]
    captured = sum(each.amount for each in accepted)
    for payment in order.payments:
        live = [leg for leg in order.legs if leg.payment == payment.id and leg.state not in ("failed", "cancelled")]
        assert sum(leg.amount for leg in live) <= payment.amount, "refunds exceed a payment"
    if captured >= order.terms.payable:
        assert _accounted(order) == captured, "fen are lost or made"
    _units(order, captured)
    for refund in order.refunds:
        if not refund.is_cancelled:
            live = [leg.amount for leg in order.legs if leg.source == refund.id and leg.state != "cancelled"]
            assert sum(live) == refund.cash
            gross = refund.freight + sum(each.cash for each in (*refund.units, *refund.goodwill))
            assert gross == refund.cash + sum(each.taken for each in refund.deductions)
    for obligation in order.obligations:
        legs = [leg for leg in order.legs if leg.source == obligation.id and leg.state != "cancelled"]
        assert len(legs) <= 1, "owed once, refunded twice"


def _accounted(order):
    """Refunds + retained deductions + what units and freight have left."""
    stand = [each for each in order.refunds if not each.is_cancelled]
    owed = sum(each.amount for each in order.obligations if each.source == "closed")
    is_closed = any(unit.pledge == "close" for unit in order.units)
    kept = sum(
        deduction.taken
        for refund in stand
        for deduction in refund.deductions
        if not (is_closed and deduction.code == "threshold")
    )
    left = sum(unit.cash_left for unit in order.units) + order.freight_left
    return sum(each.cash for each in stand) + owed + kept + left


def _units(order, captured):
    shipped = Counter(unit for parcel in order.shipments if not parcel.is_void for unit in parcel.units)
    assert all(count == 1 for count in shipped.values()), "a unit was shipped twice"
    if shipped:
        assert captured >= order.terms.payable, "shipped before it was paid"
    reversed_ = Counter(each.unit for refund in order.refunds if not refund.is_cancelled for each in refund.units)
    assert all(count == 1 for count in reversed_.values()), "a unit was refunded twice"
    for unit in order.units:
        assert unit.cash_left >= 0
        assert not (unit.is_reversed and not unit.pledge)
        assert bool(unit.shipment) == (unit.id in shipped)
    assert order.freight_left >= 0
