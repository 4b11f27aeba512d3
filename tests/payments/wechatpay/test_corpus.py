"""The corpus: each case fails where it must, says nothing, and leaks nothing."""

import json

import pytest

from minishop.payments.wechatpay import Malformed, Unverified, parse_notification
from tests.payments.wechatpay import build
from tests.payments.wechatpay.corpus import CASES, EXPECTED, MAKERS
from tests.payments.wechatpay.reports import report

SECRETS = (build.API_V3_KEY, "oUpF8uMuAJO", "canary", "自定义数据")


def open_(case):
    notification = parse_notification(
        case.headers, case.body, keys=case.keys, api_v3_key=build.merchant().api_v3_key, now=case.now
    )
    return notification, notification.expect(EXPECTED)


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_the_corpus(name):
    case = CASES[name]
    if not case.code:
        notification, event = open_(case)
        assert (notification.id, event.total) == ("EV-2026060111223320873", 12800)
        return
    with pytest.raises(Unverified) as raised:
        open_(case)
    error = raised.value
    assert error.code == case.code
    assert error.next_step
    ack = error.ack()
    assert 400 <= ack.status <= 599
    assert json.loads(ack.body) == {"code": "FAIL", "message": "The notification was not accepted."}
    told = report(error)
    assert not [secret for secret in SECRETS if secret in told]


def test_every_row_of_the_table_has_a_case():
    assert len(MAKERS) == 15
    assert {case.row for case in CASES.values()} == {next(make()).row for make in MAKERS}
    assert all(sum(case.row == row for case in CASES.values()) >= 2 for row in {case.row for case in CASES.values()})


def test_nothing_is_parsed_or_decrypted_before_the_signature_holds(monkeypatch):
    """Every case that fails at or before the signature does so without a look at the content."""

    def touched(*args, **kwargs):
        raise AssertionError("looked inside")

    for name in ("read_json", "decrypted"):
        monkeypatch.setattr(f"minishop.payments.wechatpay._notifications.{name}", touched)
    early = ("signature", "probe", "unknown_serial", "timestamp", "algorithm")
    seen = set()
    for case in CASES.values():
        if case.code in early and case.row != "tags":
            with pytest.raises(Unverified) as raised:
                open_(case)
            seen.add(raised.value.code)
    assert seen == set(early)
    with pytest.raises(AssertionError, match="looked inside"):
        open_(CASES["retries: the first delivery of one notification"])


def test_a_wrong_clock_is_recognisable():
    skews = []
    for case in CASES.values():
        if case.row == "clock":
            with pytest.raises(Unverified) as raised:
                open_(case)
            skews.append(raised.value.params["skew"])
            assert "clock is wrong" in raised.value.next_step
    assert skews == [-8 * 3600, 8 * 3600]


def test_missing_fields_point_to_a_proxy():
    with pytest.raises(Malformed) as raised:
        open_(CASES["forged: encrypted properly, without Wechatpay-Serial"])
    assert "proxy" in raised.value.next_step
