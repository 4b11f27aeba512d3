"""Nothing that was sent, and no key, appears in any error, traceback, log record or repr."""

import logging
import traceback
from datetime import date

import pytest

from minishop.errors import MinishopError
from minishop.flows import HttpResponse
from minishop.payments.wechatpay.client import CombinedOrder, Receiver, Share, SubOrder
from tests.payments.wechatpay import build
from tests.payments.wechatpay_client import bills, lab
from tests.payments.wechatpay_client.lab import LOST, UNREACHED

CANARY = "canary9f3b"
KEY = build.private_pem("merchant").split("\n")[3]
SECRETS = (CANARY, build.API_V3_KEY, KEY)


def order(**changed):
    return lab.order(description=CANARY, attach=CANARY, payer_client_ip=CANARY, **changed)


def combined():
    parts = [SubOrder(out_trade_no=f"part-00{n}", description=CANARY, total=1, attach=CANARY) for n in (1, 2)]
    return CombinedOrder(out_trade_no="whole-001", orders=parts)


CALLS = {
    "jsapi": lambda pay: pay.create_jsapi(order(), openid=CANARY),
    "h5": lambda pay: pay.create_h5(order()),
    "combined": lambda pay: pay.create_combined(combined(), channel="jsapi", openid=CANARY),
    "refund": lambda pay: pay.refund(
        out_refund_no="R1", refund=1, total=1, out_trade_no="A20260601-000001", reason=CANARY
    ),
    "rescue": lambda pay: pay.apply_abnormal_refund("5000", out_refund_no="R1", bank_account=CANARY, real_name=CANARY),
    "transfer": lambda pay: pay.transfer(
        out_bill_no="T1", openid=CANARY, amount=100, remark=CANARY, scene_id="1", scene_report=[], user_name=CANARY
    ),
    "share": lambda pay: pay.share(
        out_order_no="P1",
        transaction_id="4200",
        receivers=[Share(kind="X", account=CANARY, amount=1, description=CANARY, name=CANARY)],
    ),
    "receiver": lambda pay: pay.add_receiver(Receiver(kind="X", account=CANARY, name=CANARY)),
    "bill": lambda pay: pay.trade_bill(date(2026, 6, 1)),
    "anything": lambda pay: pay.call("POST", "/v3/x", query={"token": CANARY}, body={"a": CANARY}),
    "float": lambda pay: pay.call("POST", "/v3/x", body={"a": CANARY, "b": 1.5}),
}

FAILURES = {
    "lost": lambda script: LOST,
    "unreached": lambda script: UNREACHED,
    "html": lambda script: HttpResponse(status=502, body=CANARY.encode()),
    "refused": lambda script: script.refused(400, "PARAM_ERROR", "no", value=CANARY, field="/body/x"),
    "unsigned": lambda script: script.unsigned({"prepay_id": CANARY}),
    "forged": lambda script: script.signed({"prepay_id": CANARY}, key="merchant"),
    "strange": lambda script: script.signed({CANARY: CANARY}),
    "no-json": lambda script: script.raw(CANARY.encode()),
    "probe": lambda script: script.probe({"prepay_id": CANARY}),
    "host": lambda script: script.signed(bills.announced(b"", f"https://{CANARY}/x")),
}


def everything_said(error):
    """Texts of the whole chain, and what the error itself carries."""
    texts = []
    while error is not None:
        texts += [str(error), repr(error), *traceback.format_exception(error)]
        if isinstance(error, MinishopError):
            texts += [repr(error.params), error.next_step]
        error = error.__cause__ or error.__context__
    return "\n".join(texts)


@pytest.mark.parametrize("failure", list(FAILURES))
@pytest.mark.parametrize("call", list(CALLS))
def test_no_error_tells_a_secret(pay, script, caplog, call, failure):
    caplog.set_level(logging.DEBUG)
    script.answers = [FAILURES[failure](script) for _ in range(4)]
    try:
        said = repr(CALLS[call](pay))  # some calls take any answer
    except MinishopError as error:
        said = everything_said(error)
    said += caplog.text
    assert [secret for secret in SECRETS if secret in said] == []


def test_no_value_tells_a_secret(pay):
    values = [
        order(),
        combined(),
        combined().orders[0],
        Receiver(kind="X", account=CANARY, name=CANARY),
        pay.encrypt(CANARY),
        pay.client,
        pay.client.desk,
    ]
    assert [value for value in values if any(secret in repr(value) for secret in SECRETS)] == []
