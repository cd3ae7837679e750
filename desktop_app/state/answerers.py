"""Who answers in a thread, as far as the window knows."""

from __future__ import annotations

from desktop_app.journal.records import ThreadRecord
from desktop_app.protocol.commands import Answerer
from desktop_app.state.app_state import AppState
from desktop_app.state.changes import with_thread


def answerer_of(state: AppState, thread_id: str) -> Answerer:
    """Who was chosen for the thread at the service that is talked to now, else its usual model."""
    thread = state.thread(thread_id)
    chosen = thread.who_at(state.service.profile) if thread is not None else None
    return chosen or Answerer(state.service.usual_model)


def with_answerer(state: AppState, thread_id: str, who: Answerer, now_s: float) -> AppState:
    """Let somebody else answer; a thread that is not listed yet appears.

    Args:
        now_s: Unix seconds.
    """
    new = ThreadRecord(id=thread_id, created_at=now_s, updated_at=now_s)
    known = state.thread(thread_id) or new
    return with_thread(state, known.chosen(who, state.service.profile))
