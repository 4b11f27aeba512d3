"""How the answer of a batch that is refused gets out of its transaction."""

from __future__ import annotations

from minishop.storage import CommitResult, Conflict, Insufficient

__all__ = ["Refused"]


class Refused(Exception):
    """Ends the transaction of a batch; what it wrote is rolled back.

    Args:
        answer: Of the check that failed.
    """

    def __init__(self, answer: CommitResult) -> None:
        super().__init__(answer)
        self.answer = answer

    @property
    def may_be_outranked(self) -> bool:
        """Whether something unique, checked before but written after it, may be taken as well."""
        return isinstance(self.answer, Insufficient) or (
            isinstance(self.answer, Conflict) and self.answer.what == "unique"
        )
