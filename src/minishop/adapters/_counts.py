"""What the limits and bookings of a batch amount to: pure, shared by stores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from minishop.storage import GiveBack, LedgerEntry, LimitChange, Take

__all__ = ["LimitPlan", "find_overdrawn", "plan_limits"]


@frozen
class LimitPlan:
    """What to write, unless it is too much.

    Attributes:
        taken: Limit to what each token has of it afterwards, for each limit that the batch names.
        over: The limits that would be exceeded, sorted.
    """

    taken: Mapping[str, Mapping[str, int]] = field(factory=dict, hash=False)
    over: tuple[str, ...] = ()


def plan_limits(changes: Iterable[LimitChange], taken: Mapping[str, Mapping[str, int]]) -> LimitPlan:
    """Gives back first, takes then; a token that has taken of a key takes nothing again.

    Args:
        changes: Of the batch.
        taken: Limit to what each token has of it now, for the limits that the batch names.
    """
    changes = tuple(changes)
    after = {change.key: dict(taken.get(change.key, {})) for change in changes}
    for change in changes:
        if isinstance(change, GiveBack):
            after[change.key].pop(change.token, None)
    new = []
    for change in changes:
        if isinstance(change, Take) and change.token not in after[change.key]:
            after[change.key][change.token] = change.count
            new.append(change)
    over = {take.key for take in new if take.ceiling is not None and sum(after[take.key].values()) > take.ceiling}
    return LimitPlan(after, tuple(sorted(over)))


def find_overdrawn(entries: Iterable[LedgerEntry], balances: Mapping[str, int]) -> str | None:
    """The first account, sorted, that a batch's entries would bring below its floor.

    Args:
        entries: Of the batch.
        balances: Account to its balance now, for the accounts that the batch names.
    """
    booked: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        booked.setdefault(entry.account, []).append(entry)
    for account in sorted(booked):
        change = sum(entry.amount for entry in booked[account])
        floors = [entry.floor for entry in booked[account] if entry.amount < 0 and entry.floor is not None]
        if change < 0 and floors and balances.get(account, 0) + change < max(floors):
            return account
    return None
