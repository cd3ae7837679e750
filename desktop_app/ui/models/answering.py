"""Says who answers: in the open thread, once, or in new threads."""

from __future__ import annotations

import time
from functools import partial

from msgspec.structs import replace

from desktop_app.link.thread_messages import ChooseAnswerer
from desktop_app.protocol.commands import Answerer
from desktop_app.state.answerers import answerer_of, with_answerer
from desktop_app.ui.threads.thread_wiring import ThreadWiring
from desktop_app.ui.wires import Wires


class Answering:
    """Changes who answers in the open thread, shown at once. Main thread only."""

    def __init__(self, wires: Wires, threads: ThreadWiring) -> None:
        self._wires = wires
        self._threads = threads

    @property
    def thread_id(self) -> str:
        """The open thread; empty where there is none yet."""
        return self._wires.store.state.conversation.thread_id

    def opened(self) -> str:
        """The open thread, which is begun where there is none yet."""
        return self._threads.opened()

    @property
    def who(self) -> Answerer:
        """Who answers in the open thread."""
        return answerer_of(self._wires.store.state, self.thread_id)

    def use_model(self, model: str) -> None:
        """Let this model answer in the open thread; empty leaves it to the service."""
        self._use(replace(self.who, model=model))

    def use_assistant(self, assistant_id: str, model: str) -> None:
        """Let this assistant answer in the open thread; empty is Parley's own.

        Args:
            model: That it begins with; empty leaves the thread its model.
        """
        self._use(replace(self.who, model=model or self.who.model, assistant_id=assistant_id))

    def use_speech(self, heard_by: str, spoken_by: str, voice: str) -> None:
        """Let these hear and speak in the open thread; what is empty is left to the settings."""
        self._use(replace(self.who, heard_by=heard_by, spoken_by=spoken_by, voice=voice))

    def _use(self, who: Answerer) -> None:
        thread_id = self._threads.opened()
        change = partial(with_answerer, thread_id=thread_id, who=who, now_s=time.time())
        self._wires.store.change(change)
        profile = self._wires.store.state.service.profile
        self._wires.send(ChooseAnswerer(thread_id, who, profile))
