"""Promises about timers and the outbox."""

from __future__ import annotations

from minishop.storage import Conflict, DueTimer, OutboxRow, Timer
from minishop.testing.contract._promise import Chapter, holds, same
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._lab import Lab
from minishop.testing.contract.store._values import event, later, put

__all__ = ["outbox", "timers"]

timers: Chapter[Lab] = Chapter("timers", Capability.TIMERS)
outbox: Chapter[Lab] = Chapter("outbox", Capability.OUTBOX)


def _due(lab: Lab, minutes: int, limit: int = 99) -> list[tuple[str, str, str, int]]:
    return [(row.record_id, row.kind, row.subject, row.failures) for row in lab.store.due(later(minutes), limit)]


@timers.promise()
def tells_what_is_due(lab: Lab) -> None:
    """Timers are due from their instant on, by (at, record kind, record id, kind, subject)."""
    lab.done(
        put("b", timers=(Timer("unpaid", "", later(10)), Timer("receive", "s2", later(5)))),
        put(
            "a", timers=(Timer("unpaid", "", later(10)), Timer("unpaid", "x", later(10)), Timer("gone", "", later(10)))
        ),
        put("z", kind="cart", timers=(Timer("unpaid", "", later(10)),)),
    )
    same(lab.store.due(later(5, micros=-1), 99), (), "due too early")
    same(lab.store.due(later(5), 99), (DueTimer("order", "b", "receive", "s2", later(5)),), "due at the instant")
    order = [("b", "receive"), ("z", "unpaid"), ("a", "gone"), ("a", "unpaid"), ("a", "unpaid"), ("b", "unpaid")]
    same([(id_, kind) for id_, kind, _, _ in _due(lab, 10)], order, "the order of what is due")
    same(_due(lab, 10, 2), [("b", "receive", "s2", 0), ("z", "unpaid", "", 0)], "the first two")
    same([row.kind for row in lab.store.due(later(10), 99, ["gone", "receive"])], ["receive", "gone"], "two kinds")
    same(lab.store.due(later(10), 99, []), (), "no kinds")


@timers.promise()
def replaces_timers(lab: Lab) -> None:
    """A put sets all timers of its record: those not named are gone, those named again have their new instant."""
    lab.done(
        put(timers=(Timer("a", "", later(1)), Timer("b", "", later(1)))), put("o2", timers=(Timer("a", "", later(1)),))
    )
    lab.done(put(expected=1, timers=(Timer("b", "", later(9)),)))
    same(_due(lab, 8), [("o2", "a", "", 0)], "due before the new instant")
    same(_due(lab, 9), [("o2", "a", "", 0), ("o1", "b", "", 0)], "due at the new instant")
    lab.done(put(expected=2))
    same(_due(lab, 9), [("o2", "a", "", 0)], "due when a put names no timers")


@timers.promise()
def keeps_timers_of_refused_batches(lab: Lab) -> None:
    """A batch that is refused leaves the timers alone."""
    lab.done(put(timers=(Timer("a", "", later(1)),)))
    lab.refused(Conflict("version", "order:o1"), put(timers=(Timer("b", "", later(0)),)))


@timers.promise()
def defers_timers(lab: Lab) -> None:
    """A timer that could not be acted on moves and counts its failures, until the record is put again."""
    lab.done(put(timers=(Timer("a", "", later(1)), Timer("b", "", later(2)))))
    (first,) = lab.store.due(later(1), 99)
    same(lab.store.defer(first, later(5)), True, "the answer to defer")
    same(_due(lab, 4), [("o1", "b", "", 0)], "due while it waits")
    same(_due(lab, 5), [("o1", "b", "", 0), ("o1", "a", "", 1)], "due when it has waited")
    again = next(row for row in lab.store.due(later(5), 99) if row.kind == "a")
    same(lab.store.defer(again, later(6)), True, "the answer to the second defer")
    same(_due(lab, 6)[-1], ("o1", "a", "", 2), "failures after two defers")
    lab.done(put(expected=1, timers=(Timer("a", "", later(1)),)))
    same(_due(lab, 6), [("o1", "a", "", 0)], "due after the record was put again")


