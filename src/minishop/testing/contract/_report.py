"""Checks all promises of a contract and prints what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from importlib import import_module
from inspect import isawaitable, iscoroutinefunction
from typing import Any, TextIO
from unittest import SkipTest

from attrs import frozen

from minishop.errors import InvalidInput
from minishop.storage import AsyncStore, Store
from minishop.testing.contract._contract import Contract
from minishop.testing.contract._promise import BrokenPromise, Promise
from minishop.testing.contract.store import AsyncStoreContract, StoreContract

__all__ = ["Outcome", "Verdict", "check_promises", "find_contract", "print_table"]


class Verdict(StrEnum):
    """What came of a promise."""

    KEPT = "kept"
    BROKEN = "broken"
    UNDECLARED = "not declared"


@frozen
class Outcome:
    """A promise and what came of it; ``detail`` says how it is broken or what is missing."""

    promise: Promise[Any]
    verdict: Verdict
    detail: str = ""


def check_promises(contract: Contract, promises: Iterable[Promise[Any]] | None = None) -> Iterator[Outcome]:
    """Checks the promises of a contract one by one; an exception of the adapter breaks a promise as well.

    Args:
        contract: An instance of :class:`StoreContract` or another contract.
        promises: Those to check; all by default.
    """
    for promise in contract.promises if promises is None else promises:
        try:
            contract.run(promise)
        except SkipTest as missing:
            yield Outcome(promise, Verdict.UNDECLARED, str(missing))
        except BrokenPromise as broken:
            yield Outcome(promise, Verdict.BROKEN, str(broken))
        except Exception as error:
            yield Outcome(promise, Verdict.BROKEN, f"{type(error).__name__}: {error}")
        else:
            yield Outcome(promise, Verdict.KEPT)


def find_contract(path: str) -> Contract:
    """The contract behind ``module:name``, which may be a contract, or makes one, or makes an empty store.

    Raises:
        InvalidInput: ``factory``: there is no such thing.
    """
    module, _, name = path.partition(":")
    try:
        found: Any = import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        made = found()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise InvalidInput(
            "factory", "not_found", f"{path!r} cannot be called: {error}", next_step="Write package.module:function."
        ) from error
    return made if isinstance(made, Contract) else _wrap(found, made)


def _wrap(factory: Callable[[], Any], made: Any) -> Contract:
    if isawaitable(made) or iscoroutinefunction(getattr(made, "commit", None)):
        if iscoroutinefunction(factory):
            made.close()
        return _AsyncPlain(factory)
    return _Plain(factory)


class _Plain(StoreContract):
    def __init__(self, factory: Callable[[], Any]) -> None:
        self._factory = factory

    def make_store(self) -> Store:
        store: Store = self._factory()
        return store


class _AsyncPlain(AsyncStoreContract):
    def __init__(self, factory: Callable[[], Any]) -> None:
        self._factory = factory

    async def make_store(self) -> AsyncStore:
        made = self._factory()
        store: AsyncStore = await made if isawaitable(made) else made
        return store


def print_table(outcomes: Iterable[Outcome], out: TextIO) -> bool:
    """Prints the outcomes as they come; returns whether no promise is broken."""
    counts = dict.fromkeys(Verdict, 0)
    chapter = ""
    for outcome in outcomes:
        counts[outcome.verdict] += 1
        if outcome.promise.chapter != chapter:
            chapter = outcome.promise.chapter
            print(f"\n{chapter}", file=out)
        print(f"  {outcome.verdict:<12}  {outcome.promise.text}", file=out, flush=True)
        if outcome.verdict is not Verdict.KEPT:
            for line in outcome.detail.splitlines():
                print(f"                {line}", file=out)
    print("\n" + ", ".join(f"{count} {verdict}" for verdict, count in counts.items()), file=out)
    return counts[Verdict.BROKEN] == 0
