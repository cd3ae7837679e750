"""Where calls of functions are decided: by a person, or by what a person allowed before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from desktop_app.engine.tool_round import ToolRounds
from desktop_app.link.messages import LinkEvent, Notice, NoticeLevel, NoticeRaised, ToolsWanted
from desktop_app.link.replies import AnswerTools, DecideTool, Decision, ToolPlace, ToolRuns
from desktop_app.protocol.events import ToolCall
from desktop_app.protocol.tool_approval import is_approved
from desktop_app.settings import ApprovalSettings
from desktop_app.tasks import Background

RunTool = Callable[[ToolCall], Awaitable[str]]
"""Runs the person's program; a failure is an output too."""


class ToolDesk:
    """Runs what is allowed and answers each round once, whole. Event loop only.

    Nothing runs without a program that a person named, nor without their word on the call.

    Args:
        approvals: What is allowed, now.
        program: The person's program, None where none is named.
        answer: Takes the outputs of a round.
        publish: Takes news for the window.
        report: Told what went wrong.
    """

    def __init__(
        self,
        *,
        approvals: Callable[[], Iterable[ApprovalSettings]],
        program: Callable[[], RunTool | None],
        answer: Callable[[AnswerTools], None],
        publish: Callable[[LinkEvent], None],
        report: Callable[[str, BaseException], None],
    ) -> None:
        self._approvals = approvals
        self._program = program
        self._answer = answer
        self._publish = publish
        self._rounds = ToolRounds()
        self._background = Background(report)

    def notice(self, event: LinkEvent) -> None:
        """A run waits: what was allowed before runs at once, the rest waits for the person."""
        if not isinstance(event, ToolsWanted):
            return
        ids = tuple(call.id for call in event.calls)
        place = ToolPlace(event.thread_id, event.turn, event.run_id, ids)
        program = self._program()
        for call in event.calls if program is not None else ():
            if is_approved(self._approvals(), call, event.thread_id):
                self._start(place, call, program)

    def take(self, intent: DecideTool) -> None:
        """The person's word on one call."""
        match intent.decision:
            case Decision.REFUSE:
                self._decide(intent.place, intent.call.id, None)
            case Decision.ANSWER:
                self._decide(intent.place, intent.call.id, intent.output)
            case Decision.RUN:
                self._start(intent.place, intent.call, self._program())

    async def aclose(self) -> None:
        """Stop what runs. Idempotent."""
        await self._background.aclose()

    def _start(self, place: ToolPlace, call: ToolCall, program: RunTool | None) -> None:
        name = f"function {place.run_id} {call.id}"
        if program is None:
            notice = Notice(NoticeLevel.WARNING, "tools.no_command", action="settings")
            self._publish(NoticeRaised(notice))
        elif not self._background.is_running(name):
            self._publish(ToolRuns(place.thread_id, place.turn, call.id))
            self._background.run(self._run(place, call, program), name=name)

    async def _run(self, place: ToolPlace, call: ToolCall, program: RunTool) -> None:
        self._decide(place, call.id, await program(call))

    def _decide(self, place: ToolPlace, call_id: str, output: str | None) -> None:
        whole = self._rounds.decide(place, call_id, output)
        if whole is not None:
            self._answer(whole)