@timers.promise()
def defers_only_what_it_was_told(lab: Lab) -> None:
    """A timer that is gone or was armed anew in the meantime is not deferred."""
    lab.done(put(timers=(Timer("a", "", later(1)), Timer("b", "", later(1)))))
    rows = lab.store.due(later(1), 99)
    lab.done(put(expected=1, timers=(Timer("a", "", later(3)),)))
    same([lab.store.defer(row, later(9)) for row in rows], [False, False], "the answers to stale defers")
    same(_due(lab, 3), [("o1", "a", "", 0)], "due at the new instant")
    same(lab.store.defer(DueTimer("order", "nobody", "a", "", later(1)), later(9)), False, "defer of no record")


def _claim(lab: Lab, minutes: int = 0, *, until: int = 10, limit: int = 99) -> dict[str, OutboxRow]:
    rows = lab.store.claim(later(minutes), later(minutes + until), limit)
    return {f"{row.id}.{row.version}.{row.index}": row for row in rows}


@outbox.promise()
def delivers_events(lab: Lab) -> None:
    """Every event of a committed batch is offered as it was written, until it is acked."""
    lab.done(put(), event(topic="placed"))
    row = _claim(lab).get("o1.1.0")
    holds(row is not None, "the event of a committed batch is not in the outbox")
    assert row is not None
    same(
        (row.kind, row.id, row.version, row.index, row.topic, row.payload, row.failures),
        ("order", "o1", 1, 0, "placed", '{"placed": 0}', 0),
        "the row",
    )
    same(lab.store.ack(row), True, "the answer to ack")
    same(lab.store.ack(row), False, "the answer to ack when the row is gone")
    same(_claim(lab, 1000), {}, "rows after the ack")


@outbox.promise()
def forgets_no_event_after_a_conflict(lab: Lab) -> None:
    """A refused batch offers nothing; when it is repeated with what is right now, its events are there, once."""
    lab.done(put(), event(topic="placed"))
    lab.done(put(expected=1), event(topic="paid"))
    for _ in range(2):
        lab.refused(
            Conflict("version", "order:o1"), put(expected=1), event(topic="shipped"), event(index=1, topic="told")
        )
    lab.done(put(expected=2), event(topic="shipped"), event(index=1, topic="told"))
    wanted = [(1, 0, "placed"), (2, 0, "paid"), (3, 0, "shipped"), (3, 1, "told")]
    same([row[2:] for row in lab.drain()], wanted, "the events of the record")


@outbox.promise()
def keeps_the_order_of_a_record(lab: Lab) -> None:
    """Rows of a record come by (version, index), each only when the earlier are gone; leased or failing, they block."""
    lab.done(put(), event(index=1, topic="b"), event(index=0, topic="a"))
    lab.done(put(expected=1), event(topic="c"))
    lab.done(put("o2"), event("o2", topic="x"))
    rows = _claim(lab, until=100)
    same(sorted(rows), ["o1.1.0", "o2.1.0"], "rows of the first claim")
    same(_claim(lab), {}, "rows while the first ones are leased")
    lab.store.ack(rows["o1.1.0"])
    (second,) = _claim(lab).values()
    same((second.version, second.index), (1, 1), "the row after the first ack")
    lab.store.fail(second, later(50))
    same(_claim(lab, 49), {}, "rows while the second one waits")
    lab.store.ack(_claim(lab, 50)["o1.1.1"])
    same(list(_claim(lab, 51)), ["o1.2.0"], "rows after the second ack")


@outbox.promise()
def offers_the_oldest_first(lab: Lab) -> None:
    """A claim takes no more than it is told, and of different records those first that were committed first."""
    for name in "cab":
        lab.done(put(name), event(name))
    same(list(_claim(lab, limit=2)), ["c.1.0", "a.1.0"], "the first two")
    same(list(_claim(lab, limit=2)), ["b.1.0"], "the rest")


@outbox.promise()
def leases_to_one_relay(lab: Lab) -> None:
    """A leased row is nobody else's until its lease ends; who gets it then has another token."""
    lab.done(put(), event())
    first = _claim(lab)["o1.1.0"]
    same(_claim(lab, 9), {}, "rows while the lease runs")
    second = _claim(lab, 10)["o1.1.0"]
    holds(second.lease != first.lease, "two relays were given the same token")
    same(lab.store.ack(first), False, "the answer to an ack with the old token")
    same(lab.store.fail(first, later(11)), False, "the answer to a fail with the old token")
    same(_claim(lab, 19), {}, "rows after the old token was refused")
    same(lab.store.ack(second), True, "the answer to an ack with the token of the row")


