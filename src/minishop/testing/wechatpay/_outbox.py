"""Notifications: what is to be told to the merchant, when, and how it looks on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import define

from minishop.testing.wechatpay import _crypto
from minishop.testing.wechatpay._faults import NoticeFault
from minishop.testing.wechatpay._proof import prove
from minishop.testing.wechatpay._wire import moment, to_json

if TYPE_CHECKING:
    from minishop.testing.wechatpay._credentials import PlatformKey
    from minishop.testing.wechatpay._ledger import Ledger

__all__ = ["RETRIES", "Notice", "Outbox", "Sealed", "sealed"]

#: How long the gateway waits before it tells again what was not acknowledged.
RETRIES = (
    *(timedelta(seconds=s) for s in (15, 15, 30)),
    *(timedelta(minutes=m) for m in (3, 10, 20, 30, 30, 30, 60)),
    *(timedelta(hours=h) for h in (3, 3, 3, 6, 6)),
)
_DELAY = timedelta(hours=1)


@define(kw_only=True, eq=False)
class Notice:
    """Something that the merchant is to be told, until it is acknowledged.

    Attributes:
        id: The same in every attempt.
        event_type: For example ``TRANSACTION.SUCCESS``.
        original_type: What the resource is.
        summary: For people.
        resource: The plain content.
        url: Where to.
        created_at: When it happened; aware.
        due_at: When the next attempt is due; ``None``: no more.
        attempts: How often it was sent.
        is_acknowledged: Whether the merchant has answered 200 or 204.
    """

    id: str
    event_type: str
    original_type: str
    summary: str
    resource: Mapping[str, Any]
    url: str
    created_at: datetime
    due_at: datetime | None
    attempts: int = 0
    is_acknowledged: bool = False


class Sealed(NamedTuple):
    """A notification as it goes out.

    Attributes:
        headers: Header fields.
        body: The exact bytes that are signed.
    """

    headers: dict[str, str]
    body: bytes


_HEADERS = {"Accept": "*/*", "Content-Type": "application/json", "User-Agent": "Mozilla/4.0"}


def sealed(
    notice: Notice,
    api_v3_key: str,
    key: PlatformKey,
    *,
    now: datetime,
    new_token: Callable[[], str],
    fault: NoticeFault | None = None,
) -> Sealed:
    """Header fields and body of one attempt.

    Args:
        notice: What is told.
        api_v3_key: Seals the resource.
        key: Signs.
        now: When it is sent; aware.
        new_token: Gives 32 characters, never the same.
        fault: What is wrong with it, if anything.
    """
    secret = api_v3_key[::-1] if fault is NoticeFault.UNDECRYPTABLE else api_v3_key
    body = _envelope(notice, secret, new_token()[:12])
    proof, sent = prove(key, body, now=now, nonce=new_token(), spoilt=fault)
    return Sealed({**_HEADERS, **proof}, sent)


def _envelope(notice: Notice, api_v3_key: str, nonce: str) -> bytes:
    """The JSON around the encrypted resource."""
    associated_data = notice.original_type
    ciphertext = _crypto.seal(api_v3_key, nonce, associated_data, to_json(notice.resource))
    return to_json(
        {
            "id": notice.id,
            "create_time": moment(notice.created_at),
            "resource_type": "encrypt-resource",
            "event_type": notice.event_type,
            "summary": notice.summary,
            "resource": {
                "original_type": notice.original_type,
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": ciphertext,
                "associated_data": associated_data,
                "nonce": nonce,
            },
        }
    )


class Outbox:
    """Notifications, in the order in which things happened.

    Args:
        ledger: Whose.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.notices: dict[str, Notice] = {}
        # A heap. An entry counts only while it has the time that its notice is due: others are left over.
        self._schedule: list[tuple[datetime, int, Notice]] = []
        self._count = count()

    def tell(
        self, url: str | None, event_type: str, original_type: str, summary: str, resource: Mapping[str, Any]
    ) -> None:
        """Notes what the merchant is to be told; nothing without an address, or without an APIv3 key to seal it."""
        if not url or not self._ledger.rules.sets_api_v3_key:
            return
        now = self._ledger.clock()
        notice = Notice(
            id=self._ledger.uuid(),
            event_type=event_type,
            original_type=original_type,
            summary=summary,
            resource=resource,
            url=url,
            created_at=now,
            due_at=None,
        )
        self.notices[notice.id] = notice
        self.schedule(notice, now)

    def schedule(self, notice: Notice, at: datetime) -> None:
        """Makes the next attempt due at a time."""
        notice.due_at = at
        heappush(self._schedule, (at, next(self._count), notice))

    def next_due_at(self) -> datetime | None:
        """When the next attempt is due."""
        while self._schedule and self._schedule[0][2].due_at != self._schedule[0][0]:
            heappop(self._schedule)
        return self._schedule[0][0] if self._schedule else None

    def pop_due(self) -> Notice | None:
        """Takes the notice off the schedule whose time came first; ``None``: nothing is due now."""
        at = self.next_due_at()
        if at is None or at > self._ledger.clock():
            return None
        notice = heappop(self._schedule)[2]
        notice.due_at = None
        return notice

    def count_attempt(self, notice: Notice) -> None:
        """Counts an attempt and schedules the next, if there is to be one."""
        notice.attempts += 1
        if notice.attempts <= len(RETRIES):
            self.schedule(notice, self._ledger.clock() + RETRIES[notice.attempts - 1])

    def postpone(self, notice: Notice) -> None:
        """It comes an hour later, and no attempt is counted."""
        self.schedule(notice, self._ledger.clock() + _DELAY)

    def acknowledge(self, notice: Notice) -> None:
        """No more attempts."""
        notice.is_acknowledged = True
        notice.due_at = None

    def seal(self, notice: Notice, fault: NoticeFault | None = None) -> Sealed:
        """A new attempt's bytes: new nonces, a new timestamp, and the key whose turn it is."""
        ledger = self._ledger
        key = ledger.platform.for_notification()
        api_v3_key = ledger.credentials.api_v3_key
        return sealed(notice, api_v3_key, key, now=ledger.clock(), new_token=ledger.token, fault=fault)
