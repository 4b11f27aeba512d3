"""Honesty: clients that know nothing of us, as installed, work against the simulator and agree with our core.

They meet a real server in real time. Only the host that they talk to is redirected.
"""

import gzip
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from minishop.adapters.machine import utc_now
from minishop.payments import wechatpay as core
from minishop.testing.wechatpay import Fault, KeyMode, NoticeFault, SimulatorServer, WechatPaySimulator
from tests.testing.wechatpay import foreign
from tests.testing.wechatpay.merchant import Merchant

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.xdist_group("foreign clients"),
    pytest.mark.filterwarnings("ignore:Properties that return a na.ve datetime"),  # wechatpayv3, of certificates
]

HOST = "https://api.mch.weixin.qq.com"
NOTIFY = "https://shop.example/notify"
TEXTS = ["", "王小二", '{"a":"茶"}\n', "x" * 200]


class Clock:
    """The machine's, set back until it is told to be right: so that there is a bill of an earlier day."""

    def __init__(self):
        self.behind = timedelta()

    def __call__(self):
        return utc_now() - self.behind


@pytest.fixture(params=[KeyMode.PUBLIC_KEY, KeyMode.CERTIFICATE, KeyMode.MIGRATING])
def gateway(request):
    simulator = WechatPaySimulator(clock=Clock(), key_mode=request.param, refund_interval=timedelta())
    with SimulatorServer(simulator) as server:
        yield server


@pytest.fixture
def earlier(gateway):
    """A payment of the day before yesterday; gives the day."""
    simulator = gateway.simulator
    simulator.clock.behind = timedelta(days=2)
    Merchant(simulator, simulator.clock).paid("EARLIER-1", description="龙井, 250 克")
    paid_on = simulator.order("EARLIER-1")["success_time"][:10]
    simulator.clock.behind = timedelta()
    return paid_on


def delivered(simulator):
    (one,) = simulator.due()
    one.answered(204)
    return dict(one.headers), one.body


# --- wechatpayv3 -----------------------------------------------------------------------------------------------------


@pytest.fixture
def library():
    client, requests = foreign.python_client()
    return SimpleNamespace(client=client, requests=requests, utils=foreign.import_module("wechatpayv3.utils"))


@pytest.fixture
def python(library, gateway, monkeypatch):
    """A client of `wechatpayv3`, made as its manual says; its host leads to the simulator."""
    send = library.requests.Session.request

    def redirected(session, method, url, **more):
        assert url.startswith(HOST)
        return send(session, method, gateway.url + url.removeprefix(HOST), **more)

    monkeypatch.setattr(library.requests.Session, "request", redirected)
    known, keys = gateway.simulator.credentials, gateway.simulator.public_keys
    return library.client.WeChatPay(
        wechatpay_type=library.client.WeChatPayType.MINIPROG,
        mchid=known.mchid,
        private_key=known.private_key,
        cert_serial_no=known.serial,
        appid=known.appid,
        apiv3_key=known.api_v3_key,
        notify_url=NOTIFY,
        public_key=known.public_key if keys else None,
        public_key_id=known.public_key_id if keys else None,
    )


def content(answer, expected=200):
    status, text = answer
    assert status == expected, text
    return json.loads(text) if text else None


def test_wechatpayv3_creates_queries_closes(library, python):
    types = library.client.WeChatPayType
    scene = {"payer_client_ip": "127.0.0.1", "h5_info": {"type": "Wap"}}
    made = [
        content(python.pay("茶", "MINI-0001", {"total": 1280}, payer={"openid": "oPayer1"})),
        content(python.pay("茶", "NATIVE-0001", {"total": 1280}, pay_type=types.NATIVE)),
        content(python.pay("茶", "APP-0001", {"total": 1280}, pay_type=types.APP)),
        content(python.pay("茶", "H5-0001", {"total": 1280}, pay_type=types.H5, scene_info=scene)),
    ]
    assert [list(one) for one in made] == [["prepay_id"], ["code_url"], ["prepay_id"], ["h5_url"]]
    assert content(python.query(out_trade_no="MINI-0001"))["trade_state"] == "NOTPAY"
    assert content(python.close("MINI-0001"), 204) is None
    assert content(python.query(out_trade_no="MINI-0001"))["trade_state"] == "CLOSED"
    assert content(python.query(out_trade_no="MISSING-1"), 404)["code"] == "ORDER_NOT_EXIST"


