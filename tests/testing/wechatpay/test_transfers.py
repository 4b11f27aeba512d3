"""Merchant transfers of the new kind: the receiver confirms."""

import pytest

from minishop.errors import CallerError
from tests.testing.wechatpay.merchant import NOTIFY

TRANSFERS = "/v3/fund-app/mch-transfer/transfer-bills"


def body(merchant, amount=100, number="T1", **more):
    return {
        "appid": merchant.known.appid,
        "out_bill_no": number,
        "transfer_scene_id": "1000",
        "openid": "oReceiver",
        "transfer_amount": amount,
        "transfer_remark": "现金奖励",
        "transfer_scene_report_infos": [{"info_type": "活动名称", "info_content": "新会员有礼"}],
        "notify_url": NOTIFY,
    } | more


def test_the_receiver_confirms(simulator, merchant):
    status, content = merchant.post(TRANSFERS, body(merchant))
    assert (status, content["state"]) == (200, "WAIT_USER_CONFIRM")
    assert content["package_info"]
    assert merchant.post(TRANSFERS, body(merchant)) == (200, content)
    simulator.confirm_transfer("T1")
    by_number = merchant.get(f"{TRANSFERS}/out-bill-no/T1")
    by_bill = merchant.get(f"{TRANSFERS}/transfer-bill-no/{content['transfer_bill_no']}")
    assert by_number == by_bill
    assert (by_number[1]["state"], by_number[1]["mch_id"]) == ("SUCCESS", merchant.known.mchid)
    told = []
    simulator.deliver_due(lambda headers, sent: told.append(merchant.open(headers, sent)) or 200)
    ((envelope, resource),) = told
    assert envelope["event_type"] == "MCHTRANSFER.BILL.FINISHED"
    assert (resource["state"], resource["transfer_amount"], resource["out_bill_no"]) == ("SUCCESS", 100, "T1")
    assert "package_info" not in merchant.post(TRANSFERS, body(merchant))[1]


def test_a_transfer_fails(simulator, merchant):
    merchant.post(TRANSFERS, body(merchant))
    simulator.fail_transfer("T1")
    content = merchant.get(f"{TRANSFERS}/out-bill-no/T1")[1]
    assert (content["state"], content["fail_reason"]) == ("FAIL", "PAYEE_ACCOUNT_ABNORMAL")
    with pytest.raises(CallerError) as refused:
        simulator.confirm_transfer("T1")
    assert refused.value.code == "not_waiting"


def test_a_transfer_is_taken_back(simulator, merchant):
    merchant.post(TRANSFERS, body(merchant))
    with pytest.raises(CallerError):
        simulator.cancel_transfer("T1")
    cancel = f"{TRANSFERS}/out-bill-no/T1/cancel"
    for _ in range(2):
        assert merchant.post(cancel, {})[1]["state"] == "CANCELING"
    simulator.cancel_transfer("T1")
    assert merchant.get(f"{TRANSFERS}/out-bill-no/T1")[1]["state"] == "CANCELLED"
    assert merchant.post(cancel, {})[1]["code"] == "INVALID_REQUEST"


def test_the_name(simulator, merchant):
    serial = merchant.known.public_key_id
    named = {"Wechatpay-Serial": serial}

    def post(amount, name=None):
        more = {"user_name": merchant.encrypt(name, serial)} if name else {}
        return merchant.post(TRANSFERS, body(merchant, amount, f"T{amount}", **more), headers=named)

    assert post(200_000)[1]["code"] == "PARAM_ERROR"
    assert post(200_000, "王小二")[0] == 200
    assert post(200_000, "王小二")[0] == 200  # sealed anew, the same name
    assert post(200_000, "王小三")[1]["code"] == "INVALID_REQUEST"
    assert post(29, "王小二")[1]["code"] == "PARAM_ERROR"
    assert post(30, "王小二")[0] == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"out_bill_no": "T-1"},
        {"transfer_amount": 0},
        {"transfer_remark": "长" * 33},
        {"transfer_scene_report_infos": []},
        {"openid": ""},
    ],
)
def test_field_rules(merchant, changed):
    assert merchant.post(TRANSFERS, body(merchant) | changed)[1]["code"] == "PARAM_ERROR"


def test_other_things_that_are_refused(simulator, merchant):
    assert merchant.post(TRANSFERS, body(merchant, appid="wx1"))[1]["code"] == "APPID_MCHID_NOT_MATCH"
    merchant.post(TRANSFERS, body(merchant))
    assert merchant.post(TRANSFERS, body(merchant, 101))[1]["code"] == "INVALID_REQUEST"
    assert merchant.get(f"{TRANSFERS}/out-bill-no/T2")[0] == 404
    assert merchant.get(f"{TRANSFERS}/transfer-bill-no/1330")[0] == 404
    with pytest.raises(CallerError):
        simulator.confirm_transfer("T2")


def test_transfers_are_on_the_bill_of_their_account(simulator, merchant, clock):
    for number in ("T1", "T2"):
        merchant.post(TRANSFERS, body(merchant, number=number))
    simulator.confirm_transfer("T1")
    simulator.fail_transfer("T2")
    clock.advance(days=1)
    day = "/v3/bill/fundflowbill?bill_date=2026-06-01"
    assert merchant.get(day)[1]["code"] == "NO_STATEMENT_EXIST"
    url = merchant.get(f"{day}&account_type=OPERATION")[1]["download_url"]
    target = url.removeprefix("https://api.mch.weixin.qq.com")
    text = simulator.exchange(merchant.request("GET", target)).body.decode()
    assert text.splitlines()[-1] == "`3.0,`1.0,`1.00,`2.0,`2.00"
