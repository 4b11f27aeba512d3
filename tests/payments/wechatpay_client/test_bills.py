"""Bills: no row before the hash agrees, exact amounts, columns by name, the shop's own text with separators in it."""

import gzip
import io
import tracemalloc
import zlib
from base64 import b64encode
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from hypothesis import given
from hypothesis import strategies as st

from minishop.errors import CallerError
from minishop.flows import HttpResponse
from minishop.payments.wechatpay.client import BACKUP_HOST, BadBill, BillNotReady, GatewayFailed, NoStatement, TradeRow
from minishop.payments.wechatpay.client import Bill as CheckedBill
from minishop.payments.wechatpay.client._bill_cells import count, fen, time, yuan
from minishop.payments.wechatpay.client._bill_rows import TradeSummary
from tests.payments.wechatpay import build
from tests.payments.wechatpay_client import bills
from tests.payments.wechatpay_client.lab import LOST

DAY = date(2026, 6, 1)
SHANGHAI = timezone(timedelta(hours=8))


def file(body):
    return HttpResponse(status=200, body=body)


def fetched(pay, script, plain, *, packed=None, **changed):
    script.says(script.signed(bills.announced(plain) | changed), file(packed or bills.packed(plain)))
    return pay.trade_bill(DAY)


def opened(plain):
    return CheckedBill(io.BytesIO(plain), TradeRow, TradeSummary)


# -- reading -----------------------------------------------------------------------------------------------------------


def test_rows_and_summary(pay, script):
    summary = {"总交易单数": "2.0", "订单总金额": "128.00", "申请退款总金额": "1.00", "手续费总金额": "0.76200"}
    with fetched(pay, script, bills.text([bills.PAID, bills.BACK], summary=summary)) as bill:
        paid, back = bill
        assert len([*bill]) == 2  # as often as you like
    assert (paid.transaction_id, paid.out_trade_no) == ("4200002026060112345678901234", "A20260601-000001")
    assert (paid.total, paid.settlement_total, paid.trade_state, paid.currency) == (12800, 12800, "SUCCESS", "CNY")
    assert (paid.fee, paid.rate) == (Decimal("0.768"), Decimal("0.6"))
    assert paid.traded_at == datetime(2026, 6, 1, 10, 0, 7, tzinfo=SHANGHAI)
    assert (back.refund, back.out_refund_no, back.refund_status, back.fee) == (100, "R1", "SUCCESS", Decimal("-0.006"))
    assert (bill.summary.trades, bill.summary.total, bill.summary.refund) == (2, 12800, 100)
    assert bill.summary.fee == Decimal("0.762")
    assert bill.columns == tuple(bills.TRADE) == paid.columns
    assert (paid["商品名称"], paid.get("没有"), paid.get("没有", "x")) == ("茶", "", "x")


def test_what_is_asked_for(pay, script):
    fetched(pay, script, bills.text([])).close()
    asked, download = script.requests
    assert asked.url.endswith("/v3/bill/tradebill?bill_date=2026-06-01&bill_type=ALL&tar_type=GZIP")
    assert download.url == "https://api.mch.weixin.qq.com/v3/billdownload/file?token=T1"
    assert dict(download.headers)["Authorization"]
    assert (download.method, download.body) == ("GET", b"")


def test_columns_may_come_in_another_order_and_there_may_be_more():
    columns = ["新的一列", *reversed(bills.TRADE), "又一列"]
    (row,) = opened(bills.text([bills.PAID | {"新的一列": "新"}], columns=columns))
    assert (row.total, row.out_trade_no, row["新的一列"]) == (12800, "A20260601-000001", "新")


def test_a_column_that_a_kind_of_bill_lacks_is_named():
    columns = [name for name in bills.TRADE if "退款" not in name]
    (row,) = opened(bills.text([bills.PAID], columns=columns))
    assert row.total == 12800
    with pytest.raises(BadBill, match="no such column") as failed:
        assert row.refund
    assert failed.value.params == {"column": "申请退款金额"}