def test_wechatpayv3_reads_notifications_and_refunds(python, gateway):
    simulator = gateway.simulator
    content(python.pay("茶", "MINI-0001", {"total": 1280}, payer={"openid": "oPayer1"}))
    transaction = simulator.pay("MINI-0001")
    told = python.callback(*delivered(simulator))
    assert (told["event_type"], told["resource"]["transaction_id"]) == ("TRANSACTION.SUCCESS", transaction)
    amount = {"refund": 280, "total": 1280, "currency": "CNY"}
    more = {"reason": "不想要了", "notify_url": NOTIFY}
    assert content(python.refund("R-1", amount, transaction_id=transaction, **more))["status"] == "PROCESSING"
    simulator.settle_refund("R-1")
    told = python.callback(*delivered(simulator))
    assert (told["event_type"], told["resource"]["refund_status"]) == ("REFUND.SUCCESS", "SUCCESS")
    assert content(python.query_refund("R-1"))["status"] == "SUCCESS"
    assert simulator.money() == {"MINI-0001": 1000}


def test_wechatpayv3_combines_and_transfers_with_encrypted_names(python, gateway):
    part = {
        "mchid": gateway.simulator.credentials.mchid,
        "attach": "x",
        "amount": {"total_amount": 100, "currency": "CNY"},
        "description": "茶",
    }
    parts = [part | {"out_trade_no": "PART-0001"}, part | {"out_trade_no": "PART-0002"}]
    assert content(python.combine_pay("COMBINED-1", parts, combine_payer_info={"openid": "oPayer1"}))["prepay_id"]
    gateway.simulator.pay("PART-0001")
    states = [one["trade_state"] for one in content(python.combine_query("COMBINED-1"))["sub_orders"]]
    assert states == ["SUCCESS", "SUCCESS"]
    told = python.callback(*delivered(gateway.simulator))
    assert told["resource"]["combine_out_trade_no"] == "COMBINED-1"
    report = [{"info_type": "活动名称", "info_content": "新会员有礼"}]
    answer = python.mch_transfer_bills("T1", "1000", "oReceiver", 200_000, "奖金", "王小二", None, report)
    assert content(answer)["state"] == "WAIT_USER_CONFIRM"
    assert content(python.mch_transfer_bills_query(out_bill_no="T1"))["transfer_amount"] == 200_000


def test_wechatpayv3_refuses_what_is_spoilt(python, gateway):
    content(python.pay("茶", "MINI-0001", {"total": 1280}, payer={"openid": "oPayer1"}))
    for fault in (Fault.TAMPERED, Fault.WRONG_SIGNATURE, Fault.PROBE):
        gateway.simulator.fail_next(fault)
        with pytest.raises(Exception, match="failed to verify the signature"):
            python.query(out_trade_no="MINI-0001")
    gateway.simulator.disturb_next(NoticeFault.WRONG_SIGNATURE)
    gateway.simulator.pay("MINI-0001")
    assert not python.callback(*delivered(gateway.simulator))


def test_wechatpayv3_fetches_a_bill(python, gateway, earlier):
    answer = content(python.trade_bill(earlier))
    status, packed = python.download_bill(answer["download_url"].replace(gateway.url, HOST))
    text = gzip.decompress(packed)
    assert (status, sha1(text).hexdigest()) == (200, answer["hash_value"])
    assert "EARLIER-1" in text.decode("utf-8-sig")


# --- wechatpayv3 and our core ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def simulator():
    return WechatPaySimulator()


@pytest.fixture(scope="module")
def merchant(simulator):
    known = simulator.credentials
    return core.Merchant.load(
        mchid=known.mchid, serial=known.serial, private_key=known.private_key, api_v3_key=known.api_v3_key
    )


@pytest.fixture(scope="module")
def platform(simulator):
    return load_pem_public_key(simulator.credentials.public_key.encode())


REQUESTS = [
    ("GET", "/v3/certificates", ""),
    ("GET", "/v3/pay/transactions/out-trade-no/A%7C1?mchid=1900000001", ""),
    ("POST", "/v3/pay/transactions/jsapi", '{"description":"龙井茶","n":1}\n'),
]


