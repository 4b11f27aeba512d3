"""Clocks, receipts, accounts and limits as they are read and tidied."""

from __future__ import annotations

from collections.abc import Sequence

from minishop.adapters._sql._session import Session, matches
from minishop.adapters._sql._values import instant, micros, receipt_digest
from minishop.storage import DueTimer, Receipt, ReceiptKey

__all__ = ["balance", "defer", "drop_receipts", "due", "entries", "find_receipt", "holders", "taken"]

_ORDER = "due_at, record_kind, record_id, kind, subject"


def due(session: Session, now: int, limit: int, kinds: Sequence[str] | None) -> tuple[DueTimer, ...]:
    """See :class:`~minishop.storage.Timers`."""
    select = f"SELECT {_ORDER}, failures FROM minishop_timers WHERE due_at <= :now"
    conditions = [("", {})] if kinds is None else [(f" AND {c}", v) for c, v in matches("kind", sorted(set(kinds)))]
    found = [
        row
        for condition, values in conditions
        for row in session.rows(
            f"{select}{condition} ORDER BY {_ORDER} LIMIT :limit", {**values, "now": now, "limit": limit}
        )
    ]
    rows = sorted(tuple(row) for row in found)[:limit]
    return tuple(DueTimer(row[1], row[2], row[3], row[4], instant(row[0]), row[5]) for row in rows)


def defer(session: Session, timer: DueTimer, until: int) -> bool:
    """See :class:`~minishop.storage.Timers`."""
    changed = session.run(
        "UPDATE minishop_timers SET due_at = :until, failures = failures + 1 WHERE record_kind = :record_kind"
        " AND record_id = :record_id AND kind = :kind AND subject = :subject AND due_at = :due_at",
        {
            "until": until,
            "record_kind": timer.record_kind,
            "record_id": timer.record_id,
            "kind": timer.kind,
            "subject": timer.subject,
            "due_at": micros(timer.at),
        },
    )
    return changed == 1


def find_receipt(session: Session, key: ReceiptKey, now: int) -> Receipt | None:
    """See :class:`~minishop.storage.IdempotencyStore`."""
    found = session.rows(
        "SELECT fingerprint, outcome, expires_at FROM minishop_receipts"
        " WHERE receipt_key = :receipt_key AND expires_at > :now",
        {"receipt_key": receipt_digest(key), "now": now},
    )
    return Receipt(key, found[0][0], found[0][1], instant(found[0][2])) if found else None


def drop_receipts(session: Session, now: int, limit: int) -> int:
    """See :class:`~minishop.storage.IdempotencyStore`."""
    found = session.rows(
        "SELECT receipt_key FROM minishop_receipts WHERE expires_at <= :now ORDER BY expires_at LIMIT :limit"
        + session.dialect.unlocked,
        {"now": now, "limit": limit},
    )
    return sum(
        session.run(f"DELETE FROM minishop_receipts WHERE {condition}", values)
        for condition, values in matches("receipt_key", [row[0] for row in found])
    )


def balance(session: Session, account: str) -> int:
    """See :class:`~minishop.storage.LedgerStore`."""
    found = session.rows("SELECT balance FROM minishop_accounts WHERE account = :account", {"account": account})
    return int(found[0][0]) if found else 0


def entries(session: Session, account: str, after: str | None, limit: int) -> tuple[tuple[str, int, str], ...]:
    """See :class:`~minishop.storage.LedgerStore`."""
    values: dict[str, object] = {"account": account, "limit": limit}
    follow = ""
    if after is not None:
        follow = " AND seq > (SELECT a.seq FROM minishop_entries a WHERE a.entry = :after AND a.account = :account)"
        values["after"] = after
    found = session.rows(
        f"SELECT entry, amount, note FROM minishop_entries WHERE account = :account{follow} ORDER BY seq LIMIT :limit",
        values,
    )
    return tuple((row[0], row[1], row[2]) for row in found)


def taken(session: Session, keys: Sequence[str]) -> dict[str, int]:
    """See :class:`~minishop.storage.LimitStore`."""
    found = dict.fromkeys(keys, 0)
    for condition, values in matches("limit_key", [*found]):
        found |= {
            row[0]: row[1]
            for row in session.rows(f"SELECT limit_key, taken FROM minishop_limits WHERE {condition}", values)
        }
    return found


def holders(session: Session, key: str) -> tuple[str, ...]:
    """See :class:`~minishop.storage.LimitStore`."""
    found = session.rows("SELECT token FROM minishop_takes WHERE limit_key = :limit_key", {"limit_key": key})
    return tuple(sorted(row[0] for row in found))
