"""What the window asks of the service through the engine, and what it is answered.

Every question has one kind of answer, named in its docstring. Ids of threads are ours; an empty
``assistant_id`` means the assistant of Parley's own.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.backboard.memories import MemoryOperation, StoredMemory
from desktop_app.protocol.events import snake

# ---- values ---------------------------------------------------------------------------------


class AssistantDraft(Struct, frozen=True):
    """What a person may say of an assistant; ``tools`` replaces the whole list."""

    name: str
    description: str = ""
    system_prompt: str = ""
    tools: tuple[dict[str, Any], ...] = ()
    tok_k: int = 10
    custom_fact_extraction_prompt: str = ""
    custom_update_memory_prompt: str = ""


class ModelRow(Struct, frozen=True, array_like=True):
    """One model of the catalogue, with what helps to choose it.

    Attributes:
        kind: ``llm``, ``image``, ``embedding``, ``stt`` or ``tts``.
        context: Tokens that it reads at once, 0 where nobody says.
        input_usd, output_usd: For a million tokens; None where the price is unknown.
        unit_usd: For one picture, a minute heard or a million characters spoken.
        has_tools, sees, hears, thinks: What it can; None where nobody says.
    """

    provider: str
    name: str
    kind: str = "llm"
    label: str = ""
    context: int = 0
    input_usd: float | None = None
    output_usd: float | None = None
    unit_usd: float | None = None
    has_tools: bool | None = None
    sees: bool | None = None
    hears: bool | None = None
    thinks: bool | None = None

    @property
    def full_name(self) -> str:
        """``provider/model``, as turns name it."""
        return f"{self.provider}/{self.name}" if self.provider else self.name


class VoiceRow(Struct, frozen=True, array_like=True):
    """One voice, with what helps to choose it.

    Attributes:
        language: IETF tag; empty where it speaks any.
        models: That speak with it, the default first; empty for all of its provider.
    """

    provider: str
    id: str
    name: str = ""
    language: str = ""
    description: str = ""
    models: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """How people call it."""
        return self.name or self.id


# ---- questions ------------------------------------------------------------------------------


class ListAssistants(Struct, frozen=True, tag=snake):
    """``AssistantList``, in parts where there are many."""


class SaveAssistant(Struct, frozen=True, tag=snake):
    """``AssistantSaved``; without an id a new one is made."""

    draft: AssistantDraft
    assistant_id: str = ""


class CloneAssistant(Struct, frozen=True, tag=snake):
    """``AssistantCloned``."""

    assistant_id: str
    name: str = ""
    copies_documents: bool = True
    copies_memories: bool = True


class DeleteAssistant(Struct, frozen=True, tag=snake):
    """``Done``; its threads, documents and memories go with it."""

    assistant_id: str


class ListDocuments(Struct, frozen=True, tag=snake):
    """``DocumentList`` of a thread, or of an assistant where no thread is named."""

    thread_id: str = ""
    assistant_id: str = ""


class UploadDocument(Struct, frozen=True, tag=snake):
    """``DocumentSaved``, once it has left; its status says how reading goes on."""

    path: str
    thread_id: str = ""
    assistant_id: str = ""


class GetDocument(Struct, frozen=True, tag=snake):
    """``DocumentSaved`` with the status of now."""

    document_id: str


class DeleteDocument(Struct, frozen=True, tag=snake):
    """``Done``."""

    document_id: str


class ListMemories(Struct, frozen=True, tag=snake):
    """``MemoryList``: one page, from 1; of at most 100."""

    assistant_id: str = ""
    page: int = 1
    page_size: int = 50


class SearchMemories(Struct, frozen=True, tag=snake):
    """``MemoryList``, the best first; of at most 50."""

    words: str
    assistant_id: str = ""
    limit: int = 20


class AddMemory(Struct, frozen=True, tag=snake):
    """``MemorySaved``."""

    content: str
    assistant_id: str = ""


class UpdateMemory(Struct, frozen=True, tag=snake):
    """``MemorySaved``."""

    memory_id: str
    content: str
    assistant_id: str = ""


class DeleteMemory(Struct, frozen=True, tag=snake):
    """``Done``."""

    memory_id: str
    assistant_id: str = ""


class ResetMemories(Struct, frozen=True, tag=snake):
    """``Done``: everything is forgotten."""

    assistant_id: str = ""


class GetMemoryOperation(Struct, frozen=True, tag=snake):
    """``OperationState``: how learning from a turn goes."""

    operation_id: str


class ListModels(Struct, frozen=True, tag=snake):
    """``ModelList`` of one kind (``ModelRow.kind``), in parts where there are many."""

    kind: str = "llm"


class ListVoices(Struct, frozen=True, tag=snake):
    """``VoiceRows``: whom replies can be spoken as."""


class HearVoice(Struct, frozen=True, tag=snake):
    """``Done`` once a sentence was heard; opens no microphone. Cancelling silences it.

    Attributes:
        model: Name at the provider; empty for its default.
        language: IETF tag of the sentence.
    """

    provider: str
    voice: str
    model: str = ""
    language: str = ""


class GetKeyState(Struct, frozen=True, tag=snake):
    """``KeyState``: whether there is a key for a profile, and a keyring to keep one in."""

    profile: str


class CheckKey(Struct, frozen=True, tag=snake):
    """``Done`` when the service takes this key; it is not kept.

    Attributes:
        base_url: Where the service is; empty for the profile's own address.
        key: Empty to check the one that is stored.
    """

    profile: str
    key: str = ""
    base_url: str = ""

    def __repr__(self) -> str:
        return f"CheckKey({self.profile!r}, ...)"


Question = (
    ListAssistants
    | SaveAssistant
    | CloneAssistant
    | DeleteAssistant
    | ListDocuments
    | UploadDocument
    | GetDocument
    | DeleteDocument
    | ListMemories
    | SearchMemories
    | AddMemory
    | UpdateMemory
    | DeleteMemory
    | ResetMemories
    | GetMemoryOperation
    | ListModels
    | ListVoices
    | HearVoice
    | GetKeyState
    | CheckKey
)

# ---- answers --------------------------------------------------------------------------------


class Done(Struct, frozen=True, tag=snake):
    """It is done, and there is nothing to tell."""


class AssistantList(Struct, frozen=True, tag=snake):
    """``own_id`` is Parley's own among them, or empty where it is not yet made."""

    assistants: tuple[Assistant, ...]
    own_id: str = ""


