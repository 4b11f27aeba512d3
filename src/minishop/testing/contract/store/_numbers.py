"""Promises about limits, ledgers and receipts."""

from __future__ import annotations

from minishop.storage import Conflict, GiveBack, Insufficient, KeyReused, LedgerEntry, Replayed, Take
from minishop.testing.contract._promise import Chapter, same
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._lab import Lab
from minishop.testing.contract.store._values import later, put, receipt

__all__ = ["ledger", "limits", "receipts"]

limits: Chapter[Lab] = Chapter("limits", Capability.LIMITS)
ledger: Chapter[Lab] = Chapter("ledger", Capability.LEDGER)
receipts: Chapter[Lab] = Chapter("receipts", Capability.RECEIPTS)


@limits.promise()
def keeps_limits(lab: Lab) -> None:
    """All tokens together have at most the ceiling."""
    lab.done(Take("k", "t1", 2, 5), Take("k", "t2", 3, 5))
    lab.refused(Insufficient("limit", "k"), Take("k", "t3", 1, 5))
    lab.refused(Insufficient("limit", "other"), Take("other", "t3", 2, 1))
    same(lab.store.taken(["k", "other"]), {"k": 5, "other": 0}, "what is taken")
    same(lab.store.holders("k"), ("t1", "t2"), "who has taken")
    same(lab.store.holders("other"), (), "who has taken of a limit never used")


@limits.promise()
def takes_once_per_token(lab: Lab) -> None:
    """A token that has taken of a key takes nothing again, whatever count and ceiling it comes with."""
    lab.done(Take("k", "t1", 1, 1))
    lab.done(Take("k", "t1", 1, 1))
    lab.done(Take("k", "t1", 5, 1))
    lab.done(Take("k2", "t1", 1, 1), Take("k2", "t1", 4, 1))
    same(lab.store.taken(["k", "k2"]), {"k": 1, "k2": 1}, "what is taken")
    lab.refused(Insufficient("limit", "k"), Take("k", "T1", 1, 1))


@limits.promise()
def gives_limits_back(lab: Lab) -> None:
    """A token gives back what it has taken of a key; again, and of a key it has nothing of, is harmless."""
    lab.done(Take("k", "t1", 1, 1), Take("k2", "t1", 1, 1))
    lab.done(GiveBack("k", "t1"), GiveBack("k", "t9"), GiveBack("never", "t1"))
    lab.done(GiveBack("k", "t1"))
    same(lab.store.taken(["k", "k2"]), {"k": 0, "k2": 1}, "what is taken")
    same((lab.store.holders("k"), lab.store.holders("k2")), ((), ("t1",)), "who has taken")
    lab.done(Take("k", "t2", 1, 1))


@limits.promise()
def gives_back_before_it_takes(lab: Lab) -> None:
    """Within a batch what is given back is free for those who take, wherever it stands."""
    lab.done(Take("k", "t1", 1, 1))
    lab.done(Take("k", "t2", 1, 1), GiveBack("k", "t1"))
    same(lab.store.holders("k"), ("t2",), "who has taken")
    lab.done(Take("k", "t2", 3, 3), GiveBack("k", "t2"))
    same(lab.store.taken(["k"]), {"k": 3}, "what a token has that gave back and took anew")


@limits.promise()
def sums_takes_before_it_decides(lab: Lab) -> None:
    """Several takes of one key in a batch are summed, and each checks its own ceiling; the first key is named."""
    lab.refused(Insufficient("limit", "k"), Take("k", "t1", 1, 2), Take("k", "t2", 1, 2), Take("k", "t3", 1, 2))
    lab.refused(Insufficient("limit", "k"), Take("k", "t1", 1, 1), Take("k", "t2", 1, 9))
    lab.refused(Insufficient("limit", "a"), Take("b", "t1", 2, 1), Take("a", "t1", 2, 1), Take("k", "t1", 1, 1))
    lab.done(Take("k", "t1", 1, None), Take("k", "t2", 4, 5))
    lab.done(Take("k", "t3", 10, None))
    same(lab.store.taken(["k"]), {"k": 15}, "what is taken")


@ledger.promise()
def books_entries(lab: Lab) -> None:
    """Entries are kept in the order of booking, per account, and their sum is the balance."""
    lab.done(LedgerEntry("e2", "points:u1", 5, note="签到"), LedgerEntry("e1", "points:u1", 7))
    lab.done(LedgerEntry("e0", "points:u1", -4, note="spent"), LedgerEntry("e3", "points:u2", 1))
    rows = (("e2", 5, "签到"), ("e1", 7, ""), ("e0", -4, "spent"))
    same(lab.store.entries("points:u1"), rows, "the entries")
    same(lab.store.entries("points:u1", limit=2), rows[:2], "the first two")
    same(lab.store.entries("points:u1", after="e2", limit=1), rows[1:2], "the one after e2")
    same(lab.store.entries("points:u1", after="e0"), (), "those after the last")
    same(lab.store.entries("points:u1", after="e3"), (), "those after an entry of another account")
    same((lab.store.balance("points:u1"), lab.store.balance("points:u3")), (8, 0), "the balances")


