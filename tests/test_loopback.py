"""Only this machine is loopback, however it is called."""

import pytest

from desktop_app.loopback import is_loopback, is_loopback_host


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:80/api", True),
        ("http://127.0.0.2/", True),
        ("ws://localhost:1/", True),
        ("http://[::1]/", True),
        ("https://app.backboard.io/api", False),
        ("https://127.0.0.1.example.org/", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, expected: bool):
    assert is_loopback(url) is expected


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_an_address_that_others_reach_is_not(host: str):
    assert not is_loopback_host(host)
