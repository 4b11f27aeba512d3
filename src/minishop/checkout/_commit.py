"""Committing a batch over a connection that may break."""

from __future__ import annotations

from minishop.checkout._desk import Desk
from minishop.errors import OutcomeUnknown
from minishop.flows import Flow, ask
from minishop.storage import Batch, Commit, CommitResult, FindReceipt, Replayed

__all__ = ["commit"]


def commit(desk: Desk, batch: Batch) -> Flow[CommitResult]:
    """Commits, whatever becomes of the connection.

    If it breaks while committing, nobody knows whether the batch took effect. Its receipt tells; where it has none the
    same batch is sent again, which its versions and unique ids let through at most once.

    Raises:
        OutcomeUnknown: The connection broke ``desk.rounds`` times in a row.
    """
    for _ in range(desk.rounds - 1):
        try:
            return (yield from ask(Commit(batch)))
        except OutcomeUnknown:
            if batch.receipt is not None:
                receipt = yield from ask(FindReceipt(batch.receipt.key, batch.now))
                if receipt is not None:
                    return Replayed(receipt)
    return (yield from ask(Commit(batch)))
