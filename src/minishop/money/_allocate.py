"""Splits an amount over lines so that every fen is accounted for.

Theory of operation, in two stages:

1. *Capped rounds.* The exact share of a line is ``rest * weight / sum of weights``. If any share exceeds
   its cap, all those lines are filled to their caps and leave; the rest is shared out anew among the
   others, by their original weights. A share only grows when others leave, so a full line stays full.
2. *Rounding, once,* over the lines that are left, by the policy. Every share is now at most its cap and
   caps are whole, so rounding a share up cannot exceed the cap either.

A weight of 0 earns nothing as long as a line with a positive weight can take more. When none can (or when
all weights are 0) the lines with weight 0 share what is left equally. So the parts always sum to the
amount or, if that is less, to all caps together.

"Earlier" and "last" mean positions: sort the lines before you call, if their order should not matter.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, get_args

import attrs

from minishop.errors import InvalidInput
from minishop.money._checks import check_int
from minishop.money._spread import spread

AllocationPolicy = Literal["first-lines", "largest-remainder", "last-line"]
"""Who gets the odd fen: the largest remainders, the last line, or the first lines one each."""

POLICIES: tuple[AllocationPolicy, ...] = get_args(AllocationPolicy)
"""The names of the policies, for documents and their messages."""


@attrs.frozen
class Allocation:
    """What each line gets. Iterates over the parts.

    Attributes:
        parts: Fen for each line, in the order of the weights.
        shortfall: Fen that no line could take, because all caps were reached. The parts and the shortfall
            sum to the amount.
    """

    parts: tuple[int, ...]
    shortfall: int = 0

    def __iter__(self) -> Iterator[int]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)


def allocate(
    amount: int,
    weights: Sequence[int],
    caps: Sequence[int] | None = None,
    policy: AllocationPolicy = "largest-remainder",
) -> Allocation:
    """The parts of an amount, in proportion to the weights and within the caps, to the fen.

    >>> allocate(157, [501, 342, 213]).parts
    (74, 51, 32)
    >>> allocate(100, [1, 1], caps=[20, 30])
    Allocation(parts=(20, 30), shortfall=50)

    Args:
        amount: Fen to split, 0 or more.
        weights: One per line, 0 or more: usually the amounts of the lines in fen. All 0 means equal.
        caps: The most that each line may take, in fen. None sets no limits.
        policy: ``largest-remainder`` (ties: the earlier line), ``last-line`` (everybody's share is rounded
            down, the last takes the rest; what exceeds its cap goes to the lines before it, backwards), or
            ``first-lines`` (shares are rounded down, then one fen each from the first line on). The last
            two only consider lines that the capped rounds left open.

    Returns:
        The parts, and what fitted nowhere.

    Raises:
        InvalidInput: ``wrong_type``, ``negative``, ``wrong_length`` or ``unknown_policy``.
    """
    check_int("amount", amount)
    weights = _check_all("weights", weights)
    if policy not in POLICIES:
        raise InvalidInput(
            "policy",
            "unknown_policy",
            f"must be one of {', '.join(POLICIES)}, got {policy!r}",
            params={"allowed": POLICIES, "got": policy},
        )
    if caps is None:
        limits = (amount,) * len(weights)  # a limit that never binds
    else:
        limits = _check_all("caps", caps)
        if len(limits) != len(weights):
            raise InvalidInput(
                "caps",
                "wrong_length",
                f"must have one entry per weight: {len(weights)}, got {len(limits)}",
                params={"expected": len(weights), "got": len(limits)},
            )
    parts = tuple(share_out(amount, weights, limits, policy))
    return Allocation(parts, amount - sum(parts))


def share_out(
    amount: int, weights: Sequence[int], caps: Sequence[int], policy: AllocationPolicy = "largest-remainder"
) -> list[int]:
    """`allocate` for callers inside the library that have checked their numbers already.

    Args:
        amount: Fen, 0 or more. What exceeds the sum of the caps is not handed out.
        weights: One per line, 0 or more.
        caps: One per line, 0 or more.
        policy: As for `allocate`.

    Returns:
        One part per weight.
    """
    room = sum(caps)
    if amount >= room:
        return list(caps)
    if caps is weights and policy == "largest-remainder":
        return spread(amount, weights, room)  # which by itself never exceeds a weight
    return _split(amount, weights, caps, _ROUNDING[policy])


def split_units(
    amount: int,
    unit_amounts: Sequence[int],
    caps: Sequence[int] | None = None,
    policy: AllocationPolicy = "largest-remainder",
) -> Allocation:
    """The share of a line, split over its units in proportion to what each unit still costs.

    >>> split_units(5, [100, 100, 0]).parts
    (3, 2, 0)

    Split one component after the other (price cut, offers, coupons, points), each over what the earlier
    ones left: components split independently of each other can drive a single unit below 0.

    Args:
        amount: The line's share in fen.
        unit_amounts: What is left of each unit, in fen.
        caps: The most that each unit may give, in fen. By default all that is left of it.
        policy: As for `allocate`.

    Returns:
        One part per unit, and the shortfall.

    Raises:
        InvalidInput: As for `allocate`; an amount of the units is reported under ``weights``.
    """
    return allocate(amount, unit_amounts, unit_amounts if caps is None else caps, policy)


_Rounding = Callable[[int, Sequence[int], Sequence[int]], list[int]]


def _split(amount: int, weights: Sequence[int], caps: Sequence[int], rounding: _Rounding) -> list[int]:
    # The caller has made sure that amount < sum(caps). By that the rounds end before the lines do: if all
    # shares exceeded their caps, the amount would exceed the sum of caps.
    parts = [0] * len(weights)
    open_lines = [i for i, w in enumerate(weights) if w]
    if not open_lines:
        open_lines, weights = _equally(weights)
    while True:
        total = sum(weights[i] for i in open_lines)
        full = {i for i in open_lines if amount * weights[i] > caps[i] * total}
        if not full:
            break
        for i in full:
            parts[i] = caps[i]
            amount -= caps[i]
        open_lines = [i for i in open_lines if i not in full]
        if not open_lines:
            open_lines, weights = _equally(weights)
    shares = rounding(amount, [weights[i] for i in open_lines], [caps[i] for i in open_lines])
    for i, share in zip(open_lines, shares, strict=True):
        parts[i] = share
    return parts


def _equally(weights: Sequence[int]) -> tuple[list[int], Sequence[int]]:
    return [i for i, w in enumerate(weights) if not w], [1] * len(weights)


def _largest_remainder(amount: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    return spread(amount, weights, sum(weights))


def _last_line(amount: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    parts, left = _floors(amount, weights)
    for i in range(len(parts) - 1, -1, -1):
        extra = min(left, caps[i] - parts[i])
        parts[i] += extra
        left -= extra
    return parts


def _first_lines(amount: int, weights: Sequence[int], caps: Sequence[int]) -> list[int]:
    # One pass is enough: fewer fen are left than lines had a remainder, and each of those has room for one.
    parts, left = _floors(amount, weights)
    for i, cap in enumerate(caps):
        if left and parts[i] < cap:
            parts[i] += 1
            left -= 1
    return parts


def _floors(amount: int, weights: Sequence[int]) -> tuple[list[int], int]:
    total = sum(weights)
    floors = [amount * w // total for w in weights]
    return floors, amount - sum(floors)


_ROUNDING: dict[AllocationPolicy, _Rounding] = {
    "first-lines": _first_lines,
    "largest-remainder": _largest_remainder,
    "last-line": _last_line,
}


def _check_all(field: str, values: Sequence[int]) -> tuple[int, ...]:
    return tuple(check_int(f"{field}[{i}]", value) for i, value in enumerate(values))
