"""Answers are kept by version, the most recent ones, and never a stale one."""

from __future__ import annotations

from desktop_app.service.storage.encoded_threads import EncodedThreads


def test_only_the_same_version_is_given():
    kept = EncodedThreads()
    kept.keep("a", (1,), b"one")
    assert kept.get("a", (1,)) == b"one"
    assert kept.get("a", (2,)) is None
    assert kept.get("b", (1,)) is None
    kept.keep("a", (2,), b"two")
    assert kept.get("a", (1,)) is None
    assert kept.get("a", (2,)) == b"two"


def test_the_one_not_asked_for_longest_goes_first():
    kept = EncodedThreads(most_bytes=6)
    kept.keep("a", (1,), b"aaa")
    kept.keep("b", (1,), b"bbb")
    assert kept.get("a", (1,)) == b"aaa"
    kept.keep("c", (1,), b"ccc")
    assert kept.get("b", (1,)) is None
    assert kept.get("a", (1,)) == b"aaa"
    assert kept.get("c", (1,)) == b"ccc"


def test_what_is_larger_than_all_room_is_not_kept():
    kept = EncodedThreads(most_bytes=3)
    kept.keep("a", (1,), b"aaaa")
    assert kept.get("a", (1,)) is None
    kept.keep("b", (1,), b"bbb")
    assert kept.get("b", (1,)) == b"bbb"
