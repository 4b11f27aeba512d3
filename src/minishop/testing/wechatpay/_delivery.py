"""Attempts to notify: each is prepared when it is its turn, handed out, and told what became of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from attrs import field, frozen

from minishop.testing.wechatpay._asked import Asked
from minishop.testing.wechatpay._faults import NoticeFault
from minishop.testing.wechatpay._outbox import Notice, Outbox, Sealed

__all__ = ["Courier", "Delivery", "Handler"]

#: Takes the header fields and the raw body, and gives back the HTTP status.
Handler: TypeAlias = Callable[[Mapping[str, str], bytes], int]

_TWICE = {NoticeFault.DUPLICATED, NoticeFault.REPLAYED}


@frozen(kw_only=True)
class Delivery:
    """One attempt to notify.

    Attributes:
        id: Of the notification.
        event_type: For example ``TRANSACTION.SUCCESS``.
        url: Where the merchant wants it.
        attempt: Counted from 1.
        headers: Header fields to send.
        body: The exact bytes to send.
    """

    id: str
    event_type: str
    url: str
    attempt: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    _answer: Callable[[int], None] = field(repr=False, eq=False)

    def answered(self, status: int) -> None:
        """Tells the gateway the merchant's answer: 200 and 204 acknowledge, everything else asks for a retry."""
        self._answer(status)


@frozen
class Courier:
    """Hands out what is due.

    Attributes:
        outbox: What is to be told.
        lock: The simulator's.
        asked: Faults that are to happen.
    """

    outbox: Outbox
    lock: threading.RLock
    asked: Asked[NoticeFault]

    def due(self) -> Iterator[Delivery]:
        """Every attempt that is due, and those that fall due meanwhile, one after the other."""
        later: list[Notice] = []
        try:
            while True:
                with self.lock:
                    notice = self.outbox.pop_due()
                    fault = self.asked.take(notice.event_type) if notice else None
                    notice = notice or (later.pop(0) if later else None)
                    if notice is None:
                        return
                    if fault is NoticeFault.REORDERED:
                        later.append(notice)
                        continue
                    deliveries = self._attempt(notice, fault)
                yield from deliveries
        finally:
            # Whoever takes no more must not lose what was put back.
            with self.lock:
                for notice in later:
                    self.outbox.schedule(notice, notice.created_at)

    def _attempt(self, notice: Notice, fault: NoticeFault | None) -> list[Delivery]:
        if fault is NoticeFault.DELAYED:
            self.outbox.postpone(notice)
            return []
        self.outbox.count_attempt(notice)
        if fault is NoticeFault.LOST:
            return []
        sealed = [self.outbox.seal(notice, fault)]
        if fault in _TWICE:
            sealed.append(sealed[0] if fault is NoticeFault.REPLAYED else self.outbox.seal(notice))
        return [self._delivery(notice, one) for one in sealed]

    def _delivery(self, notice: Notice, sealed: Sealed) -> Delivery:
        def answer(status: int) -> None:
            if status in (200, 204):
                with self.lock:
                    self.outbox.acknowledge(notice)

        return Delivery(
            id=notice.id,
            event_type=notice.event_type,
            url=notice.url,
            attempt=notice.attempts,
            headers=sealed.headers,
            body=sealed.body,
            answer=answer,
        )
