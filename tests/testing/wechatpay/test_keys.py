"""Platform certificates, their rotation, and the move to the public key."""

from datetime import timedelta

import pytest
from cryptography.x509 import load_pem_x509_certificate

from minishop.flows import Headers
from minishop.testing.wechatpay import KeyMode, WechatPaySimulator
from tests.testing.wechatpay.merchant import Merchant

TRANSFERS = "/v3/fund-app/mch-transfer/transfer-bills"


@pytest.fixture
def simulator(clock):
    return WechatPaySimulator(clock=clock, key_mode=KeyMode.CERTIFICATE)


def downloaded(merchant):
    """Serial -> certificate, opened with the APIv3 key."""
    status, content = merchant.get("/v3/certificates")
    assert status == 200
    return {
        one["serial_no"]: load_pem_x509_certificate(merchant.unseal(one["encrypt_certificate"]).encode())
        for one in content["data"]
    }


def serial_of_answer(merchant, named=None):
    reply = merchant.simulator.exchange(
        merchant.request("GET", "/v3/certificates", headers={"Wechatpay-Serial": named} if named else {})
    )
    merchant.verify(reply.headers, reply.body)
    return Headers(reply.headers)["Wechatpay-Serial"]


def serials_of_notices(simulator, merchant, start, count):
    for number in range(start, start + count):
        merchant.paid(f"ORDER-{number:04d}")
    return [one.headers["Wechatpay-Serial"] for one, _ in simulator.deliver_due(lambda headers, body: 200)]


def test_certificates_are_downloaded_and_prove_the_answer(simulator, merchant):
    ((serial, certificate),) = downloaded(merchant).items()
    assert serial == f"{certificate.serial_number:040X}"
    assert serial_of_answer(merchant) == serial
    years = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert years == timedelta(days=5 * 365)


def test_with_the_public_key_there_are_none(clock):
    merchant = Merchant(WechatPaySimulator(clock=clock), clock)
    status, content = merchant.get("/v3/certificates")
    assert (status, content["code"]) == (404, "RESOURCE_NOT_EXISTS")


def test_a_new_certificate_is_listed_before_it_is_used(simulator, merchant):
    (old,) = downloaded(merchant)
    new = simulator.announce_certificate()
    assert list(downloaded(merchant)) == [old, new]
    assert serial_of_answer(merchant) == old
    assert serial_of_answer(merchant, new) == new
    assert simulator.rotate_certificates() == new
    assert serial_of_answer(merchant) == new
    assert serial_of_answer(merchant, old) == old
    newest = simulator.rotate_certificates()
    assert newest not in (old, new)
    assert serials_of_notices(simulator, merchant, 1, 1) == [newest]


def test_an_expired_certificate_is_gone(simulator, merchant, clock):
    (old,) = downloaded(merchant)
    new = simulator.rotate_certificates()
    clock.advance(timedelta(days=4 * 365, seconds=1))
    assert list(downloaded(merchant)) == [new]
    assert serial_of_answer(merchant, old) == new


def test_before_the_start_the_public_keys_id_has_no_effect(simulator, merchant):
    (certificate,) = downloaded(merchant)
    assert simulator.public_keys == {}
    assert serial_of_answer(merchant, merchant.known.public_key_id) == certificate


def test_the_migration_moves_notifications_in_seven_days(simulator, merchant, clock):
    simulator.start_migration()
    (certificate,) = downloaded(merchant)
    public = merchant.known.public_key_id
    assert serial_of_answer(merchant) == certificate
    assert serial_of_answer(merchant, public) == public
    shares = []
    for day in range(8):
        shares.append(serials_of_notices(simulator, merchant, day * 100, 100).count(public))
        clock.advance(days=1)
    assert shares == sorted(shares)
    assert shares[0] == 0  # one in a thousand
    assert shares[1:4] == [1, 5, 10]
    assert shares[4:] == [20, 50, 100, 100]
    simulator.finish_migration()
    assert merchant.get("/v3/certificates")[0] == 404
    assert simulator.certificates == ()


def test_sensitive_fields_open_with_the_key_that_is_named(simulator, merchant, clock):
    (certificate,) = downloaded(merchant)
    other = simulator.announce_certificate()
    body = {
        "appid": merchant.known.appid,
        "out_bill_no": "T1",
        "transfer_scene_id": "1000",
        "openid": "o1",
        "transfer_amount": 200_000,
        "transfer_remark": "奖金",
        "transfer_scene_report_infos": [{"info_type": "活动名称", "info_content": "新会员有礼"}],
        "user_name": merchant.encrypt("王小二", certificate),
    }
    wrong = [{}, {"Wechatpay-Serial": other}, {"Wechatpay-Serial": merchant.known.public_key_id}]
    for headers in wrong:
        assert merchant.post(TRANSFERS, body, headers=headers)[1]["code"] == "PARAM_ERROR"
    assert merchant.post(TRANSFERS, body, headers={"Wechatpay-Serial": certificate})[0] == 200
