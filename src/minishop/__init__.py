"""Runs a shop: prices a cart to the fen and explains the price.

Everything that most programs need is here, and is loaded when it is first used: ``import minishop`` alone
costs next to nothing and pulls in no HTTP client, no cryptography and no database.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from minishop._version import __version__ as __version__

if TYPE_CHECKING:
    from minishop.cart import SavedCart as SavedCart
    from minishop.checkout import AsyncShop as AsyncShop
    from minishop.checkout import Done as Done
    from minishop.checkout import Refused as Refused
    from minishop.checkout import Shop as Shop
    from minishop.errors import CallerError as CallerError
    from minishop.errors import InvalidDocument as InvalidDocument
    from minishop.errors import InvalidInput as InvalidInput
    from minishop.errors import InvalidMoney as InvalidMoney
    from minishop.errors import MinishopError as MinishopError
    from minishop.errors import OutcomeUnknown as OutcomeUnknown
    from minishop.errors import Problem as Problem
    from minishop.errors import RemoteError as RemoteError
    from minishop.inventory import StockKey as StockKey
    from minishop.money import Allocation as Allocation
    from minishop.money import allocate as allocate
    from minishop.money import format_percent as format_percent
    from minishop.money import format_yuan as format_yuan
    from minishop.money import half_up as half_up
    from minishop.money import parse_percent as parse_percent
    from minishop.money import parse_yuan as parse_yuan
    from minishop.money import percent_of as percent_of
    from minishop.money import split_units as split_units
    from minishop.orders import Actor as Actor
    from minishop.orders import Context as Context
    from minishop.orders import Order as Order
    from minishop.orders import OrderPolicy as OrderPolicy
    from minishop.orders import Rejected as Rejected
    from minishop.orders import available as available
    from minishop.orders import decide as decide
    from minishop.orders import evolve as evolve
    from minishop.orders import freeze as freeze
    from minishop.orders import label as label
    from minishop.promotions import Engine as Engine
    from minishop.quotes import Adjustment as Adjustment
    from minishop.quotes import Cart as Cart
    from minishop.quotes import CartLine as CartLine
    from minishop.quotes import Coupon as Coupon
    from minishop.quotes import Quote as Quote
    from minishop.quotes import QuoteLine as QuoteLine
    from minishop.quotes import Reason as Reason
    from minishop.quotes import Shopper as Shopper

# A new name goes into three places: the imports above (for type checkers), `__all__` and this table.
# tests/test_package.py holds them together.
_HOMES = {
    "Actor": "minishop.orders",
    "Adjustment": "minishop.quotes",
    "Allocation": "minishop.money",
    "AsyncShop": "minishop.checkout",
    "CallerError": "minishop.errors",
    "Cart": "minishop.quotes",
    "CartLine": "minishop.quotes",
    "Context": "minishop.orders",
    "Coupon": "minishop.quotes",
    "Done": "minishop.checkout",
    "Engine": "minishop.promotions",
    "InvalidDocument": "minishop.errors",
    "InvalidInput": "minishop.errors",
    "InvalidMoney": "minishop.errors",
    "MinishopError": "minishop.errors",
    "Order": "minishop.orders",
    "OrderPolicy": "minishop.orders",
    "OutcomeUnknown": "minishop.errors",
    "Problem": "minishop.errors",
    "Quote": "minishop.quotes",
    "QuoteLine": "minishop.quotes",
    "Reason": "minishop.quotes",
    "Refused": "minishop.checkout",
    "Rejected": "minishop.orders",
    "RemoteError": "minishop.errors",
    "SavedCart": "minishop.cart",
    "Shop": "minishop.checkout",
    "Shopper": "minishop.quotes",
    "StockKey": "minishop.inventory",
    "allocate": "minishop.money",
    "available": "minishop.orders",
    "decide": "minishop.orders",
    "evolve": "minishop.orders",
    "format_percent": "minishop.money",
    "format_yuan": "minishop.money",
    "freeze": "minishop.orders",
    "half_up": "minishop.money",
    "label": "minishop.orders",
    "parse_percent": "minishop.money",
    "parse_yuan": "minishop.money",
    "percent_of": "minishop.money",
    "split_units": "minishop.money",
}

__all__ = [
    "Actor",
    "Adjustment",
    "Allocation",
    "AsyncShop",
    "CallerError",
    "Cart",
    "CartLine",
    "Context",
    "Coupon",
    "Done",
    "Engine",
    "InvalidDocument",
    "InvalidInput",
    "InvalidMoney",
    "MinishopError",
    "Order",
    "OrderPolicy",
    "OutcomeUnknown",
    "Problem",
    "Quote",
    "QuoteLine",
    "Reason",
    "Refused",
    "Rejected",
    "RemoteError",
    "SavedCart",
    "Shop",
    "Shopper",
    "StockKey",
    "allocate",
    "available",
    "decide",
    "evolve",
    "format_percent",
    "format_yuan",
    "freeze",
    "half_up",
    "label",
    "parse_percent",
    "parse_yuan",
    "percent_of",
    "split_units",
]

if not TYPE_CHECKING:  # a type checker that saw this would believe in every misspelt name

    def __getattr__(name):
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value  # the next access does not come here
        return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__all__", "__doc__", "__file__", "__name__", "__path__", "__version__"])
