"""Redis: claims of flash sales, shared tokens and leases, nonces. Needs ``minishop[redis]``.

Every operation is one script, so it happens at once or not at all, whoever else is there; all keys of one script are
in one slot of a cluster. Time is the ``now`` that the app passes. Keys expire, but only as garbage: a day or more after
they have stopped to matter.

Give each store a client of its own making, ``redis.Redis`` or ``redis.asyncio.Redis``; it stays yours to close. Redis
must not evict keys (``maxmemory-policy noeviction``).
"""

from minishop.adapters.redis._async_stores import AsyncRedisClaimStore, AsyncRedisNonceStore, AsyncRedisTokenStore
from minishop.adapters.redis._stores import RedisClaimStore, RedisNonceStore, RedisTokenStore

__all__ = [
    "AsyncRedisClaimStore",
    "AsyncRedisNonceStore",
    "AsyncRedisTokenStore",
    "RedisClaimStore",
    "RedisNonceStore",
    "RedisTokenStore",
]
