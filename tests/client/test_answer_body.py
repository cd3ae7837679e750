"""The body of an answer: unpacked in small pieces, and never more than a bound."""

from __future__ import annotations

import gzip

import pytest

from desktop_app.client import answer_body
from desktop_app.client.api import BackboardApi
from desktop_app.errors import NetworkError, ProtocolError
from desktop_app.protocol.backboard.messages import MessageRequest
from tests.fakes.backboard import ScriptedBackboard

HELLO = MessageRequest(content="Hello")


@pytest.mark.parametrize("name", ["gzip", "x-gzip", "GZIP"])
async def test_a_packed_answer_is_unpacked(
    api: BackboardApi, backboard: ScriptedBackboard, name: str
):
    backboard.answer(gzip.compress(b'{"thread_id":"t"}'), Content_Encoding=name)
    assert (await api.threads.get("t")).thread_id == "t"
    assert backboard.asked[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize("name", ["gzip, gzip", "deflate", "br", "new"])
async def test_an_answer_packed_twice_or_in_another_way_is_refused(
    api: BackboardApi, backboard: ScriptedBackboard, name: str
):
    backboard.answer(gzip.compress(gzip.compress(bytes(1_000_000))), Content_Encoding=name)
    with pytest.raises(ProtocolError) as caught:
        await api.threads.get("t")
    assert caught.value.code == "http.malformed"


async def test_what_only_claims_to_be_packed_is_refused(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer(b'{"thread_id":"t"}', Content_Encoding="gzip")
    with pytest.raises(ProtocolError):
        await api.threads.get("t")


async def test_an_answer_without_end_is_refused(
    api: BackboardApi, backboard: ScriptedBackboard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(answer_body, "MAX_ANSWER_BYTES", 1_000)
    backboard.answer(gzip.compress(bytes(2_000_000)), Content_Encoding="gzip")
    with pytest.raises(ProtocolError, match="longer"):
        await api.threads.get("t")


async def test_of_a_long_refusal_the_beginning_is_told(
    api: BackboardApi, backboard: ScriptedBackboard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(answer_body, "MAX_REFUSAL_BYTES", 1_000)
    backboard.answer(b"Sorry. " * 100_000, status=402)
    with pytest.raises(NetworkError, match="HTTP 402: Sorry") as caught:
        await anext(api.messages.stream(HELLO))
    assert len(str(caught.value)) < 300


async def test_a_charset_that_is_none_does_not_hide_the_refusal(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer(b"Sorry", status=400, Content_Type="text/html; charset=rot13")
    with pytest.raises(NetworkError, match="HTTP 400: Sorry"):
        await api.messages.send(HELLO)


async def test_a_redirection_is_not_taken_for_an_answer(
    api: BackboardApi, backboard: ScriptedBackboard
):
    backboard.answer(b"", status=302, Location="file:///etc/passwd")
    with pytest.raises(NetworkError) as caught:
        await anext(api.messages.stream(HELLO))
    assert caught.value.code == "http.302"
