"""Who answers in a thread, as far as the window knows."""

from __future__ import annotations

from msgspec.structs import asdict, replace

from desktop_app.journal.records import ThreadRecord
from desktop_app.protocol.commands import Answerer
from desktop_app.state.app_state import AppState
from desktop_app.state.changes import with_changed, with_thread


def answerer_of(state: AppState, thread_id: str) -> Answerer:
    """Who was chosen for the thread."""
    thread = next((one for one in state.threads if one.id == thread_id), None)
    return thread.who if thread is not None else Answerer()


def with_answerer(state: AppState, thread_id: str, who: Answerer, now_s: float) -> AppState:
    """Let somebody else answer; a thread that is not listed yet appears.

    Args:
        now_s: Unix seconds.
    """
    chosen = asdict(who)
    if any(one.id == thread_id for one in state.threads):
        return with_changed(state, (thread_id,), chosen)
    new = ThreadRecord(id=thread_id, created_at=now_s, updated_at=now_s)
    return with_thread(state, replace(new, **chosen))
