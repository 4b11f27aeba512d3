"""``GET /v3/certificates``: platform certificates, sealed with the merchant's APIv3 key."""

from __future__ import annotations

from typing import Any

from minishop.testing.wechatpay import _crypto
from minishop.testing.wechatpay._credentials import PlatformKey
from minishop.testing.wechatpay._ledger import Call, Ledger
from minishop.testing.wechatpay._refusal import Refusal
from minishop.testing.wechatpay._wire import moment

__all__ = ["download"]


def download(ledger: Ledger, call: Call) -> dict[str, Any]:
    """All certificates that hold; none for a merchant that uses the public key."""
    if not ledger.rules.sets_api_v3_key:
        raise Refusal(401, "SIGN_ERROR", "no_api_v3_key")
    listed = ledger.platform.certificates()
    if not listed:
        raise Refusal(404, "RESOURCE_NOT_EXISTS", "no_certificates")
    return {"data": [_sealed(ledger, one) for one in listed]}


def _sealed(ledger: Ledger, one: PlatformKey) -> dict[str, Any]:
    nonce = ledger.token()[:12]
    return {
        "serial_no": one.serial,
        "effective_time": moment(one.effective),
        "expire_time": moment(one.expires),
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": "certificate",
            "ciphertext": _crypto.seal(ledger.credentials.api_v3_key, nonce, "certificate", one.certificate.encode()),
        },
    }