class AssistantSaved(Struct, frozen=True, tag=snake):
    assistant: Assistant


class AssistantCloned(Struct, frozen=True, tag=snake):
    """With how much was copied."""

    assistant: Assistant
    documents: int = 0
    memories: int = 0


class DocumentList(Struct, frozen=True, tag=snake):
    documents: tuple[Document, ...]


class DocumentSaved(Struct, frozen=True, tag=snake):
    document: Document


class MemoryList(Struct, frozen=True, tag=snake):
    """One page; ``total`` counts those of all pages."""

    memories: tuple[StoredMemory, ...]
    total: int = 0


class MemorySaved(Struct, frozen=True, tag=snake):
    memory_id: str
    content: str


class OperationState(Struct, frozen=True, tag=snake):
    operation: MemoryOperation


class ModelList(Struct, frozen=True, tag=snake):
    models: tuple[ModelRow, ...]


class VoiceRows(Struct, frozen=True, tag=snake):
    voices: tuple[VoiceRow, ...]


class KeyState(Struct, frozen=True, tag=snake):
    """What is known of a profile's key.

    Attributes:
        is_needed: The profile's service wants a key at all.
        is_known: There is one, in the keyring or in the environment.
        is_kept_safe: The system has a keyring that answers.
        reason: Why it has none.
    """

    is_needed: bool
    is_known: bool
    is_kept_safe: bool
    reason: str = ""


Answer = (
    Done
    | AssistantList
    | AssistantSaved
    | AssistantCloned
    | DocumentList
    | DocumentSaved
    | MemoryList
    | MemorySaved
    | OperationState
    | ModelList
    | VoiceRows
    | KeyState
)


class Failed(Struct, frozen=True, tag=snake):
    """Why there is no answer: a code for ``sentences``, and its facts."""

    code: str
    facts: dict[str, str] = {}
    is_retryable: bool = False
