"""The raw body, or an error that says how to get it."""

from __future__ import annotations

from minishop.errors import InvalidInput

__all__ = ["raw_body"]


def raw_body(body: object) -> bytes:
    """The bytes of a body.

    Raises:
        InvalidInput: It is text or already parsed: then nobody can know what was signed.
    """
    if isinstance(body, bytes):
        return body
    if isinstance(body, bytearray | memoryview):
        return bytes(body)
    raise InvalidInput(
        "body",
        "wrong_type",
        f"must be the raw bytes as received, not {type(body).__name__}",
        params={"got": type(body).__name__},
        next_step=(
            "FastAPI and Starlette: await request.body(). Flask: request.get_data(). Django: request.body. "
            "aiohttp: await request.read(). Take it before anything parses it."
        ),
    )
