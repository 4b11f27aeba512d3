"""One behavioural suite for both clients, against the simulator: every call, and what it does."""

import contextlib
import inspect
import json
from datetime import date, timedelta

import pytest

from minishop.errors import OutcomeUnknown, RemoteError
from minishop.payments.wechatpay import BadSignature, RefundStatus, TradeState, TransferState, UnknownSerial
from minishop.payments.wechatpay.client import (
    AsyncWechatPay,
    BadBill,
    BusinessRefused,
    Channel,
    CombinedOrder,
    NoStatement,
    NotThere,
    Receiver,
    RequestRefused,
    Share,
    SubOrder,
    WechatPay,
)
from minishop.testing.wechatpay import Fault, NoticeFault
from tests.payments.wechatpay_client import lab

NUMBER = "A20260601|000*1"


@pytest.fixture
def pay(shopkeeper):
    return shopkeeper


def paid(pay, simulator, clock, number=NUMBER, **changed):
    pay.create_mini_program(lab.order(number, **changed), openid=lab.OPENID)
    transaction = simulator.pay(number)
    clock.advance(minutes=2)
    return transaction


# -- orders ------------------------------------------------------------------------------------------------------------


def test_every_channel_gives_its_front_end_what_it_needs(pay):
    jsapi = pay.create_jsapi(lab.order("order-1"), openid=lab.OPENID)
    mini = pay.create_mini_program(lab.order("order-2"), openid=lab.OPENID)
    app = pay.create_app(lab.order("order-3"))
    native = pay.create_native(lab.order("order-4"))
    h5 = pay.create_h5(lab.order("order-5", payer_client_ip="203.0.113.7"), redirect_url="https://shop.example/a?b=c")
    assert set(jsapi.client) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
    assert set(jsapi.client) - set(mini.client) == {"appId"}
    assert jsapi.client["package"] == f"prepay_id={jsapi.prepay_id}"
    assert set(app.client) == {"appid", "partnerid", "prepayid", "package", "noncestr", "timestamp", "sign"}
    assert native.client["code_url"].startswith("weixin://")
    assert h5.client["h5_url"].endswith("&redirect_url=https%3A%2F%2Fshop.example%2Fa%3Fb%3Dc")
    assert [one.channel for one in (jsapi, mini, app, native, h5)] == [
        *["jsapi", "mini_program", "app", "native", "h5"]
    ]


def test_parameters_can_be_handed_out_again_with_another_signature(pay):
    made = pay.create_mini_program(lab.order(), openid=lab.OPENID)
    again = pay.mini_program_parameters(made.prepay_id)
    assert again["package"] == made.client["package"]
    assert again["paySign"] != made.client["paySign"]
    assert pay.jsapi_parameters(made.prepay_id)["appId"] == pay.desk.appid
    assert pay.app_parameters(made.prepay_id)["prepayid"] == made.prepay_id


def test_an_order_asked_about_paid_and_asked_about_again(pay, simulator, clock):
    pay.create_mini_program(
        lab.order(NUMBER, attach="附加", time_expire=clock() + timedelta(minutes=30)), openid=lab.OPENID
    )
    found = pay.query_payment(NUMBER)
    assert (found.trade_state, found.transaction_id, found.is_paid) == (TradeState.NOTPAY, "", False)
    transaction = simulator.pay(NUMBER)
    found = pay.query_payment(NUMBER)
    assert (found.trade_state, found.total, found.openid, found.attach) == ("SUCCESS", 12800, lab.OPENID, "附加")
    assert pay.query_transaction(transaction) == found
    notice = found.capture_notice()
    assert (notice.attempt, notice.amount, notice.transaction) == (NUMBER, 12800, transaction)


def test_the_same_order_again_is_the_same_order(pay):
    first = pay.create_native(lab.order(NUMBER))
    assert pay.create_native(lab.order(NUMBER)).client == first.client
    with pytest.raises((BusinessRefused, RequestRefused)):
        pay.create_native(lab.order(NUMBER, total=1))


