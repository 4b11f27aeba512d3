"""Profit sharing by its documented limits."""

from datetime import timedelta

import pytest

SHARING = "/v3/profitsharing"
RECEIVER = {"type": "MERCHANT_ID", "account": "1900000222"}


@pytest.fixture
def transaction(merchant, clock):
    """A payment of 1000 fen that may be shared out now."""
    number = merchant.paid(total=1000, settle_info={"profit_sharing": True})
    added = merchant.post(
        f"{SHARING}/receivers/add", RECEIVER | {"appid": merchant.known.appid, "relation_type": "STORE"}
    )
    assert added[0] == 200
    clock.advance(minutes=1)
    return number


def ask(merchant, transaction, number="S-1", amount=100, *, rest=False, **receiver):
    body = {
        "appid": merchant.known.appid,
        "transaction_id": transaction,
        "out_order_no": number,
        "receivers": [{**RECEIVER, "amount": amount, "description": "佣金", **receiver}],
        "unfreeze_unsplit": rest,
    }
    return merchant.post(f"{SHARING}/orders", body)


def left(merchant, transaction):
    return merchant.get(f"{SHARING}/transactions/{transaction}/amounts")[1]["unsplit_amount"]


def test_a_part_goes_to_another_and_the_rest_is_released(merchant, transaction):
    status, content = ask(merchant, transaction)
    assert (status, content["state"], content["receivers"][0]["amount"]) == (200, "FINISHED", 100)
    assert ask(merchant, transaction) == (status, content)
    assert merchant.get(f"{SHARING}/orders/S-1?transaction_id={transaction}")[1] == content
    assert left(merchant, transaction) == 900
    release = {"transaction_id": transaction, "out_order_no": "S-2", "description": "完结"}
    status, content = merchant.post(f"{SHARING}/orders/unfreeze", release)
    assert (status, content["receivers"][0]["amount"]) == (200, 900)
    assert merchant.post(f"{SHARING}/orders/unfreeze", release) == (status, content)
    assert left(merchant, transaction) == 0
    assert ask(merchant, transaction, "S-3")[1]["code"] == "INVALID_REQUEST"


def test_a_sharing_may_release_the_rest_itself(merchant, transaction):
    ask(merchant, transaction, rest=True)
    assert left(merchant, transaction) == 0


def test_what_is_refused(merchant, transaction, clock):
    assert ask(merchant, transaction, account="1900000333")[1]["code"] == "INVALID_REQUEST"
    assert ask(merchant, transaction, amount=301)[1]["code"] == "RULE_LIMIT"
    assert ask(merchant, transaction, amount=1001)[1]["code"] == "NOT_ENOUGH"
    assert ask(merchant, transaction, amount=0)[1]["code"] == "PARAM_ERROR"
    assert ask(merchant, transaction, amount=300)[0] == 200
    assert ask(merchant, transaction, amount=200)[1]["code"] == "INVALID_REQUEST"
    assert ask(merchant, transaction, "S-2", 1)[1]["code"] == "RULE_LIMIT"
    assert ask(merchant, "4200", "S-2", 1)[1]["code"] == "RESOURCE_NOT_EXISTS"
    plain = merchant.paid("ORDER-0002", 1000)
    clock.advance(minutes=1)
    assert ask(merchant, plain, "S-2")[1]["code"] == "INVALID_REQUEST"
    release = {"transaction_id": plain, "out_order_no": "S-2", "description": "完结"}
    assert merchant.post(f"{SHARING}/orders/unfreeze", release)[1]["code"] == "INVALID_REQUEST"


def test_its_time(merchant, transaction, clock):
    soon = merchant.paid("ORDER-0002", 1000, settle_info={"profit_sharing": True})
    clock.advance(seconds=59)
    assert ask(merchant, soon)[1]["code"] == "RULE_LIMIT"
    clock.advance(timedelta(days=30, seconds=-59))
    assert ask(merchant, transaction)[1]["code"] == "RULE_LIMIT"
    assert ask(merchant, soon)[0] == 200


def test_fifty_calls(merchant, transaction):
    for number in range(50):
        assert ask(merchant, transaction, f"S-{number}", 1)[0] == 200
    assert ask(merchant, transaction, "S-50", 1)[1]["code"] == "RULE_LIMIT"


def test_money_comes_back(merchant, transaction):
    ask(merchant, transaction)
    order_id = merchant.get(f"{SHARING}/orders/S-1?transaction_id={transaction}")[1]["order_id"]

    def give_back(number, amount, **more):
        body = {"out_return_no": number, "return_mchid": RECEIVER["account"], "amount": amount, "description": "退"}
        return merchant.post(f"{SHARING}/return-orders", body | (more or {"out_order_no": "S-1"}))

    status, content = give_back("B-1", 60)
    assert (status, content["result"], content["order_id"]) == (200, "SUCCESS", order_id)
    assert give_back("B-1", 60) == (status, content)
    assert merchant.get(f"{SHARING}/return-orders/B-1?out_order_no=S-1")[1] == content
    assert give_back("B-1", 59)[1]["code"] == "INVALID_REQUEST"
    assert give_back("B-2", 41)[1]["code"] == "NOT_ENOUGH"
    assert give_back("B-2", 40, order_id=order_id)[0] == 200
    assert give_back("B-3", 1, order_id="3000")[0] == 404
    assert give_back("B-3", 1, out_order_no="S-9")[0] == 404
    assert give_back("B-3", 1, out_order_no="S-1", order_id=order_id)[1]["code"] == "PARAM_ERROR"
    assert merchant.get(f"{SHARING}/return-orders/B-9?out_order_no=S-1")[0] == 404


def test_a_receiver_can_be_taken_away(merchant, transaction):
    body = RECEIVER | {"appid": merchant.known.appid}
    assert merchant.post(f"{SHARING}/receivers/delete", body) == (200, RECEIVER)
    assert ask(merchant, transaction)[1]["code"] == "INVALID_REQUEST"


def test_names_are_encrypted(merchant, transaction):
    serial = merchant.known.public_key_id
    body = {"appid": merchant.known.appid, "type": "PERSONAL_OPENID", "account": "o1", "relation_type": "STAFF"}
    assert merchant.post(f"{SHARING}/receivers/add", body | {"name": "王小二"})[0] == 400
    named = {"Wechatpay-Serial": serial}
    for _ in range(2):  # each time another text, the same name
        sealed = merchant.encrypt("王小二", serial)
        assert merchant.post(f"{SHARING}/receivers/add", body | {"name": sealed}, headers=named)[0] == 200
        shared = {
            "appid": merchant.known.appid,
            "transaction_id": transaction,
            "out_order_no": "S-1",
            "receivers": [
                {"type": "PERSONAL_OPENID", "account": "o1", "amount": 1, "description": "x", "name": sealed}
            ],
            "unfreeze_unsplit": False,
        }
        assert merchant.post(f"{SHARING}/orders", shared, headers=named)[0] == 200


def test_unknown_sharings(merchant, transaction):
    ask(merchant, transaction)
    assert merchant.get(f"{SHARING}/orders/S-2?transaction_id={transaction}")[0] == 404
    assert merchant.get(f"{SHARING}/orders/S-1?transaction_id=4200")[0] == 404
    assert merchant.get(f"{SHARING}/transactions/4200/amounts")[0] == 404
