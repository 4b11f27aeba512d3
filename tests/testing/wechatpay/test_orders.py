"""Creating, querying and closing orders by the documented rules."""

from datetime import timedelta

import pytest

from minishop.errors import CallerError
from minishop.testing.wechatpay import WechatPaySimulator
from tests.testing.wechatpay.merchant import NOTIFY, Merchant

JSAPI = "/v3/pay/transactions/jsapi"
BY_NUMBER = "/v3/pay/transactions/out-trade-no"


def scene(**more):
    return {"payer_client_ip": "127.0.0.1"} | more


def product_body(merchant, product, number="ORDER-0001", **more):
    body = merchant.order(number, **more)
    if product != "jsapi":
        del body["payer"]
    if product == "h5":
        body["scene_info"] = scene(h5_info={"type": "Wap"})
    if product == "codepay":
        del body["notify_url"]
        body |= {"payer": {"auth_code": "130061098828009406"}, "scene_info": {"store_info": {"id": "0001"}}}
    return body


@pytest.mark.parametrize(
    "product, handle, trade_type",
    [
        ("jsapi", "prepay_id", "JSAPI"),
        ("app", "prepay_id", "APP"),
        ("h5", "h5_url", "MWEB"),
        ("native", "code_url", "NATIVE"),
    ],
)
def test_products(simulator, merchant, product, handle, trade_type):
    status, content = merchant.post(f"/v3/pay/transactions/{product}", product_body(merchant, product))
    assert (status, list(content)) == (200, [handle])
    transaction = simulator.pay("ORDER-0001")
    for target in (f"{BY_NUMBER}/ORDER-0001", f"/v3/pay/transactions/id/{transaction}"):
        status, content = merchant.get(f"{target}?mchid={merchant.known.mchid}")
        assert (content["trade_type"], content["trade_state"]) == (trade_type, "SUCCESS")
        assert content["success_time"] == "2026-06-01T12:00:00+08:00"


def test_an_unpaid_order_has_no_transaction_and_no_payer(merchant):
    merchant.create(attach="附加", scene_info=scene(device_id="d1"))
    status, content = merchant.query()
    assert status == 200
    assert not {"transaction_id", "payer", "success_time", "trade_type"} & set(content)
    assert (content["attach"], content["scene_info"]) == ("附加", {"device_id": "d1"})


@pytest.mark.parametrize(
    "changed, field",
    [
        ({"amount": {"total": 0}}, "/body/amount/total"),
        ({"amount": {"total": True}}, "/body/amount/total"),
        ({"amount": {"total": 1.0}}, "/body/amount/total"),
        ({"amount": {"total": "100"}}, "/body/amount/total"),
        ({"amount": {"total": 2**63}}, "/body/amount/total"),
        ({"amount": {"total": 1, "currency": "USD"}}, "/body/amount/currency"),
        ({"amount": 100}, "/body/amount"),
        ({"out_trade_no": "short"}, "/body/out_trade_no"),
        ({"out_trade_no": "x" * 33}, "/body/out_trade_no"),
        ({"out_trade_no": "with blank"}, "/body/out_trade_no"),
        ({"out_trade_no": "订单号一二三四五"}, "/body/out_trade_no"),
        ({"out_trade_no": "ORDER@0001"}, "/body/out_trade_no"),
        ({"description": ""}, "/body/description"),
        ({"description": "茶" * 128}, "/body/description"),
        ({"description": None}, "/body/description"),
        ({"attach": "x" * 129}, "/body/attach"),
        ({"notify_url": "http://shop.example/notify"}, "/body/notify_url"),
        ({"notify_url": "https://shop.example/notify?a=1"}, "/body/notify_url"),
        ({"notify_url": "https://"}, "/body/notify_url"),
        ({"notify_url": "https://[bad/"}, "/body/notify_url"),
        ({"notify_url": "https://shop.example/" + "x" * 240}, "/body/notify_url"),
        ({"payer": {}}, "/body/payer/openid"),
        ({"scene_info": {}}, "/body/scene_info/payer_client_ip"),
        ({"scene_info": {"payer_client_ip": "1" * 46}}, "/body/scene_info/payer_client_ip"),
        ({"settle_info": {"profit_sharing": "true"}}, "/body/settle_info/profit_sharing"),
        ({"time_expire": "2026-06-08 10:34:56"}, "/body/time_expire"),
        ({"time_expire": "2026-06-08T10:34:56"}, "/body/time_expire"),
        ({"time_expire": "2026-06-31T10:34:56+08:00"}, "/body/time_expire"),
        ({"time_expire": "2026-06-01T12:00:59+08:00"}, "/body/time_expire"),
        ({"mchid": "1900000002"}, "/body/mchid"),
    ],
)
def test_field_rules(merchant, changed, field):
    status, content = merchant.post(JSAPI, merchant.order() | changed)
    assert (status, content["code"]) == (400, "PARAM_ERROR")
    assert (content["detail"]["field"], content["detail"]["location"]) == (field, "body")
    assert merchant.query()[0] == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"out_trade_no": "a_|*-Z"},
        {"out_trade_no": "0" * 32},
        {"description": "茶" * 127},
        {"notify_url": "http://127.0.0.1:8000/notify"},
        {"time_expire": "2026-06-01T04:01:00Z"},
        {"amount": {"total": 1}},
        {"scene_info": scene(store_info={"id": "0001", "name": "腾讯大厦分店", "area_code": "440305"})},
    ],
)
def test_the_edges_of_the_rules_are_inside(merchant, changed):
    assert merchant.post(JSAPI, merchant.order() | changed)[0] == 200


