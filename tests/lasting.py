"""Fakes of remote servers that outlive the processes that talk to them, and are the same for all of them.

What is done to a fake is a line of a file: whoever opens it does all of that again, at the times it was done, and has
the same fake. A lock makes those who share it take turns.
"""

import fcntl
import json
import os
from contextlib import contextmanager
from datetime import datetime

from minishop.errors import OutcomeUnknown
from minishop.flows import Headers, HttpRequest, HttpResponse
from minishop.testing.clock import FakeClock
from minishop.testing.logistics import FakeKuaidi100
from minishop.testing.wechat import FakePlatform


class Lasting:
    """One fake.

    Args:
        path: Of the file.
        now: Tells the time.
        passed: Called after every call of a client, with its address.
    """

    def __init__(self, path, now, passed=lambda moment: None):
        self.clock = FakeClock()
        self.fake = self.make()
        self.path = path
        self._now = now
        self._passed = passed
        self._read = 0

    def make(self):
        """A fresh fake, whose clock is ours."""
        raise NotImplementedError

    def do(self, name, *arguments):
        """Does something to the fake, for good."""
        with self._turn() as file:
            line = json.dumps([self._now().isoformat(), name, arguments]) + "\n"
            file.write(line.encode())
            file.flush()
            self._read += len(line)
            return self._apply(json.loads(line))

    def look(self):
        """The fake as it is now."""
        with self._turn():
            return self.fake

    def send(self, request):
        """A client's call: this is a :class:`~minishop.flows.Transport`."""
        answer = self.do("serve", request.method, request.url, request.body.decode("latin-1"))
        self._passed(f"answered {request.url.partition('?')[0]}")
        if answer is None:
            raise OutcomeUnknown("no answer", code="no_answer")
        return answer

    @contextmanager
    def _turn(self):
        with open(self.path, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(self._read)
            for line in file:
                self._apply(json.loads(line))
            self._read = file.seek(0, os.SEEK_END)
            yield file

    def _apply(self, entry):
        at, name, arguments = entry
        self.clock.set(datetime.fromisoformat(at))
        does = getattr(self, name, None) or getattr(self.fake, name)
        return does(*arguments)


class LastingPlatform(Lasting):
    """The mini-program platform."""

    def make(self):
        return FakePlatform(clock=self.clock)

    def serve(self, method, url, body):
        reply = self.fake.serve(method, url, body.encode("latin-1"))
        if reply is None:
            return None
        return HttpResponse(status=reply.status, headers=Headers({"Content-Type": reply.content_type}), body=reply.body)

    def pay(self, transaction, openid, amount):
        self.fake.add_payment(transaction, openid=openid, amount=amount)


class LastingKuaidi100(Lasting):
    """kuaidi100."""

    def make(self):
        return FakeKuaidi100(clock=self.clock)

    def serve(self, method, url, body):
        return self.fake.handle(HttpRequest(method=method, url=url, body=body.encode("latin-1")))

    def pushes(self):
        """Every push that is due, as kuaidi100 sends it until somebody acknowledges it."""
        fake, now = self.look(), self._now()
        return [fake.push([waiting], None) for waiting in fake.waiting if waiting.due_at <= now]
