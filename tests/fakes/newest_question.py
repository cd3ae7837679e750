"""What was said last in a conversation, as its journal has it."""

from __future__ import annotations

from desktop_app.journal.records import MessageStatus, UtteranceState
from tests.fakes.rig import Rig


class NewestQuestion:
    """For the talks of scenarios, which have a rig."""

    rig: Rig

    @property
    def recorded(self) -> bytes:
        """The newest recording in the journal."""
        return self.rig.journal.sound([*self.rig.journal.utterances][-1])

    @property
    def question(self) -> tuple[MessageStatus, str]:
        question = self.rig.questions[-1]
        return question.status, question.error

    @property
    def state(self) -> UtteranceState:
        return [*self.rig.journal.utterances.values()][-1].state
