"""Opens the shared stores in another process; apart from the tests, because a process must import it by its name."""

from functools import cache

import redis
from sqlalchemy import create_engine


@cache
def _engine(url):
    return create_engine(url)


def open_sql(kind, url):
    return kind(_engine(url))


def open_redis(kind, url, prefix):
    return kind(redis.Redis.from_url(url), prefix=prefix)
