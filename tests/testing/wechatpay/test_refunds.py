"""Refunds by the documented rules; whatever is asked for, no order gives back more than it took."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from minishop.errors import CallerError
from minishop.testing.clock import FakeClock
from minishop.testing.wechatpay import WechatPaySimulator
from tests.testing.wechatpay.merchant import Merchant

REFUNDS = "/v3/refund/domestic/refunds"


def told(simulator, merchant):
    opened = []
    simulator.deliver_due(lambda headers, body: opened.append(merchant.open(headers, body)) or 200)
    return [(envelope["event_type"], resource) for envelope, resource in opened]


def test_a_refund_is_processing_until_it_settles(simulator, merchant, clock):
    transaction = merchant.paid()
    status, content = merchant.refund(reason="不想要了")
    assert (status, content["status"], content["transaction_id"]) == (200, "PROCESSING", transaction)
    assert "success_time" not in content
    clock.advance(hours=1)
    simulator.settle_refund("R-1")
    content = merchant.get(f"{REFUNDS}/R-1")[1]
    assert (content["status"], content["success_time"]) == ("SUCCESS", "2026-06-01T13:00:00+08:00")
    event, resource = told(simulator, merchant)[-1]
    assert event == "REFUND.SUCCESS"
    assert resource["refund_status"] == "SUCCESS"
    assert resource["amount"] == {"total": 1280, "refund": 100, "payer_total": 1280, "payer_refund": 100}
    assert not {"appid", "currency"} & {*resource, *resource["amount"]}


def test_an_order_is_named_by_either_number_and_only_one(merchant):
    transaction = merchant.paid()
    body = {
        "transaction_id": transaction,
        "out_refund_no": "R-1",
        "amount": {"refund": 1, "total": 1280, "currency": "CNY"},
    }
    first = merchant.post(REFUNDS, body)
    assert first[0] == 200
    other = {name: value for name, value in body.items() if name != "transaction_id"}
    assert merchant.post(REFUNDS, other | {"out_trade_no": "ORDER-0001"}) == first
    assert merchant.post(REFUNDS, body | {"out_trade_no": "ORDER-0001"})[1]["code"] == "PARAM_ERROR"
    assert merchant.post(REFUNDS, other)[1]["code"] == "PARAM_ERROR"
    assert merchant.post(REFUNDS, other | {"transaction_id": "4200"})[1]["code"] == "RESOURCE_NOT_EXISTS"


def test_the_same_number_is_the_same_refund(simulator, merchant):
    merchant.paid()
    first = merchant.refund()
    assert merchant.refund() == first
    for changed in ({"amount": 101}, {"total": 1281}, {"reason": "x"}, {"number": "ORDER-0002"}):
        merchant.create("ORDER-0002")
        status, content = merchant.refund(**changed)
        assert (status, content["code"]) == (400, "INVALID_REQUEST"), changed
    simulator.settle_refund("R-1")
    assert merchant.refund()[1]["status"] == "SUCCESS"
    assert simulator.money()["ORDER-0001"] == 1180


def test_no_more_than_was_paid(merchant, clock):
    merchant.paid(total=1000)
    assert merchant.refund(amount=1001, total=1000)[1]["code"] == "INVALID_REQUEST"
    assert merchant.refund(amount=600, total=1000)[0] == 200
    clock.advance(minutes=1)
    assert merchant.refund(refund="R-2", amount=401, total=1000)[1]["code"] == "INVALID_REQUEST"
    assert merchant.refund(refund="R-2", amount=400, total=1000)[0] == 200


def test_what_is_refused(merchant, clock):
    merchant.create()
    assert merchant.refund()[1]["code"] == "INVALID_REQUEST"  # not paid
    merchant.simulator.pay("ORDER-0001")
    assert merchant.refund(total=1281)[1]["detail"]["field"] == "/body/amount/total"
    assert merchant.refund(reason="长" * 81)[1]["detail"]["field"] == "/body/reason"
    assert merchant.refund(refund="R 1")[1]["detail"]["field"] == "/body/out_refund_no"
    assert merchant.refund(refund="R" * 65)[1]["detail"]["field"] == "/body/out_refund_no"
    assert merchant.refund(goods_detail={})[1]["detail"]["field"] == "/body/goods_detail"
    assert merchant.refund(funds_account="OTHER")[1]["detail"]["field"] == "/body/funds_account"
    clock.advance(timedelta(days=366))
    assert merchant.refund()[1]["code"] == "RULE_LIMIT"


def test_a_refund_number_may_have_an_at_sign_and_64_characters(merchant):
    merchant.paid()
    assert merchant.refund(refund="R@" + "x" * 62)[0] == 200


def test_sources_add_up(merchant):
    merchant.paid()
    amount = {"refund": 100, "total": 1280, "currency": "CNY"}

    def sources(*amounts):
        return amount | {"from": [{"account": "AVAILABLE", "amount": fen} for fen in amounts]}

    body = {"out_trade_no": "ORDER-0001", "out_refund_no": "R-1"}
    assert merchant.post(REFUNDS, body | {"amount": sources(60, 39)})[1]["detail"]["field"] == "/body/amount/from"
    status, content = merchant.post(REFUNDS, body | {"amount": sources(60, 40)})
    assert (status, len(content["amount"]["from"])) == (200, 2)


def test_a_minute_between_refunds_and_fifty_of_them(merchant, clock):
    merchant.paid()
    assert merchant.refund(refund="R-0", amount=1)[0] == 200
    clock.advance(seconds=59)
    status, content = merchant.refund(refund="R-1", amount=1)
    assert (status, content["code"]) == (429, "FREQUENCY_LIMITED")
    clock.advance(seconds=1)
    for number in range(1, 50):
        assert merchant.refund(refund=f"R-{number}", amount=1)[0] == 200
        clock.advance(minutes=1)
    assert merchant.refund(refund="R-50", amount=1)[1]["code"] == "RULE_LIMIT"


def test_an_abnormal_refund_is_rescued(simulator, merchant):
    merchant.paid()
    refund_id = merchant.refund()[1]["refund_id"]
    rescue = f"{REFUNDS}/{refund_id}/apply-abnormal-refund"
    assert merchant.post(rescue, {"out_refund_no": "R-1", "type": "MERCHANT_BANK_CARD"})[1]["code"] == "INVALID_REQUEST"
    simulator.fail_refund("R-1")
    assert told(simulator, merchant)[-1][0] == "REFUND.ABNORMAL"
    serial = merchant.known.public_key_id
    card = {"bank_type": "ICBC_DEBIT"} | {
        name: merchant.encrypt(text, serial) for name, text in (("bank_account", "6222"), ("real_name", "王小二"))
    }
    body = {"out_refund_no": "R-1", "type": "USER_BANK_CARD"} | card
    assert merchant.post(rescue, body)[1]["code"] == "PARAM_ERROR"  # no serial: encrypted to whom?
    named = {"Wechatpay-Serial": serial}
    assert (
        merchant.post(rescue, body | {"real_name": "王小二"}, headers=named)[1]["detail"]["field"] == "/body/real_name"
    )
    assert merchant.post(rescue, {**body, "bank_type": None}, headers=named)[0] == 400
    del body["bank_account"]
    assert merchant.post(rescue, body, headers=named)[1]["detail"]["field"] == "/body/bank_account"
    status, content = merchant.post(rescue, body | card, headers=named)
    assert (status, content["status"], content["channel"]) == (200, "PROCESSING", "OTHER_BANKCARD")
    simulator.settle_refund("R-1")
    assert simulator.refund("R-1")["status"] == "SUCCESS"
    assert merchant.post(f"{REFUNDS}/503/apply-abnormal-refund", body | card, headers=named)[0] == 404


def test_a_closed_refund_leaves_the_money(simulator, merchant, clock):
    merchant.paid(total=100)
    merchant.refund(amount=100, total=100)
    simulator.close_refund("R-1")
    assert told(simulator, merchant)[-1][0] == "REFUND.CLOSED"
    assert (simulator.money()["ORDER-0001"], merchant.query()[1]["trade_state"]) == (100, "SUCCESS")
    clock.advance(minutes=1)
    assert merchant.refund(refund="R-2", amount=100, total=100)[0] == 200


def test_only_what_is_processing_ends(simulator, merchant):
    merchant.paid()
    merchant.refund()
    simulator.settle_refund("R-1")
    with pytest.raises(CallerError) as refused:
        simulator.fail_refund("R-1")
    assert refused.value.code == "not_processing"
    with pytest.raises(CallerError) as refused:
        simulator.settle_refund("R-2")
    assert refused.value.code == "refund_not_exist"
    assert merchant.get(f"{REFUNDS}/R-2")[0] == 404


def test_refunds_may_settle_at_once(clock):
    merchant = Merchant(WechatPaySimulator(clock=clock, refunds_settle_at_once=True), clock)
    merchant.paid()
    assert merchant.refund()[1]["status"] == "SUCCESS"


def test_threads_that_refund_at_once_get_no_more_than_was_paid(clock):
    simulator = WechatPaySimulator(clock=clock, refund_interval=timedelta())
    merchant = Merchant(simulator, clock)
    merchant.paid(total=1000)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(merchant.refund, refund=f"R-{n}", amount=100, total=1000) for n in range(24)]
    assert sorted(one.result()[0] for one in asked) == [200] * 10 + [400] * 14
    assert simulator.money() == {"ORDER-0001": 0}


class Money(RuleBasedStateMachine):
    """Refunds of one order, in any order, with a coupon."""

    def __init__(self):
        super().__init__()
        self.clock = FakeClock()
        self.simulator = WechatPaySimulator(clock=self.clock, refund_interval=timedelta())
        self.merchant = Merchant(self.simulator, self.clock)
        self.total = 0
        self.granted = {}
        self.closed = set()

    @precondition(lambda self: not self.total)
    @rule(total=st.integers(2, 1000), data=st.data())
    def pay(self, total, data):
        self.total, self.coupon = total, data.draw(st.integers(0, total - 1))
        self.merchant.create(total=total)
        self.simulator.pay("ORDER-0001", coupon=self.coupon)

    def left(self):
        return self.total - sum(amount for name, amount in self.granted.items() if name not in self.closed)

    @precondition(lambda self: self.total and len(self.granted) < 50)
    @rule(amount=st.integers(1, 1100), everything=st.booleans())
    def refund(self, amount, everything):
        asked = self.left() if everything and self.left() else amount
        name = f"R-{len(self.granted)}"
        status, content = self.merchant.refund(refund=name, amount=asked, total=self.total)
        assert (status == 200) == (asked <= self.left())
        if status == 200:
            self.granted[name] = asked
            assert content["amount"]["payer_refund"] + content["amount"]["discount_refund"] == asked

    @precondition(lambda self: self.granted)
    @rule(data=st.data(), ending=st.sampled_from(["settle_refund", "close_refund", "fail_refund"]))
    def end(self, data, ending):
        name = data.draw(st.sampled_from(sorted(self.granted)))
        if self.simulator.refund(name)["status"] == "PROCESSING":
            getattr(self.simulator, ending)(name)
            if ending == "close_refund":
                self.closed.add(name)

    @precondition(lambda self: self.granted)
    @rule(data=st.data())
    def repeat(self, data):
        name = data.draw(st.sampled_from(sorted(self.granted)))
        assert self.merchant.refund(refund=name, amount=self.granted[name], total=self.total)[0] == 200

    @invariant()
    def never_more_than_was_paid(self):
        if self.total:
            assert self.simulator.money() == {"ORDER-0001": self.left()}
            back = sum(
                self.simulator.refund(name)["amount"]["payer_refund"]
                for name in self.granted
                if name not in self.closed
            )
            assert 0 <= back <= self.total - self.coupon
            if not self.left():
                assert back == self.total - self.coupon


TestMoney = Money.TestCase
TestMoney.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
