"""Limits and accounts: numbers that many share, changed by one statement that also checks them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from minishop.adapters._sql._refused import Refused
from minishop.adapters._sql._session import Session, insert_new, matches
from minishop.storage import Conflict, GiveBack, Insufficient, LedgerEntry, LimitChange, Take

__all__ = ["book", "change_limits"]

_ANY = 2**62
"""Beyond every bound that could be meant, and still a 64-bit number when something is added."""


def change_limits(session: Session, changes: Sequence[LimitChange]) -> None:
    """Gives back, then takes; by key."""
    by_key: defaultdict[str, list[LimitChange]] = defaultdict(list)
    for change in changes:
        by_key[change.key].append(change)
    for key in sorted(by_key):
        returned = _give_back(session, key, [c.token for c in by_key[key] if isinstance(c, GiveBack)])
        takes = _new_takes(session, key, [c for c in by_key[key] if isinstance(c, Take)])
        ceilings = [take.ceiling for take in takes if take.ceiling is not None]
        count = sum(take.count for take in takes) - returned
        if (takes or returned) and not _count(session, key, count, min(ceilings, default=_ANY)):
            raise Refused(Insufficient("limit", key))


def _give_back(session: Session, key: str, tokens: Sequence[str]) -> int:
    returned = 0
    for condition, values in matches("token", sorted(set(tokens))):
        where = f"FROM minishop_takes WHERE limit_key = :limit_key AND {condition}"
        found = session.rows(f"SELECT taken {where}{session.dialect.locked}", {"limit_key": key, **values})
        if found:
            session.run(f"DELETE {where}", {"limit_key": key, **values})
            returned += sum(row[0] for row in found)
    return returned


def _new_takes(session: Session, key: str, takes: Sequence[Take]) -> list[Take]:
    first: dict[str, Take] = {}
    for take in takes:
        first.setdefault(take.token, take)
    return [
        first[token]
        for token in sorted(first)
        if insert_new(session, "minishop_takes", ("limit_key", "token", "taken"), [(key, token, first[token].count)])
    ]


def _count(session: Session, key: str, count: int, most: int) -> bool:
    change = (
        "UPDATE minishop_limits SET taken = taken + :count WHERE limit_key = :limit_key AND taken + :count <= :most",
        {"limit_key": key, "count": count, "most": most},
    )
    return bool(
        session.run(*change)
        or (count <= most and insert_new(session, "minishop_limits", ("limit_key", "taken"), [(key, count)]))
        or session.run(*change)
    )


def book(session: Session, entries: Sequence[LedgerEntry]) -> None:
    """Changes balances, by account, and writes the entries in the batch's order."""
    by_account: defaultdict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        by_account[entry.account].append(entry)
    for account in sorted(by_account):
        amount = sum(entry.amount for entry in by_account[account])
        floors = [entry.floor for entry in by_account[account] if entry.amount < 0 and entry.floor is not None]
        least = max(floors) if amount < 0 and floors else -_ANY
        if not _balance(session, account, amount, least):
            raise Refused(Insufficient("ledger", account))
    rows = [(entry.id, entry.account, entry.amount, entry.note) for entry in entries]
    if insert_new(session, "minishop_entries", ("entry", "account", "amount", "note"), rows) < len(rows):
        raise Refused(Conflict("unique", rows[0][0]))


def _balance(session: Session, account: str, amount: int, least: int) -> bool:
    change = (
        "UPDATE minishop_accounts SET balance = balance + :amount"
        " WHERE account = :account AND balance + :amount >= :least",
        {"account": account, "amount": amount, "least": least},
    )
    return bool(
        session.run(*change)
        or (amount >= least and insert_new(session, "minishop_accounts", ("account", "balance"), [(account, amount)]))
        or session.run(*change)
    )