@pytest.mark.parametrize("method, target, body", REQUESTS)
def test_wechatpayv3_signs_what_we_sign(library, merchant, monkeypatch, method, target, body):
    monkeypatch.setattr(library.utils.time, "time", lambda: 1554208460)
    theirs = library.utils.build_authorization(
        target, method, merchant.mchid, merchant.serial, merchant.private_key, data=body, nonce_str="593BEC0C930B"
    )
    ours = core.authorize(merchant, method, target, body.encode(), timestamp=1554208460, nonce="593BEC0C930B")
    assert ours == theirs


def test_wechatpayv3_opens_what_we_seal_and_we_what_it_seals(library, merchant, simulator, platform):
    key = private_key_of(simulator)
    for text in TEXTS[1:]:
        assert library.utils.rsa_decrypt(core.encrypt_field(platform, text), key) == text
        assert core.decrypt_field(merchant, library.utils.rsa_encrypt(text, merchant.private_key.public_key())) == text


def private_key_of(simulator):
    return simulator._ledger.platform.named(simulator.credentials.public_key_id).key


def test_wechatpayv3_and_our_core_read_the_same_notification(library, python, gateway):
    simulator = gateway.simulator
    content(python.pay("茶", "MINI-0001", {"total": 1280}, payer={"openid": "oPayer1"}))
    simulator.pay("MINI-0001")
    headers, body = delivered(simulator)
    keys = core.PlatformKeys.of(certificates=simulator.certificates, public_keys=simulator.public_keys)
    ours = core.parse_notification(
        headers, body, keys=keys, api_v3_key=simulator.credentials.api_v3_key, now=datetime.now(UTC)
    )
    theirs = python.callback(headers, body)
    assert ours.id == theirs["id"]
    assert ours.unchecked().transaction_id == theirs["resource"]["transaction_id"]
    resource = json.loads(body)["resource"]
    opened = core.decrypt_resource(simulator.credentials.api_v3_key, resource).decode()
    names = ("nonce", "ciphertext", "associated_data")
    assert opened == library.utils.aes_decrypt(*(resource[name] for name in names), simulator.credentials.api_v3_key)


# --- wechatpay-axios-plugin ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def process(request):
    node = foreign.Node(foreign.node_modules(request.config.cache))
    yield node
    node.close()


def told(answer):
    assert "result" in answer, answer
    return answer["result"]


@pytest.fixture
def node(process, gateway):
    """The plugin, with the keys that this gateway signs with."""
    known = gateway.simulator.credentials
    keys = Merchant(gateway.simulator, gateway.simulator.clock)
    serials = [*gateway.simulator.public_keys, *serials_of(gateway.simulator)]
    certs = {serial: pem_of(keys.platform_key(serial)) for serial in serials}
    credentials = {"mchid": known.mchid, "serial": known.serial, "private_key": known.private_key}
    told(process.ask("open", credentials=credentials, certs=certs, url=gateway.url))
    return process


def serials_of(simulator):
    return [one.serial for one in simulator._ledger.platform.certificates()]


def pem_of(key):
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def call(node, method, path, data=None, *, params=None, headers=None, **values):
    more = {"data": data} if data is not None else {}
    return told(node.ask("call", method=method, path=path, params=params, headers=headers, values=values, **more))


def order_of(gateway, number, **more):
    known = gateway.simulator.credentials
    return {
        "appid": known.appid,
        "mchid": known.mchid,
        "description": "龙井茶",
        "out_trade_no": number,
        "notify_url": NOTIFY,
        "amount": {"total": 1280, "currency": "CNY"},
    } | more


BY_NUMBER = "v3/pay/transactions/out-trade-no/{out_trade_no}"


