"""Whatever the engine tells in whatever order, it can be folded into what is on screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.link.messages import LinkEvent
from desktop_app.state.app_state import AppState
from desktop_app.state.with_event import with_event
from tests.fakes.any_message import any_message


@given(st.lists(any_message(LinkEvent), max_size=40))
def test_any_events_in_any_order_are_folded(events: list[LinkEvent]):
    state = AppState()
    for event in events:
        state = with_event(state, event)
        assert isinstance(state, AppState)
