"""Promises about records: what is put is what is loaded, and versions decide."""

from __future__ import annotations

from datetime import timedelta, timezone

from minishop.storage import Committed, Conflict, Expect, Stored
from minishop.testing.contract._promise import Chapter, holds, same
from minishop.testing.contract.store._capabilities import Capability
from minishop.testing.contract.store._lab import Lab
from minishop.testing.contract.store._values import NOW, event, later, put

__all__ = ["records"]

records: Chapter[Lab] = Chapter("records")

_AWKWARD = ("a", "A", "ä", "a ", " a", "", "'; --", '"', "%", "_", "a:b", "a/b", "\\", "奶茶", "🧋", "x" * 191)
"""Names that a careless comparison, collation or query takes for one another, or for something else."""


@records.promise()
def loads_what_was_put(lab: Lab) -> None:
    """A record is loaded with every field as it was put, its version 1 after the insert."""
    whole = put(
        document='{"note": "少冰 🧊 \\u0000", "quote": "\'"}',
        personal='{"phone": "13800000000"}',
        shop="s1",
        shopper="u1",
        label="unpaid",
        facets={"life": "open", "money": "unpaid"},
    )
    same(lab.done(whole), Committed({("order", "o1"): 1}), "the answer to an insert")
    wanted = Stored(
        kind="order",
        id="o1",
        version=1,
        document=whole.document,
        personal=whole.personal,
        shop="s1",
        shopper="u1",
        label="unpaid",
        facets={"life": "open", "money": "unpaid"},
        created_at=NOW,
    )
    same(lab.store.load("order", "o1"), wanted, "the record")
    same(lab.store.load("cart", "o1"), None, "the same id of another kind")
    same(lab.store.load("order", "o2"), None, "another id")


@records.promise()
def replaces_a_record(lab: Lab) -> None:
    """A put replaces document, label, facets and shopper, and counts the version up by one."""
    lab.done(put(label="unpaid", facets={"life": "open", "old": "x"}, shopper="u1"))
    lab.done(put(expected=1, label="paid", facets={"life": "closed"}, shopper="u2", document="[]"))
    got = lab.store.load("order", "o1")
    holds(got is not None, "the record is gone")
    assert got is not None
    same(
        (got.version, got.label, dict(got.facets), got.shopper, got.document),
        (2, "paid", {"life": "closed"}, "u2", "[]"),
        "the record after its second put",
    )


@records.promise()
def keeps_long_documents(lab: Lab) -> None:
    """A document of a megabyte comes back whole."""
    long = '{"lines": "' + "茶" * 350_000 + '"}'
    lab.done(put(document=long))
    got = lab.store.load("order", "o1")
    holds(got is not None and got.document == long, "a long document was cut or changed")


@records.promise()
def keeps_instants_exactly(lab: Lab) -> None:
    """Instants keep their microseconds, and are the same instant whatever offset they were written with."""
    there = NOW.astimezone(timezone(timedelta(hours=8)))
    lab.done(put(created_at=there))
    got = lab.store.load("order", "o1")
    same(None if got is None else got.created_at, NOW, "created_at, written in another time zone")
    holds(got is not None and got.created_at.utcoffset() is not None, "created_at has lost its offset")


@records.promise()
def keeps_its_own_copies(lab: Lab) -> None:
    """What the caller changes in a mapping after the commit does not change the store."""
    facets = {"life": "open"}
    lab.done(put(facets=facets))
    facets["life"] = "closed"
    got = lab.store.load("order", "o1")
    same(None if got is None else dict(got.facets), {"life": "open"}, "facets")


@records.promise()
def tells_names_apart(lab: Lab) -> None:
    """Ids are exact text: case, accents, spaces at the end and signs of query languages make a difference."""
    lab.done(*(put(name, document=f'"{index}"') for index, name in enumerate(_AWKWARD)))
    for index, name in enumerate(_AWKWARD):
        got = lab.store.load("order", name)
        same(None if got is None else (got.id, got.document), (name, f'"{index}"'), f"the record {name!r}")


@records.promise()
def tells_kinds_apart(lab: Lab) -> None:
    """The same id in two kinds is two records."""
    lab.done(put(kind="order", document="1"), put(kind="cart", document="2"))
    got = [lab.store.load(kind, "o1") for kind in ("order", "cart")]
    same([one and one.document for one in got], ["1", "2"], "the documents of both kinds")


@records.promise()
def loads_many_in_order(lab: Lab) -> None:
    """load_many answers in the order of the ids, leaves out the unknown, repeats the repeated."""
    lab.done(put("a"), put("b"), put("c"))
    got = lab.store.load_many("order", ["c", "nobody", "a", "c"])
    same([one.id for one in got], ["c", "a", "c"], "the ids")
    same(lab.store.load_many("order", []), (), "no ids")


