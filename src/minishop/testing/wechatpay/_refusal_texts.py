"""Texts of refusals, Chinese and English. They are ours: the gateway's wording differs, its distinctions do not."""

from __future__ import annotations

__all__ = ["TEXTS"]

#: Key -> (Chinese, English).
TEXTS: dict[str, tuple[str, str]] = {
    # the door
    "no_authorization": ("缺少 Authorization 请求头", "the Authorization header is missing"),
    "garbled_authorization": (
        "Authorization 请求头格式错误：{what}",
        "the Authorization header cannot be read: {what}",
    ),
    "wrong_scheme": (
        "签名类型错误：{scheme}，应为 WECHATPAY2-SHA256-RSA2048",
        "wrong scheme {scheme}, use WECHATPAY2-SHA256-RSA2048",
    ),
    "unknown_merchant": ("商户号 {mchid} 不存在", "there is no merchant {mchid}"),
    "wrong_clock": (
        "Authorization 中的时间戳与服务器时间相差超过 5 分钟，请校准服务器时钟（服务器时间 {now}）",
        "the timestamp is more than 5 minutes off the gateway's time {now}: set the clock of your server",
    ),
    "unknown_serial": (
        "商户证书序列号 {serial} 与商户号不匹配",
        "the serial {serial} is not that of this merchant's certificate",
    ),
    "wrong_signature": (
        "签名错误：签名与请求的方法、路径、时间戳、随机串、报文不符，detail 中有平台用于验签的串",
        "wrong signature: it is not over this method, path, timestamp, nonce and body; compare with detail",
    ),
    "certificate_expired": ("商户证书已过期", "the merchant's certificate has expired"),
    "certificate_revoked": ("商户证书已作废", "the merchant's certificate has been revoked"),
    "no_api_v3_key": ("商户未设置 APIv3 密钥", "the merchant has set no APIv3 key"),
    "merchant_mismatch": (
        "商户号 {given} 与 Authorization 中的商户号 {signed} 不一致",
        "mchid {given} is not {signed}, which signed the request",
    ),
    "no_user_agent": ("缺少 User-Agent 请求头", "the User-Agent header is missing or empty"),
    "bad_accept": ("Accept 请求头应包含 application/json", "the Accept header must allow application/json"),
    "bad_content_type": ("Content-Type 应为 application/json", "the Content-Type must be application/json"),
    "not_json": ("请求报文不是合法的 JSON 对象", "the body is not a JSON object in UTF-8"),
    # fields
    "unknown_field": ("请求中含有未定义的参数 {field}", "the parameter {field} is not defined"),
    "missing": ("缺少参数 {field}", "{field} is missing"),
    "not_text": ("{field} 应为字符串", "{field} must be text"),
    "too_short": ("{field} 字符数小于最小值 {least}", "{field} is shorter than {least}"),
    "too_long": ("{field} 字符数大于最大值 {most}", "{field} is longer than {most}"),
    "bad_pattern": ("{field} 含有不允许的字符", "{field} has characters that are not allowed"),
    "not_integer": ("{field} 应为整数", "{field} must be an integer"),
    "too_small": ("{field} 小于最小值 {least}", "{field} is less than {least}"),
    "too_large": ("{field} 大于最大值 {most}", "{field} is more than {most}"),
    "not_flag": ("{field} 应为布尔值", "{field} must be true or false"),
    "not_choice": ("{field} 应为 {allowed} 之一", "{field} must be one of {allowed}"),
    "not_object": ("{field} 应为对象", "{field} must be an object"),
    "not_list": ("{field} 应为数组", "{field} must be a list"),
    "wrong_count": ("{field} 应有 {least} 到 {most} 项", "{field} must have {least} to {most} items"),
    "not_time": ("{field} 应为 RFC 3339 格式的时间，含时区", "{field} must be RFC 3339 with an offset"),
    "not_date": ("{field} 应为 YYYY-MM-DD 格式的日期", "{field} must be a date YYYY-MM-DD"),
    "bad_notify_url": (
        "{field} 应为不带参数的 https 地址",
        "{field} must be an https address without a query (http only for this machine)",
    ),
    "not_encrypted": (
        "{field} 解密失败：应使用请求头 Wechatpay-Serial 所示的证书或公钥以 RSA-OAEP（SHA-1）加密",
        "{field} cannot be decrypted: use RSA-OAEP (SHA-1) and the key that the header Wechatpay-Serial names",
    ),
    "no_platform_serial": (
        "含敏感字段的请求须带请求头 Wechatpay-Serial",
        "a request with encrypted fields needs the header Wechatpay-Serial",
    ),
    "unknown_platform_serial": (
        "请求头 Wechatpay-Serial {serial} 不是有效的平台证书序列号或公钥 ID",
        "Wechatpay-Serial {serial} names no platform certificate or public key that is in use",
    ),
    # orders
    "appid_mismatch": ("appid {appid} 与商户号不匹配", "appid {appid} is not bound to the merchant"),
    "not_my_sub_merchant": ("商户号 {sub_mchid} 不是该服务商的特约商户", "{sub_mchid} is no merchant of this partner"),
    "expires_too_soon": ("{field} 应至少晚于当前时间 1 分钟", "{field} must be at least one minute ahead"),
    "other_parameters": (
        "单号 {number} 已用于参数不同的请求",
        "the number {number} was used with other parameters: repeat a request unchanged, or use a new number",
    ),
    "order_paid": ("订单 {number} 已支付", "the order {number} is paid"),
    "order_closed": ("订单 {number} 已关闭", "the order {number} is closed"),
    "order_not_exist": ("订单 {number} 不存在", "there is no order {number}"),
    "not_code_payment": ("订单 {number} 不是付款码支付订单", "the order {number} is not paid by code"),
    # refunds
    "one_number": (
        "transaction_id 与 out_trade_no 应且仅应传一个",
        "give transaction_id or out_trade_no, and only one of them",
    ),
    "not_paid": ("订单 {number} 未支付，不能退款", "the order {number} is not paid: nothing to refund"),
    "other_total": ("订单金额 {given} 与支付订单的 {total} 不一致", "amount.total is {given}, the order's is {total}"),
    "too_much": (
        "退款金额 {refund} 大于可退金额 {left}",
        "the refund of {refund} is more than the {left} that are left",
    ),
    "too_many_refunds": ("一笔订单最多退款 50 次", "an order can be refunded 50 times at most"),
    "refund_too_late": ("支付时间超过一年的订单不能退款", "an order can be refunded within one year"),
    "refund_too_often": ("同一订单的退款间隔须满 1 分钟", "wait a minute between two refunds of one order"),
    "refund_not_exist": ("退款单 {number} 不存在", "there is no refund {number}"),
    "not_abnormal": ("退款单 {number} 不是异常状态", "the refund {number} is not abnormal"),
    "wrong_sources": ("amount.from 的金额之和应等于退款金额", "amount.from must add up to amount.refund"),
    # certificates and bills
    "no_certificates": (
        "商户使用微信支付公钥，没有可下载的平台证书",
        "this merchant uses the WeChat Pay public key: there are no certificates",
    ),
    "no_statement": ("{date} 没有账单", "there is no bill for {date}"),
    "statement_creating": (
        "{date} 的账单正在生成，请在次日 10 点后下载",
        "the bill for {date} is being made: ask after 10:00 of the next day",
    ),
    "bill_out_of_range": ("{date} 不在可下载的三个月内", "{date} is not within the last three months, or not over"),
    "bad_token": ("下载地址无效或已过期", "the download address is wrong or has expired"),
    # profit sharing
    "not_for_sharing": ("订单未指定分账", "the order was not created for profit sharing"),
    "sharing_too_soon": ("支付 1 分钟后才能分账", "profit sharing begins one minute after the payment"),
    "sharing_too_late": ("支付 30 天后不能分账", "profit sharing ends 30 days after the payment"),
    "too_much_sharing": ("分账金额 {amount} 大于可分金额 {left}", "{amount} is more than the {left} left to share"),
    "over_ratio": ("分账金额超过最大比例 30%", "no more than 30% may be shared"),
    "too_many_calls": ("一笔订单最多分账 50 次", "an order can be shared out 50 times at most"),
    "unknown_receiver": ("分账接收方 {account} 未添加", "the receiver {account} was not added"),
    "sharing_finished": ("订单已完结分账", "the rest of this order has been released"),
    "sharing_not_exist": ("分账单 {number} 不存在", "there is no profit sharing {number}"),
    "return_not_exist": ("回退单 {number} 不存在", "there is no return {number}"),
    "return_too_much": ("回退金额 {amount} 大于可回退金额 {left}", "{amount} is more than the {left} to return"),
    "one_sharing_number": (
        "order_id 与 out_order_no 应且仅应传一个",
        "give order_id or out_order_no, and only one of them",
    ),
    # transfers
    "name_needed": ("转账 2000 元及以上须传 user_name", "user_name is needed from 2000 yuan"),
    "name_not_allowed": ("转账不足 0.3 元不能传 user_name", "user_name is not allowed under 0.3 yuan"),
    "transfer_not_exist": ("转账单 {number} 不存在", "there is no transfer {number}"),
    "not_cancellable": (
        "转账单 {number} 的状态 {state} 不能撤销",
        "the transfer {number} is {state}: too late to cancel",
    ),
    # combined payments
    "same_number_twice": ("子单号 {number} 重复", "the number {number} is used twice"),
    "other_sub_orders": ("关单的子单与下单不一致", "the orders to close are not those that were created together"),
    # faults that a test asks for
    "frequency_limited": ("请求过于频繁，请稍后再试", "too many requests: slow down"),
    "system_error": ("系统异常，请用相同参数重试", "system error: repeat with the same parameters"),
    "bank_error": ("银行系统异常，请用相同参数重试", "the bank's system failed: repeat with the same parameters"),
    "not_enough": ("商户可用余额不足", "the merchant's balance does not suffice"),
    "no_auth": ("商户无此接口权限", "the merchant may not use this interface"),
}
