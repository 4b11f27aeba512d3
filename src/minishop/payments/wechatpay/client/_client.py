"""WeChat Pay as an object: every call a method, blocking on :class:`WechatPay`, awaitable on :class:`AsyncWechatPay`.

A method is made from the flow of the same name, so there is one text for both, and the two cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NoReturn, TypeVar

from attrs import evolve

from minishop.flows import AsyncTransport, Handlers, Transport, awaitable, blocking, transport_handlers
from minishop.payments.wechatpay._fields import decrypt_field
from minishop.payments.wechatpay._keys import PlatformKeys
from minishop.payments.wechatpay._merchant import Merchant
from minishop.payments.wechatpay._refresh import KeySource
from minishop.payments.wechatpay._secrets import not_to_be_stored
from minishop.payments.wechatpay._signing import SCHEME
from minishop.payments.wechatpay.client import (
    _billing,
    _call,
    _combining,
    _keys,
    _payments,
    _receiving,
    _refunding,
    _sensitive,
    _sharing,
    _transferring,
)
from minishop.payments.wechatpay.client._desk import MAIN_HOST, Desk, SubMerchant
from minishop.payments.wechatpay.client._suite import RsaSuite, Suite

__all__ = ["AsyncWechatPay", "WechatPay"]

_Self = TypeVar("_Self", bound="_Base")


class _Base:
    """What both clients are made of. Making one does no I/O. It cannot be pickled, and shows no key.

    Args:
        merchant: Who signs.
        keys: The platform's keys, or a :class:`~minishop.payments.wechatpay.KeyRing` that renews them.
        transport: Makes the HTTP calls; whoever made it closes it.
        machine: What answers ``Now``, ``NewNonce`` and ``Sleep`` (:mod:`minishop.adapters.machine` has it), and for
            bills :class:`OpenSpool`. :mod:`minishop.adapters.wechatpay` fills in transport and machine.
        appid: The app that calls are about unless they name another.
        notify_url: Where notifications go unless a call says otherwise: ``https``, without a query.
        hosts: The first is used; the others in turn if it gives no answer, with the same signed request. For example
            ``(MAIN_HOST, BACKUP_HOST)``.
        sub: The merchant a partner (服务商) acts for; see also :meth:`acting_for`.
        suite: The algorithms; anything but RSA must be an object with the methods of :class:`Suite`.
        tries: How often a call is sent at most, where repeating it is right.
        pause: The wait before the second try; it doubles.
        timeout: The longest wait for an answer; ``None``: the transport's own.
        language: Of WeChat Pay's messages: ``zh-CN``, ``zh-HK``, ``zh-TW`` or ``en``.

    Raises:
        InvalidInput: An argument breaks its rule.
        UnsupportedSuite: ``suite`` names an algorithm that needs an object.
    """

    def __init__(
        self,
        merchant: Merchant,
        *,
        keys: PlatformKeys | KeySource,
        transport: Transport | AsyncTransport,
        machine: Handlers,
        appid: str = "",
        notify_url: str = "",
        hosts: Iterable[str] = (MAIN_HOST,),
        sub: SubMerchant | None = None,
        suite: Suite | RsaSuite | str = SCHEME,
        tries: int = 2,
        pause: timedelta = timedelta(milliseconds=300),
        timeout: timedelta | None = None,
        language: str = "zh-CN",
    ) -> None:
        #: What every call goes by.
        self.desk = Desk(
            merchant=merchant,
            keys=keys,
            appid=appid,
            notify_url=notify_url,
            hosts=tuple(hosts),
            sub=sub,
            suite=suite,
            tries=tries,
            pause=pause,
            timeout=timeout,
            language=language,
        )
        #: What makes the HTTP calls.
        self.transport = transport
        #: What answers the requests of flows; a flow of the app's own can be run with them.
        self.handlers: Handlers = {**machine, **transport_handlers(transport)}

    def acting_for(self: _Self, mchid: str, *, appid: str = "") -> _Self:
        """The same client, acting as a partner for a merchant: all its calls are partner calls (服务商模式).

        Args:
            mchid: ``sub_mchid``.
            appid: ``sub_appid``, if shoppers are known by it; then openids are this app's.
        """
        other = type(self).__new__(type(self))
        other.desk = evolve(self.desk, sub=SubMerchant(mchid, appid))
        other.transport, other.handlers = self.transport, self.handlers
        return other

    def decrypt(self, text: str) -> str:
        """A sensitive field of an answer, in the clear.

        Raises:
            Undecryptable: It is not encrypted for this merchant.
        """
        return decrypt_field(self.desk.merchant, text)

    def __reduce__(self) -> NoReturn:
        not_to_be_stored("a client of WeChat Pay")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.desk.merchant.mchid}>"


class WechatPay(_Base):
    """A client for blocking code: Flask, Django, workers, scripts. May be shared by threads."""

    create_jsapi = blocking(_payments.create_jsapi)
    create_mini_program = blocking(_payments.create_mini_program)
    create_app = blocking(_payments.create_app)
    create_h5 = blocking(_payments.create_h5)
    create_native = blocking(_payments.create_native)
    create_payment = blocking(_payments.create_payment)
    jsapi_parameters = blocking(_payments.jsapi_parameters)
    mini_program_parameters = blocking(_payments.mini_program_parameters)
    app_parameters = blocking(_payments.app_parameters)
    query_payment = blocking(_payments.query_payment)
    query_transaction = blocking(_payments.query_transaction)
    close_payment = blocking(_payments.close_payment)
    refund = blocking(_refunding.refund)
    query_refund = blocking(_refunding.query_refund)
    apply_abnormal_refund = blocking(_refunding.apply_abnormal_refund)
    receive = blocking(_receiving.receive)
    trade_bill = blocking(_billing.trade_bill)
    fund_flow_bill = blocking(_billing.fund_flow_bill)
    sub_merchant_fund_flow_bill = blocking(_billing.sub_merchant_fund_flow_bill)
    sharing_bill = blocking(_billing.sharing_bill)
    create_combined = blocking(_combining.create_combined)
    query_combined = blocking(_combining.query_combined)
    close_combined = blocking(_combining.close_combined)
    share = blocking(_sharing.share)
    query_sharing = blocking(_sharing.query_sharing)
    unfreeze = blocking(_sharing.unfreeze)
    unsplit_amount = blocking(_sharing.unsplit_amount)
    return_share = blocking(_sharing.return_share)
    query_sharing_return = blocking(_sharing.query_sharing_return)
    add_receiver = blocking(_sharing.add_receiver)
    delete_receiver = blocking(_sharing.delete_receiver)
    sharing_limit = blocking(_sharing.sharing_limit)
    transfer = blocking(_transferring.transfer)
    query_transfer = blocking(_transferring.query_transfer)
    query_transfer_bill = blocking(_transferring.query_transfer_bill)
    cancel_transfer = blocking(_transferring.cancel_transfer)
    download_certificates = blocking(_keys.download_certificates)
    encrypt = blocking(_sensitive.encrypt)
    call = blocking(_call.call)


class AsyncWechatPay(_Base):
    """A client for async code; the same names, parameters and answers as :class:`WechatPay`."""

    create_jsapi = awaitable(_payments.create_jsapi)
    create_mini_program = awaitable(_payments.create_mini_program)
    create_app = awaitable(_payments.create_app)
    create_h5 = awaitable(_payments.create_h5)
    create_native = awaitable(_payments.create_native)
    create_payment = awaitable(_payments.create_payment)
    jsapi_parameters = awaitable(_payments.jsapi_parameters)
    mini_program_parameters = awaitable(_payments.mini_program_parameters)
    app_parameters = awaitable(_payments.app_parameters)
    query_payment = awaitable(_payments.query_payment)
    query_transaction = awaitable(_payments.query_transaction)
    close_payment = awaitable(_payments.close_payment)
    refund = awaitable(_refunding.refund)
    query_refund = awaitable(_refunding.query_refund)
    apply_abnormal_refund = awaitable(_refunding.apply_abnormal_refund)
    receive = awaitable(_receiving.receive)
    trade_bill = awaitable(_billing.trade_bill)
    fund_flow_bill = awaitable(_billing.fund_flow_bill)
    sub_merchant_fund_flow_bill = awaitable(_billing.sub_merchant_fund_flow_bill)
    sharing_bill = awaitable(_billing.sharing_bill)
    create_combined = awaitable(_combining.create_combined)
    query_combined = awaitable(_combining.query_combined)
    close_combined = awaitable(_combining.close_combined)
    share = awaitable(_sharing.share)
    query_sharing = awaitable(_sharing.query_sharing)
    unfreeze = awaitable(_sharing.unfreeze)
    unsplit_amount = awaitable(_sharing.unsplit_amount)
    return_share = awaitable(_sharing.return_share)
    query_sharing_return = awaitable(_sharing.query_sharing_return)
    add_receiver = awaitable(_sharing.add_receiver)
    delete_receiver = awaitable(_sharing.delete_receiver)
    sharing_limit = awaitable(_sharing.sharing_limit)
    transfer = awaitable(_transferring.transfer)
    query_transfer = awaitable(_transferring.query_transfer)
    query_transfer_bill = awaitable(_transferring.query_transfer_bill)
    cancel_transfer = awaitable(_transferring.cancel_transfer)
    download_certificates = awaitable(_keys.download_certificates)
    encrypt = awaitable(_sensitive.encrypt)
    call = awaitable(_call.call)
