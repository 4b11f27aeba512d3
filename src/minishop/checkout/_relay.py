"""The outbox: events on their way out, at least once each and in order for each order.

Before an event is handed to the app, what follows from it outside the order is written down (:mod:`._reacting`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from attrs import frozen

from minishop.checkout._desk import Desk, now_of
from minishop.checkout._reacting import react
from minishop.flows import Flow, Request, ask
from minishop.storage import Ack, ClaimRows, Fail, ListParked, OutboxRow, ParkedRow, Requeue, Skip

__all__ = ["Publish", "Relayed", "parked_events", "relay", "requeue_event", "skip_event"]

_LEASE = timedelta(seconds=60)
#: So much of the lease must be left for a row to be handed out: after it another relay delivers the row and later ones.
_MARGIN = timedelta(seconds=10)
_BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))


@frozen
class Publish(Request[None]):
    """Hand an event to whoever listens; an exception means: not delivered, try again later.

    A row may come more than once, so a consumer remembers (kind, id, version, index), or does what it does twice
    without harm.
    """

    row: OutboxRow


@frozen(kw_only=True)
class Relayed:
    """What one run delivered; ``failed`` rows come again later.

    A row that another relay has got meanwhile counts as neither.
    """

    delivered: int = 0
    failed: int = 0


def relay(desk: Desk, *, limit: int = 100) -> Flow[Relayed]:
    """Delivers waiting events to the app's consumer, at most ``limit``. Safe beside other relays and live traffic."""
    tried = delivered = failed = 0
    while tried < limit:
        now = yield from now_of()
        rows = yield from ask(ClaimRows(now, now + _LEASE, limit - tried))
        handed_out, acked, put_off = yield from _deliver(desk, rows, now + _LEASE - _MARGIN)
        if not handed_out:
            break
        tried, delivered, failed = tried + handed_out, delivered + acked, failed + put_off
    return Relayed(delivered=delivered, failed=failed)


def parked_events(desk: Desk, *, limit: int = 100) -> Flow[tuple[ParkedRow, ...]]:
    """Events that could not be delivered 20 times; each holds up the later ones of its order until somebody decides."""
    return (yield from ask(ListParked(limit)))


def requeue_event(desk: Desk, row: ParkedRow) -> Flow[bool]:
    """Lets a parked event be delivered again; ``False``: it is parked no longer."""
    now = yield from now_of()
    return (yield from ask(Requeue(row, now)))


def skip_event(desk: Desk, row: ParkedRow) -> Flow[bool]:
    """Gives up on a parked event, so that the later ones come; it stays in the order's history."""
    return (yield from ask(Skip(row)))


def _deliver(desk: Desk, rows: Iterable[OutboxRow], until: datetime) -> Flow[tuple[int, int, int]]:
    """How many rows were handed out before ``until``; how many of them the outbox let go, and how many it took back."""
    tried = delivered = failed = 0
    for row in rows:
        if (yield from now_of()) >= until:
            break
        tried += 1
        try:
            yield from react(desk, row)
            yield from ask(Publish(row))
        except Exception:  # the consumer is the app's, and whatever it raises means: not delivered
            now = yield from now_of()
            failed += yield from ask(Fail(row, now + _BACK_OFF[min(row.failures, len(_BACK_OFF) - 1)]))
        else:
            delivered += yield from ask(Ack(row))
    return tried, delivered, failed
