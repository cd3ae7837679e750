"""What a server says of typed questions is read as far as it can be."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from desktop_app.protocol.backboard.messages import MessageReply
from desktop_app.protocol.backboard.system_one import NoulAnswer

ANSWER = {"type": "noul", "noul": 0.9}


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"usage": None}, {}),
        ({"usage": {"input_tokens": 3, "cost": 0.002}}, {"input_tokens": 3}),
        ({"usage": {"input_tokens": 3, "details": {"cached": 1}}}, {"input_tokens": 3}),
        ({"model": None}, {}),
        ({"answers": {"a": ANSWER, "b": None}}, {}),
        ({"answers": None}, {}),
    ],
)
def test_a_reply_outlives_what_is_not_as_documented(said: dict[str, Any], counts: dict[str, int]):
    result = {"model": "jev", "answers": {"a": ANSWER}} | said
    reply = {"message": "", "thread_id": "t", "content": "x", "timestamp": ""}
    read = msgspec.convert({**reply, "system_one": result}, MessageReply, strict=False)
    assert read.content == "x"
    assert read.system_one is not None
    assert read.system_one.typed == ({"a": NoulAnswer(noul=0.9)} if result["answers"] else {})
    assert read.system_one.counts == counts
