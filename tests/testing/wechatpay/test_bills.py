"""Bills, character by character as they are documented, and their sums against the gateway's own book."""

import gzip
import zlib
from datetime import timedelta
from decimal import Decimal
from hashlib import sha1

import pytest

from minishop.testing.wechatpay import Fault

ALL = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,"
    "费率,订单金额,申请退款金额,费率备注"
)
TRADES = "/v3/bill/tradebill?bill_date=2026-06-01"
FUNDS = "/v3/bill/fundflowbill?bill_date=2026-06-01"


def download(merchant, target):
    """The text, after the hash of the plain text was compared."""
    status, content = merchant.get(target)
    assert status == 200, content
    reply = fetch(merchant, content["download_url"])
    assert reply.status == 200
    assert not any(name.startswith("Wechatpay-") for name, _ in reply.headers)
    text = gzip.decompress(reply.body) if "tar_type=GZIP" in target else reply.body
    assert content["hash_type"] == "SHA1"
    assert content["hash_value"] == sha1(text).hexdigest()
    return text


def fetch(merchant, url):
    assert url.startswith("https://api.mch.weixin.qq.com/v3/billdownload/file?token=")
    return merchant.simulator.exchange(merchant.request("GET", url.removeprefix("https://api.mch.weixin.qq.com")))


def table(text):
    """Rows and summary, as dicts by name, by the documented rule: split at ,` without the first `."""
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.endswith(b"\r\n")
    head, *rows, names, values = text[3:].decode().split("\r\n")[:-1]
    assert "`" not in head + names

    def cells(line):
        assert line.startswith("`")
        return line[1:].split(",`")

    columns = head.split(",")
    totals = dict(zip(names.split(","), cells(values), strict=True))
    return [dict(zip(columns, cells(row), strict=True)) for row in rows], totals


@pytest.fixture
def day(simulator, merchant, clock):
    """A day with two payments (one with a coupon) and two refunds, and the next day at ten."""
    merchant.create("ORDER-0001", 1280, attach="a\r\nb")
    merchant.create("ORDER-0002", 1000, description="两件茶")
    simulator.pay("ORDER-0001")
    clock.advance(minutes=1)
    simulator.pay("ORDER-0002", coupon=300)
    clock.advance(minutes=1)
    merchant.refund("ORDER-0001", "R-1", 80)
    clock.advance(minutes=1)
    merchant.refund("ORDER-0002", "R-2", 500, 1000)
    simulator.settle_refund("R-1")
    clock.advance(hours=21, minutes=57)
    return simulator


def test_the_trade_bill_of_everything(day, merchant):
    text = download(merchant, TRADES)
    assert text[3:].decode().split("\r\n")[0] == ALL
    rows, totals = table(text)
    paid, couponed, settled, pending = rows
    assert paid["交易时间"] == "2026-06-01 12:00:00"
    assert (paid["商户订单号"], paid["交易状态"], paid["交易类型"]) == ("ORDER-0001", "SUCCESS", "JSAPI")
    assert (paid["应结订单金额"], paid["订单金额"], paid["手续费"], paid["费率"]) == (
        "12.80",
        "12.80",
        "0.08000",
        "0.60%",
    )
    assert (paid["商户数据包"], paid["用户标识"], paid["特约商户号"]) == ("a\\r\\nb", "oPayer1", "0")
    assert (couponed["应结订单金额"], couponed["代金券金额"], couponed["订单金额"]) == ("7.00", "3.00", "10.00")
    assert (settled["商户退款单号"], settled["退款状态"], settled["退款金额"]) == ("R-1", "SUCCESS", "0.80")
    assert (pending["退款状态"], pending["退款金额"], pending["申请退款金额"]) == ("PROCESSING", "3.50", "5.00")
    assert totals == {
        "总交易单数": "4.0",
        "应结订单总金额": "19.80",
        "退款总金额": "4.30",
        "充值券退款总金额": "0.00",
        "手续费总金额": "0.10000",
        "订单总金额": "22.80",
        "申请退款总金额": "5.80",
    }


