"""A shop, a buyer and a gateway that repeats, delays and reorders what it says."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from minishop.orders import (
    Approve,
    CancelGrant,
    ChangeKind,
    Close,
    CloseAttempt,
    Confirm,
    Deduction,
    Deliver,
    DeliverReturn,
    Expire,
    FailRefund,
    Grant,
    OpenAfterSale,
    OrderPolicy,
    Pay,
    ReadyAttempt,
    ReceiveParcel,
    ReceiveReturn,
    RefundNotFound,
    Refuse,
    Rejected,
    RepriceOrder,
    RetryRefund,
    SendBack,
    SettleOffline,
    SettleRefund,
    Ship,
    StartPayment,
    SubmitRefund,
    UnitOutcome,
    UnknownRefund,
    VoidShipment,
    Withdraw,
    apply,
    facets,
    preview_refund,
)
from tests.orders.build import BUYER, SELLER, SYSTEM, Story, gift, line, terms, unit
from tests.orders.conserved import conserved
from tests.orders.observed import changes, unknown

AMOUNT = st.integers(0, 2000)
KINDS = st.sampled_from(["refund-only", "return", "exchange"])


class Shop(RuleBasedStateMachine):
    """Every fact is put into a box and delivered from there: any of them, any number of times, in any order."""

    @initialize(
        cash=st.lists(AMOUNT, min_size=1, max_size=4),
        freight=AMOUNT,
        is_split=st.booleans(),
        has_gift=st.booleans(),
        threshold=st.sampled_from(["keep", "reprice"]),
    )
    def place(self, cash, freight, is_split, has_gift, threshold):
        units = tuple(unit(f"1/{n}", each, points_value=n, points_count=n, earned=n) for n, each in enumerate(cash, 1))
        lines = [line("1", units=units)]
        if has_gift:
            lines.append(gift("g", "G", earned_by=("1",), value=70))
        payable = sum(cash) + freight
        slices = (1, payable - 1) if is_split and payable > 1 else ()
        policy = OrderPolicy(threshold=threshold, max_applications=9)
        made = terms(*lines, freight=freight, slices=slices, coupons=("C",), lots=[("L", 99)])
        self.story = Story(made, policy=policy)
        self.box, self.number = [], 0

    def id(self, prefix):
        self.number += 1
        return f"{prefix}-{self.number:06}"

    def do(self, command, actor=SELLER):
        before = self.story.order
        result = self.story.ask(command, actor)
        if isinstance(result, Rejected):
            assert result.text("zh-CN")
            return None
        after = apply(before, result)
        assert unknown(set(changes(command, before, after))) == set()
        if before.life != "open":
            assert (after.life, after.reason) == (before.life, before.reason)
        self.story.order = after
        self.story.history += result
        return result

    def pick(self, data, items):
        return data.draw(st.sampled_from(items)) if items else None

    # -- the gateway --------------------------------------------------------------------------------------------------

    @rule(data=st.data())
    def start_payment(self, data):
        attempt = self.id("attempt")
        if self.do(StartPayment(attempt=attempt, channel="wx"), BUYER):
            made = self.story.order.attempt(attempt)
            amount = made.amount + data.draw(st.sampled_from([0, 0, 0, 1]))
            self.box += [
                ReadyAttempt(attempt=attempt),
                Pay(
                    attempt=attempt,
                    channel="wx",
                    transaction=attempt,
                    amount=amount,
                    captured_at=self.story.now,
                ),
                CloseAttempt(attempt=attempt),
            ]

    @rule(data=st.data())
    def deliver_a_fact(self, data):
        fact = self.pick(data, self.box)
        if fact is not None:
            assert self.do(fact, SYSTEM) is not None, "a fact was rejected"

    @rule(data=st.data())
    def answer_about_a_refund(self, data):
        # a gateway does not pay what it has said it never will
        legs = [leg for leg in self.story.order.legs if not leg.is_final and leg.state != "cancelled"]
        leg = self.pick(data, legs)
        if leg is None:
            return
        settled = SettleRefund(leg=leg.id, amount=leg.amount, settled_at=self.story.now)
        facts = [SubmitRefund(leg=leg.id), UnknownRefund(leg=leg.id), RefundNotFound(leg=leg.id), settled]
        fact = data.draw(st.sampled_from([*facts, FailRefund(leg=leg.id)]))
        self.do(fact, SYSTEM)
        if fact is not settled:
            self.box.append(fact)

    @rule(data=st.data())
    def refuse_a_refund_for_good(self, data):
        legs = [leg for leg in self.story.order.legs if leg.state == "failed"]
        leg = self.pick(data, legs)
        if leg is not None:
            self.do(FailRefund(leg=leg.id, is_final=True), SYSTEM)

    # -- people -------------------------------------------------------------------------------------------------------

    @rule(actor=st.sampled_from([BUYER, SELLER]))
    def close(self, actor):
        self.do(Close(), actor)

    @rule(goods=AMOUNT)
    def reprice(self, goods):
        self.do(RepriceOrder(goods=goods))

    @rule(data=st.data(), override=st.booleans())
    def ship(self, data, override):
        ids = [each.id for each in self.story.order.units]
        units = tuple(data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=2)))
        shipment = self.id("p")
        if self.do(Ship(shipment=shipment, units=units, override_after_sale=override)):
            self.box.append(Deliver(shipment=shipment, delivered_at=self.story.now + timedelta(days=2)))
            self.box.append(Deliver(shipment=shipment, delivered_at=self.story.now + timedelta(days=1)))

    @rule(data=st.data())
    def handle_a_parcel(self, data):
        parcel = self.pick(data, self.story.order.shipments)
        if parcel is not None:
            kind = data.draw(st.sampled_from([VoidShipment, ReceiveParcel]))
            self.do(kind(shipment=parcel.id))

    @rule()
    def confirm(self):
        self.do(Confirm(), BUYER)

    @rule(data=st.data(), kind=KINDS, goodwill=st.sampled_from([0, 0, 30]))
    def apply_for(self, data, kind, goodwill):
        ids = [each.id for each in self.story.order.units]
        units = tuple(data.draw(st.lists(st.sampled_from(ids), unique=True, max_size=3)))
        key = self.id("a")
        self.do(OpenAfterSale(after_sale=key, kind=kind, units=units, goodwill=goodwill), BUYER)

    @precondition(lambda self: self.story.order.after_sales)
    @rule(data=st.data(), kind=KINDS)
    def answer(self, data, kind):
        each = self.pick(data, self.story.order.after_sales)
        told = [
            UnitOutcome(entry.unit, data.draw(st.sampled_from(["good", "damaged", "missing"]))) for entry in each.units
        ]
        command, actor = data.draw(
            st.sampled_from(
                [
                    (Approve(after_sale=each.id), SELLER),
                    (Approve(after_sale=each.id, fault="seller"), SELLER),
                    (Refuse(after_sale=each.id, reason="no"), SELLER),
                    (Withdraw(after_sale=each.id), BUYER),
                    (ChangeKind(after_sale=each.id, kind=kind), BUYER),
                    (SendBack(after_sale=each.id, tracking="t"), BUYER),
                    (ReceiveReturn(after_sale=each.id, outcomes=tuple(told)), SELLER),
                ]
            )
        )
        self.do(command, actor)
        if isinstance(command, SendBack):
            self.box.append(DeliverReturn(after_sale=each.id, delivered_at=self.story.now))

    @precondition(lambda self: self.story.order.after_sales)
    @rule(data=st.data(), deduction=st.sampled_from([0, 0, 40]), freight=st.sampled_from([None, None, 5]), goods=AMOUNT)
    def grant(self, data, deduction, freight, goods):
        each = self.pick(data, self.story.order.after_sales)
        command = Grant(
            after_sale=each.id,
            refund=self.id("r"),
            freight=freight,
            deductions=(Deduction("fee", deduction),) if deduction else (),
            repriced=goods,
        )
        seen = preview_refund(self.story.order, command, self.story.ctx(SELLER))
        result = self.do(command)
        if result is None:
            assert isinstance(seen, Rejected)
        else:
            assert (seen.refund, seen.legs) == (result[0].refund, result[0].legs)

    @rule(data=st.data())
    def mend_a_refund(self, data):
        leg = self.pick(data, self.story.order.legs)
        if leg is not None:
            command = data.draw(
                st.sampled_from(
                    [
                        RetryRefund(leg=leg.id, new_leg=self.id("r") if leg.is_final else ""),
                        SettleOffline(leg=leg.id, reference="bank"),
                        CancelGrant(refund=leg.source),
                    ]
                )
            )
            self.do(command)

    @rule(data=st.data(), is_late=st.booleans())
    def ring(self, data, is_late):
        due = self.pick(data, self.story.order.timers)
        if due is not None:
            if is_late:
                self.story.now = max(self.story.now, due.at)
            clock = Expire(kind=due.kind, subject=due.subject)
            self.box.append(clock)
            self.do(clock, SYSTEM)

    # -- always -------------------------------------------------------------------------------------------------------

    @invariant()
    def holds(self):
        order = self.story.order
        conserved(order)
        assert order.hold == facets(order).hold == "none"
        assert order.points_back <= sum(each.points_count for each in order.lines[0].units)
        assert order.points_earned == sum(each.earned for each in order.units)
        assert order.points_earned >= 0


TestShop = Shop.TestCase
TestShop.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
