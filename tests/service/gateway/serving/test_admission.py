"""How many are let in."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from desktop_app.errors import InputError
from desktop_app.service.gateway.serving.admission import Admission, GatewayLimits


def hold(stack: ExitStack, admission: Admission, *addresses: str) -> None:
    for address in addresses:
        stack.enter_context(admission.admitted(address))


def test_places_are_counted_and_given_back():
    admission = Admission(GatewayLimits(sessions=3, sessions_per_client=2))
    for _ in range(2):
        with ExitStack() as stack:
            hold(stack, admission, "10.0.0.1", "10.0.0.1", "10.0.0.2")
            assert admission.sessions == 3
            with pytest.raises(InputError, match="full"):
                hold(stack, admission, "10.0.0.3")
        assert admission.sessions == 0


@pytest.mark.parametrize(
    ("first", "second", "are_one"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "", True),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(first, second, are_one):
    admission = Admission(GatewayLimits(sessions_per_client=1))
    with ExitStack() as stack:
        hold(stack, admission, first)
        if are_one:
            with pytest.raises(InputError, match="of one address"):
                hold(stack, admission, second)
        else:
            hold(stack, admission, second)
