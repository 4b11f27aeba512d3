"""Chinese: what a person should look at."""

TEXTS: dict[str, str] = {
    "alert:payment_conflict": "支付单 {transaction} 已记在其他订单上（本次为 {attempt}）",
    "alert:report_failed": "订单 {order} 的发货信息未能录入微信（{reason}）",
    "alert:re_report_used": "订单 {order} 的更正无法录入微信：仅可重新发货一次，机会已用完",
    "alert:parcel_not_followed": "订单 {order} 的运单 {number} 未能跟踪（{reason}）",
    "alert:parcel_came_back": "订单 {order} 的运单 {number} 正在退回",
    "alert:parcel_doubtful": "订单 {order} 的运单 {number} 显示 {at:time} 已签收，早于发货时间，请核对单号",
    "alert:notice_failed": "未能通知买家订单状态“{label:label}”（{reason}），例如订单 {order}",
    "alert:shipping_overdue": "微信提醒：订单 {order} 尚未录入发货信息",
    "alert:reporting_required": "微信要求本店录入发货信息：{message}",
    "alert:trade_controlled": "微信已限制本店交易：{message}",
    "alert:settlement_differs": "订单 {order} 的 {what} 不一致：本店为 {ours}，微信为 {theirs}",
    "alert:buyer_complained": "订单 {order} 的买家已向微信投诉",
}
