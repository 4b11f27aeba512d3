"""Processes that a test may kill or race: forked from one that is warm, has one thread, and is not pytest.

A test holds :class:`Apart`, a process that waits for lines of JSON, calls a function of the tests by name in a fork of
itself, and answers with what the function returned. Such a function may fork again: :func:`start`, :func:`together`.
Nobody sleeps: whoever waits reads a pipe, with a deadline, and children that miss it are killed.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
import traceback
from functools import partial
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent


class Died(Exception):
    """A child ended without an answer: by a signal, or too late."""

    def __init__(self, status, text=""):
        super().__init__(f"status {status} {text}")
        self.signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


class Failed(Exception):
    """What a child raised, as text."""


# --- in the process that forks ---------------------------------------------------------------------------------


class Child:
    """A fork that runs a function; its result comes back as JSON.

    Args:
        function: Called without arguments.
        gate: A pipe of the parent's, for a common start.
    """

    def __init__(self, function, gate=None):
        self.pipe, into = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                os.close(self.pipe)
                if gate is not None:
                    _wait_at(gate, into)
                status = _answer(function, into)
            finally:
                os._exit(status)
        os.close(into)

    def is_ready(self, deadline):
        """Waits until it stands at the gate."""
        return _read(self.pipe, deadline, most=1) == b"."

    def result(self, deadline):
        """Waits for its end.

        Raises:
            Died: It was killed, or it is not done at the deadline and is killed now.
            Failed: It raised something.
        """
        said = b""
        try:
            while part := _read(self.pipe, deadline):
                said += part
        except TimeoutError as error:
            self.kill()
            raise Died(self.wait(), str(error)) from error
        status = self.wait()
        if not said:
            raise Died(status)
        answer = json.loads(said)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["result"]

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)

    def wait(self):
        os.close(self.pipe)
        return os.waitpid(self.pid, 0)[1]


def _wait_at(gate, into):
    out, way_in = gate
    os.close(way_in)
    os.write(into, b".")
    os.read(out, 1)  # returns when the parent, and every child, has closed the other end


def _answer(function, into):
    try:
        said = {"result": function()}
    except BaseException:
        said = {"error": traceback.format_exc()}
    with os.fdopen(into, "wb") as pipe:
        pipe.write(json.dumps(said).encode())
    return 0


def _read(pipe, deadline, most=65536):
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        if not selector.select(max(0, deadline - time.monotonic())):
            raise TimeoutError("no answer in time")
    return os.read(pipe, most)


def start(function, *, timeout=30):
    """What a function returns that runs in a fork."""
    return Child(function).result(time.monotonic() + timeout)


def together(functions, *, timeout=30):
    """What functions return that run in a fork each, all let go at the same moment."""
    deadline = time.monotonic() + timeout
    gate = os.pipe()
    children = [Child(function, gate) for function in functions]
    os.close(gate[0])
    try:
        for child in children:
            if not child.is_ready(deadline):
                raise Failed("a child did not come to the start")
    finally:
        os.close(gate[1])
    results, errors = [], []
    for child in children:
        try:
            results.append(child.result(deadline))
        except (Died, Failed) as error:
            errors.append(error)
    if errors:
        raise errors[0]
    return results


# --- in the test -----------------------------------------------------------------------------------------------


class Apart:
    """The warm process; use as a context manager."""

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.apart"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self._end()
        self.process.stdout.close()

    def call(self, function, *, timeout, **arguments):
        """Calls ``module:function`` in a fork; what it raises fails the test."""
        line = json.dumps({"function": function, "arguments": arguments, "timeout": timeout}) + "\n"
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        said, deadline = b"", time.monotonic() + timeout + 5
        while not said.endswith(b"\n"):
            try:
                part = os.read(self.process.stdout.fileno(), 65536) if self._has_more(deadline) else b""
            except TimeoutError:
                self._end()
                raise
            if not part:
                raise Failed("the process has ended")
            said += part
        answer = json.loads(said)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer["result"]

    def _has_more(self, deadline):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0, deadline - time.monotonic())):
                raise TimeoutError("no answer in time")
        return True

    def _end(self):
        """The session is of this process and its forks only."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a test prints must not get among the answers
    for line in sys.stdin:
        wanted = json.loads(line)
        try:
            module, name = wanted["function"].split(":")
            call = partial(getattr(import_module(module), name), **wanted["arguments"])
            said = {"result": start(call, timeout=wanted["timeout"])}
        except Exception as error:
            said = {"error": str(error) if isinstance(error, Failed) else traceback.format_exc()}
        answers.write(json.dumps(said) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