def test_a_misspelt_member_is_refused(merchant):
    status, content = merchant.post(JSAPI, merchant.order(notfy_url="https://shop.example/"))
    assert (status, content["code"]) == (400, "INVALID_REQUEST")
    assert "notfy_url" in content["message"]


def test_another_appid_is_refused(merchant):
    assert merchant.post(JSAPI, merchant.order(appid="wx1"))[1]["code"] == "APPID_MCHID_NOT_MATCH"


def test_the_same_number_with_the_same_parameters_is_the_same_order(merchant, clock):
    first = merchant.create()
    clock.advance(minutes=30)
    assert merchant.create() == first
    assert merchant.create(time_expire="2026-06-03T00:00:00+08:00") == first
    status, content = merchant.post(JSAPI, merchant.order(total=1281))
    assert (status, content["code"]) == (400, "INVALID_REQUEST")


def test_the_same_number_is_not_for_two_products(merchant):
    body = product_body(merchant, "app")
    assert merchant.post("/v3/pay/transactions/app", body)[0] == 200
    assert merchant.post("/v3/pay/transactions/native", body)[1]["code"] == "INVALID_REQUEST"


def test_a_paid_order_is_not_created_again_and_not_closed(merchant):
    merchant.paid()
    assert merchant.post(JSAPI, merchant.order())[1]["code"] == "ORDER_PAID"
    assert merchant.post(f"{BY_NUMBER}/ORDER-0001/close", {"mchid": merchant.known.mchid})[1]["code"] == "ORDER_PAID"
    assert merchant.query()[1]["trade_state"] == "SUCCESS"


def test_closing_is_re_entrant_and_final(simulator, merchant):
    merchant.create()
    for _ in range(2):
        assert merchant.post(f"{BY_NUMBER}/ORDER-0001/close", {"mchid": merchant.known.mchid}) == (204, None)
    assert merchant.query()[1]["trade_state"] == "CLOSED"
    assert merchant.post(JSAPI, merchant.order())[1]["code"] == "ORDER_CLOSED"
    with pytest.raises(CallerError) as refused:
        simulator.pay("ORDER-0001")
    assert refused.value.code == "not_payable"


def test_an_order_ends_with_its_time(simulator, merchant, clock):
    merchant.create(time_expire="2026-06-01T12:05:00+08:00")
    clock.advance(minutes=5)
    assert merchant.query()[1]["trade_state"] == "CLOSED"
    with pytest.raises(CallerError):
        simulator.pay("ORDER-0001")


def test_an_order_lives_seven_days_by_itself(simulator, merchant, clock):
    merchant.create("ORDER-0001")
    merchant.create("ORDER-0002")
    clock.advance(timedelta(days=7, seconds=-1))
    simulator.pay("ORDER-0001")
    clock.advance(seconds=1)
    assert merchant.query("ORDER-0002")[1]["trade_state"] == "CLOSED"


