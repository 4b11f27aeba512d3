"""What goes over the wire for every call, written down by hand from the documentation."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from minishop.errors import MinishopError, OutcomeUnknown
from minishop.payments.wechatpay import KeyRing, PlatformKeys, UnknownSerial
from minishop.payments.wechatpay.client import CombinedOrder, GatewayFailed, Receiver, Share, SubOrder
from tests.payments.wechatpay import build
from tests.payments.wechatpay_client import lab

EXPIRES = datetime(2026, 6, 1, 4, 30, tzinfo=UTC)
PARTNER = "/v3/pay/partner/transactions"
WHO = {"appid": build.APPID, "mchid": build.MCHID}
FOR_SUB = {"sp_appid": build.APPID, "sp_mchid": build.MCHID, "sub_mchid": "1900000109"}
TEA = {
    "description": "茶",
    "out_trade_no": "A20260601-000001",
    "amount": {"total": 12800, "currency": "CNY"},
    "notify_url": lab.NOTIFY,
}


def full():
    return lab.order(
        time_expire=EXPIRES,
        attach="附加",
        goods_tag="WXG",
        payer_client_ip="203.0.113.7",
        device_id="013467007045764",
        profit_sharing=True,
        support_fapiao=True,
        detail={"cost_price": 100, "goods_detail": [{"merchant_goods_id": "1", "quantity": 1, "unit_price": 100}]},
        extra={"scene_info": {"store_info": {"id": "0001"}}, "limit_pay": ["no_credit"]},
        notify_url="https://other.example/n",
    )


FULL = TEA | {
    "time_expire": "2026-06-01T12:30:00+08:00",
    "attach": "附加",
    "goods_tag": "WXG",
    "support_fapiao": True,
    "detail": {"cost_price": 100, "goods_detail": [{"merchant_goods_id": "1", "quantity": 1, "unit_price": 100}]},
    "scene_info": {
        "payer_client_ip": "203.0.113.7",
        "device_id": "013467007045764",
        "store_info": {"id": "0001"},
    },
    "settle_info": {"profit_sharing": True},
    "limit_pay": ["no_credit"],
    "notify_url": "https://other.example/n",
}


def combined(**changed):
    one = SubOrder(out_trade_no="part-001", description="茶", total=1, attach="甲")
    two = SubOrder(
        out_trade_no="part-002",
        description="杯",
        total=2,
        attach="乙",
        mchid="1900000002",
        sub_mchid="1900000109",
        goods_tag="G",
        profit_sharing=True,
        extra={"settle_info": {"subsidy_amount": 1}},
    )
    return CombinedOrder(out_trade_no="whole-001", orders=[one, two], **changed)


PARTS = [
    {
        "mchid": build.MCHID,
        "out_trade_no": "part-001",
        "description": "茶",
        "attach": "甲",
        "amount": {"total_amount": 1, "currency": "CNY"},
    },
    {
        "mchid": "1900000002",
        "sub_mchid": "1900000109",
        "out_trade_no": "part-002",
        "description": "杯",
        "attach": "乙",
        "amount": {"total_amount": 2, "currency": "CNY"},
        "goods_tag": "G",
        "settle_info": {"profit_sharing": True, "subsidy_amount": 1},
    },
]
WHOLE = {
    "combine_appid": build.APPID,
    "combine_mchid": build.MCHID,
    "combine_out_trade_no": "whole-001",
    "sub_orders": PARTS,
    "notify_url": lab.NOTIFY,
}
KEYS_OF_PARTS = [
    {"mchid": build.MCHID, "out_trade_no": "part-001"},
    {"mchid": "1900000002", "sub_mchid": "1900000109", "out_trade_no": "part-002"},
]
SHARE = Share(kind="MERCHANT_ID", account="1900000110", amount=10, description="佣金")
REFUND = {"out_refund_no": "R1", "refund": 100, "total": 12800, "out_trade_no": "A20260601-000001"}
REFUNDED = {
    "out_trade_no": "A20260601-000001",
    "out_refund_no": "R1",
    "notify_url": lab.NOTIFY,
    "amount": {"refund": 100, "total": 12800, "currency": "CNY"},
}
TRANSFER = {
    "out_bill_no": "T1",
    "openid": lab.OPENID,
    "amount": 100,
    "remark": "返现",
    "scene_id": "1000",
    "scene_report": [{"info_type": "活动名称", "info_content": "返现"}],
}

#: What is called, and what goes out: method, target, body.
DIRECT = {
    "jsapi": (
        lambda pay: pay.create_jsapi(full(), openid=lab.OPENID),
        ("POST", "/v3/pay/transactions/jsapi", WHO | FULL | {"payer": {"openid": lab.OPENID}}),
    ),
    "mini": (
        lambda pay: pay.create_mini_program(lab.order(), openid=lab.OPENID, appid="wx0000000000000002"),
        (
            "POST",
            "/v3/pay/transactions/jsapi",
            WHO | TEA | {"payer": {"openid": lab.OPENID}, "appid": "wx0000000000000002"},
        ),
    ),
    "app": (lambda pay: pay.create_app(lab.order()), ("POST", "/v3/pay/transactions/app", WHO | TEA)),
    "native": (lambda pay: pay.create_native(lab.order()), ("POST", "/v3/pay/transactions/native", WHO | TEA)),
    "h5": (
        lambda pay: pay.create_h5(lab.order(payer_client_ip="203.0.113.7"), kind="iOS"),
        (
            "POST",
            "/v3/pay/transactions/h5",
            WHO | TEA | {"scene_info": {"payer_client_ip": "203.0.113.7", "h5_info": {"type": "iOS"}}},
        ),
    ),
    "query": (
        lambda pay: pay.query_payment("A20260601-000001"),
        ("GET", f"/v3/pay/transactions/out-trade-no/A20260601-000001?mchid={build.MCHID}", None),
    ),
    "query-id": (
        lambda pay: pay.query_transaction("4200002026"),
        ("GET", f"/v3/pay/transactions/id/4200002026?mchid={build.MCHID}", None),
    ),
    "close": (
        lambda pay: pay.close_payment("A20260601-000001"),
        ("POST", "/v3/pay/transactions/out-trade-no/A20260601-000001/close", {"mchid": build.MCHID}),
    ),
    "refund": (lambda pay: pay.refund(**REFUND), ("POST", "/v3/refund/domestic/refunds", REFUNDED)),
    "refund-full": (
        lambda pay: pay.refund(
            **REFUND | {"out_trade_no": "", "transaction_id": "4200002026"},
            reason="破损",
            funds_account="AVAILABLE",
            goods_detail=[{"merchant_goods_id": "1"}],
            extra={"amount": {"from": [{"account": "AVAILABLE", "amount": 100}]}},
        ),
        (
            "POST",
            "/v3/refund/domestic/refunds",
            {
                "transaction_id": "4200002026",
                "out_refund_no": "R1",
                "reason": "破损",
                "notify_url": lab.NOTIFY,
                "funds_account": "AVAILABLE",
                "amount": {
                    "refund": 100,
                    "total": 12800,
                    "currency": "CNY",
                    "from": [{"account": "AVAILABLE", "amount": 100}],
                },
                "goods_detail": [{"merchant_goods_id": "1"}],
            },
        ),
    ),
    "query-refund": (lambda pay: pay.query_refund("R|1@2"), ("GET", "/v3/refund/domestic/refunds/R%7C1@2", None)),
    "combined": (
        lambda pay: pay.create_combined(combined(time_expire=EXPIRES), channel="jsapi", openid=lab.OPENID),
        (
            "POST",
            "/v3/combine-transactions/jsapi",
            WHOLE | {"time_expire": "2026-06-01T12:30:00+08:00", "combine_payer_info": {"openid": lab.OPENID}},
        ),
    ),
    "combined-h5": (
        lambda pay: pay.create_combined(combined(payer_client_ip="203.0.113.7", device_id="7"), channel="h5"),
        (
            "POST",
            "/v3/combine-transactions/h5",
            WHOLE | {"scene_info": {"payer_client_ip": "203.0.113.7", "device_id": "7", "h5_info": {"type": "Wap"}}},
        ),
    ),
    "combined-app": (
        lambda pay: pay.create_combined(combined(notify_url="https://other.example/n"), channel="app"),
        ("POST", "/v3/combine-transactions/app", WHOLE | {"notify_url": "https://other.example/n"}),
    ),
    "query-combined": (
        lambda pay: pay.query_combined("whole-001"),
        ("GET", "/v3/combine-transactions/out-trade-no/whole-001", None),
    ),
    "close-combined": (
        lambda pay: pay.close_combined("whole-001", combined().orders),
        (
            "POST",
            "/v3/combine-transactions/out-trade-no/whole-001/close",
            {"combine_appid": build.APPID, "sub_orders": KEYS_OF_PARTS},
        ),
    ),
    "share": (
        lambda pay: pay.share(out_order_no="P1", transaction_id="4200", receivers=[SHARE]),
        (
            "POST",
            "/v3/profitsharing/orders",
            {
                "appid": build.APPID,
                "transaction_id": "4200",
                "out_order_no": "P1",
                "receivers": [
                    {"type": "MERCHANT_ID", "account": "1900000110", "amount": 10, "description": "佣金"},
                ],
                "unfreeze_unsplit": False,
            },
        ),
    ),
    "query-sharing": (
        lambda pay: pay.query_sharing("P1", "4200"),
        ("GET", "/v3/profitsharing/orders/P1?transaction_id=4200", None),
    ),
    "unfreeze": (
        lambda pay: pay.unfreeze(out_order_no="P2", transaction_id="4200", description="完成"),
        (
            "POST",
            "/v3/profitsharing/orders/unfreeze",
            {"transaction_id": "4200", "out_order_no": "P2", "description": "完成"},
        ),
    ),
    "unsplit": (
        lambda pay: pay.unsplit_amount("4200"),
        ("GET", "/v3/profitsharing/transactions/4200/amounts", None),
    ),
    "return": (
        lambda pay: pay.return_share(
            out_return_no="PR1", out_order_no="P1", return_mchid="1900000110", amount=3, description="退货"
        ),
        (
            "POST",
            "/v3/profitsharing/return-orders",
            {
                "out_return_no": "PR1",
                "out_order_no": "P1",
                "return_mchid": "1900000110",
                "amount": 3,
                "description": "退货",
            },
        ),
    ),
    "query-return": (
        lambda pay: pay.query_sharing_return("PR1", "P1"),
        ("GET", "/v3/profitsharing/return-orders/PR1?out_order_no=P1", None),
    ),
    "add-receiver": (
        lambda pay: pay.add_receiver(
            Receiver(kind="PERSONAL_OPENID", account=lab.OPENID, relation="CUSTOM", custom_relation="代理商")
        ),
        (
            "POST",
            "/v3/profitsharing/receivers/add",
            {
                "appid": build.APPID,
                "type": "PERSONAL_OPENID",
                "account": lab.OPENID,
                "relation_type": "CUSTOM",
                "custom_relation": "代理商",
            },
        ),
    ),
    "delete-receiver": (
        lambda pay: pay.delete_receiver(Receiver(kind="PERSONAL_OPENID", account=lab.OPENID, relation="STAFF")),
        (
            "POST",
            "/v3/profitsharing/receivers/delete",
            {"appid": build.APPID, "type": "PERSONAL_OPENID", "account": lab.OPENID},
        ),
    ),
    "limit": (
        lambda pay: pay.sharing_limit("1900000109"),
        ("GET", "/v3/profitsharing/merchant-configs/1900000109", None),
    ),
    "transfer": (
        lambda pay: pay.transfer(**TRANSFER, extra={"user_recv_perception": "现金奖励"}),
        (
            "POST",
            "/v3/fund-app/mch-transfer/transfer-bills",
            {
                "appid": build.APPID,
                "out_bill_no": "T1",
                "transfer_scene_id": "1000",
                "openid": lab.OPENID,
                "transfer_amount": 100,
                "transfer_remark": "返现",
                "transfer_scene_report_infos": [{"info_type": "活动名称", "info_content": "返现"}],
                "notify_url": lab.NOTIFY,
                "user_recv_perception": "现金奖励",
            },
        ),
    ),
    "query-transfer": (
        lambda pay: pay.query_transfer("T1"),
        ("GET", "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/T1", None),
    ),
    "query-transfer-bill": (
        lambda pay: pay.query_transfer_bill("1330"),
        ("GET", "/v3/fund-app/mch-transfer/transfer-bills/transfer-bill-no/1330", None),
    ),
    "cancel-transfer": (
        lambda pay: pay.cancel_transfer("T1"),
        ("POST", "/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/T1/cancel", None),
    ),
}

#: The same of a partner who acts for 1900000109, whose shoppers are known by the partner's app ...
BY_PARTNER = {
    "jsapi": (
        lambda pay: pay.create_jsapi(lab.order(), openid=lab.OPENID),
        ("POST", f"{PARTNER}/jsapi", FOR_SUB | TEA | {"payer": {"sp_openid": lab.OPENID}}),
    ),
    "query": (
        lambda pay: pay.query_payment("A20260601-000001"),
        (
            "GET",
            f"{PARTNER}/out-trade-no/A20260601-000001?sp_mchid={build.MCHID}&sub_mchid=1900000109",
            None,
        ),
    ),
    "query-id": (
        lambda pay: pay.query_transaction("4200002026"),
        ("GET", f"{PARTNER}/id/4200002026?sp_mchid={build.MCHID}&sub_mchid=1900000109", None),
    ),
    "close": (
        lambda pay: pay.close_payment("A20260601-000001"),
        (
            "POST",
            f"{PARTNER}/out-trade-no/A20260601-000001/close",
            {"sp_mchid": build.MCHID, "sub_mchid": "1900000109"},
        ),
    ),
    "refund": (
        lambda pay: pay.refund(**REFUND),
        ("POST", "/v3/refund/domestic/refunds", REFUNDED | {"sub_mchid": "1900000109"}),
    ),
    "query-refund": (
        lambda pay: pay.query_refund("R1"),
        ("GET", "/v3/refund/domestic/refunds/R1?sub_mchid=1900000109", None),
    ),
    "share": (
        lambda pay: pay.unfreeze(out_order_no="P2", transaction_id="4200", description="完成"),
        (
            "POST",
            "/v3/profitsharing/orders/unfreeze",
            {"sub_mchid": "1900000109", "transaction_id": "4200", "out_order_no": "P2", "description": "完成"},
        ),
    ),
    "limit": (
        lambda pay: pay.sharing_limit(),
        ("GET", "/v3/profitsharing/merchant-configs/1900000109", None),
    ),
    "bill": (
        lambda pay: pay.trade_bill(EXPIRES.date()),
        ("GET", "/v3/bill/tradebill?bill_date=2026-06-01&bill_type=ALL&sub_mchid=1900000109&tar_type=GZIP", None),
    ),
}


def sent(script, call):
    """The one request of a call; the gateway refuses it, so no answer is needed."""
    script.says(script.refused(403, "NO_AUTH"))
    with pytest.raises(MinishopError, match="NOAUTH"):
        call()
    (request,) = script.requests
    assert lab.is_well_signed(request)
    target = "/" + request.url.split("/", 3)[3]
    return request.method, target, json.loads(request.body) if request.body else None


@pytest.mark.parametrize("name", list(DIRECT))
def test_a_call(pay, script, name):
    call, expected = DIRECT[name]
    assert sent(script, lambda: call(pay)) == expected


@pytest.mark.parametrize("name", list(BY_PARTNER))
def test_a_call_of_a_partner(pay, script, runner, name):
    call, expected = BY_PARTNER[name]
    partner = lab.Face(pay.client.acting_for("1900000109"), runner)
    assert sent(script, lambda: call(partner)) == expected


def test_shoppers_known_by_the_merchants_own_app(pay, script, runner):
    partner = lab.Face(pay.client.acting_for("1900000109", appid="wxsub"), runner)
    body = FOR_SUB | TEA | {"sub_appid": "wxsub", "payer": {"sub_openid": lab.OPENID}}
    call = partner.create_jsapi
    assert sent(script, lambda: call(lab.order(), openid=lab.OPENID)) == ("POST", f"{PARTNER}/jsapi", body)
    script.says(script.signed({"prepay_id": "wx1"}))
    assert call(lab.order(), openid=lab.OPENID).client["appId"] == "wxsub"


# -- answers -----------------------------------------------------------------------------------------------------------


def test_the_limit_of_sharing_is_in_basis_points(pay, script):
    script.says(script.signed({"sub_mchid": "1900000109", "max_ratio": 3000}))
    assert pay.sharing_limit("1900000109") == 3000


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda pay: pay.query_combined("whole-001"), {"combine_mchid": build.MCHID, "sub_orders": []}),
        (lambda pay: pay.query_sharing("P1", "4200"), {"out_order_no": "P2"}),
        (
            lambda pay: pay.query_sharing("P1", "4200"),
            {"out_order_no": "P2", "order_id": "1", "transaction_id": "4200", "state": "FINISHED"},
        ),
        (
            lambda pay: pay.query_sharing("P1", "4200"),
            {"out_order_no": "P1", "order_id": "1", "transaction_id": "4200", "state": "FINISHED", "receivers": [1]},
        ),
        (lambda pay: pay.query_sharing_return("PR1", "P1"), {"out_return_no": "PR2", "amount": 1, "result": "SUCCESS"}),
        (
            lambda pay: pay.query_transfer("T1"),
            {"mch_id": "1", "out_bill_no": "T1", "transfer_bill_no": "1", "state": "SUCCESS", "transfer_amount": 1},
        ),
        (lambda pay: pay.unsplit_amount("4200"), {"unsplit_amount": "100"}),
    ],
)
def test_an_answer_about_something_else_or_of_another_form(pay, script, call, said):
    script.says(script.signed(said))
    with pytest.raises(GatewayFailed) as failed:
        call(pay)
    assert failed.value.code == "unexpected_answer"


def test_another_combined_order_is_no_answer(pay, script):
    part = build.transaction(amount={"total_amount": 1})
    said = {"combine_mchid": build.MCHID, "combine_appid": build.APPID, "combine_out_trade_no": "whole-002"}
    script.says(script.signed(said | {"sub_orders": [part]}))
    with pytest.raises(GatewayFailed) as failed:
        pay.query_combined("whole-001")
    assert failed.value.params["field"] == "combine_out_trade_no"


def test_a_receipt_of_another_transfer_is_no_answer(pay, script):
    script.says(script.signed({"out_bill_no": "T2", "transfer_bill_no": "1", "state": "ACCEPTED"}))
    with pytest.raises(OutcomeUnknown) as failed:
        pay.transfer(**TRANSFER)
    assert failed.value.params["ask"] == "query_transfer"


@pytest.mark.parametrize("channel", ["jsapi", "h5", "native"])
def test_an_order_without_what_the_front_end_needs_is_no_answer(pay, script, channel):
    script.says(script.signed({"something": "else"}))
    with pytest.raises(OutcomeUnknown) as failed:
        pay.create_payment(lab.order(payer_client_ip="1"), channel=channel, openid="o")
    assert failed.value.code == "unexpected_answer"


# -- notifications -----------------------------------------------------------------------------------------------------


def test_after_an_unknown_key_newer_ones_are_asked_for_and_then_it_is_read(make, simulator, runner):
    newer = PlatformKeys.of(public_keys={"PUB_KEY_ID_9": build.public_pem("platform")})

    def fetch(known):
        return known.merged(newer)
        yield

    body = b'{"id":"1","event_type":"X","resource":{}}'
    headers = build.signed_headers(body, serial="PUB_KEY_ID_9")
    with pytest.raises(UnknownSerial):
        make().receive(headers, body)
    ring = KeyRing(build.platform_keys(), fetch)
    ring._renewed_at = build.NOW  # it was fetched just now, without the new key
    with pytest.raises(MinishopError) as failed:
        make(keys=ring).receive(headers, body)
    assert failed.value.code == "algorithm"  # the signature holds; the resource is none


def test_headers_that_can_be_read_once_are_kept_for_the_newer_keys(make):
    def fetch(known):
        return known.merged(PlatformKeys.of(public_keys={"PUB_KEY_ID_9": build.public_pem("platform")}))
        yield

    headers, body = build.delivery(build.transaction(), serial="PUB_KEY_ID_9")
    for once in (iter(headers.items()), ((name.encode(), value.encode()) for name, value in headers.items())):
        ring = KeyRing(build.platform_keys(), fetch, every=timedelta(days=365))
        ring._renewed_at = build.NOW - timedelta(days=1)
        assert make(keys=ring).receive(once, body).number == "A20260601-000001"
