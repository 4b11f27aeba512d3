"""What WeChat Pay would send, made with keys of our own and without the code that is tested."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from minishop.payments.wechatpay import Merchant, Notification, PlatformKeys, parse_notification

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))

NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
NONCE = "d824f2e086d3c1df967785d13fcd22ef"
PUBLIC_KEY_ID = "PUB_KEY_ID_0116789398642026060100380500000994"
MCHID, APPID = "1900007291", "wx2421b1c4370ec43b"
MERCHANT_SERIAL = "0A5F3E2B7C9D8E1F0A5F3E2B7C9D8E1F0A5F3E2B"
API_V3_KEY = "0123456789abcdefghijklmnopqrstuv"


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """One key for each name."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(name: str) -> str:
    return key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(name: str) -> str:
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@cache
def certificate(
    name: str,
    serial: int,
    since: datetime = NOW - timedelta(days=30),
    until: datetime = NOW + timedelta(days=1800),
) -> str:
    """A self-signed certificate of a key, in PEM."""
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    built = x509.CertificateBuilder(who, who, key(name).public_key(), serial, since, until)
    return built.sign(key(name), hashes.SHA256()).public_bytes(Encoding.PEM).decode()


@cache
def merchant() -> Merchant:
    return Merchant.load(
        mchid=MCHID, serial=MERCHANT_SERIAL, private_key=private_pem("merchant"), api_v3_key=API_V3_KEY
    )


@cache
def platform_keys() -> PlatformKeys:
    return PlatformKeys.of(public_keys={PUBLIC_KEY_ID: public_pem("platform")})


# -- signing as WeChat Pay does -------------------------------------------------------------------------------------


def signature(message: bytes, name: str = "platform", scheme: Any = None, digest: Any = None) -> str:
    raw = key(name).sign(message, scheme or padding.PKCS1v15(), digest or hashes.SHA256())
    return b64encode(raw).decode()


