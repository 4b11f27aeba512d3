"""What a list of arrivals must come to: a second implementation, without receipts, tombstones or kept changes.

It looks at the whole history of a line each time, which is what the real one cannot afford.
"""

from minishop.cart import Add, Remove, SaveForLater, Select, Set


def first_arrivals(arrivals):
    """Each operation once, where it arrived first."""
    first = {}
    for op in arrivals:
        first.setdefault((op.device, op.number), op)
    return list(first.values())


def fold(arrivals):
    """Line key -> [quantity, selected, saved]; an order that takes every active line is the text "order"."""
    lines, history = {}, {}
    for sequence, op in enumerate(arrivals, start=1):
        if op == "order":
            lines = {key: line for key, line in lines.items() if not line[1] or line[2]}
            continue
        line = lines.get(op.line)
        gone = (type(op) is Set and op.quantity == 0) or (
            type(op) is Remove
            and line
            and all(s <= op.base or (d == op.device and n < op.number) for s, d, n in history[op.line])
        )
        if gone:
            lines.pop(op.line, None)
        elif type(op) in (Add, Set):
            history[op.line] = [*(history[op.line] if line else []), (sequence, op.device, op.number)]
            lines[op.line] = line = line or [0, True, False]
            line[0] = min(9999, line[0] + op.quantity) if type(op) is Add else op.quantity
            line[2] = line[2] and type(op) is Set
        elif line and type(op) in (Select, SaveForLater):
            line[1 if type(op) is Select else 2] = op.selected if type(op) is Select else op.saved
    return lines
