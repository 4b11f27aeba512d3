"""What a quote says besides its lines: reasons, rules and coupons, gifts, claims, points, hints, certificate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

__all__ = ["Applied", "Claim", "Gift", "Hint", "Optimality", "PointsResult", "Reason", "Rejected"]


@frozen
class Reason:
    """Why something is not so: a stable code and the numbers of its sentence."""

    code: str
    params: Mapping[str, object] = field(factory=dict, hash=False)


@frozen
class Applied:
    """One rule or coupon that the price contains.

    Attributes:
        rule: Id of the rule, or ``member-price``, ``activity-price``, ``freight:<template>``.
        coupon: Id of the coupon, if one was used.
        layer: The rule's layer.
        amount: What it took off, fen; 0 for a gift or a points multiplier.
        unused: What it would have taken and could not: cut off by a cap, a floor or the clamp, fen.
        funding: Bearer to fen; adds up to ``amount``.
    """

    rule: str
    coupon: str | None
    layer: str
    amount: int
    unused: int = 0
    funding: Mapping[str, int] = field(factory=dict, hash=False)

    def to_dict(self) -> dict[str, Any]:
        """The entry as it stands in the JSON of a quote."""
        return {
            "rule": self.rule,
            "coupon": self.coupon,
            "layer": self.layer,
            "amount": self.amount,
            "unused": self.unused,
            "funding": dict(self.funding),
        }


@frozen
class Rejected:
    """One automatic rule or considered coupon that the price does not contain, and the first reason that holds."""

    rule: str | None
    coupon: str | None
    reason: Reason

    def to_dict(self) -> dict[str, Any]:
        """The entry as it stands in the JSON of a quote."""
        return {
            "rule": self.rule,
            "coupon": self.coupon,
            "code": self.reason.code,
            "params": dict(self.reason.params),
        }


@frozen
class Gift:
    """A gift line at 0; whoever places the order needs stock for it."""

    sku: str
    quantity: int
    rule: str
    coupon: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The gift as it stands in the JSON of a quote."""
        return {"sku": self.sku, "quantity": self.quantity, "rule": self.rule, "coupon": self.coupon}


@frozen
class Claim:
    """A use of a limited rule that storage must make good when the order is placed: ``count`` uses, ``amount`` fen."""

    rule: str
    coupon: str | None
    count: int
    amount: int

    def to_dict(self) -> dict[str, Any]:
        """The claim as it stands in the JSON of a quote."""
        return {"rule": self.rule, "coupon": self.coupon, "count": self.count, "amount": self.amount}


@frozen
class PointsResult:
    """Points used, the fen they pay, and the points that the order will earn."""

    used: int = 0
    value: int = 0
    earned: int = 0

    def to_dict(self) -> dict[str, int]:
        """The points as they stand in the JSON of a quote."""
        return {"used": self.used, "value": self.value, "earned": self.earned}


@frozen
class Hint:
    """A change to the cart that pays: the missing amount or units, and the change of what is to pay.

    Attributes:
        rule: The rule brought into reach, or ``freight:<template>``, or ``points`` for their next step.
        payable_change: Fen; negative, unless dearer changes were asked for.
        add_amount: Fen of goods to add, or ``None``.
        add_quantity: Units of ``line`` to add, or ``None``.
        line: Id of the cart line to take more of.
        is_claim: Whether a coupon of the rule has to be claimed (and nothing added, if there is no amount or units).
    """

    rule: str
    payable_change: int
    add_amount: int | None = None
    add_quantity: int | None = None
    line: str | None = None
    is_claim: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The hint as it stands in the JSON of a quote; ``claim`` is there only if it is one."""
        result: dict[str, Any] = {"rule": self.rule}
        if self.is_claim:
            result["claim"] = True
        if self.add_amount is not None:
            result["add_amount"] = self.add_amount
        if self.add_quantity is not None:
            result |= {"add_quantity": self.add_quantity, "line": self.line}
        return {**result, "payable_change": self.payable_change}


@frozen
class Optimality:
    """The certificate of the search.

    Attributes:
        proven: No permitted combination costs less.
        nodes: Combinations looked at; tells cost, not part of the contract.
        gap: Payable less the proven lower bound, fen; 0 if proven.
    """

    proven: bool = True
    nodes: int = 0
    gap: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The certificate as it stands in the JSON of a quote."""
        return {"proven": self.proven, "nodes": self.nodes, "gap": self.gap}
