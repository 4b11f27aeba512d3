"""What every command is."""

from attrs import frozen

__all__ = ["Command", "Fact", "Pick"]


@frozen
class Command:
    """Something that somebody wants to happen. Derive your own from it and add it to the table."""


@frozen
class Fact(Command):
    """Something that has happened outside, so it is never rejected: it gives events, or none."""


@frozen
class Pick:
    """``count`` units of a line, chosen when it is decided: see the policy's ``pick``."""

    line: str
    count: int
