"""Gathers what becomes of each call of a round, until the round is whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.link.replies import AnswerTools, ToolPlace
from desktop_app.protocol.commands import ToolOutput

REFUSAL = "The person did not allow this call."
"""What the model reads; the peer's word, so it is not translated."""


@dataclass
class _Round:
    """Outputs by the ids of their calls, and what was refused."""

    outputs: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


class ToolRounds:
    """Decisions not yet sent, by run; a peer takes the outputs of a round together."""

    def __init__(self) -> None:
        self._rounds: dict[str, _Round] = {}

    def decide(self, place: ToolPlace, call_id: str, output: str | None) -> AnswerTools | None:
        """Take one decision, None for a refusal; the last word on a call counts.

        Returns:
            What is to be sent, once every call of the round is decided.
        """
        if call_id not in place.call_ids:
            return None
        gathered = self._rounds.setdefault(place.run_id, _Round())
        gathered.outputs[call_id] = REFUSAL if output is None else output
        gathered.refused.discard(call_id)
        if output is None:
            gathered.refused.add(call_id)
        if any(one not in gathered.outputs for one in place.call_ids):
            return None
        del self._rounds[place.run_id]
        given = tuple(ToolOutput(one, gathered.outputs[one]) for one in place.call_ids)
        denied = tuple(one for one in place.call_ids if one in gathered.refused)
        return AnswerTools(place.thread_id, place.turn, place.run_id, given, denied)
