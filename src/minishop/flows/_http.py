"""One HTTP call as a request of a flow, its answer, and what the app's HTTP client has to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Protocol, TypeAlias

from attrs import field, frozen

from minishop.flows._core import Handlers, Request

__all__ = [
    "AsyncTransport",
    "Headers",
    "HttpRequest",
    "HttpResponse",
    "Sink",
    "Transport",
    "transport_handlers",
]

HeaderSource: TypeAlias = Mapping[str, str] | Iterable[tuple[str, str]]


class Headers(Mapping[str, str]):
    """Header fields by name, whatever the case; ``headers["request-id"]``.

    A name that was sent more than once is joined by ``", "``, as RFC 9110 section 5.3 has it.

    Args:
        source: A mapping, or pairs.
    """

    __slots__ = ("_fields",)

    def __init__(self, source: HeaderSource = ()) -> None:
        self._fields: dict[str, tuple[str, str]] = {}
        for name, value in source.items() if isinstance(source, Mapping) else source:
            known = self._fields.get(name.lower())
            self._fields[name.lower()] = (known[0], f"{known[1]}, {value}") if known else (name, value)

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        return self._values() == other._values()

    def _values(self) -> dict[str, str]:
        return {key: value for key, (_, value) in self._fields.items()}

    __hash__ = None  # type: ignore[assignment]  # what is compared without regard to case is no key

    def __repr__(self) -> str:
        # Values may be signatures or cookies.
        return f"Headers({', '.join(self)})"


class Sink(Protocol):
    """What takes a body piece by piece, for example an open file."""

    def write(self, chunk: bytes, /) -> object:
        """Takes the next bytes."""


@frozen(kw_only=True)
class HttpResponse:
    """What came back. The status decides what it means; nothing here has been checked.

    Attributes:
        status: The HTTP status.
        headers: Its header fields.
        body: The raw bytes after the transfer and content coding of HTTP itself; empty if they went into a sink.
    """

    status: int
    headers: Headers = field(factory=Headers)
    body: bytes = field(default=b"", repr=False)


@frozen(kw_only=True)
class HttpRequest(Request[HttpResponse]):
    """One HTTP call. The bytes are final: they are sent as they are (ADR 0005). Redirects are not followed.

    Attributes:
        method: In upper case.
        url: Absolute and percent-encoded; sent as it is. May hold a secret, so it is not shown.
        headers: Pairs, in the order to send them.
        body: The exact bytes.
        sink: Gets the body of a 2xx answer piece by piece instead of ``HttpResponse.body``.
        timeout: The longest wait for an answer; ``None``: the transport's own.
    """

    method: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    sink: Sink | None = field(default=None, repr=False, eq=False)
    timeout: timedelta | None = None


class Transport(Protocol):
    """What makes HTTP calls. Implement it to use a client of your own.

    Raises:
        RemoteError: ``unreachable``: the request certainly did not arrive (no connection).
        OutcomeUnknown: ``no_answer``: it may have arrived.
    """

    def send(self, request: HttpRequest) -> HttpResponse:
        """Sends exactly the bytes of the request, once, and gives back what came; any status is an answer."""


class AsyncTransport(Protocol):
    """:class:`Transport` for async apps."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`Transport`."""


def transport_handlers(transport: Transport | AsyncTransport) -> Handlers:
    """Answers :class:`HttpRequest` by a transport; an async one's answers are awaitables."""
    return {HttpRequest: transport.send}
