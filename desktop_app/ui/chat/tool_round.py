"""Gathers what the person decides of each call of a round, until the round is whole."""

from __future__ import annotations

from desktop_app.journal.records import MessageRecord
from desktop_app.journal.reply_details import ToolState
from desktop_app.link.replies import AnswerTools
from desktop_app.protocol.commands import ToolOutput

REFUSAL = "The person did not allow this call."
"""What the model reads; the peer's word, so it is not translated."""


class ToolRound:
    """Decisions not yet sent, by run; a peer takes the outputs of a round together."""

    def __init__(self) -> None:
        self._outputs: dict[str, dict[str, str]] = {}
        self._refused: dict[str, set[str]] = {}

    def decide(
        self, message: MessageRecord, call_id: str, output: str | None
    ) -> AnswerTools | None:
        """Take one decision, None for a refusal.

        Returns:
            What is to be sent, once every call of the round is decided.
        """
        waiting = [tool for tool in message.details.tools if tool.state is ToolState.WANTED]
        call = next((tool for tool in waiting if tool.id == call_id), None)
        if call is None:
            return None
        outputs = self._outputs.setdefault(call.run_id, {})
        refused = self._refused.setdefault(call.run_id, set())
        outputs[call_id] = REFUSAL if output is None else output
        if output is None:
            refused.add(call_id)
        else:
            refused.discard(call_id)
        ids = [tool.id for tool in waiting if tool.run_id == call.run_id]
        if any(one not in outputs for one in ids):
            return None
        del self._outputs[call.run_id], self._refused[call.run_id]
        given = tuple(ToolOutput(one, outputs[one]) for one in ids)
        denied = tuple(one for one in ids if one in refused)
        return AnswerTools(message.thread_id, message.turn, call.run_id, given, denied)
