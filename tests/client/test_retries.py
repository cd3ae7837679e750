"""What is tried again, after how long, and what is left to a person."""

from __future__ import annotations

import pytest

from desktop_app.client.errors import BusyError, NotFoundError, RateLimitError
from desktop_app.client.retries import pause_before_retry
from desktop_app.errors import AccessError, NetworkError

LOST = NetworkError("network.lost", retryable=True)
UNREACHABLE = NetworkError("network.unreachable", retryable=True)
BROKEN = NetworkError("http.500", retryable=True)
BUSY = BusyError("http.503", "busy", None)


def busy(seconds: float) -> BusyError:
    return BusyError("http.503", "busy", seconds)


def limited(seconds: float | None) -> RateLimitError:
    return RateLimitError("slow down", seconds)


@pytest.mark.parametrize("error", [LOST, UNREACHABLE, BROKEN, BUSY])
def test_what_can_be_done_twice_is_tried_three_times_ever_more_slowly(error: NetworkError):
    assert [pause_before_retry(error, tries, is_idempotent=True) for tries in (1, 2, 3)] == [
        0.25,
        0.5,
        None,
    ]


@pytest.mark.parametrize(
    ("error", "pause_s"), [(LOST, None), (BROKEN, None), (UNREACHABLE, 0.25), (BUSY, 0.25)]
)
def test_a_message_is_sent_again_only_if_nobody_acted_on_it(
    error: NetworkError, pause_s: float | None
):
    assert pause_before_retry(error, 1, is_idempotent=False) == pause_s


@pytest.mark.parametrize(
    "error",
    [AccessError("access.refused"), NotFoundError("http.404"), NetworkError("http.422")],
)
def test_what_cannot_help_is_not_tried(error: NetworkError):
    assert pause_before_retry(error, 1, is_idempotent=True) is None


@pytest.mark.parametrize(
    ("error", "pauses_s"),
    [
        (limited(None), [2.0, None]),
        (limited(5), [5, None]),
        (limited(0), [0, None]),
        (limited(31), [None, None]),
        (busy(30), [30, 30]),
        (busy(3_600), [None, None]),
    ],
)
def test_the_servers_wish_is_kept_within_reason_and_a_rate_limit_is_asked_once(
    error: BusyError, pauses_s: list[float | None]
):
    assert [pause_before_retry(error, n, is_idempotent=False) for n in (1, 2)] == pauses_s
