"""An order while it is being decided about: every event that is noted has its effect at once."""

from __future__ import annotations

from datetime import datetime

from minishop.orders._context import Context
from minishop.orders._enums import TimerKind
from minishop.orders._facts import Due
from minishop.orders._order import Order
from minishop.orders.events import Event, TimerArmed, TimerDisarmed
from minishop.orders.evolving import advance, copied

__all__ = ["Draft"]


class Draft:
    """Collects events; lives within one decision. Events have their effect when somebody looks at the order."""

    __slots__ = ("_done", "_order", "ctx", "events", "id", "now")

    def __init__(self, order: Order, ctx: Context) -> None:
        self._order = order
        self._done = 0
        self.id = order.terms.id
        self.ctx = ctx
        self.now = ctx.now
        self.events: list[Event] = []

    @property
    def order(self) -> Order:
        """The order after all that was noted; the draft's own, it changes with the next look."""
        events = self.events
        if self._done < len(events):
            if not self._done:
                self._order = copied(self._order)
            for event in events[self._done :]:
                advance(self._order, event)
            self._done = len(events)
        return self._order

    def note(self, event: Event) -> None:
        """Adds an event."""
        self.events.append(event)

    def arm(self, kind: TimerKind, subject: str, at: datetime) -> None:
        """Starts a clock."""
        self.note(TimerArmed(at=self.now, due=Due(kind, self.id, subject, at)))

    def disarm(self, kind: TimerKind, subject: str = "") -> None:
        """Stops a clock, if it runs."""
        if self.order.timer(kind, subject) is not None:
            self.note(TimerDisarmed(at=self.now, kind=kind, subject=subject))

    def done(self) -> tuple[Event, ...]:
        """What was noted."""
        return tuple(self.events)
