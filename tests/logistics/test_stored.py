"""A parcel can be kept by the codec of stored values, and comes back as it was."""

from hypothesis import given, settings

from minishop.logistics import Shipment
from minishop.storage.codec import Codec
from tests.logistics.test_merge import shipments

CODEC = Codec({Shipment: "shipment/1.0"})


@settings(deadline=None)
@given(shipments)
def test_a_parcel_comes_back(shipment):
    encoded = CODEC.encode(shipment)
    again = CODEC.decode(Shipment, encoded.document, encoded.personal)
    assert again == shipment
    assert (again.status, again.substatus, again.carrier) == (shipment.status, shipment.substatus, shipment.carrier)
    assert CODEC.encode(again) == encoded
