"""Pricing many carts: in order, in bounded memory, on as many processes as wanted.

Items go to the workers in chunks, and only a few chunks are under way at a time. What travels is the item and what
``read`` makes of its quote. Texts travel cheapest: a worker parses them itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from minishop.errors import InvalidDocument, InvalidInput, Problem
from minishop.quotes import Cart, Quote, QuoteRequest
from minishop.quotes.documents import parse_request_json, read_request

if TYPE_CHECKING:
    from concurrent.futures import Future

    from minishop.promotions.engine import Engine

__all__ = ["Item", "quote_many"]

Item = QuoteRequest | Cart | str | bytes | Mapping[str, Any]
_Result = TypeVar("_Result")
#: The results of a chunk, up to the item that is not valid, and what is wrong with that.
_Done = tuple[list[_Result], InvalidDocument | None]
#: Chunks under way per worker: one is worked on, one waits, so that nobody is idle while the results are read.
_AHEAD = 2

#: The engine of a worker process, with what it does to every item; set once when the process starts.
_work: Callable[[int, list[Item]], _Done[Any]]


def quote_many(
    engine: Engine,
    items: Iterable[Item],
    *,
    at: datetime | None,
    read: Callable[[Quote], _Result],
    workers: int,
    chunk: int,
    progress: Callable[[int], object] | None,
) -> Iterator[_Result]:
    """See :meth:`minishop.promotions.Engine.quote_many`, which checks the arguments."""
    chunks = _numbered(items, chunk)
    done = 0
    results = _here(engine, chunks, at, read) if workers == 1 else _elsewhere(engine, chunks, at, read, workers)
    for part, error in results:
        done += len(part)
        yield from part
        if error is not None:
            raise error
        if progress is not None:
            progress(done)


def _numbered(items: Iterable[Item], size: int) -> Iterator[tuple[int, list[Item]]]:
    source = iter(items)
    first = 0
    while part := list(islice(source, size)):
        yield first, part
        first += len(part)


def _here(
    engine: Engine, chunks: Iterable[tuple[int, list[Item]]], at: datetime | None, read: Callable[[Quote], _Result]
) -> Iterator[_Done[_Result]]:
    work = _worker(engine, at, read)
    for first, part in chunks:
        yield work(first, part)


def _elsewhere(
    engine: Engine,
    chunks: Iterator[tuple[int, list[Item]]],
    at: datetime | None,
    read: Callable[[Quote], _Result],
    workers: int,
) -> Iterator[_Done[_Result]]:
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, initializer=_start, initargs=(engine, at, read))
    try:
        waiting: deque[Future[_Done[_Result]]] = deque()
        for first, part in chunks:
            waiting.append(pool.submit(_run, first, part))
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _start(engine: Engine, at: datetime | None, read: Callable[[Quote], Any]) -> None:
    global _work
    _work = _worker(engine, at, read)


def _run(first: int, part: list[Item]) -> _Done[Any]:
    return _work(first, part)


def _worker(
    engine: Engine, at: datetime | None, read: Callable[[Quote], _Result]
) -> Callable[[int, list[Item]], _Done[_Result]]:
    def work(first: int, part: list[Item]) -> _Done[_Result]:
        results: list[_Result] = []
        for number, item in enumerate(part, first):
            try:
                quote = engine.quote_request(_request(item, at))
            except InvalidDocument as error:
                return results, InvalidDocument([_numbered_problem(number, problem) for problem in error.problems])
            except InvalidInput as error:
                problem = Problem(error.field, error.code, error.message, error.params)
                return results, InvalidDocument([_numbered_problem(number, problem)])
            results.append(read(quote))
        return results, None

    return work


def _numbered_problem(number: int, problem: Problem) -> Problem:
    path = f"item[{number}].{problem.path}" if problem.path else f"item[{number}]"
    return Problem(path, problem.code, problem.message, problem.params)


def _request(item: Item, at: datetime | None) -> QuoteRequest:
    if isinstance(item, QuoteRequest):
        return item
    if isinstance(item, Cart):
        if at is None:
            raise InvalidInput("at", "missing_key", "a bare cart needs the instant of the quote: pass at=")
        return QuoteRequest(cart=item, at=at)
    if isinstance(item, bytes):
        return parse_request_json(item.decode("utf-8", "replace"))
    if isinstance(item, str):
        return parse_request_json(item)
    return read_request(item)
