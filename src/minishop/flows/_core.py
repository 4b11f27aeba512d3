"""Requests, flows, and the two drivers."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Mapping
from datetime import timedelta
from inspect import isawaitable
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import frozen

from minishop.errors import CallerError

__all__ = ["Flow", "Handler", "Handlers", "Request", "Sleep", "arun", "ask", "run"]

_Answer = TypeVar("_Answer")
_Result = TypeVar("_Result")


class Request(Generic[_Answer]):
    """What a flow yields. The type argument is the type of the answer it is sent."""

    __slots__ = ()


@frozen
class Sleep(Request[None]):
    """Wait before going on; the core never does so by itself."""

    delay: timedelta


Flow: TypeAlias = Generator[Request[Any], Any, _Result]
Handler: TypeAlias = Callable[[Any], Any]
Handlers: TypeAlias = Mapping[type[Request[Any]], Handler]


def ask(request: Request[_Answer]) -> Flow[_Answer]:
    """Yields one request and returns its answer, whose type a type checker then knows.

    ``answer = yield from ask(request)`` in a flow.
    """
    answer: _Answer = yield request
    return answer


def run(flow: Flow[_Result], handlers: Handlers) -> _Result:
    """Drives a flow to its result, answering its requests by their types.

    What a handler raises is raised in the flow at its ``yield``. On an exception that is not an ``Exception`` (an
    interrupt) the flow is closed: like a crash, nothing is compensated.

    Args:
        flow: A flow that has not been started.
        handlers: Request type to a function that answers it.

    Raises:
        CallerError: ``no_handler``: the flow asks for something that ``handlers`` lacks. ``async_handler``: a handler
            answers with an awaitable, for example that of an async client given to a blocking object.
    """
    answer: Any = None
    resume: Callable[[Any], Request[Any]] = flow.send
    try:
        while True:
            request = resume(answer)
            try:
                answer, resume = _handler(handlers, request)(request), flow.send
                if isinstance(answer, Coroutine):
                    answer.close()
                    raise _needs_await(request)
            except Exception as error:
                answer, resume = error, flow.throw
    except StopIteration as stop:
        result: _Result = stop.value
        return result
    finally:
        flow.close()


async def arun(flow: Flow[_Result], handlers: Handlers) -> _Result:
    """Drives a flow as :func:`run` does; handlers may return awaitables, which are awaited one after the other.

    Cancelling the task closes the flow at the request it waits for.
    """
    answer: Any = None
    resume: Callable[[Any], Request[Any]] = flow.send
    try:
        while True:
            request = resume(answer)
            try:
                answer = _handler(handlers, request)(request)
                if isawaitable(answer):
                    answer = await answer
                resume = flow.send
            except Exception as error:
                answer, resume = error, flow.throw
    except StopIteration as stop:
        result: _Result = stop.value
        return result
    finally:
        flow.close()


def _needs_await(request: Request[Any]) -> CallerError:
    name = type(request).__name__
    return CallerError(
        f"what answers {name} is async, and nothing here can wait for it",
        code="async_handler",
        params={"request": name},
        next_step="Use the object whose name begins with Async, or give this one a blocking client.",
    )


def _handler(handlers: Handlers, request: Request[Any]) -> Handler:
    try:
        return handlers[type(request)]
    except KeyError:
        name = type(request).__name__
        raise CallerError(
            f"nothing answers {name}",
            code="no_handler",
            params={"request": name},
            next_step=f"Pass a handler for {name}, or a store or gateway that brings one.",
        ) from None
