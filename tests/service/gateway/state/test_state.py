"""What is remembered, by this process and by a real Redis: one suite for both."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator

import pytest

from desktop_app.errors import InputError, NetworkError
from desktop_app.service.gateway.state.memory_state import MemoryState
from desktop_app.service.gateway.state.redis_state import open_redis
from desktop_app.service.gateway.state.state import State
from tests.fakes.openai_server import closed_port
from tests.fakes.redis_server import redis_server

needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not installed here"
)


@pytest.fixture(params=["memory", pytest.param("redis", marks=needs_redis)])
async def state(request, tmp_path) -> AsyncIterator[State]:
    if request.param == "memory":
        yield MemoryState()
        return
    async with redis_server(tmp_path) as url:
        redis = open_redis(url)
        await redis.check()
        yield redis
        await redis.aclose()


async def test_texts_are_known_until_they_are_replaced_or_removed(state):
    assert await state.read("a") is None
    await state.write("a", "one", keep_s=60)
    await state.write("a", "zwei — 二", keep_s=60)
    await state.write("b", "other", keep_s=60)
    assert await state.read("a") == "zwei — 二"
    await state.remove("a")
    await state.remove("a")
    assert await state.read("a") is None
    assert await state.read("b") == "other"


async def test_lists_keep_their_order_and_their_newest_lines(state):
    assert await state.lines("l") == []
    for number in range(5):
        await state.append("l", f"line {number}\n", keep_s=60, most=3)
    assert await state.lines("l") == ["line 2\n", "line 3\n", "line 4\n"]


async def test_what_cannot_be_reached_is_a_sentence_without_the_address():
    state = open_redis(f"redis://:secret-word@127.0.0.1:{closed_port()}/0")
    for ask in (state.check(), state.read("a"), state.append("a", "b", keep_s=1, most=1)):
        with pytest.raises(NetworkError, match="Redis does not answer") as failed:
            await ask
        assert failed.value.code == "state.unreachable"
        assert "secret-word" not in str(failed.value)
    await state.aclose()


def test_an_address_that_is_none_is_refused():
    with pytest.raises(InputError, match="REDIS_URL"):
        open_redis("nonsense")


async def test_memory_forgets_what_is_old():
    now = [0.0]
    state = MemoryState(lambda: now[0])
    await state.write("a", "one", keep_s=10)
    await state.append("l", "one", keep_s=10, most=5)
    now[0] = 9.0
    await state.append("l", "two", keep_s=10, most=5)
    now[0] = 10.0
    assert await state.read("a") is None
    assert await state.lines("l") == ["one", "two"], "it was used meanwhile"
    now[0] = 19.0
    assert await state.lines("l") == []


async def test_memory_is_bounded_and_the_longest_unused_goes_first():
    state = MemoryState(limit_bytes=40)
    for key in "abc":
        await state.write(key, "xxx", keep_s=60)
    assert await state.read("a") == "xxx"
    await state.write("d", "xxx", keep_s=60)
    assert [await state.read(key) for key in "abcd"] == ["xxx", None, "xxx", "xxx"]
    await state.write("e", "x" * 100, keep_s=60)
    assert await state.read("e") is None, "what has no room at all is not kept"