def test_times_of_refunds_may_be_empty():
    columns = [*bills.TRADE, "退款申请时间", "退款成功时间"]
    (row,) = opened(bills.text([bills.BACK | {"退款申请时间": "2026-06-01 12:00:00"}], columns=columns))
    assert row.refund_requested_at == datetime(2026, 6, 1, 12, 0, tzinfo=SHANGHAI)
    assert row.refund_succeeded_at is None


@given(st.lists(st.text(st.sampled_from("茶`,\"'\n\r;= a"), max_size=8), min_size=2, max_size=2))
def test_text_of_the_shops_own_moves_no_other_cell(texts):
    name, attach = (text.replace("\r\n", "") for text in texts)
    rows = [bills.PAID | {"商品名称": name, "商户数据包": attach}, bills.BACK]
    paid, back = opened(bills.text(rows))
    assert (paid.total, paid.out_trade_no, paid.fee, paid["费率备注"]) == (
        12800,
        "A20260601-000001",
        Decimal("0.768"),
        "",
    )
    assert f"{paid.description},`{paid.attach}" == f"{name},`{attach}"
    assert back.refund == 100


def test_rows_show_nobody():
    (row,) = opened(bills.text([bills.PAID]))
    assert repr(row) == "<TradeRow>"


def test_two_readers_of_one_bill_do_not_disturb_each_other():
    rows = [bills.PAID | {"商户订单号": f"order-{number:06d}"} for number in range(2000)]  # several blocks
    bill = opened(bills.text(rows))
    pairs = zip(bill, bill, strict=True)
    assert all(one.out_trade_no == other.out_trade_no == f"order-{n:06d}" for n, (one, other) in enumerate(pairs))


def test_flow(pay, script):
    row = {
        "记账时间": "2026-06-01 10:00:07",
        "资金流水单号": "42000020260601",
        "收支类型": "支出",
        "收支金额（元）": "1.00",
        "账户结余（元）": "-0.50",
        "备注": "退款,`手续费",
        "业务凭证号": "R1",
    }
    summary = {"资金流水总笔数": "1.0", "支出笔数": "1.0", "支出金额": "1.00"}
    plain = bills.text([row], columns=bills.FLOW, summary=summary | {"收入笔数": "0"}, names=bills.FLOW_SUMMARY)
    script.says(script.signed(bills.announced(plain)), file(bills.packed(plain)))
    with pay.fund_flow_bill(DAY, account="FEES") as bill:
        (one,) = bill
    assert (one.amount, one.balance, one.direction, one.note, one.voucher) == (100, -50, "支出", "退款,`手续费", "R1")
    assert (bill.summary.movements, bill.summary.expense, bill.summary.incomes) == (1, 100, 0)
    assert "account_type=FEES" in script.requests[0].url


def test_shares(pay, script):
    plain = bills.text([{"分账时间": "1"}], columns=["分账时间", "分账金额"], names=["总笔数"])
    script.says(script.signed(bills.announced(plain)), file(bills.packed(plain)))
    with pay.sharing_bill(DAY) as bill:
        assert [row["分账时间"] for row in bill] == ["1"]


# -- cells -------------------------------------------------------------------------------------------------------------


@given(st.integers(-(10**14), 10**14), st.sampled_from(["", "0", "000"]))
def test_yuan_to_fen_is_exact(amount, zeros):
    written = f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}{zeros}"
    assert fen(written) == amount == int(Decimal(written) * 100)


def test_other_ways_to_write_yuan():
    assert [fen(text) for text in ("1", "0", "1.5", "0.0", "007.10")] == [100, 0, 150, 0, 710]


@pytest.mark.parametrize(
    "text",
    ["", ".", "1.", ".50", "1.005", "1,000.00", "+1.00", "1e2", "１.00", "1.００", " 1.00", "--1.00", "1_0.00", "a.00"],
)
def test_what_is_no_yuan(text):
    with pytest.raises(ValueError):  # noqa: PT011  (turned into BadBill by the cell)
        fen(text)
    row = next(iter(opened(bills.text([bills.PAID | {"订单金额": text}]))))
    with pytest.raises(BadBill) as failed:
        assert row.total
    assert failed.value.params == {"column": "订单金额"}


@pytest.mark.parametrize("text", ["", "x", "NaN", "inf", "1_0", "１", "9" * 31])
def test_what_is_no_number(text):
    with pytest.raises((ValueError, ArithmeticError)):
        yuan(text)


