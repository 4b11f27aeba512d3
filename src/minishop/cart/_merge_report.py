"""What a merge did, line by line."""

from __future__ import annotations

from typing import Any

from attrs import frozen

__all__ = ["MergeEntry", "MergeReport"]

_KEEP_ALL = frozenset({"merge_added", "merge_summed"})


@frozen(kw_only=True)
class MergeEntry:
    """What became of one line of the guest's cart.

    Attributes:
        code: ``merge_added``, ``merge_summed``, ``merge_clamped`` (the sum stopped at a limit), ``merge_guest_kept``,
            ``merge_member_kept`` (the other side's line was dropped), ``merge_removed_since`` (dropped: the member took
            the line out later), ``merge_currency_differs`` (dropped).
        line: Key of the line.
        sku: The line's sku.
        guest: Units in the guest's cart.
        member: Units in the member's cart; ``None`` if it had no such line.
        is_: Units now; 0 if there is no such line.
    """

    code: str
    line: str
    sku: str
    guest: int
    member: int | None
    is_: int

    @property
    def is_loss(self) -> bool:
        """Whether something was dropped or clamped."""
        return self.code not in _KEEP_ALL

    @property
    def params(self) -> dict[str, object]:
        """What the texts of :mod:`minishop.messages` mention."""
        return {"sku": self.sku, "guest": self.guest, "member": self.member, "is": self.is_}

    def to_dict(self) -> dict[str, Any]:
        """The entry as JSON."""
        return {"code": self.code, "line": self.line, **self.params}


@frozen(kw_only=True)
class MergeReport:
    """What a merge did.

    Attributes:
        policy: The policy that was used.
        entries: One for each line of the guest's cart, in its order.
        is_repeated: The carts had been merged before, and nothing was done.
    """

    policy: str
    entries: tuple[MergeEntry, ...] = ()
    is_repeated: bool = False

    @property
    def losses(self) -> tuple[MergeEntry, ...]:
        """The entries of every line that was dropped or clamped: what to tell the shopper."""
        return tuple([entry for entry in self.entries if entry.is_loss])
