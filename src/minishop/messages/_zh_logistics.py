"""Chinese: where a parcel is, and what a person should know about its tracking."""

TEXTS: dict[str, str] = {
    "shipment:pending": "待揽收",
    "shipment:picked_up": "已揽收",
    "shipment:in_transit": "运输中",
    "shipment:out_for_delivery": "派送中",
    "shipment:ready_for_pickup": "待取件",
    "shipment:delivered": "已签收",
    "shipment:exception": "异常",
    "shipment:returning": "退回中",
    "shipment:returned": "已退回",
    "shipment:cancelled": "已取消",
    "shipment:unknown": "未知",
    "tracking:carrier_corrected": "查询方更正了快递公司：{detail}",
    "tracking:no_news": "有一条与包裹无关的记录被略过",
    "tracking:no_number": "有一条没有运单号的记录被略过",
    "tracking:subscription_aborted": "查询方已停止跟踪：{detail}",
    "tracking:unknown_code": "未知的状态码 {detail}",
    "tracking:unreadable_time": "有一条时间无法识别的记录被略过",
}