def test_closing(pay, simulator):
    pay.create_native(lab.order(NUMBER))
    assert pay.close_payment(NUMBER) is None
    assert pay.close_payment(NUMBER) is None
    assert pay.query_payment(NUMBER).trade_state == TradeState.CLOSED
    with pytest.raises(BusinessRefused) as refused:
        pay.create_native(lab.order(NUMBER))
    assert refused.value.code == "ORDERCLOSED"


def test_a_paid_order_cannot_be_closed(pay, simulator, clock):
    paid(pay, simulator, clock)
    with pytest.raises(BusinessRefused) as refused:
        pay.close_payment(NUMBER)
    assert refused.value.code == "ORDERPAID"
    assert refused.value.params["request_id"]


def test_what_is_not_there(pay):
    for ask in (
        lambda: pay.query_payment("nothing-1"),
        lambda: pay.query_transaction("4200009999"),
        lambda: pay.query_refund("nothing"),
        lambda: pay.query_transfer("nothing"),
        lambda: pay.query_combined("nothing-1"),
        lambda: pay.query_sharing("nothing", "4200009999"),
    ):
        with pytest.raises(NotThere):
            ask()


# -- refunds -----------------------------------------------------------------------------------------------------------


def test_a_refund_from_start_to_end(pay, simulator, clock):
    transaction = paid(pay, simulator, clock)
    made = pay.refund(out_refund_no="R|1@2", refund=100, total=12800, out_trade_no=NUMBER, reason="不喜欢")
    assert (made.status, made.refund, made.transaction_id) == (RefundStatus.PROCESSING, 100, transaction)
    again = pay.refund(out_refund_no="R|1@2", refund=100, total=12800, out_trade_no=NUMBER, reason="不喜欢")
    assert again.refund_id == made.refund_id
    simulator.settle_refund("R|1@2")
    settled = pay.query_refund("R|1@2")
    assert (settled.status, settled.success_time) == (RefundStatus.SUCCESS, clock())
    assert pay.query_payment(NUMBER).trade_state == TradeState.REFUND
    assert simulator.money() == {NUMBER: 12700}


def test_the_same_refund_number_with_another_amount_is_refused(pay, simulator, clock):
    paid(pay, simulator, clock)
    pay.refund(out_refund_no="R1", refund=100, total=12800, out_trade_no=NUMBER)
    with pytest.raises(RequestRefused) as refused:
        pay.refund(out_refund_no="R1", refund=101, total=12800, out_trade_no=NUMBER)
    assert refused.value.code == "INVALIDREQUEST"
    assert simulator.money() == {NUMBER: 12700}


def test_an_abnormal_refund_is_rescued(pay, simulator, clock):
    paid(pay, simulator, clock)
    made = pay.refund(out_refund_no="R1", refund=100, total=12800, out_trade_no=NUMBER)
    simulator.fail_refund("R1")
    assert pay.query_refund("R1").status == RefundStatus.ABNORMAL
    rescued = pay.apply_abnormal_refund(
        made.refund_id,
        out_refund_no="R1",
        to="USER_BANK_CARD",
        bank_type="ICBC_DEBIT",
        bank_account="6222020200112233",
        real_name="张三",
    )
    assert rescued.status == RefundStatus.PROCESSING
    body = simulator.seen[-1].request.body
    assert "张三".encode() not in body
    assert b"6222020200112233" not in body


@pytest.mark.parametrize("fault", [Fault.DROP_REPLY, Fault.BANK_ERROR, Fault.DROP_REQUEST, Fault.SYSTEM_ERROR])
def test_a_refund_of_which_nobody_knows_is_not_sent_again_by_itself(pay, simulator, clock, fault):
    paid(pay, simulator, clock)
    simulator.fail_next(fault, on="/refunds")
    before = len(simulator.seen)
    with pytest.raises(OutcomeUnknown) as failed:
        pay.refund(out_refund_no="R1", refund=100, total=12800, out_trade_no=NUMBER)
    assert len(simulator.seen) == before + 1
    assert failed.value.params["ask"] == "query_refund"
    was_done = fault in (Fault.DROP_REPLY, Fault.BANK_ERROR)
    assert simulator.money() == {NUMBER: 12700 if was_done else 12800}
    pay.refund(out_refund_no="R1", refund=100, total=12800, out_trade_no=NUMBER)
    assert simulator.money() == {NUMBER: 12700}