def test_axios_creates_queries_closes(node, gateway):
    mchid = gateway.simulator.credentials.mchid
    jsapi = call(node, "POST", "v3/pay/transactions/jsapi", order_of(gateway, "MINI-0001", payer={"openid": "oPayer1"}))
    assert jsapi["status"] == 200, jsapi
    assert (jsapi["status"], list(jsapi["data"])) == (200, ["prepay_id"])
    native = call(node, "POST", "v3/pay/transactions/native", order_of(gateway, "NATIVE|0001"))
    assert list(native["data"]) == ["code_url"]
    found = call(node, "GET", BY_NUMBER, params={"mchid": mchid}, out_trade_no="NATIVE|0001")
    assert (found["status"], found["data"]["trade_state"]) == (200, "NOTPAY")
    closed = call(node, "POST", f"{BY_NUMBER}/close", {"mchid": mchid}, out_trade_no="MINI-0001")
    assert closed["status"] == 204
    missing = call(node, "GET", BY_NUMBER, params={"mchid": mchid}, out_trade_no="MISSING-1")
    assert (missing["status"], missing["data"]["code"]) == (404, "ORDER_NOT_EXIST")


def test_axios_refunds(node, gateway):
    simulator = gateway.simulator
    call(node, "POST", "v3/pay/transactions/jsapi", order_of(gateway, "MINI-0001", payer={"openid": "oPayer1"}))
    transaction = simulator.pay("MINI-0001")
    amount = {"refund": 280, "total": 1280, "currency": "CNY"}
    body = {"transaction_id": transaction, "out_refund_no": "R-1", "reason": "不想要了", "amount": amount}
    assert call(node, "POST", "v3/refund/domestic/refunds", body)["data"]["status"] == "PROCESSING"
    simulator.settle_refund("R-1")
    found = call(node, "GET", "v3/refund/domestic/refunds/{out_refund_no}", out_refund_no="R-1")
    assert found["data"]["status"] == "SUCCESS"
    assert simulator.money() == {"MINI-0001": 1000}


def test_axios_refuses_what_is_spoilt(node, gateway):
    mchid = gateway.simulator.credentials.mchid
    call(node, "POST", "v3/pay/transactions/native", order_of(gateway, "NATIVE-0001"))
    for fault, code in [
        (Fault.TAMPERED, "EV3_RES_HEADER_SIGNATURE_DIGEST"),
        (Fault.PROBE, "EV3_RES_HEADER_SIGNATURE_DIGEST"),
        (Fault.STALE, "EV3_RES_HEADER_TIMESTAMP_OFFSET"),
        (Fault.UNKNOWN_SERIAL, "EV3_RES_HEADER_PLATFORM_SERIAL"),
        (Fault.UNSIGNED, "EV3_RES_HEADERS_INCOMPLATE"),
    ]:
        gateway.simulator.fail_next(fault)
        refused = call(node, "GET", BY_NUMBER, params={"mchid": mchid}, out_trade_no="NATIVE-0001")
        assert refused["code"] == code


def test_axios_fetches_and_reads_a_bill(node, gateway, earlier):
    asked = call(node, "GET", "v3/bill/tradebill", params={"bill_date": earlier})["data"]
    token = asked["download_url"].rpartition("=")[2]
    bill = told(node.ask("file", path="v3/billdownload/file", params={"token": token}))
    assert bill["sha1"] == asked["hash_value"]
    (row,) = bill["rows"]
    assert (row["商户订单号"], row["订单金额"], row["商品名称"]) == ("EARLIER-1", "12.80", "龙井, 250 克")
    assert (bill["summary"]["总交易单数"], bill["summary"]["订单总金额"]) == ("1.0", "12.80")


def test_axios_opens_notifications_and_certificates(node, gateway):
    simulator = gateway.simulator
    call(node, "POST", "v3/pay/transactions/native", order_of(gateway, "NATIVE-0001"))
    transaction = simulator.pay("NATIVE-0001")
    headers, body = delivered(simulator)
    key = pem_of(Merchant(simulator, simulator.clock).platform_key(headers["Wechatpay-Serial"]))
    signed = {name: headers[f"Wechatpay-{name.title()}"] for name in ("timestamp", "nonce", "signature")}
    assert told(node.ask("verify", body=body.decode(), key=key, **signed)) is True
    assert told(node.ask("verify", body=body.decode() + " ", key=key, **signed)) is False
    opened = json.loads(opened_by(node, simulator, json.loads(body)["resource"]))
    assert opened["transaction_id"] == transaction
    if simulator.certificates:
        listed = call(node, "GET", "v3/certificates")["data"]["data"]
        pems = [opened_by(node, simulator, one["encrypt_certificate"]) for one in listed]
        assert pems == list(simulator.certificates)


