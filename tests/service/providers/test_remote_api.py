"""What is said when a provider refuses, fails, hangs, breaks off or talks nonsense."""

from __future__ import annotations

import gzip
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from desktop_app.credentials import Secret
from desktop_app.errors import AccessError, AppError, InputError, NetworkError, ProtocolError
from desktop_app.service.providers import remote_api
from desktop_app.service.providers.remote_api import Remote, RemoteApi
from tests.fakes.http_server import HttpAnswer, HttpServer, http_server, json_answer
from tests.fakes.openai_server import closed_port

KEY = "sk-very-secret-key-1234567890"
HTML = HttpAnswer(502, "text/html", (b"<html><h1>Bad gateway</h1></html>",))


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server(lambda _: json_answer({"ok": True})) as running:
        yield running


@pytest.fixture
async def api(server: HttpServer) -> AsyncIterator[RemoteApi]:
    opened = RemoteApi(Remote("Acme", server.url, Secret(KEY), refused="speech.refused"))
    yield opened
    await opened.aclose()


async def failure_of(api: RemoteApi) -> AppError:
    with pytest.raises(AppError) as failure:
        await api.read("GET", "/x")
    assert KEY not in f"{failure.value!r} {failure.value.__cause__!r} {failure.value.facts}"
    return failure.value


async def test_an_answer_is_read_and_the_key_goes_into_its_header(api, server):
    assert await api.read("POST", "/x?a=1", json={"b": 2}) == {"ok": True}
    (request,) = server.requests
    assert (request.method, request.path, request.query) == ("POST", "/x", {"a": "1"})
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json() == {"b": 2}


async def test_without_a_key_no_header_is_sent(server):
    api = RemoteApi(Remote("Acme", server.url, Secret("")))
    await api.read("GET", "/x")
    assert "authorization" not in server.requests[0].headers
    await api.aclose()


async def test_a_key_that_no_header_can_hold_is_told_without_the_key(server):
    api = RemoteApi(Remote("Acme", server.url, Secret(f"{KEY}\n{KEY}")))
    failure = await failure_of(api)
    await api.aclose()
    assert isinstance(failure, AccessError)
    assert (str(failure), failure.retryable) == ("The key for Acme is not usable.", False)
    assert KEY not in "".join(traceback.format_exception(failure))


async def test_a_key_of_strange_letters_is_for_the_provider_to_refuse(server):
    server.plan(json_answer({"error": {"message": "No."}}, 401))
    api = RemoteApi(Remote("Acme", server.url, Secret("sk-gr\u00fcn\u20ac")))
    assert isinstance(await failure_of(api), AccessError)
    await api.aclose()


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_told_without_the_key(api, server, status):
    server.plan(json_answer({"error": {"message": f"Incorrect API key: {KEY}"}}, status))
    failure = await failure_of(api)
    assert isinstance(failure, AccessError)
    assert str(failure) == "Acme refused the key."


@pytest.mark.parametrize(
    "answer",
    [
        json_answer({"error": {"message": "Pay first."}}, 402),
        json_answer({"error": {"code": "insufficient_quota", "message": "Pay first."}}, 429),
        json_answer({"detail": {"status": "quota_exceeded", "message": "Pay first."}}, 401),
    ],
)
async def test_an_empty_account_is_no_wrong_key_and_not_tried_again(api, server, answer):
    server.plan(answer)
    failure = await failure_of(api)
    assert (failure.code, failure.retryable) == ("http.402", False)
    assert str(failure) == "Acme asks for payment. Pay first."


async def test_a_rate_limit_with_seconds_says_how_long(api, server):
    server.plan(json_answer({"error": {"message": "Slow down"}}, 429, Retry_After="12"))
    failure = await failure_of(api)
    assert (failure.code, failure.retryable, failure.facts) == ("http.429", True, {"seconds": "12"})
    assert str(failure) == "Acme was asked too often. Try again in 12 s."


async def test_a_rate_limit_with_a_date_says_how_long(api, server):
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    server.plan(json_answer({}, 429, Retry_After=moment))
    assert 60 < int((await failure_of(api)).facts["seconds"]) <= 90


