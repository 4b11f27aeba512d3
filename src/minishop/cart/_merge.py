"""Merging a guest's cart into the member's on login.

Lines that only one cart holds are kept. A line that both hold is settled by the policy. Two kinds of guest lines are
not taken over: those in another currency, and those that are older than the member's own removal (or order) of the same
line, because a removed line does not come back by an old snapshot.

What the guest's devices did goes over as well: their receipts, so that a repeated operation stays a repetition, and
their quantity changes, so that a ``Remove`` by another device of the member does not delete what it never saw.
"""

from __future__ import annotations

from typing import Literal, get_args

import attrs

from minishop.cart._merge_report import MergeEntry, MergeReport
from minishop.cart._receipts import DeviceReceipts
from minishop.cart._saved import MOST_UNITS, QuantityChange, SavedCart, SavedLine, Tombstone
from minishop.cart._shelf import Shelf
from minishop.cart._workbench import with_change
from minishop.errors import InvalidInput

__all__ = ["MergePolicy", "merge"]

MergePolicy = Literal["guest-wins-if-newer", "sum", "max", "keep-member", "keep-guest"]


def merge(
    member: SavedCart,
    guest: SavedCart,
    *,
    policy: MergePolicy = "guest-wins-if-newer",
    shelf: Shelf | None = None,
) -> tuple[SavedCart, SavedCart, MergeReport]:
    """The member's cart with the guest's goods, the guest's cart emptied and marked, and what became of each line.

    Store both carts in one batch. Merging again changes nothing. Whatever the policy, a guest line in another currency
    is dropped, and so is one that the member took out or ordered after the guest had last changed it.

    Args:
        member: The cart that stays.
        guest: The cart that is merged into it.
        policy: What happens to a line that both hold. ``guest-wins-if-newer`` takes the line whose quantity changed
            later by server time (the member's, if at the same instant); ``sum`` adds the quantities, ``max`` takes the
            larger, ``keep-member`` and ``keep-guest`` take one side's.
        shelf: Gives ``sum`` the limits that it stops at; the member's own quantity is never lowered. 9999 always holds.

    Raises:
        InvalidInput: ``unknown_value`` for the policy; ``not_allowed`` if either cart was merged into a third one, both
            are the same, or the guest's cart belongs to another member.
    """
    if policy not in get_args(MergePolicy):
        allowed = ", ".join(get_args(MergePolicy))
        raise InvalidInput("policy", "unknown_value", f"must be one of {allowed}", params={"got": policy})
    _check(member, guest)
    if guest.id in member.merged_from:
        return member, _emptied(guest, member), MergeReport(policy=policy, is_repeated=True)
    table = _Table(member, guest, policy, shelf)
    report = MergeReport(policy=policy, entries=table.take_all())
    merged = attrs.evolve(
        member,
        sequence=table.sequence,
        lines=table.lines.values(),
        tombstones=table.tombstones(),
        receipts=_receipts(member, guest),
        merged_from=(*member.merged_from, guest.id),
    )
    return merged, _emptied(guest, member), report


def _check(member: SavedCart, guest: SavedCart) -> None:
    if member.id == guest.id:
        raise InvalidInput("guest", "not_allowed", "must be another cart than the member's")
    if member.merged_into is not None:
        raise InvalidInput("member", "not_allowed", f"was merged into {member.merged_into}: merge into that one")
    if guest.merged_into not in (None, member.id):
        raise InvalidInput("guest", "not_allowed", f"was merged into {guest.merged_into} before")
    if guest.shopper is not None and guest.shopper != member.shopper:
        raise InvalidInput("guest", "not_allowed", "must be a guest's cart, or the same member's")


def _emptied(guest: SavedCart, member: SavedCart) -> SavedCart:
    if guest.merged_into is not None:
        return guest
    return attrs.evolve(guest, sequence=guest.sequence + 1, lines=(), merged_into=member.id)


def _receipts(member: SavedCart, guest: SavedCart) -> tuple[DeviceReceipts, ...]:
    devices = {receipts.device: receipts for receipts in member.receipts}
    for receipts in guest.receipts:
        own = devices.get(receipts.device)
        devices[receipts.device] = receipts if own is None else own.union(receipts)
    return tuple(devices.values())