def test_counts_and_times():
    assert [count(text) for text in ("45.0", "0", "7.00")] == [45, 0, 7]
    for text in ("", "1.5", "-1", "x", "1e3"):
        with pytest.raises(ValueError):  # noqa: PT011
            count(text)
    for text in ("", "2026-06-01", "2026-06-01 10:00:61", "2026-06-01 10：00:07", "2026-06-01T10:00:07+08:00"):
        with pytest.raises(ValueError):  # noqa: PT011
            time(text)


# -- what must not be believed -----------------------------------------------------------------------------------------


def spoiled(pay, script, plain, packed, code, **changed):
    script.says(script.signed(bills.announced(plain) | changed), file(packed))
    with pytest.raises(BadBill) as failed:
        pay.trade_bill(DAY)
    assert failed.value.code == code
    assert failed.value.retryable
    assert set(failed.value.params) == {"status", "request_id"}
    assert failed.value.__cause__ is None


PLAIN = bills.text([bills.PAID] * 50)


def test_another_content_than_announced(pay, script):
    spoiled(pay, script, PLAIN, bills.packed(PLAIN.replace(b"128.00", b"129.00")), "bill_hash_differs")
    spoiled(pay, script, PLAIN, bills.packed(PLAIN[:-2]), "bill_hash_differs")
    spoiled(pay, script, PLAIN, bills.packed(b""), "bill_hash_differs")


def test_every_truncation_fails(pay, script):
    whole = bills.packed(PLAIN)
    for length in [*range(0, len(whole), 37), len(whole) - 1, len(whole) - 8]:
        spoiled(pay, script, PLAIN, whole[:length], "bill_truncated")


def test_every_flipped_byte_fails(pay, script):
    whole = bills.packed(bills.text([bills.PAID]))
    for place in range(10, len(whole), 7):  # the first ten bytes are gzip's own, the time among them
        broken = bytearray(whole)
        broken[place] ^= 0x10
        script.says(script.signed(bills.announced(bills.text([bills.PAID]))), file(bytes(broken)))
        with pytest.raises(BadBill):
            pay.trade_bill(DAY)


def test_what_is_packed_otherwise_or_followed_by_something(pay, script):
    spoiled(pay, script, PLAIN, PLAIN, "bill_truncated")
    spoiled(pay, script, PLAIN, zlib.compress(PLAIN), "bill_truncated")
    spoiled(pay, script, PLAIN, bills.packed(PLAIN) + b"\0", "bill_truncated")
    spoiled(pay, script, PLAIN, bills.packed(PLAIN) * 2, "bill_truncated")


def test_a_bill_that_unpacks_without_end_is_given_up(pay, script, monkeypatch, machine):
    monkeypatch.setattr("minishop.payments.wechatpay.client._billing._LARGEST", 100_000)
    spoiled(pay, script, PLAIN, gzip.compress(b"0" * 50_000_000), "bill_too_large")


@pytest.mark.parametrize("size", [1, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20])
def test_plain_text_of_any_size_comes_out_whole(pay, script, size):
    lead = bills.text([]).split(b"\r\n")
    filler = ("`" + ",`".join(["x" * size] + [""] * (len(bills.TRADE) - 1))).encode()
    plain = b"\r\n".join([lead[0], filler, *lead[1:]])
    with fetched(pay, script, plain) as bill:
        (row,) = bill
        assert len(row["交易时间"]) == size


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"\r\n",
        b"a,b\r\n",
        b"a,b",
        b"a,b\r\n`1,`2\r\n",
        b"a,b\r\n`1,`2\r\n`3,`4\r\n",
        b"a,a\r\n`1,`2\r\nx\r\n`1\r\n",
        b"a,\r\n`1,`2\r\nx\r\n`1\r\n",
        b"a,b\r\nx,y\r\n`1\r\n",
        b"a,b\r\nx,y\r\nz\r\n",
    ],
)
def test_an_authentic_text_that_is_no_bill(plain):
    with pytest.raises(BadBill) as failed:
        opened(plain)
    assert failed.value.code == "bill_malformed"


