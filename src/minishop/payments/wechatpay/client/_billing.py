"""Bills: asked for, downloaded into a file, checked, and then read row by row.

A bill is asked for by a signed call whose signed answer tells the address and the SHA-1 of the plain text. The
download itself is not signed by WeChat Pay, so no row is handed out before that hash agrees. Our own signed request
goes only to the hosts that are known to be WeChat Pay's, or that the client was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, BinaryIO, TypeVar

from attrs import field, frozen

from minishop.errors import CallerError, InvalidInput
from minishop.flows import Flow, Request, ask
from minishop.payments.wechatpay._checks import matching
from minishop.payments.wechatpay._errors import Undecryptable
from minishop.payments.wechatpay._fields import decrypt_field
from minishop.payments.wechatpay._reading import text, wrong
from minishop.payments.wechatpay.client._bill import Bill
from minishop.payments.wechatpay.client._bill_cells import Row
from minishop.payments.wechatpay.client._bill_file import CheckedFile, Spoiled
from minishop.payments.wechatpay.client._bill_rows import FlowRow, FlowSummary, TradeRow, TradeSummary
from minishop.payments.wechatpay.client._call import get, target
from minishop.payments.wechatpay.client._desk import OFFICIAL_HOSTS, Desk
from minishop.payments.wechatpay.client._errors import BadBill
from minishop.payments.wechatpay.client._numbers import check_mchid
from minishop.payments.wechatpay.client._policy import READ
from minishop.payments.wechatpay.client._send import send
from minishop.payments.wechatpay.client._values import check_length
from minishop.payments.wechatpay.client._work import Call

__all__ = ["OpenSpool", "fund_flow_bill", "sharing_bill", "sub_merchant_fund_flow_bill", "trade_bill"]

_RowT = TypeVar("_RowT", bound=Row)
_SummaryT = TypeVar("_SummaryT", bound=Row)

_LARGEST = 8 * 1024**3
_SHA_1 = matching(r"[0-9A-Fa-f]{40}")


@frozen
class OpenSpool(Request[BinaryIO]):
    """A new, empty file for a bill, opened for writing and reading bytes; closing it should remove it."""


@frozen
class _Part:
    """One file of a bill, as announced."""

    url: str = field(repr=False)
    digest: str
    key: bytes = field(default=b"", repr=False)
    nonce: bytes = field(default=b"", repr=False)


def trade_bill(
    desk: Desk, day: date, *, kind: str = "ALL", file: BinaryIO | None = None
) -> Flow[Bill[TradeRow, TradeSummary]]:
    """The payments and refunds of a day in Shanghai; ready at about 10:00 of the next day, kept for three months.

    Args:
        desk: The client's.
        day: The day.
        kind: ``ALL``, ``SUCCESS`` (payments), ``REFUND``, or another kind of WeChat Pay's.
        file: Where to keep it, opened for writing and reading bytes; ``None``: whatever answers :class:`OpenSpool`.

    Returns:
        Bill: Checked as a whole. Close it.

    Raises:
        NoStatement: No business on that day (or, in the morning after, not made yet).
        BillNotReady: It is being made.
        BadBill: What came must not be used; download it again.
    """
    query = {"bill_date": _iso(day), "bill_type": check_length("kind", kind, 32, least=1), **_sub(desk)}
    parts = yield from _announced(desk, "/v3/bill/tradebill", query)
    return (yield from _download(desk, parts, file, TradeRow, TradeSummary))


def fund_flow_bill(
    desk: Desk, day: date, *, account: str = "BASIC", file: BinaryIO | None = None
) -> Flow[Bill[FlowRow, FlowSummary]]:
    """Every movement of one of the merchant's accounts on a day; see :func:`trade_bill`.

    Args:
        desk: The client's.
        day: The day, in Shanghai.
        account: ``BASIC``, ``OPERATION`` or ``FEES``.
        file: As for ``trade_bill``.
    """
    query = {"bill_date": _iso(day), "account_type": check_length("account", account, 16, least=1)}
    parts = yield from _announced(desk, "/v3/bill/fundflowbill", query)
    return (yield from _download(desk, parts, file, FlowRow, FlowSummary))


def sub_merchant_fund_flow_bill(
    desk: Desk,
    day: date,
    *,
    sub_mchid: str | None = None,
    account: str = "BASIC",
    file: BinaryIO | None = None,
) -> Flow[Bill[FlowRow, FlowSummary]]:
    """For partners: the fund flow of a merchant they act for. It comes encrypted, perhaps in several files.

    Args:
        desk: The client's.
        day: The day, in Shanghai.
        sub_mchid: The merchant; ``None``: the one that the client acts for.
        account: ``BASIC``, ``OPERATION`` or ``FEES``.
        file: As for ``trade_bill``.
    """
    who = check_mchid(sub_mchid or (desk.sub.mchid if desk.sub else ""), "sub_mchid")
    what = "ask for a bill"
    query = {
        "sub_mchid": who,
        "bill_date": _iso(day),
        "account_type": check_length("account", account, 16, least=1),
        "algorithm": "AEAD_AES_256_GCM",
        "tar_type": "GZIP",
    }
    address = target("/v3/bill/sub-merchant-fundflowbill", query=query)
    parts = yield from get(desk, what, address, lambda said: _parts(desk, said))
    return (yield from _download(desk, parts, file, FlowRow, FlowSummary))


def sharing_bill(desk: Desk, day: date, *, file: BinaryIO | None = None) -> Flow[Bill[Row, Row]]:
    """The shares of a day; see :func:`trade_bill`. Read its cells by the names of the columns."""
    query = {"bill_date": _iso(day), **_sub(desk)}
    parts = yield from _announced(desk, "/v3/profitsharing/bills", query)
    return (yield from _download(desk, parts, file, Row, Row))


def _sub(desk: Desk) -> dict[str, str]:
    return {"sub_mchid": desk.sub.mchid} if desk.sub else {}


def _iso(day: date) -> str:
    if type(day) is not date:
        raise InvalidInput("day", "wrong_type", "must be a date, in Shanghai")
    return day.isoformat()


# -- what is announced -----------------------------------------------------------------------------------------------


def _announced(desk: Desk, path: str, query: Mapping[str, str]) -> Flow[tuple[_Part, ...]]:
    what = "ask for a bill"
    return (yield from get(desk, what, target(path, query={**query, "tar_type": "GZIP"}), lambda said: (_part(said),)))


def _part(said: Mapping[str, Any]) -> _Part:
    digest = text(said, "hash_value")
    if text(said, "hash_type") != "SHA1" or not _SHA_1.fullmatch(digest):
        raise wrong("hash_value")
    return _Part(text(said, "download_url"), digest)


def _parts(desk: Desk, said: Mapping[str, Any]) -> tuple[_Part, ...]:
    """The files of an encrypted bill, in their order; each has a key of its own, encrypted for the merchant."""
    files = said.get("download_bill_list")
    if not isinstance(files, list) or not files or not all(isinstance(one, dict) for one in files):
        raise wrong("download_bill_list")
    found: dict[int, _Part] = {}
    for one in files:
        place = one.get("bill_sequence")
        if type(place) is not int:
            raise wrong("bill_sequence")
        plain = _part(one)
        found[place] = _Part(plain.url, plain.digest, *_opening(desk, one))
    if sorted(found) != list(range(1, len(files) + 1)):
        raise wrong("bill_sequence")
    return tuple(found[place] for place in sorted(found))


def _opening(desk: Desk, said: Mapping[str, Any]) -> tuple[bytes, bytes]:
    try:
        key = decrypt_field(desk.merchant, text(said, "encrypt_key")).encode()
    except Undecryptable:
        raise wrong("encrypt_key") from None
    nonce = text(said, "nonce").encode()
    if len(key) != 32 or len(nonce) != 12:
        raise wrong("encrypt_key")
    return key, nonce


# -- the files -------------------------------------------------------------------------------------------------------


def _download(
    desk: Desk, parts: tuple[_Part, ...], file: BinaryIO | None, rows: type[_RowT], summaries: type[_SummaryT]
) -> Flow[Bill[_RowT, _SummaryT]]:
    spool = file if file is not None else (yield from _spool())
    try:
        for part in parts:
            yield from _fetch(desk, part, spool)
        return Bill(spool, rows, summaries)
    except BaseException:
        if file is None:
            spool.close()
        raise


def _spool() -> Flow[BinaryIO]:
    try:
        return (yield from ask(OpenSpool()))
    except CallerError as error:
        if error.code != "no_handler":
            raise
    raise CallerError(
        "there is no file for the bill",
        code="no_file",
        next_step="Pass file=, or let the client's machine answer OpenSpool, for example by tempfile.TemporaryFile().",
    )


def _fetch(desk: Desk, part: _Part, spool: BinaryIO) -> Flow[None]:
    """One file behind what is in the spool already; a try that failed half-way is written over."""
    host, address = _whose(desk, part.url)
    sink = CheckedFile(spool, part.digest, key=part.key, nonce=part.nonce, largest=_LARGEST)
    made = Call(
        what="download a bill",
        method="GET",
        target=address,
        policy=READ,
        sink=sink,
        restart=sink.restart,
        is_signed=False,
        host=host,
    )
    try:
        response = yield from send(desk, made)
    except Spoiled:
        assert sink.failure is not None  # it says why
        raise _bad(sink.failure, status=0, request_id="") from None
    try:
        sink.finish()
    except BadBill as error:
        request = response.headers.get("Request-ID", "")
        raise _bad(error, status=response.status, request_id=request) from None


def _bad(error: BadBill, **params: object) -> BadBill:
    return BadBill(error.message, code=error.code, params=params)


def _whose(desk: Desk, url: str) -> tuple[str, str]:
    """Host and target of a download; the signed request goes to no other.

    Raises:
        BadBill: ``unknown_host``.
    """
    for host in (*desk.hosts, *OFFICIAL_HOSTS):
        if url.startswith(f"{host}/"):
            return host, url.removeprefix(host)
    params = {"status": 0, "request_id": ""}
    raise BadBill("a bill is said to be on a host that is not WeChat Pay's", code="unknown_host", params=params)
