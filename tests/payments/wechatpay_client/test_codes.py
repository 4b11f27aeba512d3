"""The table of codes is the protocol's, in both spellings."""

import pytest

from minishop.payments.wechatpay.client._codes import CLASSES, CodeClass, class_of, normalised

#: As the documentation lists them.
DOCUMENTED = {
    "again": "SYSTEM_ERROR SYSTEMERROR BANK_ERROR",
    "slow": "FREQUENCY_LIMITED RATELIMIT_EXCEEDED",
    "pending": "USERPAYING",
    "settings": "SIGN_ERROR NO_AUTH MCH_NOT_EXISTS APPID_MCHID_NOT_MATCH INVALID_REQUEST PARAM_ERROR",
    "final": "OUT_TRADE_NO_USED ORDERPAID ORDER_PAID ORDER_CLOSED TRADE_ERROR RULE_LIMIT RULELIMIT NOT_ENOUGH "
    "NOTENOUGH USER_ACCOUNT_ABNORMAL ACCOUNT_ERROR OPENID_MISMATCH NO_STATEMENT_EXIST",
    "absent": "ORDER_NOT_EXIST ORDERNOTEXIST RESOURCE_NOT_EXISTS NOT_FOUND",
    "later": "STATEMENT_CREATING",
}


@pytest.mark.parametrize("kind", list(DOCUMENTED))
def test_every_documented_code_has_its_class_whatever_the_status(kind):
    for code in DOCUMENTED[kind].split():
        for status in (400, 403, 404, 429, 500):
            assert class_of(status, normalised(code)) is CodeClass(kind)


def test_codes_that_nobody_documented_go_by_the_status():
    for status, kind in (
        (400, "settings"),
        (401, "settings"),
        (403, "settings"),
        (404, "settings"),
        (429, "slow"),
        (500, "again"),
        (502, "again"),
        (503, "again"),
        (302, "again"),
        (202, "pending"),
    ):
        assert class_of(status, "") is CodeClass(kind)
        assert status == 404 or class_of(status, "NEWWORD") is CodeClass(kind)


def test_404_with_a_code_is_about_a_thing_and_without_one_about_the_path():
    assert class_of(404, "NEWWORD") is CodeClass.ABSENT
    assert class_of(404, "") is CodeClass.SETTINGS


def test_keys_of_the_table_are_normalised():
    assert [*CLASSES] == [normalised(code) for code in CLASSES]
