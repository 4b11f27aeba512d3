"""What the shopper's device is given so that it can pay.

Make the parameters anew, with a new time and nonce, each time they are handed out; a ``prepay_id`` is good for two
hours. A ``code_url`` (Native) is shown as a QR code as it is.
"""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from minishop.payments.wechatpay._checks import check_text, matching, unix_seconds
from minishop.payments.wechatpay._merchant import Merchant
from minishop.payments.wechatpay._signing import NONCE, sign

__all__ = ["app_parameters", "h5_url", "jsapi_parameters", "mini_program_parameters"]

_APPID = matching(r"[0-9A-Za-z_-]{1,32}")
_PREPAY_ID = matching(r"[0-9A-Za-z_=-]{1,64}")
_ADDRESS = matching(r"https?://[!-~]+")


def jsapi_parameters(merchant: Merchant, appid: str, prepay_id: str, *, now: datetime, nonce: str) -> dict[str, str]:
    """The parameters of ``WeixinJSBridge.invoke("getBrandWCPayRequest", …)``.

    Args:
        merchant: The one whose key signed the request that made the order.
        appid: The app in which the shopper pays.
        prepay_id: From the answer to the request.
        now: The time; aware.
        nonce: 1 to 32 letters and digits, new each time.

    Raises:
        InvalidInput: A part is not of that form.
    """
    package = f"prepay_id={check_text('prepay_id', prepay_id, _PREPAY_ID, 'a prepay_id')}"
    timestamp, signature = _signed(merchant, appid, package, now, nonce)
    return {
        "appId": appid,
        "timeStamp": timestamp,
        "nonceStr": nonce,
        "package": package,
        "signType": "RSA",
        "paySign": signature,
    }


def mini_program_parameters(
    merchant: Merchant, appid: str, prepay_id: str, *, now: datetime, nonce: str
) -> dict[str, str]:
    """The parameters of ``wx.requestPayment``; for the arguments see :func:`jsapi_parameters`."""
    parameters = jsapi_parameters(merchant, appid, prepay_id, now=now, nonce=nonce)
    del parameters["appId"]
    return parameters


def app_parameters(merchant: Merchant, appid: str, prepay_id: str, *, now: datetime, nonce: str) -> dict[str, str]:
    """The fields of ``PayReq`` in an app; for the arguments see :func:`jsapi_parameters`."""
    check_text("prepay_id", prepay_id, _PREPAY_ID, "a prepay_id")
    timestamp, signature = _signed(merchant, appid, prepay_id, now, nonce)
    return {
        "appid": appid,
        "partnerid": merchant.mchid,
        "prepayid": prepay_id,
        "package": "Sign=WXPay",
        "noncestr": nonce,
        "timestamp": timestamp,
        "sign": signature,
    }


def h5_url(url: str, *, redirect_url: str | None = None) -> str:
    """The address to send a phone's browser to; good for five minutes.

    Args:
        url: ``h5_url`` of the answer.
        redirect_url: Where the shopper goes afterwards, whether they have paid or not; not encoded yet.

    Raises:
        InvalidInput: One of them is no absolute address.
    """
    check_text("url", url, _ADDRESS, "an absolute address")
    if redirect_url is None:
        return url
    check_text("redirect_url", redirect_url, _ADDRESS, "an absolute, percent-encoded address")
    return f"{url}{'&' if '?' in url else '?'}redirect_url={quote(redirect_url, safe='')}"


def _signed(merchant: Merchant, appid: str, last_line: str, now: datetime, nonce: str) -> tuple[str, str]:
    check_text("appid", appid, _APPID, "an appid")
    check_text("nonce", nonce, NONCE, "1 to 32 letters and digits")
    timestamp = str(unix_seconds(now))
    return timestamp, sign(merchant, f"{appid}\n{timestamp}\n{nonce}\n{last_line}\n".encode())