def signed_headers(body: bytes, **changed: str) -> dict[str, str]:
    """The header fields of a delivery; keyword arguments replace the serial, nonce, timestamp or signature."""
    timestamp, nonce = changed.get("timestamp", str(AT)), changed.get("nonce", NONCE)
    name = changed.get("key", "platform")
    message = b"\n".join((timestamp.encode(), nonce.encode(), body, b""))
    return {
        "Wechatpay-Timestamp": timestamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": changed.get("signature") or signature(message, name),
        "Wechatpay-Serial": changed.get("serial", PUBLIC_KEY_ID),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


# -- the content ----------------------------------------------------------------------------------------------------


def sealed(plain: bytes, *, aad: str = "transaction", nonce: str = "fdasflkja484", secret: str = API_V3_KEY) -> bytes:
    return AESGCM(secret.encode()).encrypt(nonce.encode(), plain, aad.encode())


def encrypted(plain: bytes, *, secret: str = API_V3_KEY) -> str:
    return b64encode(sealed(plain, secret=secret)).decode()


def transaction(**changed: Any) -> dict[str, Any]:
    """A payment of 128 yuan, 100 of it by the payer."""
    return {
        "mchid": MCHID,
        "appid": APPID,
        "out_trade_no": "A20260601-000001",
        "transaction_id": "4200002026060112345678901234",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "CMC",
        "attach": "自定义数据",
        "success_time": "2026-06-01T11:59:58+08:00",
        "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        "amount": {"total": 12800, "payer_total": 10000, "currency": "CNY", "payer_currency": "CNY"},
        "promotion_detail": [{"coupon_id": "109519", "amount": 2800, "scope": "GLOBAL"}],
        **changed,
    }


def partner_transaction(**changed: Any) -> dict[str, Any]:
    paid = transaction()
    del paid["mchid"], paid["appid"]
    return {
        **paid,
        "sp_mchid": MCHID,
        "sp_appid": APPID,
        "sub_mchid": "1900000109",
        "sub_appid": "wxd678efh567hg6999",
        "payer": {"sp_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "sub_openid": "oUpF8uMuAJO_M2pxb1Q9zNjSub"},
        **changed,
    }


def sub_order(number: str, total: int, **changed: Any) -> dict[str, Any]:
    return {
        "mchid": "1900000109",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "bank_type": "CMC",
        "attach": "深圳分店",
        "success_time": "2026-06-01T11:59:58.120+08:00",
        "transaction_id": f"42{number}",
        "out_trade_no": number,
        "amount": {"total_amount": total, "payer_amount": total, "currency": "CNY", "payer_currency": "CNY"},
        **changed,
    }


def combined(**changed: Any) -> dict[str, Any]:
    return {
        "combine_appid": APPID,
        "combine_mchid": MCHID,
        "combine_out_trade_no": "C20260601-000001",
        "combine_payer_info": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        "scene_info": {"device_id": "POS1:1"},
        "sub_orders": [sub_order("A20260601-000001", 100), sub_order("A20260601-000002", 200)],
        **changed,
    }


def refund(**changed: Any) -> dict[str, Any]:
    return {
        "mchid": MCHID,
        "transaction_id": "4200002026060112345678901234",
        "out_trade_no": "A20260601-000001",
        "refund_id": "50000000382026060100000000001",
        "out_refund_no": "R20260601-000001",
        "refund_status": "SUCCESS",
        "success_time": "2026-06-01T12:00:00+08:00",
        "user_received_account": "招商银行信用卡0403",
        "amount": {"total": 12800, "refund": 2800, "payer_total": 10000, "payer_refund": 2800},
        **changed,
    }


def transfer(**changed: Any) -> dict[str, Any]:
    return {
        "mch_id": MCHID,
        "out_bill_no": "plfk2020042013",
        "transfer_bill_no": "1330000071100999991182020050700019480001",
        "state": "SUCCESS",
        "transfer_amount": 400000,
        "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        "create_time": "2026-06-01T11:59:35.120+08:00",
        "update_time": "2026-06-01T11:59:35.120+08:00",
        **changed,
    }


EVENTS = {
    "TRANSACTION.SUCCESS": "transaction",
    "REFUND.SUCCESS": "refund",
    "REFUND.ABNORMAL": "refund",
    "REFUND.CLOSED": "refund",
    "MCHTRANSFER.BILL.FINISHED": "mch_payment",
    "COMPLAINT.CREATE": "complaint",
}


def envelope(
    content: Any, event_type: str = "TRANSACTION.SUCCESS", *, original_type: str = "", **resource: Any
) -> dict[str, Any]:
    """The notification around some content; keyword arguments replace fields of the resource."""
    plain = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    kind = original_type or EVENTS.get(event_type, "transaction")
    return {
        "id": "EV-2026060111223320873",
        "create_time": "2026-06-01T11:59:59+08:00",
        "resource_type": "encrypt-resource",
        "event_type": event_type,
        "summary": "支付成功",
        "resource": {
            "original_type": kind,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": encrypted(plain),
            "associated_data": "transaction",
            "nonce": "fdasflkja484",
            **resource,
        },
    }


def delivery(
    content: Any, event_type: str = "TRANSACTION.SUCCESS", *, original_type: str = "", **changed: str
) -> tuple[dict[str, str], bytes]:
    """Header fields and body of one delivery."""
    body = json.dumps(envelope(content, event_type, original_type=original_type), ensure_ascii=False).encode()
    return signed_headers(body, **changed), body


def parsed(content: Any, event_type: str = "TRANSACTION.SUCCESS", **changed: Any) -> Notification:
    """One delivery, parsed by the code that is tested."""
    headers, body = delivery(content, event_type, **changed)
    return parse_notification(headers, body, keys=platform_keys(), api_v3_key=merchant().api_v3_key, now=NOW)
