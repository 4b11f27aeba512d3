"""How values become the texts that a store keeps, and come back (ADR 0007).

A stored text is JSON: explicit, readable, and independent of our classes' Python names::

    {"$format":"order/1.0","terms":{"id":"o1",…},"units":[…],"life":"open",…}

* Every field is written, also those with their default, so that a changed default never changes an old order. A
  missing field takes its default.
* Instants are integers: microseconds since 1970-01-01T00:00Z. Money is integer fen.
* Fields that this release does not know are kept in ``extra``, at every level, and written back.
* What it cannot keep or understand (a higher major version, an unknown enum value) is
  :class:`~minishop.storage.NewerDocument`: the record can be listed, not changed.
* Personal data goes into a second text that can be erased.

Equal values written by one release give equal texts, byte for byte.
"""

from minishop.storage.codec._checks import check_types
from minishop.storage.codec._codec import Codec, Encoded
from minishop.storage.codec._roots import CODEC, decode, decode_event, encode, encode_event

__all__ = ["CODEC", "Codec", "Encoded", "check_types", "decode", "decode_event", "encode", "encode_event"]