@outbox.promise()
def accepts_a_late_ack(lab: Lab) -> None:
    """A lease that has run out is still the row's until somebody else claims it."""
    lab.done(put(), event())
    row = _claim(lab, until=0)["o1.1.0"]
    same(lab.store.ack(row), True, "the answer to a late ack")
    same(_claim(lab, 99), {}, "rows after the late ack")


@outbox.promise()
def waits_after_a_failure(lab: Lab) -> None:
    """A row that failed is offered again from its back-off on, with its failures counted."""
    lab.done(put(), event())
    row = _claim(lab)["o1.1.0"]
    same(lab.store.fail(row, later(5)), True, "the answer to fail")
    same(lab.store.ack(row), False, "the answer to an ack after fail")
    same(_claim(lab, 4), {}, "rows before the back-off is over")
    same(_claim(lab, 5)["o1.1.0"].failures, 1, "failures of the row")


def _park(lab: Lab, after: int = 20) -> int:
    """Fails the first row of o1 until it is not offered any more; returns how often."""
    for times in range(100):
        row = _claim(lab, times, until=1).get("o1.1.0")
        if row is None:
            return times
        same(row.failures, times, "failures before the next one")
        lab.store.fail(row, later(times), after)
    return 100


@outbox.promise()
def parks_poison(lab: Lab) -> None:
    """After so many failures a row is parked: it blocks its own record, no other, and is shown."""
    lab.done(put(), event())
    lab.done(put(expected=1), event(topic="paid"))
    same(lab.store.parked(9), (), "rows parked before anything failed")
    same(_park(lab, 3), 3, "failures until a row was parked")
    lab.done(put("o2"), event("o2"))
    same(list(_claim(lab, 1000)), ["o2.1.0"], "rows beside a parked one")
    parked = [(row.kind, row.id, row.version, row.index, row.topic, row.failures) for row in lab.store.parked(9)]
    same(parked, [("order", "o1", 1, 0, "placed", 3)], "the parked rows")


@outbox.promise()
def parks_after_twenty_failures(lab: Lab) -> None:
    """Unless told otherwise a row is parked after 20 failures."""
    lab.done(put(), event())
    same(_park(lab), 20, "failures until a row was parked")


@outbox.promise()
def requeues_parked_rows(lab: Lab) -> None:
    """A parked row that is requeued is offered from then on, its failures forgotten; its record goes on after it."""
    lab.done(put(), event())
    lab.done(put(expected=1), event(topic="paid"))
    _park(lab, 1)
    (row,) = lab.store.parked(9)
    same(lab.store.requeue(row, later(50)), True, "the answer to requeue")
    same(lab.store.requeue(row, later(50)), False, "the answer to requeue of a row that is not parked")
    same(lab.store.skip(row), False, "the answer to skip of a row that is not parked")
    same(_claim(lab, 49), {}, "rows before the time of the requeue")
    again = _claim(lab, 50)["o1.1.0"]
    same(again.failures, 0, "failures after the requeue")
    lab.store.ack(again)
    same(list(_claim(lab, 50)), ["o1.2.0"], "rows after the requeued one")


@outbox.promise()
def skips_parked_rows(lab: Lab) -> None:
    """A parked row that is skipped is gone from the outbox and lets the next one of its record pass."""
    lab.done(put(), event())
    lab.done(put(expected=1), event(topic="paid"))
    _park(lab, 1)
    (row,) = lab.store.parked(9)
    same(lab.store.skip(row), True, "the answer to skip")
    same(lab.store.skip(row), False, "the answer to skip of a row that is gone")
    same(lab.store.parked(9), (), "the parked rows")
    same(list(_claim(lab, 50)), ["o1.2.0"], "rows after the skipped one")
    if lab.has(Capability.HISTORY):
        same(len(lab.store.history("order", "o1")), 2, "rows of history")
