"""The outputs of a client's tools, with which a run goes on: section 5.7 of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.protocol.backboard.messages import (
    MessageReply,
    RunToolOutputs,
    SubmittedOutput,
    ToolOutputs,
)
from desktop_app.service.assistants.tool_definitions import read_tools
from desktop_app.service.http.bodies import JsonResponse, Refused, not_found, read_json, truth_value
from desktop_app.service.http.described import Described
from desktop_app.service.messages.language_wishes import check_thinking
from desktop_app.service.messages.message_stream import flat_reply, frames_of, stream_response
from desktop_app.service.providers.ports import Tool
from desktop_app.service.runs.run_store import WaitingRun
from desktop_app.service.runs.runs import Runs
from desktop_app.service.storage.conversation_store import ConversationStore


class ToolOutputRoutes:
    """POST the outputs of a round, get the next one or the reply."""

    def __init__(self, conversations: ConversationStore, runs: Runs) -> None:
        self._conversations = conversations
        self._runs = runs

    def routes(self) -> list[Route]:
        one = "/api/threads/{thread_id}/runs/{run_id}/submit-tool-outputs"
        return [
            Route("/api/threads/tool-outputs", self.submit_to_newest, methods=["POST"]),
            Route(one, self.submit, methods=["POST"]),
        ]

    @Described(
        "Submit tool outputs to the run of a thread that waits",
        body=ToolOutputs,
        answer=MessageReply,
        streams=True,
        refuses=(400, 404, 409),
    )
    async def submit_to_newest(self, request: Request) -> Response:
        """Of several runs that wait, the one that began to wait last goes on."""
        body = await read_json(request, ToolOutputs)
        await self._check_thread(body.thread_id)
        waiting = await self._runs.rows.waiting(body.thread_id)
        if waiting is None:
            raise Refused(409, "No run of this thread waits for tool outputs.")
        return await self._go_on(waiting, body.tool_outputs, is_streamed=body.stream)

    @Described(
        "Submit tool outputs to a run",
        body=RunToolOutputs,
        answer=MessageReply,
        query={"stream": bool},
        streams=True,
        refuses=(400, 404, 409),
    )
    async def submit(self, request: Request) -> Response:
        """Tools that are left out are those that the turn had."""
        thread_id, run_id = request.path_params["thread_id"], request.path_params["run_id"]
        is_streamed = truth_value(request, "stream")
        body = await read_json(request, RunToolOutputs)
        tools = None if body.tools is None else read_tools(body.tools)
        check_thinking(body.thinking)
        await self._check_thread(thread_id)
        waiting = await self._runs.rows.waiting(thread_id, run_id)
        if waiting is None:
            if not await self._runs.rows.exists(thread_id, run_id):
                raise not_found("Run")
            raise Refused(409, "This run does not wait for tool outputs.")
        return await self._go_on(
            waiting, body.tool_outputs, tools=tools, thinking=body.thinking, is_streamed=is_streamed
        )

    async def _check_thread(self, thread_id: str) -> None:
        if await self._conversations.get(thread_id, with_messages=False) is None:
            raise not_found("Thread")

    async def _go_on(
        self,
        waiting: WaitingRun,
        given: Sequence[SubmittedOutput],
        *,
        tools: tuple[Tool, ...] | None = None,
        thinking: dict[str, Any] | None = None,
        is_streamed: bool,
    ) -> Response:
        outputs = _by_call(waiting, given)
        run = await self._runs.resume(
            waiting, outputs, tools=tools, thinking=thinking, lists_calls=not is_streamed
        )
        if run is None:
            raise Refused(409, "The outputs of this round were submitted already.")
        if is_streamed:
            return stream_response(frames_of(run))
        return JsonResponse(flat_reply(run, await run.ended()))


def _by_call(waiting: WaitingRun, given: Sequence[SubmittedOutput]) -> Mapping[str, str]:
    """Exactly one output for each call.

    Raises:
        Refused: 400.
    """
    wanted = [call.id for call in waiting.calls]
    outputs: dict[str, str] = {}
    for output in given:
        if output.tool_call_id not in wanted:
            raise Refused(400, f"The run did not call {output.tool_call_id!r}.")
        if output.tool_call_id in outputs:
            raise Refused(400, f"There are two outputs for {output.tool_call_id!r}.")
        outputs[output.tool_call_id] = output.output
    missing = [one for one in wanted if one not in outputs]
    if missing:
        raise Refused(400, f"There is no output for {', '.join(map(repr, missing))}.")
    return outputs