@pytest.mark.parametrize("fault", [*Fault])
def test_whatever_happens_to_a_refund_what_is_said_is_true(pay, simulator, clock, fault):
    """Certain refusals moved no money; after anything else the same number leads to exactly one refund."""
    paid(pay, simulator, clock)
    simulator.fail_next(fault, on="POST /v3/refund")
    try:
        pay.refund(out_refund_no="R1", refund=100, total=12800, out_trade_no=NUMBER)
        said = "done"
    except OutcomeUnknown:
        said = "unknown"
    except (RemoteError, RequestRefused):
        said = "refused"
    simulator.let_late_requests_in()
    moved = simulator.money()[NUMBER] != 12800
    assert (said, moved) in {("done", True), ("refused", False), ("unknown", True), ("unknown", False)}
    clock.advance(minutes=2)
    pay.refund(out_refund_no="R1", refund=100, total=12800, out_trade_no=NUMBER)
    assert simulator.money() == {NUMBER: 12700}


@pytest.mark.parametrize("fault", [*Fault])
def test_whatever_happens_to_a_new_order_there_is_one_order(pay, simulator, fault):
    simulator.fail_next(fault, on="POST /v3/pay")
    try:
        pay.create_native(lab.order(NUMBER))
    except (OutcomeUnknown, RemoteError, RequestRefused):
        simulator.let_late_requests_in()
    pay.create_native(lab.order(NUMBER))
    assert pay.query_payment(NUMBER).total == 12800


@pytest.mark.parametrize("fault", [*Fault])
def test_whatever_happens_to_a_query_it_changes_nothing_and_is_never_unknown(pay, simulator, clock, fault):
    paid(pay, simulator, clock)
    simulator.fail_next(fault, on="GET ")
    with contextlib.suppress(RemoteError, RequestRefused):
        assert pay.query_payment(NUMBER).is_paid
    assert pay.query_payment(NUMBER).is_paid


# -- notifications -----------------------------------------------------------------------------------------------------


def test_a_notification_is_received_and_acknowledged(pay, simulator, clock):
    pay.create_native(lab.order(NUMBER))
    simulator.pay(NUMBER)
    (delivery,) = simulator.due()
    notification = pay.receive(delivery.headers, delivery.body)
    assert (notification.number, notification.kind) == (NUMBER, "transaction")
    assert notification.unchecked().total == 12800
    delivery.answered(notification.ack().status)
    assert list(simulator.due()) == []


def test_a_notification_with_an_unknown_key_is_refused(pay, simulator):
    pay.create_native(lab.order(NUMBER))
    simulator.pay(NUMBER)
    simulator.disturb_next(NoticeFault.UNKNOWN_SERIAL, NoticeFault.WRONG_SIGNATURE)
    for error in (UnknownSerial, BadSignature):
        for delivery in simulator.due():
            with pytest.raises(error) as refused:
                pay.receive(delivery.headers, delivery.body)
            assert refused.value.ack().status >= 400
            delivery.answered(refused.value.ack().status)
        simulator.clock.advance(seconds=15)
    (delivery,) = simulator.due()
    assert pay.receive(delivery.headers, delivery.body).unchecked().is_paid


# -- combined, partner, sharing, transfer ------------------------------------------------------------------------------


def test_combined_orders(pay, simulator, clock):
    orders = [
        SubOrder(out_trade_no=f"part-00{n}", description="茶", total=100 * n, attach=f"第{n}份", sub_mchid="1900000109")
        for n in (1, 2)
    ]
    whole = CombinedOrder(out_trade_no="whole-001", orders=orders, time_expire=clock() + timedelta(minutes=30))
    made = pay.create_combined(whole, channel="mini_program", openid=lab.OPENID)
    assert made.client["package"].startswith("prepay_id=")
    assert not pay.query_combined("whole-001").is_paid
    simulator.pay("part-001")
    found = pay.query_combined("whole-001")
    assert found.is_paid
    assert [(one.out_trade_no, one.total) for one in found.orders] == [("part-001", 100), ("part-002", 200)]
    assert [notice.amount for notice in found.capture_notices()] == [100, 200]


