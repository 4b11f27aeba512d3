"""Applying the operations of devices to the stored cart: each once, in the order in which they arrive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from minishop.cart._answers import Moved, OperationOutcome, Synced
from minishop.cart._operations import Operation
from minishop.cart._problems import find_problems
from minishop.cart._receipts import DeviceReceipts
from minishop.cart._saved import SavedCart
from minishop.cart._shelf import Shelf, price_now
from minishop.cart._workbench import Moment, buried, effect_of
from minishop.errors import InvalidInput

__all__ = ["apply_operations"]


def apply_operations(
    cart: SavedCart,
    operations: Iterable[Operation],
    now: datetime,
    *,
    shelf: Shelf | None = None,
    addressed_to: str | None = None,
) -> tuple[SavedCart, Synced | Moved]:
    """The cart after the operations, and the answer to the device.

    Every operation counts once, however often it is sent; each new one takes the next sequence of the cart. If all were
    repetitions, the very same cart comes back and there is nothing to store.

    Args:
        cart: The stored cart.
        operations: In the order in which they arrived, of one or more devices.
        now: Server time; aware.
        shelf: Sku to product, for the skus of the cart and the operations. Gives the problems in the answer, and the
            price that a new line notes if its operation names none.
        addressed_to: Id of the cart that the device had in mind, if it is one that was merged into ``cart``. Its
            ``base`` counts that other cart's sequences then and says nothing here, so it is taken as 0.

    Raises:
        InvalidInput: ``other_cart``, for operations that were meant for a cart that was never merged into this one;
            ``wrong_type``, for an operation that is none of ours. Nothing was applied.
    """
    if cart.merged_into is not None:
        return cart, Moved(cart.id, cart.merged_into)
    has_base = _has_base(cart, addressed_to)
    desk = _Desk(cart, now, shelf)
    outcomes = tuple(
        [desk.take(operation if has_base else attrs.evolve(operation, base=0)) for operation in operations]
    )
    after = desk.cart()
    problems = () if shelf is None else find_problems(after, shelf, now)
    return after, Synced(sequence=after.sequence, outcomes=outcomes, problems=problems)


def _has_base(cart: SavedCart, addressed_to: str | None) -> bool:
    if addressed_to is None or addressed_to == cart.id:
        return True
    if addressed_to in cart.merged_from:
        return False
    raise InvalidInput(
        "addressed_to", "other_cart", "must be this cart or one that was merged into it", params={"got": addressed_to}
    )


class _Desk:
    """The cart while operations are applied to it, by key."""

    def __init__(self, cart: SavedCart, now: datetime, shelf: Shelf | None) -> None:
        self.before, self.now, self.shelf = cart, now, shelf
        self.sequence = cart.sequence
        self.lines = {line.key: line for line in cart.lines}
        self.tombstones = {stone.line: stone for stone in cart.tombstones}
        self.receipts = {receipts.device: receipts for receipts in cart.receipts}

    def take(self, operation: Operation) -> OperationOutcome:
        if not isinstance(operation, Operation):
            raise InvalidInput("operations", "wrong_type", "must be operations", params={"got": repr(operation)[:80]})
        key = operation.line
        line = self.lines.get(key)
        was = now_is = 0 if line is None else line.quantity
        receipts = self.receipts.get(operation.device) or DeviceReceipts(device=operation.device)
        if operation.number in receipts:
            code = "already_applied"
        else:
            self.receipts[operation.device] = receipts.with_number(operation.number)
            self.sequence += 1
            code, now_is = self._apply(operation, key)
        return OperationOutcome(
            device=operation.device, number=operation.number, code=code, line=key, was=was, is_=now_is
        )

    def _apply(self, operation: Operation, key: str) -> tuple[str, int]:
        stone = self.tombstones.get(key)
        moment = Moment(self.now, self.sequence, None if stone is None else stone.ordered, self._price(operation))
        effect = effect_of(operation, self.lines.get(key), moment)
        if effect.line is not None:
            self.lines[key] = effect.line
            return effect.code, effect.line.quantity
        if self.lines.pop(key, None) is not None:
            self.tombstones[key] = buried(stone, key, self.sequence, self.now, is_order=False)
        return effect.code, 0

    def _price(self, operation: Operation) -> int | None:
        product = None if self.shelf is None else self.shelf.get(operation.sku)
        return None if product is None else price_now(product, operation.activity, self.now)

    def cart(self) -> SavedCart:
        if self.sequence == self.before.sequence:
            return self.before
        return attrs.evolve(
            self.before,
            sequence=self.sequence,
            lines=self.lines.values(),
            tombstones=self.tombstones.values(),
            receipts=self.receipts.values(),
        )