@ledger.promise()
def books_only_once(lab: Lab) -> None:
    """The id of an entry is taken for all time, whatever its account; the first one taken is named."""
    lab.done(LedgerEntry("e1", "a", 5), LedgerEntry("e2", "a", 5))
    lab.refused(Conflict("unique", "e1"), LedgerEntry("e2", "a", 5), LedgerEntry("e1", "b", 5))


@ledger.promise()
def keeps_floors(lab: Lab) -> None:
    """An account falls to its floor and not below, except where an entry allows debt."""
    lab.done(LedgerEntry("e1", "a", 5))
    lab.refused(Insufficient("ledger", "a"), LedgerEntry("e2", "a", -6))
    lab.refused(Insufficient("ledger", "a"), LedgerEntry("e2", "a", -4, floor=2))
    lab.done(LedgerEntry("e2", "a", -5))
    lab.done(LedgerEntry("e3", "a", -5, floor=None), LedgerEntry("e4", "b", -3, floor=-3))
    lab.done(LedgerEntry("e5", "a", 1, floor=100))
    same(lab.store.balance("a"), -4, "the balance after debt and a small booking")
    lab.refused(Insufficient("ledger", "a"), LedgerEntry("e6", "a", -1))


@ledger.promise()
def sums_entries_before_it_decides(lab: Lab) -> None:
    """The entries of an account are summed first; if they take something, the highest floor counts."""
    lab.done(LedgerEntry("e1", "a", -5), LedgerEntry("e2", "a", 5))
    lab.refused(Insufficient("ledger", "a"), LedgerEntry("e3", "a", -2, None), LedgerEntry("e4", "a", -1, floor=-2))
    lab.refused(Insufficient("ledger", "a"), LedgerEntry("e5", "b", -1), LedgerEntry("e6", "a", -1))
    lab.done(LedgerEntry("e7", "a", -9, floor=None))
    lab.done(LedgerEntry("e8", "a", -1), LedgerEntry("e9", "a", 1))
    same(lab.store.balance("a"), -9, "the balance")


@receipts.promise()
def replays_a_receipt(lab: Lab) -> None:
    """The same key and fingerprint again does nothing and answers with the receipt, whatever else is in the batch."""
    lab.done(put(), receipt())
    same(lab.store.find_receipt(receipt().key, later(59)), receipt(), "the receipt")
    lab.refused(Replayed(receipt()), put(), receipt())
    lab.refused(Replayed(receipt()), put("o2"), receipt(minutes=999))


@receipts.promise()
def refuses_a_reused_key(lab: Lab) -> None:
    """The same key with another fingerprint is refused."""
    lab.done(put(), receipt())
    lab.refused(KeyReused(receipt().key), put("o2"), receipt(fingerprint="f2"))
    same(lab.store.find_receipt(receipt().key, later(1)), receipt(), "the receipt after it was reused")


@receipts.promise()
def tells_receipt_keys_apart(lab: Lab) -> None:
    """A key is all four parts of it, each exact text: nothing is glued together."""
    lab.done(receipt("b:c", "f1", actor="a"))
    for key, actor in [("c", "a:b"), ("B:C", "a"), ("b:c ", "a"), ("b:c", "A"), ("c", "a:place:b")]:
        same(
            lab.store.find_receipt(receipt(key, actor=actor).key, later(0)), None, f"the receipt of {key!r}, {actor!r}"
        )
        lab.done(receipt(key, "f2", actor=actor))


@receipts.promise()
def keeps_no_receipt_of_a_refusal(lab: Lab) -> None:
    """A batch that is refused leaves no receipt: the key may be used once the reason is gone."""
    lab.done(put())
    lab.refused(Conflict("version", "order:o1"), put(), receipt())
    lab.done(put(expected=1), receipt(fingerprint="f2"))


@receipts.promise()
def lets_receipts_expire(lab: Lab) -> None:
    """A receipt counts until the instant it expires, swept or not; then its key is free."""
    lab.done(receipt())
    lab.refused(Replayed(receipt()), receipt(), now=later(60, micros=-1))
    same(lab.store.find_receipt(receipt().key, later(60)), None, "the receipt when it has expired")
    again = receipt(fingerprint="f2", minutes=120)
    lab.done(again, now=later(60))
    same(lab.store.find_receipt(receipt().key, later(119)), again, "the new receipt")


@receipts.promise()
def drops_expired_receipts(lab: Lab) -> None:
    """Sweeping forgets expired receipts, at most as many as it is told, and no others."""
    lab.done(receipt("k1"))
    lab.done(receipt("k2"))
    lab.done(receipt("k3", minutes=61))
    same(lab.store.drop_receipts(later(60, micros=-1), 9), 0, "receipts dropped before they expire")
    same(lab.store.drop_receipts(later(60), 1), 1, "receipts dropped with a limit of 1")
    same(lab.store.drop_receipts(later(60), 9), 1, "receipts dropped then")
    same(lab.store.find_receipt(receipt("k3").key, later(60)), receipt("k3", minutes=61), "the one that is left")
