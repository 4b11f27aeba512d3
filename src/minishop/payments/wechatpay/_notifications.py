"""A notification, from raw bytes to something that can be compared with the shop's own order.

The signature over the raw bytes comes first (:mod:`~minishop.payments.wechatpay._verifying`); then the envelope is
read, the resource decrypted, and its JSON read. What the envelope announces, what the resource is called and what is in
it must be of one kind: a refund does not pass as a payment. The content gets its types when it is opened, so that a
delivery whose id is known already costs nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple, NoReturn, TypeAlias, overload

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
from minishop.payments.wechatpay._headers import HeaderSource, SignatureFields
from minishop.payments.wechatpay._json import read_json
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._raw import raw_body
from minishop.payments.wechatpay._reading import number, read_instant, text, wrong
from minishop.payments.wechatpay._refunds import Refund
from minishop.payments.wechatpay._resource import decrypted
from minishop.payments.wechatpay._secrets import ApiV3Key, ApiV3KeySource
from minishop.payments.wechatpay._suites import NotificationSuite, decrypted_by, verified_by
from minishop.payments.wechatpay._transactions import CombinedTransaction, Transaction
from minishop.payments.wechatpay._transfers import OtherEvent, Transfer
from minishop.payments.wechatpay._verifying import verified

__all__ = ["Kind", "Notification", "parse_notification"]

LARGEST = 256 * 1024
"""Bytes of the largest notification that is looked at; real ones have some two thousand."""

Kind: TypeAlias = Literal["transaction", "combined", "refund", "transfer", "other"]


@frozen(eq=False, slots=False)
class Notification:
    """An authentic notification. Its content opens through :meth:`expect` or :meth:`unchecked`.

    Attributes:
        id: Its number, the same in every delivery. Write it as a receipt in the batch that has its effect; if it is
            there already, answer with :meth:`ack`.
        event_type: For example ``TRANSACTION.SUCCESS``; an open set.
        kind: What it is about.
        number: The shop's own number that it names: of the order, the refund, the transfer, or the combined order;
            empty for other kinds. Good for looking up your record, and for nothing else.
        original_type: What the content is called, for example ``transaction``.
        received_at: The ``now`` at which it was verified.
        serial: The key it was signed with.
        timestamp: When this delivery was signed, seconds since 1970.
        nonce: Of this delivery.
    """

    id: str
    event_type: str
    kind: Kind
    number: str
    original_type: str
    received_at: datetime
    serial: str
    timestamp: int
    nonce: str
    _content: Mapping[str, Any] = field(repr=False)
    _create_time: object = field(repr=False)
    _summary: object = field(repr=False)
    #: The content once it was opened; there from the start, since a copy may be made while another thread opens it.
    _event: Event | None = field(default=None, init=False, repr=False)

    @property
    def created_at(self) -> datetime | None:
        """When it was made; ``None`` if that is not said in a form that can be read: nothing depends on it."""
        return read_instant(self._create_time)

    @property
    def summary(self) -> str:
        """A sentence for people; empty if there is none."""
        return self._summary if isinstance(self._summary, str) else ""

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
            Malformed: It is authentic, and a field of it is missing or not of the documented form.
        """
        event = self.unchecked()
        compare(event, expectation)
        return event

    def unchecked(self) -> Event:
        """The content, compared with nothing. It is authentic, but it may be about any order of any of your apps.

        Raises:
            Malformed: A field of it is missing or not of the documented form.
            UnexpectedContent: ``state``: it is not in the state that ``event_type`` announces.
        """
        if self._event is not None:
            return self._event
        try:
            event = self.__dict__["_event"] = _typed(self)
            return event
        except Unverified as error:
            failure = _bare(error)
        raise failure

    def ack(self) -> Ack:
        """The response once its effect is stored, or was before: WeChat Pay stops delivering it."""
        return accepted()


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
        secret = api_v3_key if isinstance(api_v3_key, ApiV3Key) else ApiV3Key.of(api_v3_key)
    finally:
        del api_v3_key
    raw = body if type(body) is bytes else raw_body(body)
    if len(raw) > LARGEST:
        raise Malformed("the body is too large for a notification", params={"limit": LARGEST})
    if suite is None:
        signed = verified(headers, raw, keys=keys, now=now)
    else:
        signed = verified_by(suite, headers, raw, keys=keys, now=now)
    try:
        return _opened(raw, signed, now, secret, suite)
    except Unverified as error:
        failure = _bare(error)
    raise failure


def _bare(error: Unverified) -> Unverified:
    """The error without its frames: reports of errors show their variables, and those are parts of the content."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _opened(
    raw: bytes, signed: SignatureFields, now: datetime, secret: ApiV3Key, suite: NotificationSuite | None
) -> Notification:
    envelope = read_json(raw, is_kept=False)
    resource = envelope.get("resource")
    if not isinstance(resource, dict):
        raise wrong("resource")
    content = read_json(decrypted(secret, resource) if suite is None else decrypted_by(suite, resource))
    event_type, original_type = text(envelope, "event_type"), text(resource, "original_type", "")
    kind = _kind(event_type, original_type, content)
    timestamp, nonce, serial, _, _ = signed
    # By position, which takes half as long.
    return Notification(
        number(envelope, "id"),
        event_type,
        kind,
        "" if kind == "other" else number(content, _FORMS[kind].number),
        original_type,
        now,
        serial,
        timestamp,
        nonce,
        content,
        envelope.get("create_time"),
        envelope.get("summary"),
    )


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


def _kind(event_type: str, original_type: str, content: Mapping[str, Any]) -> Kind:
    """What a notification is about: all that is said of it must agree."""
    family = _FAMILIES.get(event_type)
    if family is None:
        return "other"
    announced, kinds = family
    if original_type != announced:
        raise UnexpectedContent(["original_type"])
    marks = _MARKS.keys() & content.keys()
    kind = _MARKS[marks.pop()] if len(marks) == 1 else None
    if kind not in kinds:
        raise UnexpectedContent(["event_type"])
    return kind


def _typed(notification: Notification) -> Event:
    """The content with its types, in the state that was announced."""
    event_type, content = notification.event_type, notification._content
    if notification.kind == "other":
        return OtherEvent(event_type=event_type, original_type=notification.original_type, raw=content)
    return _FORMS[notification.kind].read(content, event_type.rpartition(".")[2])


def _in_state(announced: str, states: Iterable[str]) -> None:
    if any(state != announced for state in states):
        raise UnexpectedContent(["state"])


def _transaction(content: Mapping[str, Any], state: str) -> Event:
    event = Transaction.read(content)
    _in_state(state, [event.trade_state])
    return event


def _combined(content: Mapping[str, Any], state: str) -> Event:
    event = CombinedTransaction.read(content)
    _in_state(state, [order.trade_state for order in event.orders])
    return event


def _refund(content: Mapping[str, Any], state: str) -> Event:
    event = Refund.read(content)
    if not event.mchid:  # only answers to calls may leave it out
        raise wrong("mchid")
    _in_state(state, [event.status])
    return event


def _transfer(content: Mapping[str, Any], _: str) -> Event:
    return Transfer.read(content)


class _Form(NamedTuple):
    """The name of the field with the shop's number, and what reads the content; it is told the state announced."""

    number: str
    read: Callable[[Mapping[str, Any], str], Event]


_FORMS = {
    "transaction": _Form("out_trade_no", _transaction),
    "combined": _Form("combine_out_trade_no", _combined),
    "refund": _Form("out_refund_no", _refund),
    "transfer": _Form("out_bill_no", _transfer),
}
