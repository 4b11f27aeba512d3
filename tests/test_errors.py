"""The error tree: what every error carries, and that the picture of it is true."""

import copy
import pickle
import re

import pytest

from minishop import errors
from minishop.errors import (
    CallerError,
    InvalidDocument,
    InvalidInput,
    InvalidMoney,
    MinishopError,
    OutcomeUnknown,
    Problem,
    RemoteError,
)

PROBLEMS = (
    Problem("rule[3].threshold.amount", "too_many_decimals", "has more than two decimals", {"text": "1.005"}),
    Problem("", "malformed", "is not TOML"),
)
EXAMPLES = [
    MinishopError("something", params={"a": 1}),
    MinishopError(),
    CallerError("no", code="special", next_step="Ask.", http_status_hint=409, retryable=True),
    InvalidInput("quantity", "too_small", "must be at least 1, got 0", params={"minimum": 1}),
    InvalidMoney("amount", "malformed", "'x' is not an amount in yuan", params={"text": "x"}, next_step="Don't."),
    InvalidDocument(PROBLEMS),
    RemoteError("the gateway answered 503"),
    OutcomeUnknown("no answer within 10 s", params={"order": "A1"}),
]
each_example = pytest.mark.parametrize("error", EXAMPLES, ids=lambda e: type(e).__name__)


@each_example
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickling_keeps_everything(error, protocol):
    twin = pickle.loads(pickle.dumps(error, protocol))
    assert type(twin) is type(error)
    assert twin.args == error.args
    assert vars(twin) == vars(error)
    assert (str(twin), repr(twin)) == (str(error), repr(error))


@each_example
def test_copying_keeps_everything(error):
    assert vars(copy.copy(error)) == vars(error)
    assert vars(copy.deepcopy(error)) == vars(error)


@each_example
def test_every_error_says_what_to_do(error):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
    assert 400 <= error.http_status_hint <= 599
    assert isinstance(error.retryable, bool)
    assert error.next_step or type(error) is MinishopError
    assert str(error)
    assert repr(error).startswith(f"{type(error).__name__}(")
    assert error.code in repr(error)


def test_the_families():
    assert (CallerError.http_status_hint, CallerError.retryable) == (400, False)
    assert (RemoteError.http_status_hint, RemoteError.retryable) == (502, True)
    assert (OutcomeUnknown.http_status_hint, OutcomeUnknown.retryable) == (504, False)


def test_one_error_may_differ_from_its_class():
    error = EXAMPLES[2]
    assert (error.code, error.next_step, error.http_status_hint, error.retryable) == (
        "special",
        "Ask.",
        409,
        True,
    )
    assert (CallerError.code, CallerError.http_status_hint, CallerError.retryable) == (
        "caller_error",
        400,
        False,
    )


def test_params_are_copied():
    params = {"a": 1}
    error = MinishopError("x", params=params)
    params["a"] = 2
    assert error.params == {"a": 1}


def test_the_callers_mistakes_are_value_errors():
    for error in EXAMPLES[3:6]:
        assert isinstance(error, ValueError)


def test_the_text_of_an_input_error_names_the_field():
    assert str(EXAMPLES[3]) == "quantity: must be at least 1, got 0"


def test_a_document_lists_one_problem_per_line():
    assert str(InvalidDocument(PROBLEMS)).splitlines() == [
        "rule[3].threshold.amount: too_many_decimals: has more than two decimals",
        ": malformed: is not TOML",
    ]
    assert InvalidDocument(iter(PROBLEMS)).problems == PROBLEMS


def test_what_stood_in_the_document_cannot_leave_its_line():
    problem = Problem("a\nb", "unknown_key", "\x1b[31m is not known\r\u2028 \ud800 价格")
    assert str(problem) == r"a\nb: unknown_key: \x1b[31m is not known\r\u2028 \ud800 价格"


def test_problems_are_values():
    again = Problem(PROBLEMS[0].path, PROBLEMS[0].code, PROBLEMS[0].message, {"text": "1.005"})
    assert again == PROBLEMS[0]
    assert hash(again) == hash(PROBLEMS[0])
    assert pickle.loads(pickle.dumps(again)) == again


def drawn_tree():
    """(name, depth) of each class in the drawing in the module's docstring, in reading order."""
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│ ├└─]*)([A-Z]\w+)(?: |$)", line)
        if match:
            yield match[2], len(match[1]) // 4


def real_tree(cls=MinishopError, depth=0):
    yield cls.__name__, depth
    for child in cls.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from real_tree(child, depth + 1)


def test_the_drawing_in_the_docstring_is_the_tree():
    drawn, real = list(drawn_tree()), list(real_tree())
    assert {name for name, _ in drawn} | {"Problem"} == set(errors.__all__)
    assert drawn == real, "same classes, same depths, same order"
