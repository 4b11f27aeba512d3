"""Methods made from flows: one text, a blocking and an awaitable face that cannot differ."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from minishop.flows._core import Flow, Handlers, arun, run

__all__ = ["Driver", "awaitable", "blocking"]

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Desk = TypeVar("_Desk")
_DeskOut = TypeVar("_DeskOut", covariant=True)
_Method = TypeVar("_Method", bound=Callable[..., Any])


class Driver(Protocol[_DeskOut]):
    """An object whose methods are flows: what they all go by, and what answers their requests."""

    @property
    def desk(self) -> _DeskOut:
        """First argument of every flow."""

    @property
    def handlers(self) -> Handlers:
        """Request type to the function that answers it."""


def blocking(flow: Callable[Concatenate[_Desk, _P], Flow[_R]]) -> Callable[Concatenate[Driver[_Desk], _P], _R]:
    """Makes a method of the same name that runs the flow to its end.

    A class body says ``place_order = blocking(flows.place_order)``.
    """

    def method(self: Driver[_Desk], /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return run(flow(self.desk, *args, **kwargs), self.handlers)

    return _signed(method, flow)


def awaitable(
    flow: Callable[Concatenate[_Desk, _P], Flow[_R]],
) -> Callable[Concatenate[Driver[_Desk], _P], Coroutine[Any, Any, _R]]:
    """:func:`blocking` for async code."""

    async def method(self: Driver[_Desk], /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return await arun(flow(self.desk, *args, **kwargs), self.handlers)

    return _signed(method, flow)


def _signed(method: _Method, flow: Callable[..., Any]) -> _Method:
    """The method with the flow's name, text, and parameters after ``self``, for help and documentation."""
    update_wrapper(method, flow)
    first, *others = inspect.signature(flow).parameters.values()
    signature = inspect.Signature([first.replace(name="self", annotation=inspect.Parameter.empty), *others])
    method.__signature__ = signature  # type: ignore[attr-defined]
    return method