@pytest.mark.parametrize("given", [{}, {"Retry_After": "soon"}, {"Retry_After": "-1"}])
async def test_a_rate_limit_without_seconds_can_be_tried_again(api, server, given):
    server.plan(json_answer({}, 429, **given))
    failure = await failure_of(api)
    assert (failure.retryable, failure.facts) == (True, {})
    assert str(failure).endswith("Try again in a moment.")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": "No such voice."}}, "No such voice."),
        ({"detail": {"status": "x", "message": "No such voice."}}, "No such voice."),
        ({"detail": [{"loc": [], "msg": "No such voice."}]}, "No such voice."),
        ({"detail": "No such voice."}, "No such voice."),
        ({"error": "No such voice."}, "No such voice."),
        ({}, "It answered with error 400."),
        ([], "It answered with error 400."),
        ({"detail": []}, "It answered with error 400."),
    ],
)
async def test_what_the_provider_says_of_a_bad_request_is_passed_on(api, server, body, words):
    server.plan(json_answer(body, 400))
    failure = await failure_of(api)
    assert isinstance(failure, InputError)
    assert failure.code == "speech.refused"
    assert str(failure) == f"Acme refused the request. {words}"


async def test_a_key_that_a_provider_repeats_is_cut_out(api, server):
    server.plan(json_answer({"error": f"Strange key {KEY} here"}, 400))
    assert "Strange key … here" in str(await failure_of(api))


async def test_a_page_of_html_is_not_shown(api, server):
    server.plan(HTML)
    failure = await failure_of(api)
    assert (failure.code, failure.retryable) == ("http.502", True)
    assert str(failure) == "Acme answered with error 502."


async def test_a_provider_that_breaks_off_is_told(api, server):
    server.plan(HttpAnswer(pieces=(b'{"a":',), is_cut=True))
    failure = await failure_of(api)
    assert (failure.code, failure.retryable) == ("network.broken", True)


async def test_a_provider_that_hangs_is_told(server):
    api = RemoteApi(Remote("Acme", server.url, Secret(KEY)), httpx.Timeout(5, read=0.05))
    server.plan(HttpAnswer(pieces=(b'{"a":',), is_endless=True))
    failure = await failure_of(api)
    assert (failure.code, failure.retryable) == ("network.timeout", True)
    await api.aclose()


async def test_nobody_there_is_told():
    api = RemoteApi(Remote("Acme", f"http://127.0.0.1:{closed_port()}", Secret(KEY)))
    failure = await failure_of(api)
    assert isinstance(failure, NetworkError)
    assert str(failure) == "Acme cannot be reached."
    await api.aclose()


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 100_000, b"\xff\xfe"])
async def test_nonsense_is_told(api, server, body):
    server.plan(HttpAnswer(pieces=(body,)))
    failure = await failure_of(api)
    assert isinstance(failure, ProtocolError)
    assert failure.code == "language.unreadable"


async def test_leaving_an_answer_early_closes_its_connection(api, server):
    server.plan(HttpAnswer(pieces=(b"one", b"two"), is_endless=True))
    async with api.stream("GET", "/x") as response:
        async for _ in response.aiter_bytes():
            break
    await api.read("GET", "/x")
    assert server.closed >= 1


@pytest.mark.parametrize("root", ["", "ftp://x", "127.0.0.1:80"])
def test_an_address_that_is_none_is_refused(root):
    with pytest.raises(InputError) as refusal:
        RemoteApi(Remote("Acme", root, Secret(KEY)))
    assert refusal.value.code == "provider.bad_address"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'{"a":"x \ud800 y"}', "x \ufffd y"),
        (rb'{"a":"\UDC00"}', None),
        (rb'{"a":"\udBFF\uDFFF \uDC00"}', "\U0010ffff \ufffd"),
        (rb'{"a":"\\ud800"}', "\\ud800"),
    ],
)
async def test_half_a_character_does_not_spoil_the_rest(api, server, body, text):
    server.plan(HttpAnswer(200, "application/json", (body,)))
    if text is None:
        assert isinstance(await failure_of(api), ProtocolError)
    else:
        assert await api.read("GET", "/x") == {"a": text}
    assert api.parsed(r'"\udead"') == "\ufffd"


async def test_what_is_packed_twice_is_not_opened(api, server):
    twice = gzip.compress(gzip.compress(b'{"a": 1}'))
    answer = json_answer({})
    packed = {**answer.headers, "Content-Encoding": "gzip, gzip"}
    server.plan(HttpAnswer(200, "application/json", (twice,), headers=packed))
    assert isinstance(await failure_of(api), ProtocolError)


@pytest.mark.parametrize(
    ("status", "bound", "kind"),
    [(200, "_LONGEST_ANSWER_BYTES", ProtocolError), (500, "_LONGEST_REFUSAL_BYTES", NetworkError)],
)
async def test_an_answer_without_end_is_not_read_to_its_end(
    api, server, monkeypatch, status, bound, kind
):
    monkeypatch.setattr(remote_api, bound, 10_000)
    server.plan(HttpAnswer(status, "application/json", (b"x" * 4_096,) * 100))
    assert isinstance(await failure_of(api), kind)
