"""What tests leave is collected, in the end even what once lasted."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tests.fakes.garbage import Garbage


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


class Circular:
    """Refers to itself: only the collector frees it."""

    def __init__(self) -> None:
        self.me = self


def test_what_came_since_is_collected_at_once_and_what_is_used_lasts() -> None:
    garbage = Garbage(thorough_every=100)
    used = Circular()
    left = weakref.ref(Circular())
    garbage.collect()
    assert left() is None
    assert not any(one is used for one in gc.get_objects())


def test_what_lasted_and_is_garbage_by_now_is_collected_by_the_next_thorough_one() -> None:
    garbage = Garbage(thorough_every=3)
    fixture = Circular()
    seen = weakref.ref(fixture)
    garbage.collect()
    del fixture
    garbage.collect()
    assert seen() is not None, "it is seldom looked at"
    garbage.collect()
    assert seen() is None


def test_what_a_window_froze_is_collected_though_much_that_lasted_is_gone() -> None:
    garbage = Garbage(thorough_every=3)
    much: list[list[int]] = [[] for _ in range(5_000)]
    garbage.collect()
    del much
    part = Circular()
    seen = weakref.ref(part)
    gc.freeze()  # as a window does
    del part
    garbage.collect()
    garbage.collect()
    assert seen() is None
