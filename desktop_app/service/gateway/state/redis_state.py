"""Remembers in Redis, for a fleet of gateways."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError

from desktop_app.errors import InputError, NetworkError

_PREFIX = "parley:"
_WITHIN_S = 3.0
_TRIES_AGAIN = 1


class RedisState:
    """Satisfies ``State``; what is known outlives this process.

    Args:
        redis: Whose answers are texts.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def read(self, key: str) -> str | None:
        """See ``State``."""
        with _failures():
            found = await self._redis.get(_PREFIX + key)
        return None if found is None else str(found)

    async def write(self, key: str, text: str, *, keep_s: int) -> None:
        """See ``State``."""
        with _failures():
            await self._redis.set(_PREFIX + key, text, ex=keep_s)

    async def remove(self, key: str) -> None:
        """See ``State``."""
        with _failures():
            await self._redis.delete(_PREFIX + key)

    async def lines(self, key: str) -> list[str]:
        """See ``State``."""
        with _failures():
            return [str(line) for line in await self._redis.lrange(_PREFIX + key, 0, -1)]

    async def append(self, key: str, line: str, *, keep_s: int, most: int) -> None:
        """See ``State``: all of it, or nothing."""
        with _failures():
            async with self._redis.pipeline(transaction=True) as together:
                together.rpush(_PREFIX + key, line)
                together.ltrim(_PREFIX + key, -most, -1)
                together.expire(_PREFIX + key, keep_s)
                await together.execute()

    async def check(self) -> None:
        """See ``State``."""
        with _failures():
            await self._redis.ping()

    async def aclose(self) -> None:
        """Drop the connections. Idempotent."""
        await self._redis.aclose()


def open_redis(url: str) -> RedisState:
    """Redis at an address; it is asked when it is needed.

    Args:
        url: ``redis://`` or ``rediss://``, with user and password where there are such.

    Raises:
        InputError: ``gateway.redis``: it is no address.
    """
    try:
        redis = Redis.from_url(
            url,
            decode_responses=True,
            encoding_errors="surrogatepass",
            socket_timeout=_WITHIN_S,
            socket_connect_timeout=_WITHIN_S,
            retry=Retry(ExponentialWithJitterBackoff(cap=0.5, base=0.05), _TRIES_AGAIN),
        )
    except ValueError:
        raise InputError("gateway.redis", "REDIS_URL is not the address of a Redis.") from None
    return RedisState(redis)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        # Not the error's own words: an address in them may hold the password.
        raise NetworkError(
            "state.unreachable",
            "What was said before cannot be looked up: the gateway's Redis does not answer.",
            retryable=True,
        ) from error