@pytest.mark.parametrize("bad", [b"1,`2", b"", b"`1", b"`1,`2,`3", b"`\xff,`2"])
def test_an_authentic_line_that_is_none(bad):
    bill = opened(b"a,b\r\n`1,`2\r\n" + bad + b"\r\nx\r\n`1\r\n")
    with pytest.raises(BadBill) as failed:
        assert [*bill]
    assert failed.value.code == "bill_malformed"


def test_an_announcement_that_is_not_as_documented(pay, script):
    for changed in ({"hash_type": "MD5"}, {"hash_value": "zz"}, {"hash_value": None}, {"download_url": ""}):
        script.says(script.signed(bills.announced(PLAIN) | changed))
        with pytest.raises(GatewayFailed) as failed:
            pay.trade_bill(DAY)
        assert failed.value.code == "unexpected_answer"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v3/billdownload/file?token=1",
        "https://api.mch.weixin.qq.com.evil.example/x",
        "https://api.mch.weixin.qq.com@evil.example/x",
        "http://api.mch.weixin.qq.com/x",
        "https://api.mch.weixin.qq.com",
        "https://API.mch.weixin.qq.com/x",
        "file:///etc/passwd",
        "//api.mch.weixin.qq.com/x",
    ],
)
def test_the_signed_request_goes_to_no_other_host(pay, script, url):
    script.says(script.signed(bills.announced(PLAIN, url)))
    with pytest.raises(BadBill) as failed:
        pay.trade_bill(DAY)
    assert failed.value.code == "unknown_host"
    assert len(script.requests) == 1


def test_a_host_of_theirs_or_of_the_clients_is_good(make, script):
    for host, pay in ((BACKUP_HOST, make()), ("http://127.0.0.1:8000", make(hosts=("http://127.0.0.1:8000",)))):
        script.says(script.signed(bills.announced(PLAIN, f"{host}/v3/x?token=1")), file(bills.packed(PLAIN)))
        pay.trade_bill(DAY).close()
        assert script.requests[-1].url == f"{host}/v3/x?token=1"


def test_no_bill_and_no_bill_yet_are_two_things(pay, script):
    script.says(script.refused(400, "NO_STATEMENT_EXIST"))
    with pytest.raises(NoStatement):
        pay.trade_bill(DAY)
    script.says(script.refused(400, "STATEMENT_CREATING"))
    with pytest.raises(BillNotReady) as later:
        pay.trade_bill(DAY)
    assert later.value.retryable
    assert len(script.requests) == 2


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_file_of_the_callers_is_used_and_left_open_if_it_fails(pay, script, machine):
    mine = io.BytesIO()
    script.says(script.signed(bills.announced(PLAIN)), file(b"x"))
    with pytest.raises(BadBill):
        pay.trade_bill(DAY, file=mine)
    assert not mine.closed
    script.says(script.signed(bills.announced(PLAIN)), file(bills.packed(PLAIN)))
    assert len([*pay.trade_bill(DAY, file=mine)]) == 50
    assert mine.getvalue() == PLAIN
    assert machine.spools == []


def test_without_a_file_the_error_says_what_to_do(make, script):
    pay = make()
    pay.client.handlers = {
        request: handler for request, handler in pay.client.handlers.items() if request.__name__ != "OpenSpool"
    }
    script.says(script.signed(bills.announced(PLAIN)))
    with pytest.raises(CallerError) as refused:
        pay.trade_bill(DAY)
    assert (refused.value.code, "file=" in refused.value.next_step) == ("no_file", True)
    assert "OpenSpool" in refused.value.next_step


def test_a_try_that_failed_half_way_leaves_nothing_behind(pay, script, machine):
    half = bills.packed(bills.text([bills.BACK] * 5000))

    def breaks(request):
        request.sink.write(half[:100])
        raise LOST

    script.says(script.signed(bills.announced(PLAIN)), breaks, file(bills.packed(PLAIN)))
    with pay.trade_bill(DAY) as bill:
        assert len([*bill]) == 50
        assert machine.spools[0].getvalue() == PLAIN


# -- encrypted bills ---------------------------------------------------------------------------------------------------

KEY, NONCE = b"k" * 32, b"n" * 12


