"""The simulator as a transport: no sockets, no threads, the same bytes."""

from __future__ import annotations

from urllib.parse import urlsplit

from minishop.errors import OutcomeUnknown, RemoteError
from minishop.flows import Headers, HttpRequest, HttpResponse
from minishop.testing.wechatpay._simulator import NoAnswer, WechatPaySimulator
from minishop.testing.wechatpay._wire import Received

__all__ = ["AsyncSimulatorTransport", "SimulatorTransport"]

#: Hosts of the real gateway, behind which the simulator stands as well.
_HOSTS = frozenset(
    {
        "api.mch.weixin.qq.com",
        "api2.mch.weixin.qq.com",
        "api.wechatpay.cn",
        "api2.wechatpay.cn",
        "apihk.mch.weixin.qq.com",
    }
)


class SimulatorTransport:
    """A :class:`~minishop.flows.Transport` whose other end is a simulator.

    Args:
        simulator: The other end.
    """

    def __init__(self, simulator: WechatPaySimulator) -> None:
        self.simulator = simulator

    def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.Transport`."""
        parts = urlsplit(request.url)
        if parts.hostname not in _HOSTS | {urlsplit(self.simulator.base_url).hostname}:
            raise RemoteError(f"no connection to {parts.hostname}", code="unreachable")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            reply = self.simulator.exchange(
                Received(method=request.method, target=target, headers=Headers(request.headers), body=request.body)
            )
        except NoAnswer as none:
            error = OutcomeUnknown if none.arrived else RemoteError
            raise error(f"{none} from {parts.hostname}", code="no_answer" if none.arrived else "unreachable") from None
        body = reply.body
        if request.sink is not None and 200 <= reply.status < 300:
            request.sink.write(body)
            body = b""
        return HttpResponse(status=reply.status, headers=Headers(reply.headers), body=body)


class AsyncSimulatorTransport:
    """The same for async apps.

    Args:
        simulator: The other end.
    """

    def __init__(self, simulator: WechatPaySimulator) -> None:
        self.simulator = simulator
        self._blocking = SimulatorTransport(simulator)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See :class:`~minishop.flows.AsyncTransport`."""
        return self._blocking.send(request)
