"""Parcels, whoever carries them: one model of a shipment, carriers and their codes, the port to tracking providers.

Providers are in packages of their own: :mod:`minishop.logistics.kuaidi100`, :mod:`~minishop.logistics.kdniao`,
:mod:`~minishop.logistics.sf`. Nothing here does I/O but through the requests of flows.
"""

from minishop.logistics._carriers import (
    Carrier,
    CarrierCode,
    Namespace,
    carrier_code,
    carriers,
    find_carriers,
    translate_carrier,
)
from minishop.logistics._errors import ErrorKind, ProviderError, PushRefused
from minishop.logistics._events import TrackingEvent, merge_events
from minishop.logistics._numbers import Confidence, Guess, clean_number, detect, is_s10, is_ups
from minishop.logistics._provider import (
    AsyncTrackingProvider,
    QueryParcel,
    QueryParcels,
    SubscribeParcel,
    TrackingProvider,
    TrackOutcome,
    tracking_handlers,
)
from minishop.logistics._reports import Following, Report, TrackingNotice
from minishop.logistics._requests import (
    Ack,
    Capabilities,
    PhoneNeed,
    PushResult,
    PushUpdate,
    RecognisedCarrier,
    SecondLeg,
    SubscribeRequest,
    TrackRequest,
)
from minishop.logistics._shipment import Shipment, merge
from minishop.logistics._status import ShipmentStatus, SubscriptionState
from minishop.logistics._tables import Meaning, StatusTable, status_table
from minishop.logistics._times import SHANGHAI, read_epoch, read_time, write_time

__all__ = [
    "SHANGHAI",
    "Ack",
    "AsyncTrackingProvider",
    "Capabilities",
    "Carrier",
    "CarrierCode",
    "Confidence",
    "ErrorKind",
    "Following",
    "Guess",
    "Meaning",
    "Namespace",
    "PhoneNeed",
    "ProviderError",
    "PushRefused",
    "PushResult",
    "PushUpdate",
    "QueryParcel",
    "QueryParcels",
    "RecognisedCarrier",
    "Report",
    "SecondLeg",
    "Shipment",
    "ShipmentStatus",
    "StatusTable",
    "SubscribeParcel",
    "SubscribeRequest",
    "SubscriptionState",
    "TrackOutcome",
    "TrackRequest",
    "TrackingEvent",
    "TrackingNotice",
    "TrackingProvider",
    "carrier_code",
    "carriers",
    "clean_number",
    "detect",
    "find_carriers",
    "is_s10",
    "is_ups",
    "merge",
    "merge_events",
    "read_epoch",
    "read_time",
    "status_table",
    "tracking_handlers",
    "translate_carrier",
    "write_time",
]
