"""What one process of a storm does; apart from the test, because a process imports it by its name."""

import threading
import time

import redis

from minishop.adapters.httpx import HttpxTransport
from minishop.adapters.machine import new_nonce, utc_now
from minishop.adapters.redis import RedisTokenStore
from minishop.adapters.sqlite import SqliteTokenStore
from minishop.wechat import MiniProgram
from tests.apart import together

MANAGED = "/wxa/sec/order/is_trade_managed"


def storm(store, place, host, secret, processes, threads):
    """All start at once; gives back the token that each caller got."""
    crowd = [lambda: _crowd(store, place, host, secret, threads) for _ in range(processes)]
    return [token for tokens in together(crowd, timeout=40) for token in tokens]


def _open(store, place):
    if store == "sqlite":
        opened = SqliteTokenStore(place)
        return opened, opened.close
    url, prefix = place
    client = redis.Redis.from_url(url)
    return RedisTokenStore(client, prefix=prefix), client.close


def _crowd(store, place, host, secret, threads):
    tokens, close = _open(store, place)
    found, gate = [], threading.Barrier(threads)
    with HttpxTransport() as transport:

        def one():
            app = MiniProgram(
                appid="wx0000000000000001",
                secret=secret,
                transport=transport,
                tokens=tokens,
                clock=utc_now,
                nonce=new_nonce,
                sleep=time.sleep,
                host=host,
            )
            gate.wait(20)
            found.append(app.access_token())

        callers = [threading.Thread(target=one) for _ in range(threads)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
    close()
    return found
