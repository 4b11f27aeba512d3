"""Placing and paying an order without the library: the script that a careful engineer would write for one shop.

It does what the library's shop does and leaves the same rows (``bench_checkout.py`` compares them): a cart that is
emptied at its version, an order that is inserted or replaced at its version, unique keys, clocks, stock that cannot be
oversold, its movements, history, outbox, the receipt of the shopper's key. Three transactions: placed, ready to be
paid, paid. It knows one kind of order only: its documents are made from samples, by changing what differs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from benchmarks.checkout_parts import ADDRESS, SHOP, Connected, Gateway
from minishop.payments import CaptureNotice, PaymentRequest

__all__ = ["ByHand", "Sample"]

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 (as one finds it in scripts)
MINUTE = 60_000_000
HOUR = 60 * MINUTE

Sample = Mapping[str, Any]
"""The plain data of an order that was just placed, for one kind of cart: what the quote has made of it."""

READ_CART = (
    "SELECT r.record_kind, r.record_id, r.version, r.document, r.personal, r.shop, r.shopper, r.label, r.facets,"
    " r.created_at FROM minishop_records r WHERE r.record_kind = :record_kind AND r.record_id = :record_id"
)
READ_ORDER = (
    "SELECT r.record_kind, r.record_id, r.version, r.document, r.personal, r.shop, r.shopper, r.label, r.facets,"
    " r.created_at FROM minishop_uniques u JOIN minishop_records r ON r.record_kind = u.record_kind"
    " AND r.record_id = u.record_id WHERE u.unique_key = :unique_key"
)
RECEIPT = (
    "INSERT INTO minishop_receipts (receipt_key, fingerprint, outcome, expires_at)"
    " VALUES (:receipt_key, :fingerprint, :outcome, :expires_at) ON CONFLICT DO NOTHING"
)
INSERT_RECORD = (
    "INSERT INTO minishop_records (record_kind, record_id, version, document, personal, shop, shopper, label, facets,"
    " created_at) VALUES (:record_kind, :record_id, 1, :document, :personal, :shop, :shopper, :label, :facets,"
    " :created_at) ON CONFLICT DO NOTHING"
)
REPLACE_RECORD = (
    "UPDATE minishop_records SET version = :version, document = :document, personal = CASE WHEN is_erased = 1 THEN NULL"
    " ELSE COALESCE(:personal, personal) END, shop = :shop, shopper = :shopper, label = :label, facets = :facets,"
    " created_at = :created_at WHERE record_kind = :record_kind AND record_id = :record_id AND version = :expected"
)
UNIQUES = (
    "INSERT INTO minishop_uniques (unique_key, record_kind, record_id) VALUES (:key_0, 'order', :order),"
    " (:key_1, 'order', :order) ON CONFLICT DO NOTHING"
)
UNIQUE = (
    "INSERT INTO minishop_uniques (unique_key, record_kind, record_id) VALUES (:key_0, 'order', :order)"
    " ON CONFLICT DO NOTHING"
)
STOP_TIMERS = "DELETE FROM minishop_timers WHERE record_kind = :record_kind AND record_id = :record_id"
START_TIMERS = (
    "INSERT INTO minishop_timers (record_kind, record_id, kind, subject, due_at) VALUES"
    " ('order', :order, 'unpaid', '', :unpaid_at), ('order', :order, 'query-payment', :attempt, :query_at)"
    " ON CONFLICT DO NOTHING"
)
TAKE_STOCK = (
    "UPDATE minishop_stock SET allocated = allocated + :units WHERE sku = :sku AND location = ''"
    " AND held_until <= :now AND on_hand - allocated - :units >= 0"
)
MOVEMENTS = (
    "INSERT INTO minishop_movements (entry, sku, location, kind, quantity, moved_at) VALUES"
    " (:entry_0, :sku_0, '', 'allocate', :units_0, :now), (:entry_1, :sku_1, '', 'allocate', :units_1, :now)"
    " ON CONFLICT DO NOTHING"
)
HISTORY = {
    count: "INSERT INTO minishop_history (record_kind, record_id, version, idx, topic, payload, happened_at) VALUES "
    + ", ".join(f"('order', :order, :version, {n}, :topic_{n}, :payload_{n}, :now)" for n in range(count))
    + " ON CONFLICT DO NOTHING"
    for count in (1, 2, 3)
}
OUTBOX = {
    count: "INSERT INTO minishop_outbox (record_kind, record_id, version, idx) VALUES "
    + ", ".join(f"('order', :order, :version, {n})" for n in range(count))
    + " ON CONFLICT DO NOTHING"
    for count in (1, 2, 3)
}
TO_PAY = '{"after_sale": "none", "goods": "none", "hold": "none", "life": "open", "money": "unpaid"}'
PAID = '{"after_sale": "none", "goods": "none", "hold": "none", "life": "open", "money": "paid"}'


class Refused(Exception):
    """Somebody else was faster, or there is not enough; the transaction is not committed."""


def dump(data: object) -> str:
    """As documents are stored."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def event(topic: str, **data: object) -> tuple[str, str]:
    """Topic and payload."""
    return topic, dump({"$format": f"{topic}/1.0", **data})


