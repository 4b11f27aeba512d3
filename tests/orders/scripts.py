"""Short stories for what the small walks are too small for, and what each command did to the facets."""

from minishop.orders import (
    Approve,
    CancelGrant,
    ChangeKind,
    Close,
    CloseAttempt,
    Confirm,
    CorrectTracking,
    FailRefund,
    Grant,
    GrantOwed,
    OpenAfterSale,
    OrderPolicy,
    Pay,
    ReceiveParcel,
    ReceiveReturn,
    SettleOffline,
    SettleRefund,
    Ship,
    StartPayment,
    UnitOutcome,
    VoidShipment,
)
from tests.orders.build import BUYER, NOON, SELLER, Story, captured, line, terms
from tests.orders.observed import changes


class Watched(Story):
    """A story that notes what happens to the facets."""

    def __init__(self, *args, **more):
        self.seen = set()
        super().__init__(*args, **more)

    def tell(self, command, actor=SELLER):
        before = self.order
        told = super().tell(command, actor)
        if before is not None:
            self.seen |= set(changes(command, before, self.order))
        return told

    def refund(self, key, *units, settle=True):
        self.tell(OpenAfterSale(after_sale=key, kind="refund-only", units=units))
        self.tell(Approve(after_sale=key))
        self.tell(Grant(after_sale=key, refund=f"r{key}"))
        if settle:
            leg = self.order.leg(f"r{key}")
            self.tell(SettleRefund(leg=leg.id, amount=leg.amount, settled_at=NOON))

    def give_back(self, key, *units):
        self.tell(OpenAfterSale(after_sale=key, kind="return", units=units))
        self.tell(Approve(after_sale=key))
        self.tell(ReceiveReturn(after_sale=key, outcomes=tuple(UnitOutcome(unit, "good") for unit in units)))


def paid(*cash):
    story = Watched(terms(line("1", *cash)))
    story.pay()
    return story


def parcels():
    """Three units in two parcels: everything that may happen to parcels in each state of the goods."""
    story = paid(100, 60, 50)
    story.tell(Ship(shipment="p1", units=("1/1",)))
    story.tell(CorrectTracking(shipment="p1", tracking="x"))
    story.tell(Ship(shipment="p2", units=("1/2",)))
    story.tell(VoidShipment(shipment="p2"))
    story.tell(Ship(shipment="p3", units=("1/2", "1/3")))
    story.tell(Confirm(shipments=("p1",)), BUYER)
    story.tell(CorrectTracking(shipment="p3", tracking="y"))
    story.refund("a1", "1/2")
    story.tell(ReceiveParcel(shipment="p3"))
    story.tell(Confirm(), BUYER)
    story.give_back("a2", "1/3")
    story.tell(CorrectTracking(shipment="p3", tracking="z"))
    return story.seen


def all_returned():
    """What was lost comes back after the rest was returned."""
    story = paid(100, 60)
    story.tell(Ship(shipment="p1"))
    story.refund("a1", "1/1")
    story.tell(Confirm(), BUYER)
    story.give_back("a2", "1/2")
    story.tell(ReceiveParcel(shipment="p1"))
    story.tell(CorrectTracking(shipment="p1", tracking="z"))
    return story.seen


def parcel_of_a_part():
    """A refunded unit comes back while others are here, and on their way."""
    story = paid(100, 60, 50)
    story.tell(Ship(shipment="p1", units=("1/1",)))
    story.refund("a1", "1/1")
    story.tell(ReceiveParcel(shipment="p1"))
    story.tell(Ship(shipment="p2", units=("1/2", "1/3")))
    story.refund("a2", "1/2")
    story.tell(ReceiveParcel(shipment="p2"))
    return story.seen


