"""English: where a parcel is, and what a person should know about its tracking."""

TEXTS: dict[str, str] = {
    "shipment:pending": "Not handed over yet",
    "shipment:picked_up": "Picked up",
    "shipment:in_transit": "On its way",
    "shipment:out_for_delivery": "Out for delivery",
    "shipment:ready_for_pickup": "Ready for pickup",
    "shipment:delivered": "Delivered",
    "shipment:exception": "Needs attention",
    "shipment:returning": "On its way back",
    "shipment:returned": "Back with the sender",
    "shipment:cancelled": "Cancelled",
    "shipment:unknown": "Unknown",
    "tracking:carrier_corrected": "the provider corrected the carrier: {detail}",
    "tracking:no_news": "an entry that says nothing about a parcel was left out",
    "tracking:no_number": "an entry without a waybill number was left out",
    "tracking:subscription_aborted": "the provider gave up following: {detail}",
    "tracking:unknown_code": "nobody knows the code {detail} yet",
    "tracking:unreadable_time": "an entry without a readable time was left out",
}
