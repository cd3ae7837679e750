"""Answers what the window asks, with the calls of a Backboard API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, assert_never

from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.voice_sample import VoiceSampler
from desktop_app.errors import InputError
from desktop_app.protocol.backboard.assistants import CloneRequest, NewAssistant
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.voice_models import SpeechKind
from desktop_app.protocol.backboard.voices import SpeechRequest, VoiceInfo
from desktop_app.protocol.service_calls import (
    AddMemory,
    Answer,
    AssistantCloned,
    AssistantDraft,
    AssistantList,
    AssistantSaved,
    CheckKey,
    CloneAssistant,
    DeleteAssistant,
    DeleteDocument,
    DeleteMemory,
    DocumentList,
    DocumentSaved,
    Done,
    GetDocument,
    GetKeyState,
    GetMemoryOperation,
    HearVoice,
    KeyState,
    ListAssistants,
    ListDocuments,
    ListMemories,
    ListModels,
    ListVoices,
    MemoryList,
    MemorySaved,
    ModelList,
    ModelRow,
    OperationState,
    Question,
    ResetMemories,
    SaveAssistant,
    SearchMemories,
    UpdateMemory,
    UploadDocument,
    VoiceRow,
    VoiceRows,
)

ASSISTANTS_AT_ONCE = 50
MODELS_AT_ONCE = 500

_SPEECH: dict[str, SpeechKind] = {"stt": "stt", "tts": "tts"}
_OfAssistants = ListAssistants | SaveAssistant | CloneAssistant | DeleteAssistant
_OfDocuments = ListDocuments | UploadDocument | GetDocument | DeleteDocument
_OfMemories = (
    ListMemories
    | SearchMemories
    | AddMemory
    | UpdateMemory
    | DeleteMemory
    | ResetMemories
    | GetMemoryOperation
)


class _Advance(Protocol):
    def __call__(self, done: int, total: int, part: Answer | None = None) -> None: ...


class KeyDesk(Protocol):
    """Knows the profiles and their keys."""

    async def state(self, profile: str) -> KeyState: ...

    async def check(self, profile: str, key: str, base_url: str) -> None: ...


class SampleDesk(Protocol):
    """Lets voices be heard."""

    def check(self) -> None: ...

    async def play(self, pcm: bytes) -> None: ...


class ServiceAnswers:
    """One profile's service, asked with an API of its own, so that no turn waits for a list.

    Args:
        open_api: The API of wherever the service is now.
        threads: Which thread of the service stands behind ours.
        keys: Answers about keys, of any profile.
        samples: Plays how a voice sounds, which ``sampler`` has from the service.
    """

    def __init__(
        self,
        open_api: Callable[[], Awaitable[BackboardApi]],
        threads: RemoteThreads,
        keys: KeyDesk,
        samples: SampleDesk,
        sampler: VoiceSampler | None = None,
    ) -> None:
        self._open_api = open_api
        self._threads = threads
        self._keys = keys
        self._samples = samples
        self._sampler = sampler or VoiceSampler()

    async def answer(self, question: Question, advance: _Advance) -> Answer:
        """Ask the service; cancelling stops it.

        Raises:
            NetworkError, AccessError, ProtocolError, InputError: Why there is no answer.
        """
        if isinstance(question, GetKeyState):
            return await self._keys.state(question.profile)
        if isinstance(question, CheckKey):
            await self._keys.check(question.profile, question.key, question.base_url)
            return Done()
        api = await self._open_api()
        if isinstance(question, ListModels):
            return await _models(api, question.kind, advance)
        if isinstance(question, ListVoices):
            return VoiceRows(tuple(_voice(one) for one in await api.models.voices()))
        if isinstance(question, HearVoice):
            return await self._let_hear(api, question)
        if isinstance(question, _OfDocuments):
            return await self._of_documents(api, question, advance)
        if isinstance(question, _OfMemories):
            return await self._of_memories(api, question)
        return await self._of_assistants(api, question, advance)

    async def _let_hear(self, api: BackboardApi, wish: HearVoice) -> Done:
        self._samples.check()  # before anything is paid for
        asked = SpeechRequest(text="", provider=wish.provider, model=wish.model, voice=wish.voice)

        async def own_assistant() -> str:
            return await self._threads.assistant_id(api)

        pcm = await self._sampler.sample(api, own_assistant, asked, wish.language)
        await self._samples.play(pcm)
        return Done()

    async def _of_assistants(
        self, api: BackboardApi, question: _OfAssistants, advance: _Advance
    ) -> Answer:
        match question:
            case ListAssistants():
                return await self._list_assistants(api, advance)
            case SaveAssistant(draft, assistant_id) if assistant_id:
                changes = _changes(draft)
                return AssistantSaved(await api.assistants.update(assistant_id, **changes))
            case SaveAssistant(draft):
                return AssistantSaved(await api.assistants.create(_new(draft)))
            case CloneAssistant():
                asked = CloneRequest(
                    copy_documents=question.copies_documents,
                    copy_memories=question.copies_memories,
                    name=question.name or None,
                )
                made = await api.assistants.clone(question.assistant_id, asked)
                return AssistantCloned(made.assistant, made.documents_cloned, made.memories_cloned)
            case DeleteAssistant(assistant_id):
                if assistant_id == await self._threads.known_assistant_id():
                    await self._threads.forget_assistant()
                await api.assistants.delete(assistant_id)
                return Done()
            case _:  # pragma: no cover - the union is closed
                assert_never(question)

    async def _list_assistants(self, api: BackboardApi, advance: _Advance) -> AssistantList:
        own_id = await self._threads.known_assistant_id()
        skip = 0
        while True:
            found = await api.assistants.page(skip=skip, limit=ASSISTANTS_AT_ONCE)
            page = AssistantList(tuple(found), own_id)
            skip += len(found)
            if len(found) < ASSISTANTS_AT_ONCE:
                return page
            advance(skip, 0, page)

    async def _of_documents(
        self, api: BackboardApi, question: _OfDocuments, advance: _Advance
    ) -> Answer:
        match question:
            case ListDocuments(thread_id) if thread_id:
                remote_id = await self._threads.known_id(thread_id)
                found = await api.documents.of_thread(remote_id) if remote_id else []
                return DocumentList(tuple(found))
            case ListDocuments(_, assistant_id):
                assistant_id = assistant_id or await self._own_assistant(api)
                return DocumentList(tuple(await api.documents.of_assistant(assistant_id)))
            case UploadDocument():
                return await self._upload(api, question, advance)
            case GetDocument(document_id):
                return DocumentSaved(await api.documents.status(document_id))
            case DeleteDocument(document_id):
                await api.documents.delete(document_id)
                return Done()
            case _:  # pragma: no cover - the union is closed
                assert_never(question)

    async def _upload(
        self, api: BackboardApi, question: UploadDocument, advance: _Advance
    ) -> DocumentSaved:
        path = Path(question.path)

        def progress(sent: int, total: int) -> None:
            advance(sent, total)

        if question.thread_id:
            remote_id = await self._threads.remote_id(question.thread_id, api)
            saved = await api.documents.upload_to_thread(remote_id, path, progress=progress)
        else:
            assistant_id = question.assistant_id or await self._own_assistant(api)
            saved = await api.documents.upload_to_assistant(assistant_id, path, progress=progress)
        return DocumentSaved(saved)

    async def _of_memories(self, api: BackboardApi, question: _OfMemories) -> Answer:
        if isinstance(question, GetMemoryOperation):
            return OperationState(await api.memories.operation(question.operation_id))
        whose = question.assistant_id or await self._own_assistant(api)
        match question:
            case ListMemories(_, page, page_size):
                found = await api.memories.page(whose, page=page, page_size=page_size)
                return MemoryList(tuple(found.memories), found.total_count)
            case SearchMemories(words, _, limit):
                found = await api.memories.search(whose, words, limit=limit)
                return MemoryList(tuple(found.memories), len(found.memories))
            case AddMemory(content):
                added = await api.memories.add(whose, content)
                return MemorySaved(added.memory_id, added.content or content)
            case UpdateMemory(memory_id, content):
                changed = await api.memories.update(whose, memory_id, content)
                return MemorySaved(changed.id, changed.content)
            case DeleteMemory(memory_id):
                await api.memories.delete(whose, memory_id)
                return Done()
            case ResetMemories():
                await api.memories.reset(whose)
                return Done()
            case _:  # pragma: no cover - the union is closed
                assert_never(question)

    async def _own_assistant(self, api: BackboardApi) -> str:
        """The one that is remembered may have been deleted meanwhile, elsewhere."""
        known = await self._threads.assistant_id(api)
        try:
            await api.assistants.get(known)
        except NotFoundError:
            await self._threads.forget_assistant()
            return await self._threads.assistant_id(api)
        return known


async def _models(api: BackboardApi, kind: str, advance: _Advance) -> ModelList:
    speech = _SPEECH.get(kind)
    if speech is not None:
        return _rows(await api.models.speech(speech))
    if kind not in ("llm", "image", "embedding", "video"):
        raise InputError("ask.no_such_kind", f"There is no kind of models called {kind}.")
    skip = 0
    while True:
        found = await api.models.page(skip=skip, limit=MODELS_AT_ONCE, model_type=kind)
        skip += MODELS_AT_ONCE
        if skip >= found.total or not found.models:
            return _rows(found.models)
        advance(skip, found.total, _rows(found.models))


def _rows(found: list[ModelInfo]) -> ModelList:
    return ModelList(tuple(_row(one) for one in found))


def _row(one: ModelInfo) -> ModelRow:
    units = (one.cost_per_image, one.cost_per_minute, one.cost_per_1m_characters)
    return ModelRow(
        provider=one.provider,
        name=one.name,
        kind=one.model_type,
        label=one.display_name or "",
        context=one.context_limit,
        input_usd=one.input_cost_per_1m_tokens,
        output_usd=one.output_cost_per_1m_tokens,
        unit_usd=next((unit for unit in units if unit is not None), None),
        has_tools=one.supports_tools,
        sees=one.supports_vision,
        hears=one.supports_audio_input,
        thinks=one.supports_thinking,
    )


def _voice(one: VoiceInfo) -> VoiceRow:
    language = one.languages[0] if one.languages else ""
    return VoiceRow(one.provider, one.id, one.name, language, one.description, tuple(one.models))


def _new(draft: AssistantDraft) -> NewAssistant:
    return NewAssistant(
        name=draft.name,
        description=draft.description or None,
        system_prompt=draft.system_prompt or None,
        tools=list(draft.tools) or None,
        tok_k=draft.tok_k,
        custom_fact_extraction_prompt=draft.custom_fact_extraction_prompt or None,
        custom_update_memory_prompt=draft.custom_update_memory_prompt or None,
    )


def _changes(draft: AssistantDraft) -> dict[str, object]:
    """Every field, as none may keep what was deleted from it; empty prompts mean the usual ones."""
    return {
        "name": draft.name,
        "description": draft.description,
        "system_prompt": draft.system_prompt,
        "tools": list(draft.tools),
        "tok_k": draft.tok_k,
        "custom_fact_extraction_prompt": draft.custom_fact_extraction_prompt or None,
        "custom_update_memory_prompt": draft.custom_update_memory_prompt or None,
    }