def hashed(prefix: str, *parts: str) -> str:
    """An id that is the same when a call is repeated."""
    return prefix + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]


def digest(value: object) -> str:
    """Of a receipt's key, or of what was asked for."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


class ByHand:
    """One client.

    Args:
        connected: Its connection.
        samples: Of each kind of cart, by the sku of its first line.
        gateway: Makes payments.
        clock: Tells the time.
    """

    def __init__(
        self, connected: Connected, samples: Mapping[str, Sample], gateway: Gateway, clock: Callable[[], datetime]
    ) -> None:
        self.connected = connected
        self.samples = samples
        self.gateway = gateway
        self.clock = clock

    # -- placing ------------------------------------------------------------------------------------------------------

    def place(self, cart: str, buyer: str, key: str) -> CaptureNotice:
        """Places the order of a cart and asks for its payment; returns what the gateway will say when it is paid."""
        row = self.connected.look(READ_CART, {"record_kind": "cart", "record_id": cart})[0]
        stored = json.loads(row[3])
        now = micros(self.clock())
        order = self._order(stored, buyer, hashed("o", SHOP, buyer, key), now)
        attempt = order["attempts"][0]
        arguments = {"buyer": buyer, "cart": cart, "total": attempt["amount"], "region": list(ADDRESS.region)}
        self._placed(order, (cart, row[2], stored), (buyer, key, arguments), now)
        self.gateway.create(
            PaymentRequest(
                attempt=attempt["id"],
                order=order["terms"]["id"],
                amount=attempt["amount"],
                description=order["terms"]["id"],
                expires_at=EPOCH + timedelta(microseconds=attempt["expires_at"]),
            )
        )
        self._ready(order, (buyer, key))
        return self.gateway.pay(attempt["id"], attempt["amount"], self.clock())

    def _order(self, cart: dict[str, Any], buyer: str, order: str, now: int) -> dict[str, Any]:
        sample = self.samples[cart["lines"][0]["sku"]]
        until = now + 30 * MINUTE
        source = f"cart:{cart['id']}@{cart['sequence']}"
        terms = {**sample["terms"], "id": order, "buyer": buyer, "source_key": source, "placed_at": now}
        ready = {"id": hashed("p", order), "created_at": now, "expires_at": until}
        return {
            **sample,
            "terms": terms,
            "attempts": [{**sample["attempts"][0], **ready}],
            "timers": [{**sample["timers"][0], "order": order, "at": until}],
            "pay_until": until,
        }

    def _placed(
        self, order: dict[str, Any], cart: tuple[str, int, Any], asked: tuple[str, str, object], now: int
    ) -> None:
        terms, attempt = order["terms"], order["attempts"][0]
        events = [
            event("order.placed", at=now, terms=terms, hold="none", pay_until=order["pay_until"]),
            event("order.payment-started", at=now, attempt=attempt),
        ]
        self.connected.begin()
        self._receipt(order, asked[0], f"{asked[1]}#prepare", asked[2], events, now)
        self._empty(*cart, now)
        self._insert(order)
        keys = {"key_0": f"attempt:{attempt['id']}", "key_1": f"source:{terms['source_key']}"}
        self._checked(UNIQUES, {**keys, "order": terms["id"]}, 2)
        self.connected.run(STOP_TIMERS, {"record_kind": "cart", "record_id": cart[0]})
        self._start_timers(order)
        self._take_stock(terms, now)
        self._tell(order, 1, events, now)
        self.connected.commit()

    def _receipt(
        self, order: dict[str, Any], buyer: str, key: str, arguments: object, events: list[tuple[str, str]], now: int
    ) -> None:
        outcome = json.dumps({"order": order["terms"]["id"], "topics": [topic for topic, _ in events]})
        name = hashlib.sha256(json.dumps([SHOP, f"buyer:{buyer}", "place_order", key]).encode()).hexdigest()
        values = {"receipt_key": name, "fingerprint": digest(arguments), "outcome": outcome}
        self._checked(RECEIPT, {**values, "expires_at": now + 72 * HOUR}, 1)

    def _empty(self, cart: str, version: int, stored: dict[str, Any], now: int) -> None:
        sequence = stored["sequence"] + 1
        stones = [
            {"line": line["sku"], "sequence": sequence, "at": now, "ordered": sequence} for line in stored["lines"]
        ]
        emptied = {**stored, "sequence": sequence, "lines": [], "tombstones": stones}
        values = {"label": "", "facets": "{}", "personal": None, "created_at": now}
        self._replace("cart", cart, version, dump(emptied), stored["shopper"], values)

    def _insert(self, order: dict[str, Any]) -> None:
        values = {
            "record_kind": "order",
            "record_id": order["terms"]["id"],
            "document": dump(order),
            "personal": personal(),
            "shop": SHOP,
            "shopper": order["terms"]["buyer"],
            "label": "to-pay",
            "facets": TO_PAY,
            "created_at": order["terms"]["placed_at"],
        }
        self._checked(INSERT_RECORD, values, 1)

    def _take_stock(self, terms: dict[str, Any], now: int) -> None:
        wanted = sorted((line["stock"]["sku"], len(line["units"])) for line in terms["lines"])
        values: dict[str, object] = {"now": now}
        for n, (sku, units) in enumerate(wanted):
            self._checked(TAKE_STOCK, {"sku": sku, "units": units, "now": now}, 1)
            values |= {f"entry_{n}": f"{terms['id']}:1.0:allocate:{sku}", f"sku_{n}": sku, f"units_{n}": units}
        self._checked(MOVEMENTS, values, len(wanted))

    # -- the payment is ready -----------------------------------------------------------------------------------------

    def _ready(self, order: dict[str, Any], asked: tuple[str, str]) -> None:
        now = micros(self.clock())
        attempt = order["attempts"][0]
        parameters = json.dumps({"pay": attempt["id"]})
        order = {**order, "attempts": [{**attempt, "state": "ready", "parameters": parameters}]}
        events = [event("order.attempt-ready", at=now, attempt=attempt["id"], parameters=parameters)]
        self.connected.begin()
        self._receipt(order, asked[0], f"{asked[1]}#finalise", {"attempt": attempt["id"]}, events, now)
        self._replace_order(order, 1, "to-pay", TO_PAY, personal())
        self._start_timers(order)
        self._tell(order, 2, events, now)
        self.connected.commit()

    # -- paying -------------------------------------------------------------------------------------------------------

    def pay(self, notice: CaptureNotice) -> None:
        """Records that an order is paid."""
        row = self.connected.look(READ_ORDER, {"unique_key": f"attempt:{notice.attempt}"})[0]
        order, version = json.loads(row[3]), row[2]
        attempt = order["attempts"][0]
        if (notice.merchant, notice.amount, attempt["state"]) != (self.gateway.merchant, attempt["amount"], "ready"):
            raise Refused(notice.attempt)
        now = micros(self.clock())
        payment = self._payment(notice, now)
        paid = {"attempts": [{**attempt, "state": "paid"}], "payments": [payment], "timers": [], "paid_at": now}
        events = [
            event("order.paid", at=now, payment=payment, amount=notice.amount),
        ]
        self.connected.begin()
        self._book(order["terms"]["id"], payment)
        self._replace_order({**order, **paid}, version, "to-ship", PAID, row[4])
        key = f"transaction:{payment['id']}"
        self._checked(UNIQUE, {"key_0": key, "order": order["terms"]["id"]}, 1)
        self._tell(order, version + 1, events, now)
        self.connected.commit()

    def _payment(self, notice: CaptureNotice, now: int) -> dict[str, Any]:
        return {
            "id": f"{notice.gateway}:{notice.transaction}",
            "channel": notice.gateway,
            "transaction": notice.transaction,
            "attempt": notice.attempt,
            "amount": notice.amount,
            "currency": notice.currency,
            "state": "accepted",
            "part": 0,
            "captured_at": micros(notice.captured_at),
            "recorded_at": now,
        }

    def _book(self, order: str, payment: dict[str, Any]) -> None:
        row = {
            "$format": "book/1.0",
            "kind": "payment",
            "gateway": payment["channel"],
            "number": payment["transaction"],
            "order": order,
            "amount": payment["amount"],
            "currency": payment["currency"],
            "at": payment["captured_at"],
            "is_success": True,
        }
        values = {"record_kind": "book", "record_id": f"payment:{payment['id']}", "document": dump(row)}
        beside = {"personal": None, "shop": SHOP, "shopper": "", "label": self.gateway.merchant, "facets": "{}"}
        self._checked(INSERT_RECORD, {**values, **beside, "created_at": payment["captured_at"]}, 1)

    # -- what several steps do ----------------------------------------------------------------------------------------

    def _replace_order(
        self, order: dict[str, Any], version: int, label: str, facets: str, personal_data: str | None
    ) -> None:
        terms = order["terms"]
        values = {"label": label, "facets": facets, "personal": personal_data, "created_at": terms["placed_at"]}
        self._replace("order", terms["id"], version, dump(order), terms["buyer"], values)
        self.connected.run(STOP_TIMERS, {"record_kind": "order", "record_id": terms["id"]})

    def _replace(
        self, kind: str, name: str, version: int, document: str, shopper: str, values: Mapping[str, object]
    ) -> None:
        key = {"record_kind": kind, "record_id": name, "expected": version, "version": version + 1}
        self._checked(REPLACE_RECORD, {**key, "document": document, "shop": SHOP, "shopper": shopper, **values}, 1)

    def _start_timers(self, order: dict[str, Any]) -> None:
        attempt = order["attempts"][0]
        due = {"unpaid_at": order["pay_until"], "query_at": attempt["created_at"] + 2 * MINUTE}
        self.connected.run(START_TIMERS, {"order": order["terms"]["id"], "attempt": attempt["id"], **due})

    def _tell(self, order: dict[str, Any], version: int, events: list[tuple[str, str]], now: int) -> None:
        key = {"order": order["terms"]["id"], "version": version}
        said = {f"topic_{n}": topic for n, (topic, _) in enumerate(events)}
        said |= {f"payload_{n}": payload for n, (_, payload) in enumerate(events)}
        self.connected.run(HISTORY[len(events)], {**key, **said, "now": now})
        self.connected.run(OUTBOX[len(events)], key)

    def _checked(self, statement: str, values: Mapping[str, object], count: int) -> None:
        if self.connected.run(statement, values) != count:
            raise Refused(statement)


def personal() -> str:
    """The shopper's address, in a text of its own."""
    return dump(
        {
            "terms": {
                "address": {
                    "name": ADDRESS.name,
                    "phone": ADDRESS.phone,
                    "region": list(ADDRESS.region),
                    "street": ADDRESS.street,
                    "postcode": "",
                }
            }
        }
    )


def micros(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - EPOCH) // timedelta(microseconds=1)