@records.promise()
def inserts_only_once(lab: Lab) -> None:
    """Inserting what is there already is a conflict about its version."""
    lab.done(put())
    lab.refused(Conflict("version", "order:o1"), put(document='"other"'))


@records.promise()
def replaces_only_what_was_read(lab: Lab) -> None:
    """A put whose expected version is not the stored one is a conflict and changes nothing."""
    lab.done(put())
    lab.done(put(expected=1))
    for expected in (0, 1, 3):
        lab.refused(Conflict("version", "order:o1"), put(expected=expected, document='"stale"'))
    lab.done(put(expected=2))


@records.promise()
def replaces_nothing_that_is_not_there(lab: Lab) -> None:
    """A put that expects a version of a record that does not exist is a conflict."""
    lab.refused(Conflict("version", "order:o1"), put(expected=1))


@records.promise()
def expects_without_changing(lab: Lab) -> None:
    """A record that was only read is checked, and keeps its version."""
    lab.done(put("read"))
    lab.done(put("o1"), Expect("order", "read", 1), Expect("order", "absent", 0))
    got = lab.store.load("order", "read")
    same(got and got.version, 1, "the version of a record that was only expected")
    lab.refused(Conflict("version", "order:read"), put("o2"), Expect("order", "read", 2))
    lab.refused(Conflict("version", "order:read"), put("o2"), Expect("order", "read", 0))
    lab.refused(Conflict("version", "order:absent"), put("o2"), Expect("order", "absent", 1))


@records.promise()
def names_the_first_stale_record(lab: Lab) -> None:
    """Of several records that have changed the first by (kind, id) is named."""
    lab.done(put("a"), put("b"), put("z", kind="cart"))
    lab.refused(Conflict("version", "order:a"), put("b"), Expect("order", "a", 7))
    lab.refused(Conflict("version", "cart:z"), put("b"), put("a"), put("z", kind="cart"))


@records.promise()
def commits_an_empty_batch(lab: Lab) -> None:
    """A batch of nothing is committed and changes nothing."""
    same(lab.commit(), Committed({}), "the answer to an empty batch")


@records.promise()
def keeps_unique_keys(lab: Lab) -> None:
    """No other record, whatever its kind, can take a key, and its owner is found by it."""
    lab.done(put("a", unique=("cart:c1:7", "tx:1")))
    lab.refused(Conflict("unique", "tx:1"), put("b", unique=("tx:1",)))
    lab.refused(Conflict("unique", "cart:c1:7"), put("b", kind="stray", unique=("tx:2", "cart:c1:7")))
    same(lab.store.find_unique("tx:1"), lab.store.load("order", "a"), "the owner of a key")
    same(lab.store.find_unique("tx:2"), None, "a key of a refused batch")


@records.promise()
def lets_a_record_keep_its_keys(lab: Lab) -> None:
    """A record may name its own keys again, and keeps those that it does not name any more."""
    lab.done(put("a", unique=("k1", "k2")))
    lab.done(put("a", 1, unique=("k2", "k3")))
    for key in ("k1", "k2", "k3"):
        same(lab.store.find_unique(key), lab.store.load("order", "a"), f"the owner of {key}")
        lab.refused(Conflict("unique", key), put("b", unique=(key,)))


@records.promise()
def tells_unique_keys_apart(lab: Lab) -> None:
    """Unique keys are exact text."""
    for index, key in enumerate(_AWKWARD):
        lab.done(put(f"o{index}", unique=(key,)))
    for index, key in enumerate(_AWKWARD):
        got = lab.store.find_unique(key)
        same(got and got.id, f"o{index}", f"the owner of {key!r}")


@records.promise()
def names_the_first_taken_key(lab: Lab) -> None:
    """Of several keys that are taken the first is named."""
    lab.done(put("a", unique=("k1", "k2", "k3")))
    lab.refused(Conflict("unique", "k1"), put("c", unique=("k3",)), put("b", unique=("k2", "k1")))


@records.promise(Capability.HISTORY)
def keeps_history(lab: Lab) -> None:
    """All that happened to a record is kept, by version and index, with the time of its batch."""
    lab.done(put(), put("o2"), event(index=1, topic="b"), event(index=0, topic="a"), event("o2", 0, "other"))
    lab.done(put(expected=1), event(topic="c"), now=later(5))
    lab.done(put(expected=2), now=later(6))
    got = [(row.version, row.index, row.topic, row.payload, row.at) for row in lab.store.history("order", "o1")]
    wanted = [(1, 0, "a", '{"a": 0}', NOW), (1, 1, "b", '{"b": 1}', NOW), (2, 0, "c", '{"c": 0}', later(5))]
    same(got, wanted, "the history")
    same(lab.store.history("order", "nobody"), (), "the history of nothing")
    if lab.has(Capability.OUTBOX):
        lab.drain(later(7))
        same(len(lab.store.history("order", "o1")), 3, "rows of history after the outbox was delivered")
