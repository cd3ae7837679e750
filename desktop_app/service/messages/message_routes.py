"""Messages over HTTP, answered at once or as a stream: sections 5 and 6 of the API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.errors import AppError, InputError
from desktop_app.protocol.backboard.messages import MessageReply, MessageRequest
from desktop_app.service.http.bodies import JsonResponse, invalid, not_found
from desktop_app.service.http.described import Described
from desktop_app.service.http.message_bodies import receive
from desktop_app.service.messages.media_wishes import MediaWishes
from desktop_app.service.messages.message_parts import MessageParts
from desktop_app.service.messages.message_plan import MessagePlan, plan_of, question_of
from desktop_app.service.messages.message_stream import (
    flat_reply,
    frames_each,
    frames_of,
    frames_of_events,
    stream_response,
)
from desktop_app.service.messages.voiced_turn import SpokenQuestion
from desktop_app.service.runs.question import DirectCall, Question
from desktop_app.service.runs.runs import Runs
from desktop_app.service.storage.kept_messages import keep_question, saved_events, saved_reply
from desktop_app.service.storage.store import Store


class MessageRoutes:
    """POST a message, get the reply."""

    def __init__(
        self,
        store: Store,
        runs: Runs,
        parts: MessageParts,
    ) -> None:
        self._store = store
        self._runs = runs
        self._files = parts.files
        self._pictures = parts.pictures
        self._videos = parts.videos
        self._voiced = parts.voiced

    def routes(self) -> list[Route]:
        return [
            Route("/api/threads/messages", self.post, methods=["POST"]),
            Route("/api/threads/{thread_id}/messages", self.post, methods=["POST"]),
        ]

    @Described(
        "Send a message",
        body=MessageRequest,
        files={
            "files": list[bytes],
            "audio_file": bytes,
            "input_image": bytes,
            "input_last_frame": bytes,
            "input_video": bytes,
            "input_references": list[bytes],
        },
        answer=MessageReply,
        streams=True,
        refuses=(402, 404, 409, 429, 502),
    )
    async def post(self, request: Request) -> Response:
        """Files are kept before the answer begins: from then on nothing depends on the client."""
        scratch = self._store.files.scratch
        with ExitStack() as keeping:
            async with receive(request, MessageRequest, scratch) as (message, form):
                if "thread_id" in request.path_params:
                    thread_id = request.path_params["thread_id"]
                    message = msgspec.structs.replace(message, thread_id=thread_id)
                plan = plan_of(message, form)
                await self._check(message, plan)
                question = question_of(message, plan, await self._place(message))
                keeping.enter_context(self._voiced.spare(question.message_id))
                async with self._no_empty_thread(message, question):
                    await self._files.attach(plan, question)
                    recording = await self._files.keep_recording(plan, question)
                    if plan.media.operation != "chat":
                        question = await self._made(plan, question)
            if recording or (plan.voice.tts and plan.is_answered):
                asked = SpokenQuestion(
                    question,
                    plan.voice,
                    recording,
                    plan.is_answered,
                    opens_thread=not message.thread_id,
                )
                return await self._answer_voiced(asked, is_streamed=message.stream)
            if not plan.is_answered:
                return await self._keep(question, is_streamed=message.stream)
            return await self._answer(question, is_streamed=message.stream)

    async def _check(self, message: MessageRequest, plan: MessagePlan) -> None:
        """Refuse what cannot be done before anything is stored."""
        if plan.is_answered and plan.media.operation == "chat":
            provider, model = message.llm_provider or "", message.model_name or ""
            await self._runs.check(provider, model, message.content, message.system_one)
        if plan.media.draws:
            with _config_faults("image_config", "image.config"):
                await self._pictures.makers.check(plan.media.pictures)
        if plan.media.films:
            with _config_faults("video_config", "video.config"):
                await self._videos.makers.check(plan.media.videos)
        await self._voiced.check(plan.voice)
        await self._files.check(plan)

    @asynccontextmanager
    async def _no_empty_thread(
        self, message: MessageRequest, question: Question
    ) -> AsyncIterator[None]:
        """A first message that cannot be kept leaves no thread behind."""
        try:
            yield
        except AppError:
            if not message.thread_id:
                await self._store.conversations.discard_empty(question.thread_id)
            raise

    async def _place(self, message: MessageRequest) -> tuple[str, str]:
        """The thread to continue, or a new one, and its assistant."""
        if message.thread_id:
            thread = await self._store.conversations.get(message.thread_id, with_messages=False)
            if thread is None:
                raise not_found("Thread")
            await self._check_assistant(message.assistant_id, thread.assistant_id)
        else:
            thread = await self._store.conversations.create(message.assistant_id)
            if thread is None:
                raise not_found("Assistant")
        return thread.thread_id, thread.assistant_id

    async def _check_assistant(self, named: str | None, answering: str) -> None:
        """In a thread its own assistant answers, whoever is named; but nobody is nobody."""
        if named and named != answering and await self._store.assistants.get(named) is None:
            raise not_found("Assistant")

    async def _made(self, plan: MessagePlan, question: Question) -> Question:
        """The question, with the call that answers it."""
        provider, model = await self._makes(plan.media)
        arguments = {"prompt": question.text, **await self._files.keep_sources(plan, question)}
        return replace(question, direct=DirectCall(plan.media.direct, arguments, provider, model))

    async def _makes(self, media: MediaWishes) -> tuple[str, str]:
        """Who makes the picture or video, and with which model."""
        if media.operation == "generate_video":
            return await self._videos.makers.named(media.videos)
        return await self._pictures.makers.named(media.pictures)

    async def _answer(self, question: Question, *, is_streamed: bool) -> Response:
        run = self._runs.start(question)
        if is_streamed:
            return stream_response(frames_of(run))
        return await self._flat(question, flat_reply(run, await run.ended()))

    async def _answer_voiced(self, asked: SpokenQuestion, *, is_streamed: bool) -> Response:
        turn = self._voiced.start(asked, is_streamed=is_streamed)
        if is_streamed:
            return stream_response(frames_of_events(turn.events()))
        return await self._flat(asked.question, await turn.reply())

    async def _keep(self, question: Question, *, is_streamed: bool) -> Response:
        stored = await keep_question(self._store.conversations, question)
        if is_streamed:
            return stream_response(frames_each(*saved_events(stored, question)))
        return await self._flat(question, saved_reply(stored, question))

    async def _flat(self, question: Question, reply: MessageReply) -> Response:
        """The reply, with how far its attachments are."""
        attachments = await self._files.attachments(question)
        return JsonResponse(msgspec.structs.replace(reply, attachments=attachments))


@contextmanager
def _config_faults(field: str, code: str) -> Iterator[None]:
    """A value that the maker cannot use is a fault of the request's field.

    Raises:
        Refused: 422.
    """
    try:
        yield
    except InputError as error:
        if error.code != code:
            raise
        raise invalid(field, str(error)) from error