def test_the_sums_are_those_of_the_rows(day, merchant):
    rows, totals = table(download(merchant, TRADES))
    for total, column in (("手续费总金额", "手续费"), ("退款总金额", "退款金额"), ("订单总金额", "订单金额")):
        assert Decimal(totals[total]) == sum(Decimal(row[column]) for row in rows)
    net = sum(Decimal(row["订单金额"]) - Decimal(row["申请退款金额"]) for row in rows)
    assert net * 100 == sum(day.money().values())


def test_bills_of_payments_and_of_refunds(day, merchant):
    paid, totals = table(download(merchant, f"{TRADES}&bill_type=SUCCESS"))
    refund_columns = {
        "微信退款单号",
        "商户退款单号",
        "退款金额",
        "充值券退款金额",
        "退款类型",
        "退款状态",
        "申请退款金额",
    }
    assert set(paid[0]) == set(ALL.split(",")) - refund_columns - {"申请退款金额"}
    assert list(totals) == ["总交易单数", "应结订单总金额", "手续费总金额", "订单总金额"]
    back, _ = table(download(merchant, f"{TRADES}&bill_type=REFUND"))
    columns = list(back[0])
    place = columns.index("代金券金额")
    assert columns[place + 1 : place + 3] == ["退款申请时间", "退款成功时间"]
    assert [column for column in columns if not column.startswith("退款申请时间")][:14] == ALL.split(",")[:14]
    assert [(row["退款申请时间"], row["退款成功时间"]) for row in back] == [
        ("2026-06-01 12:02:00", "2026-06-01 12:03:00"),
        ("2026-06-01 12:03:00", ""),
    ]


def test_a_packed_bill_is_the_same_text(day, merchant):
    assert download(merchant, f"{TRADES}&tar_type=GZIP") == download(merchant, TRADES)


def test_the_fund_flow_adds_up(day, merchant):
    rows, totals = table(download(merchant, FUNDS))
    assert [row["业务名称"] for row in rows][:2] == ["交易", "扣除交易手续费"]
    signs = {"收入": 1, "支出": -1}
    balance = Decimal(0)
    for row in rows:
        balance += signs[row["收支类型"]] * Decimal(row["收支金额(元)"])
        assert Decimal(row["账户结余(元)"]) == balance
    assert Decimal(totals["收入金额"]) - Decimal(totals["支出金额"]) == balance
    assert totals["资金流水总笔数"] == f"{len(rows)}.0"
    trades, _ = table(download(merchant, TRADES))
    settled = sum(Decimal(row["应结订单金额"]) - Decimal(row["退款金额"]) - Decimal(row["手续费"]) for row in trades)
    assert balance == settled
    assert merchant.get(f"{FUNDS}&account_type=FEES")[1]["code"] == "NO_STATEMENT_EXIST"


def test_a_closed_refund_is_on_no_bill_and_its_money_comes_back(day, merchant):
    day.close_refund("R-2")
    rows, _ = table(download(merchant, TRADES))
    assert [row["商户退款单号"] for row in rows] == ["0", "0", "R-1"]
    day.clock.advance(days=1)
    rows, _ = table(download(merchant, FUNDS.replace("06-01", "06-02")))
    assert [row["收支金额(元)"] for row in rows] == ["3.48"]


def test_the_whole_fee_comes_back_with_the_whole_money(simulator, merchant, clock):
    merchant.paid(total=5000)
    for number, amount in enumerate((1, 1666, 3333)):
        assert merchant.refund(refund=f"R-{number}", amount=amount, total=5000)[0] == 200
        clock.advance(minutes=1)
    clock.advance(days=1)
    rows, totals = table(download(merchant, TRADES))
    assert totals["手续费总金额"] == "0.00000"
    assert rows[0]["手续费"] == "0.30000"


@pytest.mark.parametrize(
    "target, code",
    [
        ("/v3/bill/tradebill", "PARAM_ERROR"),
        ("/v3/bill/tradebill?bill_date=20260601", "PARAM_ERROR"),
        (f"{TRADES}&bill_type=SOME", "PARAM_ERROR"),
        (f"{TRADES}&tar_type=ZIP", "PARAM_ERROR"),
        (f"{FUNDS}&account_type=SOME", "PARAM_ERROR"),
        ("/v3/bill/tradebill?bill_date=2026-06-02", "INVALID_REQUEST"),
        ("/v3/bill/tradebill?bill_date=2026-02-28", "INVALID_REQUEST"),
        ("/v3/bill/tradebill?bill_date=2026-05-31", "NO_STATEMENT_EXIST"),
        (f"{TRADES}&sub_mchid=1900000109", "NO_STATEMENT_EXIST"),
        (f"{TRADES}&sub_mchid=1900000110", "NO_AUTH"),
        ("/v3/billdownload/file?token=x", "INVALID_REQUEST"),
        ("/v3/billdownload/file", "INVALID_REQUEST"),
    ],
)
def test_what_is_refused(day, merchant, target, code):
    assert merchant.get(target)[1]["code"] == code


