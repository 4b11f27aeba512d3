"""Flows: both drivers answer requests by type, throw into the flow, and close it."""

import asyncio
from datetime import timedelta

import pytest
from attrs import frozen

from minishop.errors import CallerError, RemoteError
from minishop.flows import Request, Sleep, arun, ask, run


@frozen
class Double(Request[int]):
    number: int


@frozen
class Shout(Request[str]):
    text: str


def both(make, handlers):
    """What both drivers make of a flow: the results, which a test then finds equal."""
    results = []
    for drive in (run, lambda flow, table: asyncio.run(arun(flow, table))):
        try:
            results.append(drive(make(), handlers))
        except Exception as error:
            results.append((type(error), str(error)))
    assert results[0] == results[1]
    return results[0]


async def double_later(request):
    await asyncio.sleep(0)
    return 2 * request.number


HANDLERS = {Double: lambda request: 2 * request.number, Shout: lambda request: request.text.upper()}


def quadruple(number):
    once = yield from ask(Double(number))
    return (yield from ask(Double(once)))


def greet(name):
    number = yield from quadruple(3)
    word = yield from ask(Shout(name))
    return f"{word}{number}"


def nothing():
    return 7
    yield


def test_answers_come_by_the_type_of_the_request():
    assert both(lambda: greet("tea"), HANDLERS) == "TEA12"


def test_a_flow_may_ask_for_nothing():
    assert both(nothing, {}) == 7


def test_async_handlers_are_awaited_and_sync_ones_may_stand_beside_them():
    assert asyncio.run(arun(greet("tea"), HANDLERS | {Double: double_later})) == "TEA12"


def test_an_answer_of_none_is_an_answer():
    def flow():
        got = yield from ask(Sleep(timedelta(seconds=1)))
        return got is None

    assert both(flow, {Sleep: lambda request: None}) is True


def test_the_flow_says_how_long_to_sleep_and_the_handler_how():
    slept = []

    def flow():
        yield from ask(Sleep(timedelta(seconds=2)))
        yield from ask(Sleep(timedelta(seconds=5)))

    both(flow, {Sleep: lambda request: slept.append(request.delay)})
    assert slept == [timedelta(seconds=2), timedelta(seconds=5)] * 2


def busy(request):
    raise RemoteError("busy", params={"number": request.number})


def test_what_a_handler_raises_is_raised_at_the_yield_and_may_be_caught_there():
    def flow():
        try:
            yield from ask(Double(1))
        except RemoteError as error:
            word = yield from ask(Shout(str(error)))
            return word, error.params["number"]

    assert both(flow, HANDLERS | {Double: busy}) == ("BUSY", 1)


def test_what_the_flow_does_not_catch_comes_out():
    assert both(lambda: quadruple(1), {Double: busy}) == (RemoteError, "busy")


def test_what_the_flow_itself_raises_comes_out():
    def flow():
        yield from ask(Double(1))
        raise KeyError("its own")

    assert both(flow, HANDLERS) == (KeyError, "'its own'")


def test_a_flow_may_go_on_after_several_failures():
    def flow():
        failures = 0
        for number in range(3):
            try:
                yield from ask(Double(number))
            except RemoteError:
                failures += 1
        return failures

    assert both(flow, {Double: busy}) == 3


def test_a_stop_iteration_of_a_handler_does_not_end_the_flow():
    def stop(request):
        raise StopIteration(99)

    def flow():
        try:
            yield from ask(Double(1))
        except (StopIteration, RuntimeError):
            return "caught"
        return "went on"

    assert run(flow(), {Double: stop}) == "caught"


def test_without_a_handler_the_error_names_the_request_and_the_next_step():
    with pytest.raises(CallerError) as caught:
        run(quadruple(1), {})
    assert (caught.value.code, caught.value.params) == ("no_handler", {"request": "Double"})
    assert "Double" in caught.value.next_step
    assert both(lambda: quadruple(1), {}) == (CallerError, "nothing answers Double")


def test_the_flow_may_do_without_a_handler_that_is_missing():
    def flow():
        try:
            yield from ask(Double(1))
        except CallerError as error:
            return error.code

    assert both(flow, {}) == "no_handler"


def test_a_subclass_of_a_request_needs_its_own_handler():
    class Triple(Double):
        pass

    def flow():
        return (yield from ask(Triple(1)))

    assert both(flow, HANDLERS) == (CallerError, "nothing answers Triple")


def interruptible(log):
    try:
        yield from ask(Double(1))
    except BaseException as error:
        log.append(type(error))
        raise
    finally:
        log.append("closed")


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_closes_the_flow_which_is_not_asked(interrupt):
    def hit(request):
        raise interrupt

    log = []
    with pytest.raises(interrupt):
        run(interruptible(log), {Double: hit})
    assert log == [GeneratorExit, "closed"]


def test_cancelling_the_task_closes_the_flow_at_its_request():
    log = []

    async def main():
        reached = asyncio.Event()

        async def hang(request):
            reached.set()
            await asyncio.Event().wait()

        task = asyncio.create_task(arun(interruptible(log), {Double: hang}))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert log == [GeneratorExit, "closed"]


def test_a_blocking_driver_cannot_wait():
    def flow():
        return (yield from ask(Double(2)))

    with pytest.raises(CallerError) as error:
        run(flow(), {Double: double_later})
    assert (error.value.code, error.value.params) == ("async_handler", {"request": "Double"})
