"""Our own client under the names of the official SDK, so that one suite calls through both."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from desktop_app.client.api import BackboardApi
from desktop_app.client.message_body import MessageFiles
from desktop_app.client.resources.messages import ToolRound
from desktop_app.protocol.backboard.assistants import CloneRequest, NewAssistant
from desktop_app.protocol.backboard.messages import MessageReply, MessageRequest, SubmittedOutput

_FILES = ("audio_file", "input_image", "input_last_frame", "input_video")


class OwnClient:
    """Adds nothing: each method is one call of the client."""

    def __init__(self, api: BackboardApi) -> None:
        self._api = api
        assistants, threads, documents = api.assistants, api.threads, api.documents
        memories, models = api.memories, api.models
        self.list_assistants = assistants.page
        self.get_assistant = with_texts(assistants.get)
        self.update_assistant = with_texts(assistants.update)
        self.delete_assistant = with_texts(assistants.delete)
        self.create_thread = with_texts(threads.create)
        self.list_threads = threads.page
        self.get_thread = with_texts(threads.get)
        self.delete_thread = with_texts(threads.delete)
        self.cancel_run = with_texts(api.messages.cancel)
        self.upload_document_to_assistant = with_texts(documents.upload_to_assistant)
        self.upload_document_to_thread = with_texts(documents.upload_to_thread)
        self.list_assistant_documents = with_texts(documents.of_assistant)
        self.list_thread_documents = with_texts(documents.of_thread)
        self.get_document_status = with_texts(documents.status)
        self.delete_document = with_texts(documents.delete)
        self.get_memories = with_texts(memories.page)
        self.get_memory = with_texts(memories.get)
        self.update_memory = with_texts(memories.update)
        self.delete_memory = with_texts(memories.delete)
        self.reset_memories = with_texts(memories.reset)
        self.get_memory_stats = with_texts(memories.stats)
        self.get_memory_insights = with_texts(memories.insights)
        self.get_memory_operation_status = memories.operation
        self.list_models = models.page
        self.get_model = models.get
        self.list_models_by_provider = models.of_provider
        self.list_embedding_models = models.embedding_page
        self.get_embedding_model = models.embedding
        self.list_image_models = models.image_page
        self.get_image_model = models.image
        self.list_video_models = models.video_page
        self.get_video_model = models.video

    async def create_assistant(self, name: str, **fields: Any) -> Any:
        return await self._api.assistants.create(NewAssistant(name=name, **fields))

    async def clone_assistant(self, assistant_id: Any, **fields: Any) -> Any:
        return await self._api.assistants.clone(str(assistant_id), CloneRequest(**fields))

    async def list_threads_for_assistant(self, assistant_id: Any, **fields: Any) -> Any:
        return await self._api.threads.page(assistant_id=str(assistant_id), **fields)

    async def add_memory(self, assistant_id: Any, *fields: Any) -> Any:
        return _plain(await self._api.memories.add(str(assistant_id), *fields))

    async def search_memories(self, assistant_id: Any, query: str, **fields: Any) -> Any:
        return _plain(await self._api.memories.search(str(assistant_id), query, **fields))

    async def list_providers(self) -> Any:
        return _providers(await self._api.models.providers())

    async def list_embedding_providers(self) -> Any:
        return _providers(await self._api.models.embedding_providers())

    async def list_image_providers(self) -> Any:
        return _providers(await self._api.models.image_providers())

    async def add_message(self, thread_id: Any, content: str = "", **fields: Any) -> Any:
        return await self.send_message(content, thread_id=thread_id, **fields)

    async def send_message(self, content: str = "", *, stream: bool = False, **fields: Any) -> Any:
        given = {name: value for name, value in fields.items() if value is not None}
        files = MessageFiles(
            files=tuple(map(Path, given.pop("files", ()))),
            input_references=tuple(map(Path, given.pop("input_references", ()))),
            **{name: Path(given.pop(name)) for name in _FILES if name in given},
        )
        texts = {name: str(given[name]) for name in ("thread_id", "assistant_id") if name in given}
        request = msgspec.convert({"content": content, **given, **texts}, MessageRequest)
        if stream:
            return _events(self._api.messages.stream(request, files))
        return _reply(await self._api.messages.send(request, files))

    async def submit_tool_outputs_simple(
        self, thread_id: Any, tool_outputs: Sequence[dict[str, str]], stream: bool = False
    ) -> Any:
        return await self.submit_tool_outputs(thread_id, "", tool_outputs, stream)

    async def submit_tool_outputs(
        self,
        thread_id: Any,
        run_id: str,
        tool_outputs: Sequence[dict[str, str]],
        stream: bool = False,
        **fields: Any,
    ) -> Any:
        outputs = [SubmittedOutput(**output) for output in tool_outputs]
        given = ToolRound(str(thread_id), outputs, run_id, **fields)
        if stream:
            return _events(self._api.messages.stream_submitted(given))
        return _reply(await self._api.messages.submit(given))


def with_texts(call: Any) -> Any:
    """Ids may be given as the SDK gives them back, as UUIDs."""

    async def called(first: Any, *rest: Any, **named: Any) -> Any:
        return await call(first if isinstance(first, Path) else str(first), *rest, **named)

    return called


async def _events(stream: Any) -> AsyncIterator[dict[str, Any]]:
    async with aclosing(stream):
        async for data in stream:
            yield json.loads(data)


def _reply(reply: MessageReply) -> Any:
    """With what the SDK's reply has: the plain row under ``messages``, media as plain objects."""
    plain = _plain(reply)
    fields = {name: getattr(reply, name) for name in reply.__struct_fields__}
    media = plain["generated_media"] or []
    return SimpleNamespace(**{**fields, "generated_media": media, "messages": [plain]})


def _providers(names: list[str]) -> Any:
    return SimpleNamespace(providers=names, total=len(names))


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
