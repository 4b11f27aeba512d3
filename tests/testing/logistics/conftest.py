"""The fixtures, as an app's tests get them."""

from minishop.testing.logistics.fixtures import fake_kdniao, fake_kuaidi100, fake_sf, parcel_clock

__all__ = ["fake_kdniao", "fake_kuaidi100", "fake_sf", "parcel_clock"]
