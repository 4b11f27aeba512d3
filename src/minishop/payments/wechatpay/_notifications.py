"""A notification, from raw bytes to something that can be compared with the shop's own order.

The signature over the raw bytes comes first (:mod:`~minishop.payments.wechatpay._verifying`); then the envelope is
read, the resource decrypted, and its content read. What the envelope announces, what the resource is called and what
is in it must be of one kind: a refund does not pass as a payment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Literal, NoReturn, Protocol, TypeAlias, overload

from attrs import field, frozen

from minishop.payments.wechatpay._ack import Ack, accepted
from minishop.payments.wechatpay._errors import Malformed, UnexpectedContent, Unverified
from minishop.payments.wechatpay._expectations import (
    AnyExpectation,
    CombinedExpectation,
    Event,
    Expectation,
    RefundExpectation,
    TransferExpectation,
    compare,
)
from minishop.payments.wechatpay._headers import HeaderSource, SignatureFields, read_headers
from minishop.payments.wechatpay._json import read_json
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._raw import raw_body
from minishop.payments.wechatpay._reading import instant, number, text, wrong
from minishop.payments.wechatpay._refunds import Refund
from minishop.payments.wechatpay._resource import decrypt_resource
from minishop.payments.wechatpay._secrets import ApiV3Key, ApiV3KeySource
from minishop.payments.wechatpay._transactions import CombinedTransaction, Transaction
from minishop.payments.wechatpay._transfers import OtherEvent, Transfer
from minishop.payments.wechatpay._verifying import check_age, check_probe, verified

__all__ = ["Kind", "Notification", "NotificationSuite", "parse_notification"]

LARGEST = 256 * 1024
"""Bytes of the largest notification that is looked at; real ones have some two thousand."""

Kind: TypeAlias = Literal["transaction", "combined", "refund", "transfer", "other"]


@frozen(kw_only=True, eq=False, slots=False)
class Notification:
    """An authentic notification. Its content opens through :meth:`expect` or :meth:`unchecked`.

    Attributes:
        id: Its number, the same in every delivery. Write it as a receipt in the batch that has its effect; if it is
            there already, answer with :meth:`ack`.
        event_type: For example ``TRANSACTION.SUCCESS``; an open set.
        kind: What it is about.
        number: The shop's own number that it names: of the order, the refund, the transfer, or the combined order;
            empty for other kinds. Good for looking up your record, and for nothing else.
        created_at: When it was made.
        received_at: The ``now`` at which it was verified.
        summary: A sentence for people.
        serial: The key it was signed with.
        timestamp: When this delivery was signed, seconds since 1970.
        nonce: Of this delivery.
    """

    id: str
    event_type: str
    kind: Kind
    number: str
    created_at: datetime | None
    received_at: datetime
    summary: str = field(repr=False)
    serial: str
    timestamp: int
    nonce: str
    _event: Event = field(repr=False)

    @overload
    def expect(self, expectation: Expectation) -> Transaction: ...
    @overload
    def expect(self, expectation: CombinedExpectation) -> CombinedTransaction: ...
    @overload
    def expect(self, expectation: RefundExpectation) -> Refund: ...
    @overload
    def expect(self, expectation: TransferExpectation) -> Transfer: ...
    @overload
    def expect(self, expectation: None) -> NoReturn: ...
    def expect(self, expectation: AnyExpectation | None) -> Event:
        """The content, compared with what the shop's own record says.

        Args:
            expectation: Made of your record, not of the notification; ``None``: you have no record of :attr:`number`.

        Raises:
            UnexpectedContent: It is about something else, or something differs; ``fields`` says what. ``number``: you
                have no record of it.
        """
        compare(self._event, expectation)
        return self._event

    def unchecked(self) -> Event:
        """The content, compared with nothing. It is authentic, but it may be about any order of any of your apps."""
        return self._event

    def ack(self) -> Ack:
        """The response once its effect is stored, or was before: WeChat Pay stops delivering it."""
        return accepted()


class NotificationSuite(Protocol):
    """Other algorithms than RSA and AES, for example the SM ones (国密), which no dependency of this library has."""

    def verify(self, headers: HeaderSource, body: bytes, *, keys: PlatformKeys, now: datetime) -> None:
        """Returns if the signature holds; else raises one of our errors. The age has been checked already."""

    def decrypt(self, resource: Mapping[str, Any]) -> bytes:
        """The plain bytes of a resource; else raises one of our errors."""


def parse_notification(
    headers: HeaderSource,
    body: bytes,
    *,
    keys: PlatformKeys,
    api_v3_key: ApiV3KeySource,
    now: datetime,
    suite: NotificationSuite | None = None,
) -> Notification:
    """Verifies, decrypts and reads a notification. Pure: no I/O, no clock, nothing remembered.

    Args:
        headers: A mapping in any case, pairs of str or bytes, or a WSGI environ.
        body: The raw bytes as received.
        keys: The platform's keys.
        api_v3_key: The merchant's; ``merchant.api_v3_key`` is the quickest.
        now: The time; aware.
        suite: Other algorithms than ``WECHATPAY2-SHA256-RSA2048`` and ``AEAD_AES_256_GCM``.

    Raises:
        Unverified: One of its subclasses for the step that failed; ``error.ack()`` is the response to send.
        InvalidInput: An argument is of the wrong type, for example a body that was parsed already.
    """
    try:
        secret = ApiV3Key.of(api_v3_key)
    finally:
        del api_v3_key
    raw = raw_body(body)
    if len(raw) > LARGEST:
        raise Malformed("the body is too large for a notification", params={"limit": LARGEST})
    if suite is None:
        signed = verified(headers, raw, keys=keys, now=now)
    else:
        signed = _verified_by(suite, headers, raw, keys, now)
    try:
        return _open(raw, signed, now, partial(decrypt_resource, secret) if suite is None else suite.decrypt)
    except Unverified as error:
        # Reports of errors show the variables of every frame, and further in these are the content of the message.
        failure = error.with_traceback(None)
    failure.__cause__ = failure.__context__ = None
    raise failure


def _open(
    raw: bytes, signed: SignatureFields, now: datetime, decrypt: Callable[[Mapping[str, Any]], bytes]
) -> Notification:
    envelope = read_json(raw, is_kept=False)
    resource = envelope.get("resource")
    if not isinstance(resource, dict):
        raise wrong("resource")
    event_type = text(envelope, "event_type")
    content = read_json(decrypt(resource))
    kind, own_number, event = _read(event_type, text(resource, "original_type", ""), content)
    return Notification(
        id=number(envelope, "id"),
        event_type=event_type,
        kind=kind,
        number=own_number,
        created_at=instant(envelope, "create_time"),
        received_at=now,
        summary=text(envelope, "summary", ""),
        serial=signed.serial,
        timestamp=signed.timestamp,
        nonce=signed.nonce,
        event=event,
    )


def _verified_by(
    suite: NotificationSuite, headers: HeaderSource, raw: bytes, keys: PlatformKeys, now: datetime
) -> SignatureFields:
    known = headers if hasattr(headers, "items") else [*headers]  # may be an iterator, and is read twice
    signed = read_headers(known)
    check_age(signed, now)
    check_probe(signed)
    suite.verify(known, raw, keys=keys, now=now)
    return signed


#: Event type -> what the resource must be called, and which kinds its content may be.
_FAMILIES: dict[str, tuple[str, tuple[Kind, ...]]] = {
    "TRANSACTION.SUCCESS": ("transaction", ("transaction", "combined")),
    "REFUND.SUCCESS": ("refund", ("refund",)),
    "REFUND.ABNORMAL": ("refund", ("refund",)),
    "REFUND.CLOSED": ("refund", ("refund",)),
    "MCHTRANSFER.BILL.FINISHED": ("mch_payment", ("transfer",)),
}

#: A field that only content of this kind has.
_MARKS: dict[str, Kind] = {
    "trade_state": "transaction",
    "sub_orders": "combined",
    "refund_status": "refund",
    "transfer_bill_no": "transfer",
}


def _read(event_type: str, original_type: str, content: dict[str, Any]) -> tuple[Kind, str, Event]:
    """The kind, the shop's number, and the event."""
    family = _FAMILIES.get(event_type)
    if family is None:
        return "other", "", OtherEvent(event_type=event_type, original_type=original_type, raw=content)
    announced, kinds = family
    if original_type != announced:
        raise UnexpectedContent(["original_type"])
    marks = _MARKS.keys() & content.keys()
    kind = _MARKS[marks.pop()] if len(marks) == 1 else None
    if kind not in kinds:
        raise UnexpectedContent(["event_type"])
    number, event, states = _READERS[kind](content)
    if any(state != event_type.rpartition(".")[2] for state in states):
        raise UnexpectedContent(["state"])
    return kind, number, event


def _transaction(content: Mapping[str, Any]) -> tuple[str, Event, Iterable[str]]:
    event = Transaction.read(content)
    return event.out_trade_no, event, (event.trade_state,)


def _combined(content: Mapping[str, Any]) -> tuple[str, Event, Iterable[str]]:
    event = CombinedTransaction.read(content)
    return event.out_trade_no, event, {order.trade_state for order in event.orders}


def _refund(content: Mapping[str, Any]) -> tuple[str, Event, Iterable[str]]:
    event = Refund.read(content)
    if not event.mchid:  # only answers to calls may leave it out
        raise wrong("mchid")
    return event.out_refund_no, event, (event.status,)


def _transfer(content: Mapping[str, Any]) -> tuple[str, Event, Iterable[str]]:
    event = Transfer.read(content)
    return event.out_bill_no, event, ()


_READERS = {"transaction": _transaction, "combined": _combined, "refund": _refund, "transfer": _transfer}
