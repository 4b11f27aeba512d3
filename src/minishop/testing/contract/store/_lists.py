"""Promises about lists and about personal data."""

from __future__ import annotations

from minishop.errors import InvalidInput
from minishop.storage import Page
from minishop.testing.contract._promise import BrokenPromise, Chapter, same
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._lab import Lab
from minishop.testing.contract.store._values import later, put

__all__ = ["lists", "personal"]

lists: Chapter[Lab] = Chapter("lists", Capability.LISTS)
personal: Chapter[Lab] = Chapter("personal data", Capability.PERSONAL)


def _ids(page: Page) -> list[str]:
    return [record.id for record in page.records]


@lists.promise()
def lists_newest_first(lab: Lab) -> None:
    """A list is by (created_at, id) descending, and has one kind only."""
    lab.done(
        put("a", created_at=later(1)),
        put("c", created_at=later(2)),
        put("b", created_at=later(2)),
        put("d", created_at=later(2, micros=1)),
        put("e", created_at=later(3), kind="cart"),
    )
    page = lab.store.list_records("order")
    same(_ids(page), ["d", "c", "b", "a"], "the order of the list")
    same(page.next, None, "the cursor at the end")
    same(page.records[-1], lab.store.load("order", "a"), "a record of the list and the same one loaded")
    same(lab.store.list_records("nothing"), Page(()), "an empty list")


@lists.promise()
def filters_lists(lab: Lab) -> None:
    """shop, shopper and label filter, alone and together; None lets all through, "" does not."""
    for index, (shop, shopper, label) in enumerate(
        [("s1", "u1", "paid"), ("s1", "u2", "paid"), ("s2", "u1", "paid"), ("s1", "u1", "closed"), ("", "", "")]
    ):
        lab.done(put(f"o{index}", shop=shop, shopper=shopper, label=label, created_at=later(-index)))
    ask = lab.store.list_records
    same(_ids(ask("order", shop="s1")), ["o0", "o1", "o3"], "of a shop")
    same(_ids(ask("order", shopper="u1")), ["o0", "o2", "o3"], "of a shopper")
    same(_ids(ask("order", label="paid")), ["o0", "o1", "o2"], "of a label")
    same(_ids(ask("order", shop="s1", shopper="u1", label="paid")), ["o0"], "of all three")
    same(_ids(ask("order", shopper="")), ["o4"], "of nobody")
    same(_ids(ask("order", label="pai_")), [], "of a label that is no pattern")


@lists.promise()
def follows_label_changes(lab: Lab) -> None:
    """A record is listed under its present label and shopper only."""
    lab.done(put(label="unpaid", shopper="guest"))
    lab.done(put(expected=1, label="paid", shopper="u1"))
    same(_ids(lab.store.list_records("order", label="unpaid")), [], "under the old label")
    same(_ids(lab.store.list_records("order", label="paid", shopper="u1")), ["o1"], "under the new one")


@lists.promise()
def pages_without_gaps(lab: Lab) -> None:
    """Paging shows each record once, records of the same instant too, and new ones disturb nothing."""
    names = [f"o{index}" for index in range(7)]
    lab.done(*(put(name, created_at=later(index // 3)) for index, name in enumerate(names)))
    seen: list[str] = []
    cursor = None
    for turn in range(4):
        page = lab.store.list_records("order", cursor=cursor, limit=2)
        seen += _ids(page)
        cursor = page.next
        if cursor is None:
            break
        lab.done(put(f"new{turn}", created_at=later(100 + turn)))
    same(seen, names[::-1], "all pages together")
    same(cursor, None, "the cursor after the last page")


@lists.promise()
def knows_the_end_of_a_list(lab: Lab) -> None:
    """A page that is full and the last has no cursor: no empty page follows."""
    lab.done(put("a"), put("b"))
    same(lab.store.list_records("order", limit=2).next, None, "the cursor of a full last page")


@lists.promise()
def pages_past_changes(lab: Lab) -> None:
    """A cursor stays good when the record that it points behind leaves the list."""
    lab.done(*(put(name, label="paid") for name in "abcd"))
    page = lab.store.list_records("order", label="paid", limit=2)
    lab.done(put("c", 1, label="closed"))
    same(_ids(lab.store.list_records("order", label="paid", limit=2, cursor=page.next)), ["b", "a"], "the next page")


@lists.promise()
def refuses_broken_cursors(lab: Lab) -> None:
    """A cursor that no list made is refused as malformed input."""
    lab.done(put())
    for cursor in ("nonsense", "", "💥", "AAAA", "1 OR 1=1"):
        try:
            lab.store.list_records("order", cursor=cursor)
        except InvalidInput as error:
            same((error.field, error.code), ("cursor", "malformed"), "field and code of the error")
        else:
            raise BrokenPromise(f"the cursor {cursor!r} was accepted")


@personal.promise()
def keeps_personal_data(lab: Lab) -> None:
    """Personal data stay when a put brings none, and are replaced when it brings some."""
    lab.done(put(personal='"one"', shopper="u1"))
    lab.done(put(expected=1, shopper="u1"))
    got = lab.store.load("order", "o1")
    same(got and got.personal, '"one"', "personal data after a put without any")
    lab.done(put(expected=2, shopper="u1", personal='"two"'))
    got = lab.store.load("order", "o1")
    same(got and got.personal, '"two"', "personal data after a put with some")


@personal.promise()
def erases_personal_data(lab: Lab) -> None:
    """Erasing takes the personal data of one shopper's records of all kinds, and counts those that had some."""
    lab.done(put("a", personal='"x"', shopper="u1"), put("a", kind="cart", personal='"x"', shopper="u1"))
    lab.done(put("b", shopper="u1"), put("c", personal='"x"', shopper="u2"), put("d", personal='"x"'))
    same(lab.store.erase_personal(""), 0, "records of nobody that were erased")
    same(lab.store.erase_personal("u1"), 2, "records erased")
    same(lab.store.erase_personal("u1"), 0, "records erased the second time")
    got = [(kind, id_, lab.store.load(kind, id_)) for kind, id_ in [("order", "a"), ("cart", "a"), ("order", "c")]]
    same([one and one.personal for _, _, one in got], [None, None, '"x"'], "what is left")
    same([one and one.version for _, _, one in got], [1, 1, 1], "the versions")
    rest = lab.store.load("order", "d")
    same(rest and rest.personal, '"x"', "personal data of a record that is nobody's")


@personal.promise()
def erases_for_good(lab: Lab) -> None:
    """Somebody who read a record before its erasure cannot bring the personal data back."""
    lab.done(put(personal='"x"', shopper="u1"))
    lab.store.erase_personal("u1")
    lab.done(put(expected=1, personal='"x"', shopper="u1"))
    got = lab.store.load("order", "o1")
    same(got and (got.version, got.personal), (2, None), "version and personal data after a late put")
    same(lab.store.erase_personal("u1"), 0, "records that had something to erase")