def test_a_combined_order_is_closed(pay):
    orders = [
        SubOrder(out_trade_no=f"part-00{n}", description="茶", total=100, attach="x", sub_mchid="1900000109")
        for n in (1, 2)
    ]
    pay.create_combined(CombinedOrder(out_trade_no="whole-001", orders=orders), channel=Channel.NATIVE)
    pay.close_combined("whole-001", orders)
    assert {one.trade_state for one in pay.query_combined("whole-001").orders} == {TradeState.CLOSED}


def test_a_partner_acts_for_a_merchant(pay, simulator, clock, runner):
    partner = lab.Face(pay.client.acting_for("1900000109"), runner)
    partner.create_jsapi(lab.order(NUMBER), openid=lab.OPENID)
    simulator.pay(NUMBER, sub_mchid="1900000109")
    found = partner.query_payment(NUMBER)
    assert (found.mchid, found.sub_mchid, found.openid) == (pay.desk.merchant.mchid, "1900000109", lab.OPENID)
    assert partner.query_transaction(found.transaction_id) == found
    assert found.capture_notice().merchant == "1900000109"
    clock.advance(minutes=2)
    partner.refund(out_refund_no="R1", refund=1, total=12800, transaction_id=found.transaction_id)
    assert partner.query_refund("R1").refund == 1
    with pytest.raises(BusinessRefused):
        partner.close_payment(NUMBER)
    with pytest.raises(NotThere):
        pay.query_payment(NUMBER)


def test_sharing_a_payment_out(pay, simulator, clock):
    transaction = paid(pay, simulator, clock, profit_sharing=True)
    clock.advance(minutes=2)
    receiver = Receiver(kind="MERCHANT_ID", account="1900000110", name="某某公司", relation="PARTNER")
    pay.add_receiver(receiver)
    assert pay.unsplit_amount(transaction) == 12800
    made = pay.share(
        out_order_no="P1",
        transaction_id=transaction,
        receivers=[Share(kind="MERCHANT_ID", account="1900000110", amount=1000, description="佣金", name="某某公司")],
    )
    assert pay.query_sharing("P1", transaction) == made
    assert [(one.account, one.amount, one.result) for one in made.receivers] == [("1900000110", 1000, "SUCCESS")]
    back = pay.return_share(
        out_return_no="PR1", out_order_no="P1", return_mchid="1900000110", amount=300, description="退货"
    )
    assert pay.query_sharing_return("PR1", "P1") == back
    assert (back.amount, back.result, back.finish_time) == (300, "SUCCESS", clock())
    assert pay.unfreeze(out_order_no="P2", transaction_id=transaction, description="完成").state == "FINISHED"
    assert pay.unsplit_amount(transaction) == 0
    pay.delete_receiver(receiver)
    assert all("某某公司".encode() not in seen.request.body for seen in simulator.seen)


def transfer(pay, **changed):
    return pay.transfer(
        **{
            "out_bill_no": "T1",
            "openid": lab.OPENID,
            "amount": 200_000,
            "remark": "返现",
            "scene_id": "1000",
            "scene_report": [{"info_type": "活动名称", "info_content": "返现"}],
            "user_name": "张三",
        }
        | changed
    )


def test_a_transfer(pay, simulator):
    made = transfer(pay)
    assert (made.state, bool(made.package_info)) == (TransferState.WAIT_USER_CONFIRM, True)
    assert transfer(pay).transfer_bill_no == made.transfer_bill_no
    simulator.confirm_transfer("T1")
    found = pay.query_transfer("T1")
    assert (found.state, found.amount) == (TransferState.SUCCESS, 200_000)
    assert pay.query_transfer_bill(made.transfer_bill_no) == found


