"""Short hands for the tests of stored carts."""

from datetime import UTC, datetime, timedelta

from minishop.cart import Add, Product, Remove, SavedCart, SaveForLater, Select, Set, apply_operations

NOON = datetime(2026, 6, 2, 4, tzinfo=UTC)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def add(device, number, base, sku="tea", quantity=1, **more):
    return Add(device=device, number=number, base=base, sku=sku, quantity=quantity, **more)


def put(device, number, base, quantity, sku="tea", **more):
    return Set(device=device, number=number, base=base, sku=sku, quantity=quantity, **more)


def remove(device, number, base, sku="tea", **more):
    return Remove(device=device, number=number, base=base, sku=sku, **more)


def select(device, number, base, selected, sku="tea"):
    return Select(device=device, number=number, base=base, sku=sku, selected=selected)


def save(device, number, base, saved, sku="tea"):
    return SaveForLater(device=device, number=number, base=base, sku=sku, saved=saved)


def cart(*operations, minutes=0, **fields):
    """A cart that these operations made."""
    made, _ = apply_operations(SavedCart(id=fields.pop("id", "c1"), **fields), operations, at(minutes))
    return made


def sync(before, *operations, minutes=1, **options):
    """The cart and the codes of the outcomes."""
    after, answer = apply_operations(before, operations, at(minutes), **options)
    return after, [outcome.code for outcome in answer.outcomes]


def quantities(saved):
    return {line.key: line.quantity for line in saved.lines}


def product(unit_price=1000, **facts):
    return Product(unit_price=unit_price, **facts)