def test_the_gateway_may_close_an_order_too(simulator, merchant):
    merchant.create()
    simulator.close("ORDER-0001")
    assert merchant.query()[1]["trade_state"] == "CLOSED"
    merchant.paid("ORDER-0002")
    with pytest.raises(CallerError) as refused:
        simulator.close("ORDER-0002")
    assert refused.value.code == "order_paid"


def test_unknown_orders(simulator, merchant):
    assert merchant.query("NOTHING-1")[0] == 404
    assert merchant.get(f"/v3/pay/transactions/id/4200?mchid={merchant.known.mchid}")[1]["code"] == "ORDER_NOT_EXIST"
    with pytest.raises(CallerError) as refused:
        simulator.pay("NOTHING-1")
    assert refused.value.code == "unknown_order"


@pytest.mark.parametrize("query, field", [("", "mchid"), ("?mchid=", "mchid"), ("?mchid=1900000002", "mchid")])
def test_a_query_names_the_merchant_that_signs(merchant, query, field):
    status, content = merchant.get(f"{BY_NUMBER}/ORDER-0001{query}")
    assert (status, content["code"]) == (400, "PARAM_ERROR")
    assert (content["detail"]["field"], content["detail"]["location"]) == (field, "query")


def test_a_failed_attempt_can_be_followed_by_another(simulator, merchant):
    merchant.create()
    simulator.fail("ORDER-0001")
    assert merchant.query()[1]["trade_state"] == "NOTPAY"
    assert not simulator.notices()
    simulator.pay("ORDER-0001")
    with pytest.raises(CallerError):
        simulator.fail("ORDER-0001")


def test_paying_twice_is_paying_once(simulator, merchant):
    assert merchant.paid() == simulator.pay("ORDER-0001")
    assert len(simulator.notices()) == 1


def test_a_coupon_pays_a_part(simulator, merchant):
    merchant.create(total=1000)
    simulator.pay("ORDER-0001", coupon=300)
    content = merchant.query()[1]
    assert (content["amount"]["total"], content["amount"]["payer_total"]) == (1000, 700)
    assert content["promotion_detail"][0]["amount"] == 300
    merchant.create("ORDER-0002", 100)
    with pytest.raises(CallerError):
        simulator.pay("ORDER-0002", coupon=100)


# --- code payments ---------------------------------------------------------------------------------------------------


def code_body(merchant):
    return product_body(merchant, "codepay")


def test_a_code_is_paid_at_once(simulator, merchant):
    status, content = merchant.post("/v3/pay/transactions/codepay", code_body(merchant))
    assert (status, content["trade_state"], content["trade_type"]) == (200, "SUCCESS", "MICROPAY")
    assert not simulator.notices()


@pytest.fixture
def asks_for_password(clock):
    return WechatPaySimulator(clock=clock, codes_need_password=True)


@pytest.mark.parametrize("happens, state", [("pay", "SUCCESS"), ("fail", "PAYERROR")])
def test_a_code_that_needs_a_password(asks_for_password, clock, happens, state):
    merchant = Merchant(asks_for_password, clock)
    status, content = merchant.post("/v3/pay/transactions/codepay", code_body(merchant))
    assert (status, content["code"]) == (202, "USERPAYING")
    assert merchant.query()[1]["trade_state"] == "USERPAYING"
    getattr(asks_for_password, happens)("ORDER-0001")
    assert merchant.query()[1]["trade_state"] == state


@pytest.mark.parametrize("is_paid", [True, False])
def test_a_code_payment_can_be_reversed(clock, is_paid):
    simulator = WechatPaySimulator(clock=clock, codes_need_password=not is_paid)
    merchant = Merchant(simulator, clock)
    merchant.post("/v3/pay/transactions/codepay", code_body(merchant))
    body = {"appid": merchant.known.appid, "mchid": merchant.known.mchid}
    for _ in range(2):
        assert merchant.post(f"{BY_NUMBER}/ORDER-0001/reverse", body) == (200, body | {"out_trade_no": "ORDER-0001"})
    assert merchant.query()[1]["trade_state"] == "REVOKED"
    assert simulator.money() == ({"ORDER-0001": 0} if is_paid else {})


