"""Merging: commutative, associative, idempotent, whatever comes late, twice or out of order."""

from datetime import UTC, timedelta
from itertools import permutations

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import InvalidInput
from minishop.logistics import (
    Following,
    Report,
    Shipment,
    ShipmentStatus,
    SubscriptionState,
    TrackingEvent,
    TrackingNotice,
    merge,
    merge_events,
)
from tests.logistics.build import NOW, event

minutes = st.integers(0, 3).map(lambda minute: NOW + timedelta(minutes=minute))
words = st.sampled_from(["", "a", "b"])
statuses = st.sampled_from([*list(ShipmentStatus)[:4], ShipmentStatus.UNKNOWN])
events = st.builds(
    TrackingEvent,
    at=minutes,
    text=words,
    status=statuses,
    substatus=words,
    code=words,
    parent_code=words,
    label=words,
    location=words,
    leg=st.sampled_from([1, 2]),
    rank=st.integers(0, 2),
)
reports = st.builds(
    Report,
    provider=words,
    seen_at=minutes,
    newest=st.none() | minutes,
    status=statuses,
    substatus=words,
    raw_state=words,
    carrier_code=words,
    carriers=st.sampled_from([(), ("sf",), ("ems", "ems_intl")]),
    leg=st.sampled_from([1, 2]),
)
followings = st.builds(
    Following, provider=words, state=st.sampled_from(SubscriptionState), seen_at=minutes, reason=words
)
shipments = st.builds(
    Shipment,
    number=st.just("X1"),
    shipped_with=words,
    events=st.lists(events, max_size=5),
    reports=st.lists(reports, max_size=3),
    following=st.none() | followings,
    warnings=st.lists(st.builds(TrackingNotice, words, words), max_size=3),
)


@given(shipments, shipments)
def test_merging_is_commutative(one, other):
    assert merge(one, other) == merge(other, one)


@given(shipments, shipments, shipments)
def test_merging_is_associative(one, two, three):
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


@given(shipments, shipments)
def test_merging_is_idempotent(one, other):
    assert merge(one, one) == one
    both = merge(one, other)
    assert merge(both, one) == merge(both, other) == merge(both, both) == both


@given(shipments, shipments)
def test_nothing_that_was_told_is_lost(one, other):
    both = merge(one, other)
    told = {(e.leg, e.at, e.text) for part in (one, other) for e in part.events}
    assert {(e.leg, e.at, e.text) for e in both.events} == told
    assert set(both.warnings) == {*one.warnings, *other.warnings}


@given(st.lists(events, max_size=8))
def test_events_ascend_and_each_is_there_once(told):
    merged = merge_events(told)
    assert [one.at for one in merged] == sorted(one.at for one in merged)
    keys = [(one.leg, one.at, one.code, one.text) for one in merged]
    assert len(keys) == len(set(keys))


@given(shipments, st.integers(-12, 12))
def test_the_zone_of_a_time_does_not_matter(one, hours):
    from datetime import timezone

    moved = evolve(one, events=[evolve(e, at=e.at.astimezone(timezone(timedelta(hours=hours)))) for e in one.events])
    assert moved == one
    assert merge(moved, one) == one


def test_snapshots_that_come_in_any_order_make_one_history():
    history = [event(0, code="103"), event(1, code="1002", text="x"), event(2, code="501"), event(3, code="301")]
    pushes = [Shipment(number="X1", events=history[: end + 1]) for end in range(4)]
    for order in permutations(pushes):
        merged = order[0]
        for push in order[1:]:
            merged = merge(merged, push)
        assert merged == pushes[-1]


def test_a_late_event_goes_where_it_belongs():
    known = Shipment(number="X1", events=[event(0), event(5, code="301", status=ShipmentStatus.DELIVERED)])
    late = Shipment(number="X1", events=[event(3, code="501", status=ShipmentStatus.OUT_FOR_DELIVERY)])
    merged = merge(known, late)
    assert [one.at for one in merged.events] == [NOW, NOW + timedelta(minutes=3), NOW + timedelta(minutes=5)]
    assert merged.status is ShipmentStatus.DELIVERED


def test_events_of_one_second_keep_the_providers_order():
    first, second = event(text="b"), event(text="a", rank=1)
    assert [one.text for one in merge_events([second], [first])] == ["b", "a"]


def test_a_fuller_list_moves_an_event_down_for_good():
    short = [event(text="a"), event(text="c", rank=1)]
    full = [event(text="a"), event(text="b", rank=1), event(text="c", rank=2)]
    for order in ((short, full), (full, short)):
        assert [one.text for one in merge_events(*order)] == ["a", "b", "c"]


def test_an_event_that_is_told_again_with_a_code_is_one_event():
    bare = event(text="离开", code="", status=ShipmentStatus.UNKNOWN, substatus="note")
    coded = event(text="离开", code="1002")
    assert merge_events([bare], [coded]) == merge_events([coded], [bare]) == (coded,)


def test_the_same_words_with_two_codes_are_two_events():
    assert len(merge_events([event(text="a", code="0")], [event(text="a", code="1002")])) == 2


def test_what_is_not_identity_is_joined():
    one = event(text="a", location="", status=ShipmentStatus.UNKNOWN, substatus="unknown")
    other = event(text="a", location="甲市")
    (joined,) = merge_events([one], [other])
    assert (joined.location, joined.status) == ("甲市", ShipmentStatus.IN_TRANSIT)


def test_two_parcels_are_not_merged():
    with pytest.raises(InvalidInput) as refused:
        merge(Shipment(number="X1"), Shipment(number="X2"))
    assert refused.value.code == "other_parcel"


def test_an_event_needs_a_zone():
    with pytest.raises(InvalidInput) as refused:
        TrackingEvent(at=NOW.replace(tzinfo=None))
    assert refused.value.code == "naive_time"


def test_a_report_that_was_delivered_again_later_is_not_newer():
    old = Report(provider="p", seen_at=NOW + timedelta(hours=2), newest=NOW, raw_state="0")
    new = Report(provider="p", seen_at=NOW + timedelta(hours=1), newest=NOW + timedelta(minutes=30), raw_state="5")
    shipment = Shipment(number="X1", reports=(new, old))
    assert shipment.raw_state == "5"


def test_the_last_word_about_a_subscription_counts():
    gone = Following(provider="p", state=SubscriptionState.ABORTED, seen_at=NOW)
    again = Following(provider="p", state=SubscriptionState.ACTIVE, seen_at=NOW + timedelta(minutes=30))
    one, other = Shipment(number="X1", following=gone), Shipment(number="X1", following=again)
    assert merge(one, other).subscription is SubscriptionState.ACTIVE
    assert merge(one, Shipment(number="X1")).subscription is SubscriptionState.ABORTED
    assert Shipment(number="X1").subscription is SubscriptionState.NONE


def test_an_instant_survives_a_stores_way_of_keeping_it():
    there = [event(0), event(1, code="5")]
    back = [evolve(one, at=one.at.astimezone(UTC)) for one in there]
    assert merge_events(there, back) == tuple(there)
