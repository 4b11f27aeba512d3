"""Promises about the claims of a flash sale."""

from __future__ import annotations

from functools import partial
from typing import Any, TypeAlias

from attrs import evolve

from minishop.errors import CallerError
from minishop.inventory import Claim, ClaimStore, LimitReached, SoldOut
from minishop.testing.contract._promise import BrokenPromise, Chapter, Promise, same
from minishop.testing.contract.shared._claim_races import claim_races
from minishop.testing.contract.shared._lab import (
    EARLY,
    LATE,
    NOW,
    ODD_TEXTS,
    Ability,
    SharedLab,
    later,
    refuses,
)

__all__ = ["CLAIM_PROMISES"]

_Lab: TypeAlias = SharedLab[ClaimStore]

claims: Chapter[_Lab] = Chapter("claims")


def _start(lab: _Lab, stock: int, per_user: int | None = None, *, activity: str = "sale") -> None:
    lab.store.open_activity(activity, stock, per_user)
    lab.store.rebuild_activity(activity, ())


def _claim(token: str, quantity: int = 1, *, user: str = "u1", activity: str = "sale", minutes: int = 5) -> Claim:
    return Claim(activity, user, quantity, token, later(minutes))


def _ask(lab: _Lab, wanted: Claim) -> object:
    return lab.store.claim(wanted.activity, wanted.user, wanted.quantity, wanted.token, NOW, wanted.until)


def _gets(lab: _Lab, *wanted: Claim) -> None:
    for one in wanted:
        same(_ask(lab, one), one, f"the answer to {one.quantity} for {one.user}")


def _left(lab: _Lab, units: int, when: str, *, activity: str = "sale") -> None:
    same(lab.store.unclaimed(activity), units, f"units unclaimed {when}")


@claims.promise()
def claims_until_nothing_is_left(lab: _Lab) -> None:
    """The last unit can be claimed, one more cannot, and a claim gets all its units or none."""
    _start(lab, 3)
    _gets(lab, _claim("t1", 2))
    same(_ask(lab, _claim("t2", 2, user="u2")), SoldOut("sale", 1), "the answer to 2 of 1")
    _left(lab, 1, "after a refusal")
    _gets(lab, _claim("t3", user="u2"))
    same(_ask(lab, _claim("t4", user="u3")), SoldOut("sale", 0), "the answer to 1 of 0")
    _left(lab, 0, "in the end")
    same(lab.store.find_claim("sale", "t4"), None, "the claim that was refused")


@claims.promise()
def gives_a_token_one_claim(lab: _Lab) -> None:
    """A token that has a claim gets the same again, whatever it asks for, and even if all is gone."""
    _start(lab, 2, 2)
    first = _claim("t1")
    _gets(lab, first, first)
    same(_ask(lab, _claim("t1", 2, user="u2", minutes=9)), first, "the answer to the token with other wishes")
    _left(lab, 1, "after one token asked three times")
    _gets(lab, _claim("t2"))
    same(_ask(lab, first), first, "the answer when all is gone")
    lab.store.confirm_claim("sale", "t1")
    same(_ask(lab, first), evolve(first, is_confirmed=True), "the answer after it was confirmed")


@claims.promise()
def keeps_each_to_the_ceiling(lab: _Lab) -> None:
    """One shopper has at most so many, in all claims together; that is checked before what is left."""
    _start(lab, 9, 2)
    _gets(lab, _claim("t1"))
    same(_ask(lab, _claim("t2", 2)), LimitReached("sale", "u1", 1, 2), "the answer to 2 more for who has 1 of 2")
    same(_ask(lab, _claim("t2", 99)), LimitReached("sale", "u1", 1, 2), "the answer to more than there is")
    _gets(lab, _claim("t3"), _claim("t4", 2, user="u2"))
    same(_ask(lab, _claim("t5")), LimitReached("sale", "u1", 2, 2), "the answer to 1 more for who has 2 of 2")
    _left(lab, 5, "in the end")
    lab.store.give_back("sale", "t1")
    _gets(lab, _claim("t6"))


@claims.promise()
def keeps_activities_apart(lab: _Lab) -> None:
    """Stock, ceilings and tokens are those of one activity."""
    for activity in ("sale", "SALE"):
        _start(lab, 1, 1, activity=activity)
        _gets(lab, _claim("t1", activity=activity))
    lab.store.give_back("sale", "t1")
    _left(lab, 1, "after the claim was given back")
    _left(lab, 0, "in the other activity", activity="SALE")