def test_other_orders_are_not_reversed(merchant):
    merchant.create()
    body = {"appid": merchant.known.appid, "mchid": merchant.known.mchid}
    assert merchant.post(f"{BY_NUMBER}/ORDER-0001/reverse", body)[1]["code"] == "INVALID_REQUEST"


# --- partners --------------------------------------------------------------------------------------------------------

PARTNER = "/v3/pay/partner/transactions"
SUB = "1900000109"


def partner_body(merchant, **more):
    body = merchant.order(**more)
    del body["appid"], body["mchid"]
    known = merchant.known
    payer = {"payer": {"sub_openid": "oSub"}, "sub_appid": "wxsub"}
    return body | {"sp_appid": known.appid, "sp_mchid": known.mchid, "sub_mchid": SUB} | payer


def test_a_partner_acts_for_its_merchants(simulator, merchant):
    known = merchant.known
    assert merchant.post(f"{PARTNER}/jsapi", partner_body(merchant))[0] == 200
    transaction = simulator.pay("ORDER-0001")
    both = f"sp_mchid={known.mchid}&sub_mchid={SUB}"
    _, content = merchant.get(f"{PARTNER}/out-trade-no/ORDER-0001?{both}")
    assert (content["sp_mchid"], content["sub_mchid"], content["sub_appid"]) == (known.mchid, SUB, "wxsub")
    assert content["payer"] == {"sub_openid": "oSub"}
    assert "mchid" not in content
    assert merchant.get(f"{PARTNER}/id/{transaction}?{both}")[1] == content
    assert merchant.query()[0] == 404
    status, refund = merchant.refund(sub_mchid=SUB)
    assert (status, refund["out_trade_no"]) == (200, "ORDER-0001")
    assert merchant.refund(refund="R-2")[0] == 404
    assert merchant.get("/v3/refund/domestic/refunds/R-1")[0] == 404
    assert merchant.get(f"/v3/refund/domestic/refunds/R-1?sub_mchid={SUB}")[0] == 200
    simulator.settle_refund("R-1")
    told = []
    simulator.deliver_due(lambda headers, body: told.append(merchant.open(headers, body)[1]) or 200)
    assert [(one["sp_mchid"], one["sub_mchid"]) for one in told] == [(known.mchid, SUB)] * 2


def test_a_partner_closes(merchant):
    merchant.post(f"{PARTNER}/jsapi", partner_body(merchant))
    body = {"sp_mchid": merchant.known.mchid, "sub_mchid": SUB}
    assert merchant.post(f"{PARTNER}/out-trade-no/ORDER-0001/close", body)[0] == 204
    assert merchant.post(f"{PARTNER}/out-trade-no/ORDER-0001/close", {"sp_mchid": merchant.known.mchid})[0] == 400


def test_a_stranger_is_no_merchant_of_the_partner(merchant):
    stranger = partner_body(merchant) | {"sub_mchid": "1900000110"}
    assert merchant.post(f"{PARTNER}/jsapi", stranger)[1]["code"] == "NO_AUTH"
    nobody = partner_body(merchant) | {"payer": {}}
    assert merchant.post(f"{PARTNER}/jsapi", nobody)[1]["detail"]["field"] == "/body/payer"


def test_two_merchants_may_use_one_number(simulator, merchant):
    merchant.create(total=100)
    merchant.post(f"{PARTNER}/jsapi", partner_body(merchant, total=200))
    with pytest.raises(CallerError) as refused:
        simulator.pay("ORDER-0001")
    assert refused.value.code == "unknown_order"
    simulator.pay("ORDER-0001", sub_mchid=SUB)
    assert simulator.order("ORDER-0001", sub_mchid=SUB)["trade_state"] == "SUCCESS"
    assert merchant.query()[1]["trade_state"] == "NOTPAY"


def test_codes_can_have_their_other_spelling(clock):
    merchant = Merchant(WechatPaySimulator(clock=clock, other_spelling=True), clock)
    assert merchant.query()[1]["code"] == "ORDERNOTEXIST"
    assert merchant.post(JSAPI, {"notify_url": NOTIFY})[1]["code"] == "PARAM_ERROR"
