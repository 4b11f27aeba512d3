"""Which facet changes the table allows, and which were seen."""

from minishop.orders import TABLE, facets

NAMES = ("life", "money", "goods", "after_sale", "hold")


def in_the_table():
    """(command, facet, from, to) of every change, and (command, facet, from, from) of every gate."""
    for row in TABLE.rows:
        for source in row.source:
            if row.is_gate:
                yield row.command, row.facet, source, source
            for to in row.to:
                yield row.command, row.facet, source, to


def changes(command, before, after):
    """What one command did to the facets."""
    was, now = facets(before), facets(after)
    for name in NAMES:
        yield type(command).__name__, name, str(getattr(was, name)), str(getattr(now, name))


GATES = {row.command: row.facet for row in TABLE.rows if row.is_gate}
ALLOWED = set(in_the_table())


def unknown(seen):
    """What was seen and is not in the table. Standing still counts in the facet of a command's gates only."""
    return {
        (command, facet, old, new)
        for command, facet, old, new in seen
        if (old != new or GATES.get(command) == facet)
        and (command, facet, old, new if old != new else old) not in ALLOWED
    }