@claims.promise()
def sells_nothing_of_what_is_not_open(lab: _Lab) -> None:
    """An activity that nobody opened is sold out, and has nothing to confirm, give back or rebuild."""
    same(_ask(lab, _claim("t1")), SoldOut("sale", 0), "the answer to a claim")
    _left(lab, 0, "of it")
    answers = (
        lab.store.find_claim("sale", "t1"),
        lab.store.confirm_claim("sale", "t1"),
        lab.store.give_back("sale", "t1"),
    )
    same(answers, (None, False, False), "find_claim, confirm_claim, give_back")
    try:
        lab.store.rebuild_activity("sale", ())
    except CallerError as error:
        same(error.code, "not_open", "the code of the error")
        return
    raise BrokenPromise("rebuild_activity of it must be an error")


@claims.promise()
def gives_back(lab: _Lab) -> None:
    """A claim that is given back is gone, confirmed or not, once; its units and its token are free."""
    _start(lab, 2, 2)
    _gets(lab, _claim("t1", 2))
    same([lab.store.give_back("sale", "t1") for _ in range(2)], [True, False], "give_back twice")
    same(lab.store.give_back("sale", "t9"), False, "give_back of a token never seen")
    same(lab.store.find_claim("sale", "t1"), None, "the claim")
    _left(lab, 2, "afterwards")
    _gets(lab, _claim("t1", 1, user="u2"))
    lab.store.confirm_claim("sale", "t1")
    same(lab.store.give_back("sale", "t1"), True, "give_back of a confirmed claim")
    _left(lab, 2, "in the end")


@claims.promise()
def confirms(lab: _Lab) -> None:
    """A confirmed claim stays; confirming again is harmless, confirming what is not there says so."""
    _start(lab, 1)
    _gets(lab, _claim("t1"))
    same([lab.store.confirm_claim("sale", "t1") for _ in range(2)], [True, True], "confirm_claim twice")
    same(lab.store.find_claim("sale", "t1"), evolve(_claim("t1"), is_confirmed=True), "the claim")
    _left(lab, 0, "afterwards")
    lab.store.give_back("sale", "t1")
    same(lab.store.confirm_claim("sale", "t1"), False, "confirm_claim after it was given back")
    same(lab.store.find_claim("sale", "t1"), None, "the claim after that")


@claims.promise()
def reports_what_has_expired(lab: _Lab) -> None:
    """Unconfirmed claims whose end has come, oldest first over all activities; until given back they count."""
    _start(lab, 9)
    _start(lab, 9, activity="other")
    late, first, second = _claim("t1", minutes=9), _claim("t2", minutes=6), _claim("t1", minutes=7, activity="other")
    tie = _claim("t0", minutes=7, activity="other")
    _gets(lab, late, _claim("kept", minutes=1), _claim("gone", minutes=1), second, first, tie)
    lab.store.confirm_claim("sale", "kept")
    lab.store.give_back("sale", "gone")
    same(lab.store.expired_claims(later(6, micros=-1), 9), (), "expired before anything has")
    same(lab.store.expired_claims(later(6), 9), (first,), "expired when the first end has come")
    same(lab.store.expired_claims(later(9), 9), (first, tie, second, late), "expired in the end")
    same(lab.store.expired_claims(later(9), 2), (first, tie), "the first two")
    _left(lab, 6, "while expired claims are not given back")
    same(lab.store.confirm_claim("sale", "t2"), True, "confirm_claim of an expired claim")
    lab.store.give_back("other", "t1")
    same(lab.store.expired_claims(later(9), 9), (tie, late), "expired after that")


@claims.promise()
def goes_by_the_time_it_is_told(lab: _Lab) -> None:
    """Only ``now`` counts, not the clock of a server."""
    _start(lab, 9)
    for now in (EARLY, LATE):
        until = now.replace(minute=5)
        same(
            lab.store.claim("sale", "u1", 1, f"t{now.year}", now, until),
            Claim("sale", "u1", 1, f"t{now.year}", until),
            "the answer",
        )
    for now, tokens in ((EARLY, []), (NOW, ["t2001"]), (LATE.replace(minute=5), ["t2001", "t2250"])):
        same([one.token for one in lab.store.expired_claims(now, 9)], tokens, f"what has expired at {now}")


@claims.promise()
def changes_the_numbers(lab: _Lab) -> None:
    """Opening a running activity again changes stock and ceiling, and no claim, even below what is claimed."""
    _start(lab, 4, 2)
    _gets(lab, _claim("t1", 2), _claim("t2", 1, user="u2"))
    lab.store.open_activity("sale", 2, 5)
    _left(lab, 0, "when the stock is below what is claimed")
    same(_ask(lab, _claim("t3")), SoldOut("sale", 0), "the answer to a claim then")
    same(lab.store.find_claim("sale", "t1"), _claim("t1", 2), "a claim")
    lab.store.open_activity("sale", 6, None)
    _gets(lab, _claim("t4", 3))
    lab.store.open_activity("sale", 9, 1)
    same(_ask(lab, _claim("t5")), LimitReached("sale", "u1", 5, 1), "the answer when the ceiling is lower")
    _left(lab, 3, "in the end")


