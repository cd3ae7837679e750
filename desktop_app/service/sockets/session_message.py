"""What every message of a socket's session has besides its words: read once, checked once."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.backboard.threads import Thread
from desktop_app.protocol.backboard.wire import error_text
from desktop_app.service.http.bodies import Refused
from desktop_app.service.http.uploads import Form
from desktop_app.service.messages.message_plan import plan_of, question_of
from desktop_app.service.runs.question import Question
from desktop_app.service.sockets.session_socket import read_config

_ANY_WORDS = "?"


class SessionMessage:
    """The fields of a message, taken from the frame that sets a session up.

    Args:
        frame: JSON text; the names are those of a message over HTTP.
        changes: Fields that the session calls otherwise.

    Raises:
        InputError: ``session.config``.
    """

    def __init__(self, frame: str, **changes: Any) -> None:
        # Sound is the session's own matter.
        alone = {"voice": None, "operation": None, **changes}
        self._message = replace(read_config(frame, MessageRequest), **alone)
        try:
            plan_of(replace(self._message, content=_ANY_WORDS), Form())
        except Refused as refused:
            sentence = error_text({"detail": refused.detail}, refused.status)
            raise InputError("session.config", sentence) from refused

    @property
    def provider(self) -> str:
        """Who answers, or empty for the default."""
        return self._message.llm_provider or ""

    @property
    def model(self) -> str:
        """With which model, or empty for the provider's default."""
        return self._message.model_name or ""

    def question(self, text: str, thread: Thread) -> Question:
        """The words as a message of a thread."""
        message = replace(self._message, content=text)
        place = (thread.thread_id, thread.assistant_id)
        return question_of(message, plan_of(message, Form()), place)
