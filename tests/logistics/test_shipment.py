"""Where a parcel is, from what was said about it."""

from datetime import timedelta

import pytest
from hypothesis import given

from minishop.logistics import Report, Shipment, ShipmentStatus
from tests.logistics.build import NOW, event
from tests.logistics.test_merge import shipments

S = ShipmentStatus


def report(status, minute=None, *, leg=1, **more):
    newest = None if minute is None else NOW + timedelta(minutes=minute)
    return Report(provider="p", seen_at=NOW, newest=newest, status=status, substatus=f"r:{status}", leg=leg, **more)


def parcel(*events, reports=()):
    return Shipment(number="X1", events=events, reports=reports)


def told(minute, status, **more):
    return event(minute, code=f"c{minute}{status}", status=status, substatus=f"e:{status}", **more)


def note(minute):
    return event(minute, code="8000", status=S.UNKNOWN, substatus="note")


@pytest.mark.parametrize(
    "shipment, expected",
    [
        (parcel(), "no_info"),
        (parcel(reports=[report(S.CANCELLED)]), "r:cancelled"),
        (parcel(reports=[report(S.UNKNOWN)]), "r:unknown"),
        (parcel(told(0, S.PICKED_UP), told(1, S.IN_TRANSIT)), "e:in_transit"),
        # streams that real parcels show
        (parcel(told(0, S.EXCEPTION), told(1, S.DELIVERED)), "e:delivered"),
        (parcel(told(0, S.DELIVERED), told(1, S.RETURNED)), "e:returned"),
        (parcel(told(0, S.DELIVERED), told(1, S.DELIVERED)), "e:delivered"),
        # a message that says nothing does not hide where the parcel is
        (parcel(told(0, S.DELIVERED), note(1)), "e:delivered"),
        (parcel(note(0)), "unknown"),
        (parcel(note(0), reports=[report(S.IN_TRANSIT, 0)]), "r:in_transit"),
        # events without codes: the summary knows
        (parcel(told(0, S.PICKED_UP), note(1), reports=[report(S.OUT_FOR_DELIVERY, 1)]), "r:out_for_delivery"),
        # a code that nobody knows
        (parcel(told(0, S.IN_TRANSIT), told(1, S.UNKNOWN)), "e:unknown"),
        (parcel(told(1, S.UNKNOWN), reports=[report(S.IN_TRANSIT, 1)]), "r:in_transit"),
        (parcel(told(1, S.UNKNOWN), reports=[report(S.IN_TRANSIT, 0)]), "e:unknown"),
        # event and summary
        (parcel(told(1, S.OUT_FOR_DELIVERY), reports=[report(S.IN_TRANSIT, 1)]), "e:out_for_delivery"),
        (parcel(told(1, S.IN_TRANSIT), reports=[report(S.DELIVERED, 1)]), "e:in_transit"),
        (parcel(told(1, S.DELIVERED), reports=[report(S.RETURNED, 1)]), "r:returned"),
        (parcel(told(1, S.DELIVERED), reports=[report(S.IN_TRANSIT, 1)]), "r:in_transit"),
        (parcel(told(1, S.RETURNED), reports=[report(S.DELIVERED, 1)]), "e:returned"),
        (parcel(told(2, S.DELIVERED), reports=[report(S.IN_TRANSIT, 1)]), "e:delivered"),
        (parcel(told(1, S.DELIVERED), reports=[report(S.UNKNOWN, 1)]), "e:delivered"),
        # two legs
        (parcel(told(0, S.DELIVERED), told(1, S.IN_TRANSIT, leg=2)), "e:in_transit"),
        (parcel(told(0, S.DELIVERED), reports=[report(S.PENDING, leg=2)]), "handed_over"),
        (parcel(told(2, S.DELIVERED), told(1, S.IN_TRANSIT, leg=2)), "handed_over"),
        (parcel(told(1, S.DELIVERED), told(1, S.OUT_FOR_DELIVERY, leg=2)), "e:out_for_delivery"),
        (parcel(told(0, S.IN_TRANSIT), told(1, S.DELIVERED, leg=2)), "e:delivered"),
        (parcel(told(1, S.RETURNED), told(0, S.IN_TRANSIT, leg=2)), "e:returned"),
    ],
)
def test_the_status(shipment, expected):
    assert shipment.substatus == expected


def test_delivered_only_if_the_summary_does_not_contradict():
    sure = parcel(told(1, S.DELIVERED), reports=[report(S.DELIVERED, 1)])
    assert (sure.status, sure.delivered_at, sure.is_terminal) == (S.DELIVERED, NOW + timedelta(minutes=1), True)
    unsure = parcel(told(1, S.DELIVERED), reports=[report(S.EXCEPTION, 1)])
    assert (unsure.status, unsure.delivered_at, unsure.is_terminal) == (S.EXCEPTION, None, False)


def test_a_summary_alone_delivers_at_the_newest_event():
    plain = parcel(note(0), note(3), reports=[report(S.DELIVERED, 3)])
    assert plain.delivered_at == NOW + timedelta(minutes=3)


def test_the_last_of_several_deliveries_counts():
    twice = parcel(told(0, S.DELIVERED), told(1, S.EXCEPTION), told(2, S.DELIVERED), note(3))
    assert twice.delivered_at == NOW + timedelta(minutes=2)


def test_terminal_is_a_hint_and_three_states_have_it():
    assert {status for status in S if status.is_terminal} == {S.DELIVERED, S.RETURNED, S.CANCELLED}
    assert len(S) == 11


@given(shipments)
def test_any_parcel_has_a_status(shipment):
    assert isinstance(shipment.status, S)
    assert isinstance(shipment.substatus, str)
    assert (shipment.delivered_at is not None) <= (shipment.status is S.DELIVERED)


def test_the_carrier_is_the_one_that_was_found_out():
    shipped = Shipment(number="X1", shipped_with="yto")
    assert shipped.carrier == "yto"

    def said(code, *ids):
        report = Report(provider="p", seen_at=NOW, carrier_code=code, carriers=ids)
        return Shipment(number="X1", shipped_with="ems", reports=[report]).carrier

    assert said("zhongtong", "zto") == "zto"
    assert said("EMS", "ems", "ems_intl") == "ems"
    assert said("DN", "danniao", "yto") == ""
    assert said("nobody-knows") == ""
    assert said("") == "ems"


def test_raw_codes_are_kept():
    shipment = parcel(told(0, S.IN_TRANSIT), reports=[report(S.IN_TRANSIT, 0, raw_state="0", raw_substate="1002")])
    assert (shipment.raw_state, shipment.raw_substate, shipment.events[0].code) == ("0", "1002", "c0in_transit")
    assert (parcel().raw_state, parcel().raw_substate) == ("", "")


def test_what_people_wrote_is_not_shown():
    assert "张三" not in repr(parcel(event(text="张三 13800138000", location="张三家")))
