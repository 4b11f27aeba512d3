"""What every flow of one client goes by."""

from __future__ import annotations

from datetime import timedelta
from typing import NoReturn

from attrs import field, frozen

from minishop._version import __version__
from minishop.errors import CallerError, InvalidInput
from minishop.payments.wechatpay._checks import check_text, matching
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._merchant import Merchant
from minishop.payments.wechatpay._refresh import KeyRing, KeySource
from minishop.payments.wechatpay._secrets import not_to_be_stored
from minishop.payments.wechatpay.client._suite import RSA, RsaSuite, Suite, suite_of
from minishop.payments.wechatpay.client._values import check_notify_url

__all__ = ["BACKUP_HOST", "MAIN_HOST", "OFFICIAL_HOSTS", "Desk", "SubMerchant"]

MAIN_HOST = "https://api.mch.weixin.qq.com"
BACKUP_HOST = "https://api2.mch.weixin.qq.com"

#: Where a bill may be downloaded from: a signed request goes nowhere else.
OFFICIAL_HOSTS = (
    MAIN_HOST,
    BACKUP_HOST,
    "https://api.wechatpay.cn",
    "https://api2.wechatpay.cn",
    "https://apihk.mch.weixin.qq.com",
)

_HOST = matching(r"https?://[0-9A-Za-z.-]+(?::[0-9]{1,5})?|http://\[[0-9a-f:]+\](?::[0-9]{1,5})?")
_MCHID = matching(r"[0-9]{1,32}")
_APPID = matching(r"[0-9A-Za-z_-]{0,32}")


@frozen
class SubMerchant:
    """Whom a partner (服务商) acts for.

    Attributes:
        mchid: ``sub_mchid``.
        appid: ``sub_appid``, if shoppers are known by it; then an openid is one of this app, else of the partner's.
    """

    mchid: str
    appid: str = ""

    def __attrs_post_init__(self) -> None:
        check_text("mchid", self.mchid, _MCHID, "digits")
        check_text("appid", self.appid, _APPID, "an appid")


def _source(keys: KeySource | PlatformKeys) -> KeySource:
    return KeyRing(keys) if isinstance(keys, PlatformKeys) else keys


@frozen(kw_only=True, eq=False)
class Desk:
    """How one client talks to WeChat Pay. It shows no key; pickling it is refused.

    Attributes:
        merchant: Who signs.
        keys: The platform's keys, or a source of them.
        appid: The app that calls are about unless they name another.
        notify_url: Where notifications go unless a call says otherwise.
        hosts: ``https://…`` without a slash at the end. The first is used, the others in turn after I/O failures.
        sub: Whom a partner acts for; ``None``: the merchant itself.
        suite: The algorithms.
        tries: How often a call is sent at most, where repeating it is right.
        pause: The wait before the second try; it doubles, and up to half of it is added by chance.
        timeout: The longest wait for an answer; ``None``: the transport's own.
        language: ``Accept-Language`` for messages of WeChat Pay: ``zh-CN``, ``zh-HK``, ``zh-TW`` or ``en``.
        user_agent: ``User-Agent``.
    """

    merchant: Merchant
    keys: KeySource = field(converter=_source)
    appid: str = ""
    notify_url: str = ""
    hosts: tuple[str, ...] = (MAIN_HOST,)
    sub: SubMerchant | None = None
    suite: Suite | RsaSuite = field(default=RSA, converter=suite_of)
    tries: int = 2
    pause: timedelta = timedelta(milliseconds=300)
    timeout: timedelta | None = None
    language: str = "zh-CN"
    user_agent: str = f"minishop/{__version__}"

    def __attrs_post_init__(self) -> None:
        check_text("appid", self.appid, _APPID, "an appid")
        if self.notify_url:
            check_notify_url(self.notify_url)
        if not self.hosts:
            raise InvalidInput("hosts", "empty", "must name at least one host")
        for place, host in enumerate(self.hosts):
            check_text(f"hosts[{place}]", host, _HOST, "https://name, without a path")
        if type(self.tries) is not int or self.tries < 1:
            raise InvalidInput("tries", "out_of_range", "must be an int of at least 1")

    def __reduce__(self) -> NoReturn:
        not_to_be_stored("a client of WeChat Pay")

    @property
    def mchid(self) -> str:
        """The merchant number that money arrives at."""
        return self.sub.mchid if self.sub else self.merchant.mchid

    def app_of(self, appid: str | None) -> str:
        """The app of a call.

        Raises:
            CallerError: ``no_appid``: neither the call nor the client names one.
        """
        if appid or self.appid:
            return appid or self.appid
        raise CallerError("no appid", code="no_appid", next_step="Give the client or the call an appid.")
