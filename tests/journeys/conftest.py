"""What journeys through the real window share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.accessibility_bus import AccessibilityBus
from tests.fakes.child_server import ServerMissingError
from tests.fakes.person import CALM, prefer


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch, x_server: object) -> Iterator[AccessibilityBus]:
    """A bus of screen readers; windows started by the test tell it of themselves."""
    bus = AccessibilityBus()
    try:
        bus.start()
        for name, value in bus.environment.items():
            monkeypatch.setenv(name, value)
        prefer(CALM)
        yield bus
    except ServerMissingError as error:
        pytest.fail(str(error), pytrace=False)
    finally:
        bus.close()
