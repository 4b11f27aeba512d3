"""Kills a process at a moment of the journey, and looks at what becomes of the order. Runs apart from pytest.

For each moment a fork takes the step in question and dies. What it left is saved, and two more forks start from it:

* one repeats the interrupted call with the same key, sweeps until nothing is reported, and goes on to the end: there
  everything must be as if nobody had died;
* one only sweeps, while time passes: there everything must fit, and nothing may be left for the sweep to do.
"""

import os
import signal
import tempfile
import time
from datetime import timedelta
from functools import partial
from importlib import import_module

from tests.apart import Died, start
from tests.crash.grounds import PostgresGround, SqliteGround
from tests.crash.journey import START, Crash

_PAST_GRACES = timedelta(minutes=3)  # the deadline for paying is further away
_TIME_PASSES = tuple(timedelta(**one) for one in ({"minutes": 31}, {"days": 11}, {"days": 40}, {"days": 8}))


def run(*, url=None, most=None, journey="tests.crash.journey:Journey"):
    """Kills at every moment, or at ``most`` of them.

    Args:
        url: Of a schema; without one it is a sqlite file.
        most: Moments.
        journey: Which one: its module and class.

    Returns:
        What did not come out right, the numbers of moments and of those that were tried, and seconds.
    """
    # A process that dies takes nothing along that it has handed to the system, so a disk in memory loses no less.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="crash-", dir=memory) as directory:
        ground = PostgresGround(directory, url) if url else SqliteGround(directory)
        began = time.monotonic()
        ground.make()
        module, name = journey.split(":")
        unkilled = _Unkilled(ground, getattr(import_module(module), name))
        chosen = choose(unkilled.moments, most)
        wrong = []
        for step, number in chosen:
            moment = f"{unkilled.steps[step]} ({step}), moment {number}, {unkilled.moments[step][number]}"
            wrong += [f"{moment}: {what}" for what in unkilled.kill(step, number)]
        count = sum(map(len, unkilled.moments))
        return {"wrong": wrong, "moments": count, "tried": len(chosen), "seconds": time.monotonic() - began}


def choose(moments, most):
    """Which moments to die at: (step, number).

    If they are too many, those after a call that only reads are left out (nothing has happened since the moment
    before), and of the rest every so many are taken.
    """
    every = [(step, number) for step, names in enumerate(moments) for number in range(len(names))]
    if most is None or len(every) <= most:
        return every
    reads = ("after Load", "after Find", "after Get", "after List")
    weighty = [(step, number) for step, number in every if not moments[step][number].startswith(reads)]
    return [weighty[n * len(weighty) // most] for n in range(min(most, len(weighty)))]


class _Unkilled:
    """The journey of which every other must not differ: what was there before each step, and at the end."""

    def __init__(self, ground, journey):
        self.ground = ground
        self.make = journey
        empty = ground.save()
        self.steps = self._warm_up()
        ground.restore(empty)
        start(self._open)
        self.before, self.moments = [], []
        for step in range(len(self.steps)):
            ground.wait_until_gone()
            self.before.append(ground.save())
            self.moments.append(start(partial(self._take, step)))
        self.end = start(partial(self._end, len(self.steps)))
        assert not self.end["faults"], self.end["faults"]

    def kill(self, step, number):
        """What is wrong after a death."""
        ground = self.ground
        ground.restore(self.before[step])
        try:
            start(partial(self._take, step, number))
        except Died as died:
            if died.signal != signal.SIGKILL:
                raise
        else:
            return ["nobody died"]
        ground.wait_until_gone()
        left = ground.save()
        wrong = []
        try:
            end = start(partial(self._end, step, repeats=True))
            wrong += [f"repeated: {what}" for what in [*end["faults"], *_differences(self.end["all"], end["all"])]]
        except Exception as error:
            wrong.append(f"repeated: {error}")
        ground.wait_until_gone()
        ground.restore(left)
        try:
            wrong += [f"only swept: {what}" for what in start(partial(self._only_sweep, step))]
        except Exception as error:
            wrong.append(f"only swept: {error}")
        ground.wait_until_gone()
        return wrong

    # -- in forks -----------------------------------------------------------------------------------------------------

    def _journey(self, step=0, **parts):
        now = START + timedelta(seconds=10 * step)
        return self.make(self.ground.open(), self.ground.directory, now=now, **parts)

    def _warm_up(self):
        """What a process prepares with its first statements, forks shall find prepared; returns the steps."""
        journey = self._journey()
        journey.open()
        for name in journey.steps:
            getattr(journey, name)()
        journey.sweep(_PAST_GRACES)
        journey.projection()
        journey.close()
        self.ground.rest(journey.store)
        return journey.steps

    def _open(self):
        self._journey().open()

    def _take(self, step, at=None):
        crash = Crash(at)
        journey = self._journey(step, crash=crash, send_commit=self.ground.send_commit)
        getattr(journey, self.steps[step])()
        return crash.moments

    def _end(self, step, repeats=False):
        journey = self._journey(step)
        if repeats:
            getattr(journey, self.steps[step])()
            journey.sweep(_PAST_GRACES, relays=journey.is_relaying(step))
            step += 1
        for name in self.steps[step:]:
            journey.clock.advance(seconds=10)
            getattr(journey, name)()
        journey.sweep(timedelta(days=40))
        return {"all": journey.projection(), "faults": journey.faults()}

    def _only_sweep(self, step):
        journey = self._journey(step)
        journey.sweep(_PAST_GRACES, relays=journey.is_relaying(step))
        journey.wait_for_money()
        for span in _TIME_PASSES:
            journey.sweep(span)
            journey.wait_for_money()
        left = journey.store.due(journey.clock() + timedelta(days=1000), 100)
        return [*journey.faults(), *(f"{due.kind} of {due.subject} is still to be done" for due in left)]


def _differences(one, other, path=""):
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted({*one, *other})
        return [what for name in names for what in _differences(one.get(name), other.get(name), f"{path}/{name}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            what for n, pair in enumerate(zip(one, other, strict=True)) for what in _differences(*pair, f"{path}/{n}")
        ]
    return [] if one == other else [f"{path}: {other} instead of {one}"]