class _Table:
    """Both carts side by side while they are merged."""

    def __init__(self, member: SavedCart, guest: SavedCart, policy: MergePolicy, shelf: Shelf | None) -> None:
        self.member, self.guest, self.policy, self.shelf = member, guest, policy, shelf
        self.sequence = member.sequence + 1
        self.lines = {line.key: line for line in member.lines}
        self.stones = {stone.line: stone for stone in member.tombstones}

    def take_all(self) -> tuple[MergeEntry, ...]:
        """One entry for each guest line; lines that only the guest has go first, so that ``sum`` sees them."""
        entries: dict[str, MergeEntry] = {}
        for line in sorted(self.guest.lines, key=lambda line: line.key in self.lines):
            entries[line.key] = self._take(line)
        return tuple([entries[line.key] for line in self.guest.lines])

    def _take(self, theirs: SavedLine) -> MergeEntry:
        ours = self.lines.get(theirs.key)
        if self.guest.currency != self.member.currency:
            return _entry("merge_currency_differs", theirs, ours, ours)
        stone = self.stones.get(theirs.key)
        if ours is None and stone is not None and stone.at >= theirs.changed_at:
            return _entry("merge_removed_since", theirs, None, None)
        code, result = ("merge_added", theirs) if ours is None else self._settle(ours, theirs)
        if result is not ours:
            changes = () if result is theirs or ours is None else ours.changes
            result = attrs.evolve(result, changes=self._restamped(changes, theirs.changes))
        self.lines[theirs.key] = result
        return _entry(code, theirs, ours, result)

    def _settle(self, ours: SavedLine, theirs: SavedLine) -> tuple[str, SavedLine]:
        newer = theirs if theirs.changed_at > ours.changed_at else ours
        winner = {
            "guest-wins-if-newer": newer,
            "keep-member": ours,
            "keep-guest": theirs,
            "max": theirs if theirs.quantity > ours.quantity else ours,
        }.get(self.policy)
        if winner is not None:
            return ("merge_guest_kept" if winner is theirs else "merge_member_kept"), winner
        total = ours.quantity + theirs.quantity
        quantity = max(ours.quantity, min(total, MOST_UNITS, self._room(theirs)))
        summed = attrs.evolve(
            newer, quantity=quantity, ordered_meanwhile=ours.ordered_meanwhile or theirs.ordered_meanwhile
        )
        return ("merge_summed" if quantity == total else "merge_clamped"), summed

    def _room(self, line: SavedLine) -> int:
        """Units of the line that its limits leave beside the other lines of the sku."""
        product = None if self.shelf is None else self.shelf.get(line.sku)
        if product is None:
            return MOST_UNITS
        others = [other for other in self.lines.values() if other.sku == line.sku and other.key != line.key]
        room = MOST_UNITS if product.limit is None else product.limit - sum(other.quantity for other in others)
        deal = None if line.activity is None else product.activities.get(line.activity)
        if deal is not None and deal.limit is not None:
            alike = sum(other.quantity for other in others if other.activity == line.activity)
            room = min(room, deal.limit - alike)
        return room

    def _restamped(
        self, ours: tuple[QuantityChange, ...], theirs: tuple[QuantityChange, ...]
    ) -> tuple[QuantityChange, ...]:
        """The changes of both, the guest's as if they had been made by the merge."""
        for change in theirs:
            ours = with_change(ours, change.device, change.number, self.sequence)
        return ours

    def tombstones(self) -> tuple[Tombstone, ...]:
        """The member's, and those of lines that the guest ordered: a late operation may still bring these back."""
        stones = dict(self.stones)
        for stone in self.guest.tombstones:
            if stone.ordered is not None:
                own = stones.get(stone.line, stone)
                stones[stone.line] = attrs.evolve(
                    own, sequence=self.sequence, at=max(own.at, stone.at), ordered=self.sequence
                )
        return tuple(stones.values())


def _entry(code: str, theirs: SavedLine, ours: SavedLine | None, result: SavedLine | None) -> MergeEntry:
    return MergeEntry(
        code=code,
        line=theirs.key,
        sku=theirs.sku,
        guest=theirs.quantity,
        member=None if ours is None else ours.quantity,
        is_=0 if result is None else result.quantity,
    )