def sealed_key(key=KEY):
    oaep = OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)
    return b64encode(build.key("merchant").public_key().encrypt(key, oaep)).decode()


def flow_text(numbers):
    rows = [{"资金流水单号": str(number), "收支金额（元）": "1.00"} for number in numbers]
    return bills.text(rows, columns=bills.FLOW, names=bills.FLOW_SUMMARY)


def announced_parts(*parts):
    files = [
        bills.announced(part, f"https://api.mch.weixin.qq.com/v3/x?token={number}")
        | {"bill_sequence": number, "encrypt_key": sealed_key(), "nonce": NONCE.decode()}
        for number, part in enumerate(parts, 1)
    ]
    return {"download_bill_count": len(files), "download_bill_list": files[::-1]}


def encrypted(plain):
    return AESGCM(KEY).encrypt(NONCE, bills.packed(plain), b"")


def test_a_bill_of_a_sub_merchant_is_decrypted_and_put_together(pay, script):
    whole = flow_text(range(3000))
    parts = whole[: len(whole) // 2], whole[len(whole) // 2 :]
    script.says(script.signed(announced_parts(*parts)), *[file(encrypted(part)) for part in parts])
    with pay.sub_merchant_fund_flow_bill(DAY, sub_mchid="1900000109") as bill:
        assert [row.flow_id for row in bill] == [str(number) for number in range(3000)]
    assert "algorithm=AEAD_AES_256_GCM" in script.requests[0].url
    assert [sent.url[-7:] for sent in script.requests[1:]] == ["token=1", "token=2"]


@pytest.mark.parametrize("place", [0, 100, -1, -16])
def test_an_encrypted_bill_that_was_changed(pay, script, place):
    plain = flow_text([1])
    broken = bytearray(encrypted(plain))
    broken[place] ^= 1
    script.says(script.signed(announced_parts(plain)), file(bytes(broken)))
    with pytest.raises(BadBill):
        pay.sub_merchant_fund_flow_bill(DAY, sub_mchid="1900000109")


def test_an_encrypted_bill_shorter_than_its_tag(pay, script):
    script.says(script.signed(announced_parts(flow_text([1]))), file(b"short"))
    with pytest.raises(BadBill) as failed:
        pay.sub_merchant_fund_flow_bill(DAY, sub_mchid="1900000109")
    assert failed.value.code == "bill_undecryptable"


def test_parts_that_are_not_as_documented(pay, script):
    good = announced_parts(flow_text([1]), flow_text([2]))
    first, second = good["download_bill_list"]
    for files in (
        [],
        None,
        [first],
        [first, first],
        [first | {"bill_sequence": "2"}, second],
        [first | {"bill_sequence": 3}, second],
        [first | {"nonce": "short"}, second],
        [first | {"encrypt_key": "x"}, second],
        [first | {"encrypt_key": sealed_key(b"k" * 31)}, second],
        ["x"],
    ):
        script.says(script.signed({"download_bill_list": files}))
        with pytest.raises(GatewayFailed) as failed:
            pay.sub_merchant_fund_flow_bill(DAY, sub_mchid="1900000109")
        assert failed.value.code == "unexpected_answer"


# -- against another reader --------------------------------------------------------------------------------------------

cells = st.text(st.characters(exclude_characters="`\r\n", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(bills.TRADE, cells)), max_size=20))
def test_every_cell_is_the_one_that_was_written(rows):
    read = [{name: row[name] for name in row.columns} for row in opened(bills.text(rows))]
    assert read == rows


@pytest.mark.oracle
def test_memory_stays_flat(tmp_path):
    def most(rows):
        path = tmp_path / f"{rows}.csv"
        whole = bills.text([bills.PAID])
        start, end = whole.index(b"`"), whole.rindex("总交易单数".encode())
        with path.open("wb") as file:
            file.write(whole[:start])
            for _ in range(rows):
                file.write(whole[start:end])
            file.write(whole[end:])
        tracemalloc.start()
        with path.open("rb") as file:
            assert sum(row.total for row in CheckedBill(file, TradeRow, TradeSummary)) == 12800 * rows
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(30_000) < 1.5 * most(5_000)  # 5,000 rows are more than one block
