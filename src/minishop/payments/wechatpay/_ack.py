"""What to answer to a notification."""

from __future__ import annotations

from attrs import frozen

__all__ = ["Ack", "accepted", "failed"]


@frozen
class Ack:
    """The exact HTTP response to send to WeChat Pay.

    Attributes:
        status: The HTTP status. It alone decides: 2xx ends the deliveries, anything else lets WeChat Pay try again,
            15 times in about 24 hours.
        headers: Pairs.
        body: The raw bytes.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


_REFUSAL = b'{"code":"FAIL","message":"The notification was not accepted."}'
_JSON = (("Content-Type", "application/json"),)


def accepted() -> Ack:
    """The notification has taken effect, now or before: no further deliveries."""
    return Ack(204)


def failed(status: int) -> Ack:
    """The notification did not take effect. The text is always the same, so it tells nobody why.

    Args:
        status: 400 to 599.
    """
    return Ack(status, _JSON, _REFUSAL)
