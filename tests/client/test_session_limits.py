"""How long a session lasts: as the server tells it, else as it is documented."""

from __future__ import annotations

import pytest

from desktop_app.client.session_limits import DOCUMENTED_LIFETIME_S, lifetime_s


@pytest.mark.parametrize(
    ("begin", "seconds"),
    [
        ({"max_duration_seconds": 1800}, 1800),
        ({"expires_in": 90.5, "expires_at": 5}, 90.5),
        ({"expires_at": 1_600}, 600),
        ({"expires_at": 900}, DOCUMENTED_LIFETIME_S),
        ({"max_duration_seconds": "long", "max_session_seconds": 0}, DOCUMENTED_LIFETIME_S),
        ({"max_duration_seconds": True}, DOCUMENTED_LIFETIME_S),
        ({}, DOCUMENTED_LIFETIME_S),
    ],
)
def test_a_limit_is_the_servers_or_the_documented_one(begin, seconds):
    assert lifetime_s(begin, wall_s=1_000) == seconds
