"""One error for each step in which a message from WeChat Pay can fail.

The steps, in the order in which they are taken; nothing behind a failed step is looked at::

    Unverified
    ├── Malformed          malformed        header fields, and later JSON, are not what the protocol says
    ├── WrongAlgorithm     algorithm        signed or encrypted in a way that is not supported
    ├── StaleTimestamp     timestamp        more than 300 seconds old, or from the future
    ├── Probe              probe            WeChat Pay tests whether signatures are checked at all
    ├── UnknownSerial      unknown_serial   signed with a key that is not among ours
    ├── BadSignature       signature        the signature is not one of these bytes
    ├── Undecryptable      decrypt          the APIv3 key does not open the resource
    ├── UnexpectedContent  expectation      authentic, but not what was to be expected
    └── Replayed           replay           exactly this message was seen before

No text and no parameter holds a part of a message or of a key.
"""

from __future__ import annotations

from collections.abc import Iterable

from minishop.errors import MinishopError
from minishop.payments.wechatpay._ack import Ack, failed

__all__ = [
    "BadSignature",
    "Malformed",
    "Probe",
    "Replayed",
    "StaleTimestamp",
    "Undecryptable",
    "UnexpectedContent",
    "UnknownSerial",
    "Unverified",
    "WrongAlgorithm",
]


class Unverified(MinishopError):
    """A message that claims to come from WeChat Pay must not be used. Nothing of it has taken effect."""

    code = "unverified"
    http_status_hint = 401
    next_step = "Do not use the message. Answer a notification with error.ack(); WeChat Pay sends genuine ones again."

    def ack(self) -> Ack:
        """The response to a notification that failed: WeChat Pay tries again later. It does not say what failed."""
        return failed(self.http_status_hint)


class Malformed(Unverified):
    """Header fields are missing or wrong, or an authentic body is not the JSON that the protocol describes."""

    code = "malformed"
    http_status_hint = 400


class WrongAlgorithm(Unverified):
    """Signed or encrypted by an algorithm that is not supported, for example the SM suites."""

    code = "algorithm"
    http_status_hint = 400


class StaleTimestamp(Unverified):
    """Signed more than 300 seconds ago or from now. ``params["skew"]``: our clock less theirs, in seconds."""

    code = "timestamp"
    next_step = (
        "If this happens to every message, this machine's clock is wrong: set it (NTP). Otherwise somebody replays old "
        "messages, and refusing them is right."
    )


class Probe(Unverified):
    """A deliberately wrong signature, by which WeChat Pay tests that signatures are checked. Refusing it is right.

    A notification comes again, properly signed; a request whose response was a probe is to be repeated once.
    """

    code = "probe"
    retryable = True
    next_step = "Nothing is wrong: answer a notification with error.ack(), or send the request again once."


class UnknownSerial(Unverified):
    """Signed with a key that is not among the platform keys, or no longer valid. ``params["serial"]``: which."""

    code = "unknown_serial"
    retryable = True
    next_step = (
        "Refresh the platform keys, or add the public key that the merchant console shows under this id. Your own "
        "merchant certificate is not a platform key."
    )


class BadSignature(Unverified):
    """The signature does not fit the bytes of the body."""

    code = "signature"
    next_step = (
        "Check that the body is the raw bytes as received, not parsed and written again, and that the key belongs to "
        "this id. If both are so, somebody forges messages, and refusing them is right."
    )


class Undecryptable(Unverified):
    """Authentic, but the key that was given does not open it."""

    code = "decrypt"
    http_status_hint = 500
    next_step = "Check that the APIv3 key (or the merchant key, for a field) is the one set in the merchant console."


class UnexpectedContent(Unverified):
    """Authentic, but not what was to be expected: another order, merchant, amount or state.

    Args:
        fields: Names of what differs. The values are not told.
    """

    code = "expectation"
    http_status_hint = 409
    next_step = "Compare your record with the answer to a query at WeChat Pay; a person should look at it."

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields: tuple[str, ...] = tuple(fields)
        named = ", ".join(self.fields)
        super().__init__(f"the content differs from what was to be expected: {named}", params={"fields": named})


class Replayed(Unverified):
    """Exactly this message has been seen before. WeChat Pay's own repetitions are signed anew, so they pass."""

    code = "replay"
    http_status_hint = 409
    next_step = "Do not process it again; answer with error.ack()."
