"""How a call to WeChat Pay can fail, beyond the three families.

::

    CallerError
    ├── RequestRefused         the request or the merchant's settings are wrong; never sent again
    │   └── NotAuthentic       401: signature, certificate or clock; ``params["clock_skew"]`` in seconds
    └── UnsupportedSuite       SM algorithms without a suite of one's own
    RemoteError                certainly nothing was done
    ├── BusinessRefused        the state of the order, refund or account forbids it; not retryable
    │   ├── NotEnough          the merchant's balance; later the same numbers may succeed
    │   ├── NotThere           no such order, refund or file
    │   └── NoStatement        there was no business on the day of a bill
    ├── Busy                   too many calls
    │   └── BillNotReady       the bill is still being made
    ├── GatewayFailed          a query was not answered well; nothing changed, ask again
    └── BadBill                a bill whose content is not what its hash says, or cannot be read
    OutcomeUnknown             it may have been done; ``next_step`` and ``params["ask"]`` say what to query

``code`` is the gateway's, without underscores, where it gave one. ``params`` of every error about a call has
``request_id``, which WeChat Pay's support asks for (empty if no answer came), and ``status``. No error holds what was
sent.
"""

from __future__ import annotations

from minishop.errors import CallerError, RemoteError

__all__ = [
    "BadBill",
    "BillNotReady",
    "BusinessRefused",
    "Busy",
    "GatewayFailed",
    "NoStatement",
    "NotAuthentic",
    "NotEnough",
    "NotThere",
    "RequestRefused",
    "UnsupportedSuite",
]


class RequestRefused(CallerError):
    """WeChat Pay will never carry out this request as it is."""

    code = "request_refused"
    http_status_hint = 500
    next_step = "Correct the request, or the merchant's settings and permissions; it is not worth repeating."


class NotAuthentic(RequestRefused):
    """WeChat Pay does not accept the signature: key, serial number, certificate, or this machine's clock."""

    code = "SIGNERROR"
    next_step = (
        "Check that the private key belongs to the certificate's serial number, that the certificate is neither "
        "expired nor revoked, that an APIv3 key is set, and this machine's clock."
    )


class UnsupportedSuite(CallerError):
    """The SM algorithms (国密) need a suite of the app's own: no dependency of this library has SM2."""

    code = "unsupported_suite"
    http_status_hint = 500
    next_step = "Use RSA, or pass an object with the methods of minishop.payments.wechatpay.client.Suite."


class BusinessRefused(RemoteError):
    """The state of the order, the refund or an account forbids it. Nothing was done."""

    code = "business_refused"
    http_status_hint = 409
    retryable = False
    next_step = "Query the order or refund, and go on from its state."


class NotEnough(BusinessRefused):
    """The merchant's account has not enough money for a refund, a transfer or a share. Nothing was done."""

    code = "NOTENOUGH"
    retryable = True
    next_step = "Fill the account, then call again with the same numbers; never with new ones."


class NotThere(BusinessRefused):
    """WeChat Pay does not know the number. A refund that was just sent may need some seconds to appear."""

    code = "RESOURCENOTEXISTS"
    http_status_hint = 404
    next_step = "Check the number and the merchant; for a refund that was just sent wait and ask again."


class NoStatement(BusinessRefused):
    """There is no bill because there was no business on that day."""

    code = "NOSTATEMENTEXIST"
    http_status_hint = 404
    next_step = "Nothing to do; before 10:00 of the next day (Shanghai) it may also not have been made yet."


class Busy(RemoteError):
    """Too many calls. Nothing was done."""

    code = "FREQUENCYLIMITED"
    http_status_hint = 503
    next_step = "Wait, then call again with the same numbers; 150 calls a second are normal, 6 of those that fail."


class BillNotReady(Busy):
    """The bill is still being made."""

    code = "STATEMENTCREATING"
    next_step = "Ask again later; bills are ready at about 10:00 of the next day (Shanghai)."


class GatewayFailed(RemoteError):
    """A query got no answer, or none that can be used. Nothing was changed by asking."""

    code = "gateway_failed"
    next_step = "Ask again."


class BadBill(RemoteError):
    """A bill that must not be used.

    Codes: ``bill_hash_differs``, ``bill_truncated``, ``bill_malformed``, ``bill_too_large``, ``bill_undecryptable``,
    ``unknown_host``.
    """

    code = "bill_malformed"
    next_step = "Download it again; do not use what came."