def given_up(shipped, received, returned):
    """The last unit is refunded unshipped; the gateway never pays, and the grant is taken back."""
    story = paid(*([10] * (shipped + 1)))
    ids = [f"1/{n + 1}" for n in range(shipped)]
    for id in ids:  # noqa: A001
        story.tell(Ship(shipment=f"p{id}", units=(id,)))
    for id in ids[:received]:  # noqa: A001
        story.tell(Confirm(shipments=(f"p{id}",)), BUYER)
    if returned:
        story.give_back("a0", *ids)
    story.refund("a1", f"1/{shipped + 1}", settle=False)
    story.tell(FailRefund(leg="ra1", is_final=True))
    story.tell(CancelGrant(refund="ra1"))
    return story.seen


def kinds_changed():
    """A refund of units on their way becomes a return of what has arrived after all."""
    seen = set()
    for units in (("1/1",), ("1/1", "1/2")):
        story = paid(100, 60)
        story.tell(Ship(shipment="p1", units=("1/1",)))
        story.tell(Ship(shipment="p2", units=("1/2",)))
        story.tell(OpenAfterSale(after_sale="a1", kind="refund-only", units=units))
        story.tell(ChangeKind(after_sale="a1", kind="return"))
        seen |= story.seen
    story = paid(100, 60)
    story.tell(Ship(shipment="p1", units=("1/1",)))
    story.tell(Ship(shipment="p2", units=("1/2",)))
    story.tell(Confirm(shipments=("p1",)), BUYER)
    story.tell(OpenAfterSale(after_sale="a1", kind="refund-only", units=("1/2",)))
    story.tell(ChangeKind(after_sale="a1", kind="exchange"))
    return seen | story.seen


def out_of_stock():
    """The money comes and the goods are gone."""
    story = Watched(terms(line("1", 100)))
    story.tell(StartPayment(attempt="attempt-1", channel="wx"), BUYER)
    story.tell(Pay(attempt="attempt-1", channel="wx", transaction="T1", amount=100, captured_at=NOON, has_stock=False))
    return story.seen


def paid_by_hand():
    """The gateway never pays what is owed for a lost unit; the other one was received."""
    story = paid(100, 60)
    story.tell(Ship(shipment="p1", units=("1/1",)))
    story.tell(Ship(shipment="p2", units=("1/2",)))
    story.tell(Confirm(shipments=("p1",)), BUYER)
    story.refund("a1", "1/2", settle=False)
    story.tell(FailRefund(leg="ra1", is_final=True))
    story.tell(SettleOffline(leg="ra1", reference="bank"))
    return story.seen


def granted_by_hand():
    """What is owed waits for a person, while the order is open and when it is completed."""
    story = Watched(terms(line("1", 100, ships=False)), policy=OrderPolicy(refund_owed="manual"))
    for n in (1, 2, 3):
        story.tell(StartPayment(attempt=f"attempt-{n}", channel="wx"), BUYER)
        story.tell(CloseAttempt(attempt=f"attempt-{n}"))
    for n, amount in ((1, 99), (2, 100), (3, 100)):
        story.tell(captured(f"attempt-{n}", amount, n=n))
        if n != 2:
            story.tell(GrantOwed(obligation=f"owed-T{n}"))
    return story.seen


def given_way():
    """A second application ends because the order is closed, or because the unit is shipped nevertheless."""
    seen = set()
    for end in (Close(), Ship(shipment="p1", override_after_sale=True)):
        story = paid(100, 60)
        story.refund("a1", "1/1")
        story.tell(OpenAfterSale(after_sale="a2", kind="refund-only", units=("1/2",)))
        story.tell(end)
        seen |= story.seen
    return seen


def scripted():
    """What all of them have seen."""
    stories = (
        all_returned,
        given_way,
        granted_by_hand,
        kinds_changed,
        out_of_stock,
        paid_by_hand,
        parcel_of_a_part,
        parcels,
    )
    seen = set().union(*(story() for story in stories))
    for shape in ((1, 0, False), (2, 1, False), (1, 1, False), (1, 1, True)):
        seen |= given_up(*shape)
    return seen
