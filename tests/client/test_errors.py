"""Every failure of the network becomes one of our errors, with the right advice."""

from __future__ import annotations

import httpx
import msgspec
import pytest
from websockets import exceptions as ws
from websockets.datastructures import Headers
from websockets.frames import Close
from websockets.http11 import Response

from desktop_app.client import errors
from desktop_app.errors import AccessError, AppError, NetworkError, ProtocolError


def answered(status: int, **parts: object) -> NetworkError:
    return errors.refusal(httpx.Response(status, **parts))  # type: ignore[arg-type]


def translated(context: object, error: Exception) -> AppError:
    with pytest.raises(AppError) as caught, context():  # type: ignore[operator]
        raise error
    assert caught.value.__cause__ is error
    return caught.value


def handshake_status(status: int) -> ws.InvalidStatus:
    return ws.InvalidStatus(Response(status, "x", Headers()))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (httpx.ConnectError("no"), "network.unreachable"),
        (httpx.ConnectTimeout("no"), "network.unreachable"),
        (httpx.ReadTimeout("no"), "network.timeout"),
        (httpx.ReadError("no"), "network.lost"),
        (httpx.RemoteProtocolError("no"), "network.lost"),
    ],
)
def test_a_transport_failure_is_retryable(error: Exception, code: str):
    found = translated(errors.http_errors, error)
    assert isinstance(found, NetworkError)
    assert (found.code, found.retryable) == (code, True)


@pytest.mark.parametrize(
    "error", [httpx.InvalidURL("no"), httpx.TooManyRedirects("no"), msgspec.ValidationError("no")]
)
def test_an_answer_outside_of_the_contract_is_not_retryable(error: Exception):
    found = translated(errors.http_errors, error)
    assert isinstance(found, ProtocolError)
    assert (found.code, found.retryable) == ("http.malformed", False)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_is_an_access_error(status: int):
    assert isinstance(answered(status, json={"detail": "no"}), AccessError)


@pytest.mark.parametrize(
    ("status", "retryable"), [(400, False), (402, False), (404, False), (500, True), (503, True)]
)
def test_the_status_says_whether_to_try_again(status: int, retryable: bool):
    found = answered(status, json={"detail": "because"})
    assert (found.code, str(found), found.retryable) == (f"http.{status}", "because", retryable)


def test_an_unknown_thing_has_its_own_class():
    assert isinstance(answered(404, json={"detail": "no"}), errors.NotFoundError)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "x"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "inf"}, None),
        ({}, None),
        (
            {
                "Retry-After": "Sun, 01 Nov 2026 10:00:09 GMT",
                "Date": "Sun, 01 Nov 2026 10:00:00 GMT",
            },
            9.0,
        ),
        ({"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"}, 0.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_is_busy_says_how_long_to_wait(
    status: int, header: dict[str, str], seconds: float | None
):
    found = answered(status, json={"detail": "slow"}, headers=header)
    assert isinstance(found, errors.BusyError)
    assert isinstance(found, errors.RateLimitError) is (status == 429)
    assert (found.retry_after_s, found.retryable) == (seconds, True)


@pytest.mark.parametrize("text", ["No credits left.", "Visit the Billing page", "Not in your plan"])
def test_a_good_key_without_credit_is_not_called_a_bad_key(text: str):
    found = answered(403, json={"detail": text})
    assert (found.code, str(found)) == ("http.402", text)
    assert not isinstance(found, AccessError)


def test_our_own_service_names_what_failed():
    refused = answered(400, json={"detail": "no", "code": "language.unknown"})
    assert (refused.code, refused.retryable) == ("language.unknown", False)
    full = answered(500, json={"detail": "full", "code": "storage.full"})
    assert (full.code, full.retryable) == ("storage.full", True)


@pytest.mark.parametrize("code", ["network.unreachable", "http.503", "rate_limited", 7, None])
def test_how_the_request_went_is_not_for_a_server_to_say(code: object):
    assert answered(400, json={"detail": "no", "code": code}).code == "http.400"


@pytest.mark.parametrize("limits", [{"ctx": {"max_length": 9}}, {"ctx": 9}, {}])
def test_what_a_validator_finds_is_told_by_its_kind(limits: dict):
    found = answered(422, json={"detail": [{"type": "string_too_long", "msg": "x", **limits}]})
    number = {"number": "9"} if limits == {"ctx": {"max_length": 9}} else {}
    assert found.facts == {"kind": "string_too_long", **number}


@pytest.mark.parametrize("body", [b"[" * 9_000, b'{"detail":"\xff"}'])
def test_a_refusal_in_words_that_cannot_be_read_is_a_refusal(body: bytes):
    assert errors.refusal(httpx.Response(500, content=body)).code == "http.500"


def test_a_validation_list_and_a_page_of_html_are_readable():
    listed = answered(422, json={"detail": [{"msg": "too long"}, {"msg": "no name"}]})
    assert str(listed) == "too long; no name"
    assert str(answered(502, text="<html>Bad</html>")) == "HTTP 502: <html>Bad</html>"
    assert str(answered(502)) == "HTTP 502"


def test_a_lost_socket_is_retryable_and_a_policy_close_is_a_refused_key():
    gone = translated(errors.socket_errors, ws.ConnectionClosedError(None, None))
    assert (gone.code, gone.retryable) == ("network.lost", True)
    assert translated(errors.socket_errors, OSError("no")).code == "network.lost"
    refused = ws.ConnectionClosedError(Close(1008, "Wrong key."), None)
    found = translated(errors.socket_errors, refused)
    assert isinstance(found, AccessError)
    assert str(found) == "Wrong key."


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConnectionRefusedError("no"), "network.unreachable"),
        (TimeoutError(), "network.unreachable"),
        (ws.ConnectionClosedError(None, None), "network.lost"),
        (handshake_status(401), "access.refused"),
        (handshake_status(403), "access.refused"),
        (handshake_status(503), "http.503"),
        (handshake_status(404), "gateway.not_a_gateway"),
        (ws.InvalidUpgrade("Upgrade"), "gateway.not_a_gateway"),
        (ws.InvalidURI("x", "no"), "gateway.not_a_gateway"),
    ],
)
def test_a_failed_handshake_says_what_is_wrong(error: Exception, code: str):
    assert translated(errors.handshake_errors, error).code == code
