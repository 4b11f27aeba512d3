"""The list of platform certificates, asked for, decrypted and verified (``GET /v3/certificates``).

The first list cannot be checked against a known key. It is authenticated by the APIv3 key, under which every
certificate in it is encrypted; afterwards its signature is checked with the keys known by then. Somebody without the
APIv3 key can only withhold it or send an older one, which :class:`~minishop.payments.wechatpay.KeyRing` refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minishop.errors import InvalidInput, RemoteError
from minishop.flows import Flow, HttpRequest, HttpResponse, NewNonce, Now, ask
from minishop.payments.wechatpay._checks import unix_seconds
from minishop.payments.wechatpay._json import read_json
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._merchant import Merchant
from minishop.payments.wechatpay._reading import part, wrong
from minishop.payments.wechatpay._resource import decrypt_resource
from minishop.payments.wechatpay._signing import authorize
from minishop.payments.wechatpay._verifying import verify

__all__ = ["HOST", "download_keys"]

HOST = "https://api.mch.weixin.qq.com"
"""The gateway's main host."""

_TARGET = "/v3/certificates"


def download_keys(merchant: Merchant, known: PlatformKeys, *, host: str = HOST) -> Flow[PlatformKeys]:
    """The platform certificates of today.

    Args:
        merchant: Who asks.
        known: Keys known so far; they may verify the answer too.
        host: Scheme and host of the gateway.

    Raises:
        RemoteError: ``no_certificates``: the merchant is in public-key mode; ``certificates_refused``: any other
            answer than the list.
        Unverified: The answer is not authentic.
        OutcomeUnknown: No answer; it is safe to ask again.
    """
    now = yield from ask(Now())
    nonce = yield from ask(NewNonce())
    authorization = authorize(merchant, "GET", _TARGET, b"", timestamp=unix_seconds(now), nonce=nonce)
    response = yield from ask(
        HttpRequest(
            method="GET",
            url=host + _TARGET,
            headers=(("Accept", "application/json"), ("User-Agent", "minishop"), ("Authorization", authorization)),
        )
    )
    if response.status != 200:
        raise _refused(response)
    fresh = _read(merchant, response.body)
    arrived = yield from ask(Now())
    verify(response.headers, response.body, keys=known.merged(fresh), now=arrived)
    return fresh


def _read(merchant: Merchant, body: bytes) -> PlatformKeys:
    items = read_json(body).get("data")
    if not isinstance(items, list):
        raise wrong("data")
    if not items:
        raise _none_there()
    certificates = {}
    for place, item in enumerate(items):
        # The documentation's sample has blanks after some names.
        fields = {name.strip(): value for name, value in item.items()} if isinstance(item, dict) else {}
        pem = decrypt_resource(merchant.api_v3_key, _encrypted(fields))
        certificates[pem] = fields.get("serial_no"), place
    try:
        keys = PlatformKeys.of(certificates=certificates, merchant=merchant)
    except InvalidInput as error:
        raise wrong(f"data: {error.field}") from None
    for key, (serial, place) in zip(keys, certificates.values(), strict=True):
        if key != serial:
            raise wrong(f"data[{place}].serial_no")
    return keys


def _encrypted(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name.strip(): value for name, value in part(item, "encrypt_certificate").items()}


def _refused(response: HttpResponse) -> RemoteError:
    if response.status == 404:
        return _none_there()
    request = response.headers.get("Request-ID", "")
    return RemoteError(
        f"the gateway answered {response.status} instead of the platform certificates",
        code="certificates_refused",
        params={"status": response.status, "request_id": request},
    )


def _none_there() -> RemoteError:
    return RemoteError(
        "this merchant has no platform certificates",
        code="no_certificates",
        retryable=False,
        next_step="It is in public-key mode: give PlatformKeys the public key from the merchant console instead.",
    )
