"""What the shopper put in, the same on every device, and its way to a price.

The stored cart is a :class:`SavedCart`; what is priced is a :class:`minishop.quotes.Cart`. Everything here is a pure
function of its arguments: time comes in as ``now``, what the app knows of its goods as a *shelf* (sku to
:class:`Product`), and a changed cart comes out as a new value to be stored.
"""

from minishop.cart._answers import Moved, OperationOutcome, Synced
from minishop.cart._apply import apply_operations
from minishop.cart._convert import to_cart
from minishop.cart._key import canonical_customisation, line_key
from minishop.cart._merge import MergePolicy, merge
from minishop.cart._merge_report import MergeEntry, MergeReport
from minishop.cart._operations import Add, Operation, Remove, SaveForLater, Select, Set
from minishop.cart._placement import Item, rebuy, remove_ordered, source_key
from minishop.cart._problems import CartProblem, find_blocking_problems, find_problems
from minishop.cart._receipts import DeviceReceipts
from minishop.cart._saved import MOST_UNITS, QuantityChange, SavedCart, SavedLine, Tombstone
from minishop.cart._shelf import Activity, Product, Shelf

__all__ = [
    "MOST_UNITS",
    "Activity",
    "Add",
    "CartProblem",
    "DeviceReceipts",
    "Item",
    "MergeEntry",
    "MergePolicy",
    "MergeReport",
    "Moved",
    "Operation",
    "OperationOutcome",
    "Product",
    "QuantityChange",
    "Remove",
    "SaveForLater",
    "SavedCart",
    "SavedLine",
    "Select",
    "Set",
    "Shelf",
    "Synced",
    "Tombstone",
    "apply_operations",
    "canonical_customisation",
    "find_blocking_problems",
    "find_problems",
    "line_key",
    "merge",
    "rebuy",
    "remove_ordered",
    "source_key",
    "to_cart",
]
