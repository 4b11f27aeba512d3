"""English: what a person should look at."""

TEXTS: dict[str, str] = {
    "alert:payment_conflict": "the payment {transaction} is recorded for another order than that of {attempt}",
    "alert:report_failed": "what has left of order {order} could not be reported to WeChat ({reason})",
    "alert:re_report_used": "a correction of order {order} cannot be reported: WeChat takes one, and that is used",
    "alert:parcel_not_followed": "the parcel {number} of order {order} is not followed ({reason})",
    "alert:parcel_came_back": "the parcel {number} of order {order} is coming back",
    "alert:parcel_doubtful": "the parcel {number} of order {order} is said to be delivered at {at:time}, "
    "before it was shipped: check its number",
    "alert:notice_failed": "shoppers could not be told that an order is “{label:label}” ({reason}), "
    "for example of {order}",
    "alert:shipping_overdue": "WeChat waits for the shipping report of order {order}",
    "alert:reporting_required": "WeChat wants this shop's orders reported: {message}",
    "alert:trade_controlled": "WeChat limits this shop's payments: {message}",
    "alert:settlement_differs": "order {order}: {what} is {ours} here, and {theirs} at WeChat",
    "alert:buyer_complained": "the buyer of order {order} has complained to WeChat",
}
