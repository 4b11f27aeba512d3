"""What every event is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from minishop.orders._terms import EMPTY

__all__ = ["AppEvent", "Event"]


@frozen(kw_only=True)
class Event:
    """Something that has happened to an order.

    Attributes:
        at: Our time; aware.
    """

    at: datetime


@frozen(kw_only=True)
class AppEvent(Event):
    """An event of the app's own: its data is merged into ``order.extra[namespace]``.

    Attributes:
        namespace: The app's; not the name of a field of the order.
        name: What happened.
        data: Plain data.
    """

    namespace: str
    name: str
    data: Mapping[str, Any] = field(default=EMPTY, hash=False)
