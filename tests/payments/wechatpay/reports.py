"""What a tool for reporting errors shows."""

import traceback
from pathlib import Path

from minishop.payments import wechatpay

HOUSE = Path(wechatpay.__file__).parent


def report(error):
    """An error and those behind it, with the variables of all frames of the package."""
    told = []
    while error is not None:
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        ours = [frame for frame in shown.stack if Path(frame.filename).is_relative_to(HOUSE)]
        told += [str(frame.locals) for frame in ours]
        told += [str(error), repr(error), repr(error.args), repr(vars(error))]
        error = error.__cause__ or error.__context__
    return "\n".join(told)
