"""The logistics plugin: one status, no events; 0 is a state like the others."""

import pytest

from minishop.errors import InvalidInput, OutcomeUnknown, RemoteError
from minishop.flows import HttpResponse
from minishop.wechat import (
    InvalidRequest,
    PlatformUnavailable,
    Waybill,
    WaybillGoods,
    WaybillState,
)

GOODS = (WaybillGoods(name="茶", image="https://shop.example/tea.png"),)


def waybill(**fields):
    made = {"number": "SF1", "openid": "oAnna", "receiver_phone": "13812345678", "transaction_id": "42", "goods": GOODS}
    return Waybill(**{**made, **fields})


def test_companies_are_listed_for_an_empty_object(world):
    companies = world.app.list_delivery_companies()
    assert {company.id: company.name for company in companies}["SF"] == "顺丰速运"
    assert world.platform.calls[-1].body == b"{}"


@pytest.mark.parametrize(
    "number, state",
    [
        (0, "pending"),
        (1, "picked-up"),
        (2, "in-transit"),
        (3, "out-for-delivery"),
        (4, "delivered"),
        (5, "exception"),
        (6, "delivered-by-proxy"),
        (7, "unknown"),
        (-1, "unknown"),
    ],
)
def test_a_waybill_is_followed(world, number, state):
    token = world.app.trace_waybill(waybill(company="SF", sender_phone="02112345678"))
    world.platform.waybills.statuses["SF1"] = number
    status = world.app.query_waybill(token, openid="oAnna")
    assert (status.state, status.raw_state, status.number, status.company) == (state, number, "SF1", "SF")


def test_the_platform_compares_token_and_shopper(world):
    token = world.app.trace_waybill(waybill())
    for error, code, call in (
        (PlatformUnavailable, "waybill_unknown", lambda: world.app.query_waybill(token, openid="oAnna")),
        (InvalidRequest, "openid_mismatch", lambda: world.app.query_waybill(token, openid="oBert")),
        (InvalidRequest, "waybill_token_invalid", lambda: world.app.query_waybill("none", openid="oAnna")),
    ):
        with pytest.raises(error) as refused:
            call()
        assert refused.value.code == code


def test_goods_are_a_list_and_must_not_be_missing(world):
    world.app.trace_waybill(waybill())
    assert world.platform.calls[-1].fields["goods_info"] == {
        "detail_list": [{"goods_name": "茶", "goods_img_url": "https://shop.example/tea.png"}]
    }
    for goods in ((), GOODS[0], ("茶",)):
        with pytest.raises(InvalidInput) as refused:
            waybill(goods=goods)
        assert refused.value.field == "goods"


def test_the_telephone_number_is_not_shown():
    assert "138" not in repr(waybill())
    assert "oAnna" not in repr(waybill())


def test_a_lost_reply_is_not_repeated(world):
    world.app.access_token()
    world.platform.fail_next("lose_reply")
    with pytest.raises(OutcomeUnknown):
        world.app.trace_waybill(waybill())
    assert world.paths().count("trace_waybill") == 1


def test_an_answer_without_a_token_is_theirs(world):
    class Odd:
        def send(self, request):
            return HttpResponse(status=200, body=b'{"access_token":"T","expires_in":7200,"errcode":0}')

    with pytest.raises(RemoteError):
        world.worker(transport=Odd()).trace_waybill(waybill())
    status = world.worker(transport=Odd()).query_waybill("t", openid="o")
    assert (status.state, status.raw_state) == (WaybillState.UNKNOWN, None)
