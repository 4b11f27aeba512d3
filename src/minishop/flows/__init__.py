"""I/O written once for sync and async: a flow asks, a driver answers (ADR 0003).

A *flow* is a generator that yields requests and is sent the answers. It contains every decision and no I/O, so one
text serves a WSGI handler, an ASGI handler, a worker and a test. :func:`run` and :func:`arun` drive it with a table of
handlers, one for each request type::

    def rename(shop: str, name: str) -> Flow[int]:
        stored = yield from ask(Load("shop", shop))
        ...

    run(rename("s1", "茶"), handlers)             # handlers return answers
    await arun(rename("s1", "茶"), handlers)      # handlers may also return awaitables
"""

from minishop.flows._chance import NewNonce, Now
from minishop.flows._core import Flow, Handler, Handlers, Request, Sleep, arun, ask, run
from minishop.flows._http import (
    AsyncTransport,
    Headers,
    HttpRequest,
    HttpResponse,
    Sink,
    Transport,
    transport_handlers,
)
from minishop.flows._methods import Driver, awaitable, blocking
from minishop.flows._tokens import (
    AsyncNonceStore,
    AsyncTokenStore,
    GetToken,
    NonceStore,
    Remember,
    SetToken,
    StoredToken,
    TokenStore,
    TryLock,
    Unlock,
    nonce_handlers,
    token_handlers,
)

__all__ = [
    "AsyncNonceStore",
    "AsyncTokenStore",
    "AsyncTransport",
    "Driver",
    "Flow",
    "GetToken",
    "Handler",
    "Handlers",
    "Headers",
    "HttpRequest",
    "HttpResponse",
    "NewNonce",
    "NonceStore",
    "Now",
    "Remember",
    "Request",
    "SetToken",
    "Sink",
    "Sleep",
    "StoredToken",
    "TokenStore",
    "Transport",
    "TryLock",
    "Unlock",
    "arun",
    "ask",
    "awaitable",
    "blocking",
    "nonce_handlers",
    "run",
    "token_handlers",
    "transport_handlers",
]