def opened_by(node, simulator, resource):
    return told(
        node.ask(
            "open_sealed",
            sealed=resource["ciphertext"],
            key=simulator.credentials.api_v3_key,
            nonce=resource["nonce"],
            associated=resource["associated_data"],
        )
    )


def test_axios_encrypts_names_for_the_gateway(node, gateway):
    simulator = gateway.simulator
    serial = [*serials_of(simulator), *simulator.public_keys][-1]
    key = pem_of(Merchant(simulator, simulator.clock).platform_key(serial))
    body = {
        "appid": simulator.credentials.appid,
        "out_bill_no": "T1",
        "transfer_scene_id": "1000",
        "openid": "oReceiver",
        "transfer_amount": 200_000,
        "transfer_remark": "奖金",
        "transfer_scene_report_infos": [{"info_type": "活动名称", "info_content": "新会员有礼"}],
        "user_name": told(node.ask("encrypt", text="王小二", key=key)),
    }
    made = call(node, "POST", "v3/fund-app/mch-transfer/transfer-bills", body, headers={"Wechatpay-Serial": serial})
    assert (made["status"], made["data"].get("state")) == (200, "WAIT_USER_CONFIRM")
    assert simulator._ledger.transfers["T1"].name == "王小二"


# --- wechatpay-axios-plugin and our core -----------------------------------------------------------------------------


@pytest.fixture
def alone(process, simulator):
    """The plugin, with a merchant's key and no gateway."""
    known = simulator.credentials
    credentials = {"mchid": known.mchid, "serial": known.serial, "private_key": known.private_key}
    told(process.ask("open", credentials=credentials, certs={known.public_key_id: known.public_key}, url="http://x"))
    return process


@pytest.mark.parametrize("method, target, body", REQUESTS)
def test_axios_signs_what_we_sign(alone, merchant, method, target, body):
    asked = {"method": method, "url": target, "timestamp": 1554208460, "nonce": "593BEC0C930B", "body": body}
    theirs = told(alone.ask("authorization", mchid=merchant.mchid, serial=merchant.serial, **asked))
    ours = core.authorize(merchant, method, target, body.encode(), timestamp=1554208460, nonce="593BEC0C930B")
    scheme, _, fields = ours.partition(" ")
    assert theirs["header"].startswith(f"{scheme} ")
    assert sorted(theirs["header"].partition(" ")[2].split(",")) == sorted(fields.split(","))


def test_axios_signs_hand_offs_as_we_do(alone, merchant, simulator):
    appid, at = simulator.credentials.appid, datetime(2026, 6, 1, tzinfo=UTC)
    ours = core.jsapi_parameters(merchant, appid, "wx2014", now=at, nonce="593BEC0C930B")
    names = ("appId", "timeStamp", "nonceStr", "package")
    assert told(alone.ask("sign", lines=[ours[name] for name in names])) == ours["paySign"]
    app = core.app_parameters(merchant, appid, "wx2014", now=at, nonce="593BEC0C930B")
    names = ("appid", "timestamp", "noncestr", "prepayid")
    assert told(alone.ask("sign", lines=[app[name] for name in names])) == app["sign"]


def test_axios_seals_what_we_open_and_opens_what_the_simulator_seals(alone, merchant, simulator):
    from minishop.testing.wechatpay import _crypto

    key, nonce = simulator.credentials.api_v3_key, "0123456789ab"
    for text in TEXTS:
        for associated in ("", "transaction", "证书"):
            asked = {"key": key, "nonce": nonce, "associated": associated}
            theirs = told(alone.ask("seal", plain=text, **asked))
            assert theirs == _crypto.seal(key, nonce, associated, text.encode())
            resource = {
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": theirs,
                "nonce": nonce,
                "associated_data": associated,
            }
            assert core.decrypt_resource(key, resource).decode() == text
            assert told(alone.ask("open_sealed", sealed=theirs, **asked)) == text


def test_axios_opens_what_we_encrypt_and_we_what_it_encrypts(alone, merchant):
    own = pem_of(merchant.private_key.public_key())
    for text in TEXTS[1:]:
        sealed = core.encrypt_field(merchant.private_key.public_key(), text)
        assert told(alone.ask("decrypt", text=sealed)) == text
        assert core.decrypt_field(merchant, told(alone.ask("encrypt", text=text, key=own))) == text