def test_a_bill_is_ready_at_ten_of_the_next_day(day, merchant, clock):
    clock.advance(minutes=-1)
    assert merchant.get(TRADES)[1]["code"] == "STATEMENT_CREATING"
    clock.advance(minutes=1)
    assert merchant.get(TRADES)[0] == 200


def test_days_are_shanghais(simulator, merchant, clock):
    clock.advance(hours=12)  # midnight in Shanghai; in London it is still the first
    merchant.paid()
    clock.advance(hours=34)
    assert merchant.get(TRADES)[1]["code"] == "NO_STATEMENT_EXIST"
    rows, _ = table(download(merchant, TRADES.replace("06-01", "06-02")))
    assert rows[0]["交易时间"] == "2026-06-02 00:00:00"


def test_an_address_is_good_for_five_minutes(day, merchant, clock):
    url = merchant.get(TRADES)[1]["download_url"]
    clock.advance(timedelta(minutes=5, seconds=-1))
    assert fetch(merchant, url).status == 200
    clock.advance(seconds=1)
    assert fetch(merchant, url).status == 400


def test_a_partners_bill_can_be_of_one_merchant(simulator, merchant, clock):
    merchant.paid("ORDER-0001")
    body = merchant.order("ORDER-0002")
    del body["appid"], body["mchid"]
    known = merchant.known
    body |= {"sp_appid": known.appid, "sp_mchid": known.mchid, "sub_mchid": "1900000109", "payer": {"sp_openid": "o"}}
    assert merchant.post("/v3/pay/partner/transactions/jsapi", body)[0] == 200
    simulator.pay("ORDER-0002")
    clock.advance(days=1)
    rows, _ = table(download(merchant, f"{TRADES}&sub_mchid=1900000109"))
    assert [(row["商户订单号"], row["特约商户号"], row["用户标识"]) for row in rows] == [
        ("ORDER-0002", "1900000109", "o")
    ]
    assert len(table(download(merchant, TRADES))[0]) == 2


@pytest.mark.parametrize("fault", [Fault.TAMPERED, Fault.TRUNCATED])
@pytest.mark.parametrize("packed", ["", "&tar_type=GZIP"])
def test_a_bill_can_be_spoilt(day, merchant, fault, packed):
    content = merchant.get(TRADES + packed)[1]
    day.fail_next(fault, on="billdownload")
    body = fetch(merchant, content["download_url"]).body
    try:
        text = gzip.decompress(body) if packed else body
    except (EOFError, OSError, zlib.error):
        return
    assert sha1(text).hexdigest() != content["hash_value"]


def test_a_reversed_code_payment_is_paid_and_given_back(simulator, merchant, clock):
    body = merchant.order(payer={"auth_code": "1300"}, scene_info={})
    del body["notify_url"]
    merchant.post("/v3/pay/transactions/codepay", body)
    parties = {"appid": merchant.known.appid, "mchid": merchant.known.mchid}
    merchant.post("/v3/pay/transactions/out-trade-no/ORDER-0001/reverse", parties)
    clock.advance(days=1)
    rows, totals = table(download(merchant, TRADES))
    assert [row["交易状态"] for row in rows] == ["SUCCESS", "REVOKED"]
    assert (totals["订单总金额"], totals["申请退款总金额"], totals["手续费总金额"]) == ("12.80", "12.80", "0.00000")


def test_a_users_text_can_look_like_the_end_of_a_cell(simulator, merchant, clock):
    """As in real bills; nobody can tell it apart."""
    merchant.paid(description="两件,`茶")
    clock.advance(days=1)
    row = download(merchant, TRADES).split(b"\r\n")[1]
    assert len(row.split(b",`")) == len(ALL.split(",")) + 1
