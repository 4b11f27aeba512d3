"""HTTP over httpx, or its successor httpx2: the transports that flows are run with.

They use the library's transport layer and not its client, because a client adds headers and cookies, follows
redirects, and writes every address to the log, with the tokens in it. What is sent here is the request, byte for byte.
"""

from minishop.adapters.httpx._transport import AsyncHttpxTransport, HttpxTransport

__all__ = ["AsyncHttpxTransport", "HttpxTransport"]
