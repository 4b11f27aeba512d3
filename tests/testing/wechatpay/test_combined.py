"""Combined payments: created, paid and closed together, refunded one by one."""

import pytest

from minishop.errors import CallerError
from tests.testing.wechatpay.merchant import NOTIFY

COMBINE = "/v3/combine-transactions"


def body(merchant, *totals, **more):
    known = merchant.known
    parts = [
        {
            "mchid": known.mchid,
            "attach": f"part {place}",
            "amount": {"total_amount": total, "currency": "CNY"},
            "out_trade_no": f"PART-{place:04d}",
            "description": "茶",
        }
        for place, total in enumerate(totals or (100, 200), start=1)
    ]
    return {
        "combine_appid": known.appid,
        "combine_mchid": known.mchid,
        "combine_out_trade_no": "COMBINED-1",
        "sub_orders": parts,
        "combine_payer_info": {"openid": "oPayer1"},
        "notify_url": NOTIFY,
    } | more


def query(merchant):
    return merchant.get(f"{COMBINE}/out-trade-no/COMBINED-1")


def test_paid_together_refunded_apart(simulator, merchant):
    status, content = merchant.post(f"{COMBINE}/jsapi", body(merchant))
    assert (status, list(content)) == (200, ["prepay_id"])
    assert [one["trade_state"] for one in query(merchant)[1]["sub_orders"]] == ["NOTPAY", "NOTPAY"]
    simulator.pay("PART-0002")
    told = []
    simulator.deliver_due(lambda headers, sent: told.append(merchant.open(headers, sent)[1]) or 200)
    (resource,) = told
    assert resource == query(merchant)[1]
    assert resource["combine_payer_info"] == {"openid": "oPayer1"}
    amounts = [(one["amount"]["total_amount"], one["amount"]["payer_amount"]) for one in resource["sub_orders"]]
    assert amounts == [(100, 100), (200, 200)]
    assert len({one["transaction_id"] for one in resource["sub_orders"]}) == 2
    assert merchant.refund("PART-0001", amount=100, total=100)[0] == 200
    assert simulator.money() == {"PART-0001": 0, "PART-0002": 200}
    assert [one["trade_state"] for one in query(merchant)[1]["sub_orders"]] == ["REFUND", "SUCCESS"]


@pytest.mark.parametrize("product, handle", [("app", "prepay_id"), ("native", "code_url"), ("h5", "h5_url")])
def test_products(merchant, product, handle):
    asked = body(merchant)
    if product == "h5":
        asked["scene_info"] = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    status, content = merchant.post(f"{COMBINE}/{product}", asked)
    assert (status, list(content)) == (200, [handle])
    assert merchant.post(f"{COMBINE}/{product}", asked) == (status, content)


def test_the_payer_may_be_unknown_until_the_payment(simulator, merchant):
    asked = body(merchant)
    del asked["combine_payer_info"]
    merchant.post(f"{COMBINE}/native", asked)
    assert "combine_payer_info" not in query(merchant)[1]
    simulator.pay("PART-0001", openid="oSomebody")
    assert query(merchant)[1]["combine_payer_info"] == {"openid": "oSomebody"}


def test_closed_together_and_only_exactly(simulator, merchant):
    asked = body(merchant)
    merchant.post(f"{COMBINE}/jsapi", asked)
    close = f"{COMBINE}/out-trade-no/COMBINED-1/close"
    numbers = [{"mchid": one["mchid"], "out_trade_no": one["out_trade_no"]} for one in asked["sub_orders"]]
    one_only = {"combine_appid": merchant.known.appid, "sub_orders": numbers[:1]}
    assert merchant.post(close, one_only)[1]["code"] == "INVALID_REQUEST"
    all_of_them = {"combine_appid": merchant.known.appid, "sub_orders": numbers}
    assert merchant.post(close, all_of_them) == (204, None)
    assert merchant.post(f"{COMBINE}/jsapi", asked)[1]["code"] == "ORDER_CLOSED"
    with pytest.raises(CallerError):
        simulator.pay("PART-0001")


def test_what_is_refused(merchant):
    def refused(**more):
        return merchant.post(f"{COMBINE}/jsapi", body(merchant, **more))[1]["code"]

    parts = body(merchant)["sub_orders"]
    assert refused(sub_orders=parts[:1]) == "PARAM_ERROR"
    assert refused(sub_orders=[parts[0], parts[0]]) == "PARAM_ERROR"
    assert refused(sub_orders=[parts[0], {**parts[1], "mchid": "1900000002"}]) == "PARAM_ERROR"
    assert refused(sub_orders=[parts[0], {**parts[1], "sub_mchid": "1900000110"}]) == "NO_AUTH"
    assert refused(combine_mchid="1900000002") == "PARAM_ERROR"
    assert refused(combine_appid="wx1") == "APPID_MCHID_NOT_MATCH"
    eleven = body(merchant, *range(1, 12))["sub_orders"]
    assert refused(sub_orders=eleven) == "PARAM_ERROR"
    fifty = [{**one, "sub_mchid": "1900000109"} for one in body(merchant, *range(1, 51))["sub_orders"]]
    assert merchant.post(f"{COMBINE}/jsapi", body(merchant, sub_orders=fifty))[0] == 200
    assert query(merchant)[1]["sub_orders"][0]["sub_mchid"] == "1900000109"
    assert merchant.get(f"{COMBINE}/out-trade-no/COMBINED-2")[1]["code"] == "ORDER_NOT_EXIST"


def test_numbers_are_not_used_twice(simulator, merchant):
    asked = body(merchant)
    merchant.post(f"{COMBINE}/jsapi", asked)
    assert merchant.post(f"{COMBINE}/jsapi", body(merchant, 100, 201))[1]["code"] == "INVALID_REQUEST"
    other = body(merchant, combine_out_trade_no="COMBINED-2")
    assert merchant.post(f"{COMBINE}/jsapi", other)[1]["code"] == "OUT_TRADE_NO_USED"
    simulator.pay("PART-0001")
    assert merchant.post(f"{COMBINE}/jsapi", asked)[1]["code"] == "ORDER_PAID"
