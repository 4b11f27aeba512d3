"""An answer with a number as the error to raise."""

from __future__ import annotations

from collections.abc import Mapping

from minishop.flows import Flow, Now, ask
from minishop.wechat._codes import CODES, Code, error_for
from minishop.wechat._errors import PlatformError
from minishop.wechat._exchange import Answer
from minishop.wechat._force import next_midnight

__all__ = ["refusal"]


def refusal(answer: Answer, *, more: Mapping[int, Code] | None = None, field: str = "") -> Flow[PlatformError]:
    """The error to raise for an answer; a day's quota is told to be back at midnight in China.

    Args:
        answer: With a number other than 0.
        more: Numbers of one family of calls; looked at first.
        field: The field that is to blame, if it is known more exactly than by the number.
    """
    code = (more or {}).get(answer.errcode) or CODES.get(answer.errcode)
    wait = None
    if code is not None and code.kind == "quota":
        now = yield from ask(Now())
        wait = next_midnight(now) - now
    return error_for(answer.errcode, rid=answer.rid, field=field, retry_after=wait, more=more)