@claims.promise()
def rebuilds(lab: _Lab) -> None:
    """Rebuilding puts exactly the given claims in the place of all, with the numbers that follow."""
    _start(lab, 5, 2)
    _gets(lab, _claim("old", 2), _claim("both", 1, user="u2"))
    given = (_claim("both", 2, user="u2"), evolve(_claim("new", user="u3"), is_confirmed=True))
    lab.store.rebuild_activity("sale", given)
    same([lab.store.find_claim("sale", one) for one in ("old", "both", "new")], [None, *given], "the claims")
    _left(lab, 2, "afterwards")
    same(lab.store.expired_claims(later(5), 9), given[:1], "what has expired")
    same(_ask(lab, _claim("more", user="u2")), LimitReached("sale", "u2", 2, 2), "the answer to one who has all")
    _gets(lab, _claim("back", 2))
    same(_ask(lab, _claim("last", user="u4")), SoldOut("sale", 0), "the answer when all is claimed")
    lab.store.rebuild_activity("sale", tuple(_claim(f"t{n}", 2, user=f"u{n}") for n in range(4)))
    _left(lab, 0, "when more is claimed than there is")


@claims.promise(Ability.FORGETS)
def sells_nothing_until_it_is_rebuilt(lab: _Lab) -> None:
    """After it lost its memory nothing is sold, also not when the activity is opened again, until it is rebuilt."""
    _start(lab, 2, 1)
    known = _claim("t1")
    _gets(lab, known)
    lab.lose_memory()
    same(_ask(lab, _claim("t2", user="u2")), SoldOut("sale", 0), "the answer after the loss")
    lab.store.open_activity("sale", 2, 1)
    same(_ask(lab, _claim("t2", user="u2")), SoldOut("sale", 0), "the answer after it was opened")
    _left(lab, 0, "until it is rebuilt")
    lab.store.rebuild_activity("sale", (known,))
    _left(lab, 1, "after it was rebuilt")
    same(_ask(lab, _claim("t3")), LimitReached("sale", "u1", 1, 1), "the answer to who has one")
    _gets(lab, _claim("t2", user="u2"))


@claims.promise()
def keeps_texts_as_they_are(lab: _Lab) -> None:
    """Activities, users and tokens are compared exactly and come back as they were."""
    for text in ODD_TEXTS:
        _start(lab, len(ODD_TEXTS) + 1, 1, activity=text)
        _gets(lab, Claim(text, text, 1, text, later(5, micros=1)))
    for text in ODD_TEXTS[1:]:
        _gets(lab, Claim("k", text, 1, text, later(5)))
    same({claim.token for claim in lab.store.expired_claims(later(9), 99)}, set(ODD_TEXTS), "tokens that expired")


@claims.promise()
def refuses_what_makes_no_sense(lab: _Lab) -> None:
    """No claim of nothing, without an end, or without a name; no activity below nothing."""
    _start(lab, 5)
    ask: Any = lab.store.claim
    for what, arguments in {
        "a quantity of 0": ("u", 0, "t", NOW, later(5)),
        "a quantity of -1": ("u", -1, "t", NOW, later(5)),
        "an empty user": ("", 1, "t", NOW, later(5)),
        "an empty token": ("u", 1, "", NOW, later(5)),
        "a token of 256 characters": ("u", 1, "t" * 256, NOW, later(5)),
        "an end that has come": ("u", 1, "t", NOW, NOW),
        "an instant without time zone": ("u", 1, "t", NOW, later(5).replace(tzinfo=None)),
    }.items():
        refuses(partial(ask, "sale", *arguments), what)
    refuses(lambda: lab.store.open_activity("sale", -1, None), "a stock of -1")
    refuses(lambda: lab.store.open_activity("sale", 1, -1), "a ceiling of -1")
    twice = (_claim("t1"), _claim("t1"))
    refuses(lambda: lab.store.rebuild_activity("sale", twice), "a token twice")
    refuses(lambda: lab.store.rebuild_activity("sale", (_claim("t1", activity="b"),)), "a claim of another activity")
    _left(lab, 5, "after all that")


CLAIM_PROMISES: tuple[Promise[_Lab], ...] = (*claims, *claim_races)
"""All that a claim store promises."""