def test_a_transfer_is_cancelled(pay, simulator):
    transfer(pay, amount=100, user_name="")
    assert pay.cancel_transfer("T1").state == TransferState.CANCELING
    simulator.cancel_transfer("T1")
    assert pay.query_transfer("T1").state == TransferState.CANCELLED


# -- the rest ----------------------------------------------------------------------------------------------------------


def test_any_other_call(pay, simulator):
    body = {"amount": {"total": 1}, "appid": pay.desk.appid, "mchid": pay.desk.merchant.mchid, "out_trade_no": NUMBER}
    body |= {"description": "茶", "notify_url": lab.NOTIFY, "support_fapiao": False}
    answer = pay.call("POST", "/v3/pay/transactions/{}", "native", body=body)
    assert (answer.status, bool(answer.request_id), [*answer.data]) == (200, True, ["code_url"])
    assert json.loads(simulator.seen[-1].request.body) == body  # what the caller says is sent as it is
    with pytest.raises(RequestRefused) as refused:
        pay.call("GET", "/v3/nothing/{}", "a|b", query={"c": "茶", "d": None})
    assert refused.value.code == "HTTP404"
    assert simulator.seen[-1].request.target == "/v3/nothing/a%7Cb?c=%E8%8C%B6"


def test_sensitive_fields_by_hand(pay, simulator):
    sealed = pay.encrypt("张三")
    assert sealed.serial == simulator.credentials.public_key_id
    assert "张三" not in repr(sealed) + sealed.text
    assert sealed.text not in repr(sealed)


def test_bills(pay, simulator, clock, machine):
    with pytest.raises(RequestRefused):
        pay.trade_bill(clock().date())
    paid(pay, simulator, clock)
    pay.refund(out_refund_no="R1", refund=100, total=12800, out_trade_no=NUMBER)
    simulator.settle_refund("R1")
    clock.advance(days=1)
    with pay.trade_bill(date(2026, 6, 1)) as bill:
        rows = [(row.trade_state, row.out_trade_no, row.total, row.refund) for row in bill]
        assert rows == [("SUCCESS", NUMBER, 12800, 0), ("REFUND", NUMBER, 0, 100)]
        assert (bill.summary.trades, bill.summary.total, bill.summary.refund) == (2, 12800, 100)
    for kind, count in (("SUCCESS", 1), ("REFUND", 1)):
        with pay.trade_bill(date(2026, 6, 1), kind=kind) as bill:
            assert len([*bill]) == count
    with pay.fund_flow_bill(date(2026, 6, 1)) as flow:
        movements = [(row.direction, row.amount) for row in flow]
        assert ("收入", 12800) in movements
        assert flow.summary.movements == len(movements)
    with pytest.raises(NoStatement):
        pay.trade_bill(date(2026, 5, 30))
    assert all(spool.closed for spool in machine.spools)


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.TAMPERED])
def test_a_bill_that_was_changed_on_its_way_has_no_rows(pay, simulator, clock, machine, fault):
    paid(pay, simulator, clock)
    clock.advance(days=1)
    simulator.fail_next(fault, on="billdownload")
    with pytest.raises(BadBill):
        pay.trade_bill(date(2026, 6, 1))
    assert machine.spools[0].closed


@pytest.mark.parametrize("fault", [Fault.DROP_REPLY, Fault.SYSTEM_ERROR, Fault.UNREACHABLE, Fault.RATE_LIMIT])
def test_a_download_that_fails_is_begun_anew(pay, simulator, clock, fault):
    paid(pay, simulator, clock)
    clock.advance(days=1)
    simulator.fail_next(fault, on="billdownload")
    with pay.trade_bill(date(2026, 6, 1)) as bill:
        assert len([*bill]) == 1


def test_both_clients_have_the_same_methods():
    def methods(family):
        return {name: str(inspect.signature(one)) for name, one in vars(family).items() if callable(one)}

    assert methods(WechatPay) == methods(AsyncWechatPay)
    assert len(methods(WechatPay)) > 35
