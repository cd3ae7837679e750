"""Every question to the service and every answer crosses the link as it was."""

from __future__ import annotations

from typing import get_args

from desktop_app.link.asks import Answered, Ask, AskAdvanced, CancelAsk
from desktop_app.link.codec import Decoder, encode
from desktop_app.link.messages import Intent, LinkEvent
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.backboard.memories import MemoryOperation, StoredMemory
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
    Failed,
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

TOOL = {"type": "function", "function": {"name": "shut", "parameters": {"type": "object"}}}
QUESTIONS = [
    ListAssistants(),
    SaveAssistant(AssistantDraft("Ada", "helps", "Be kind", (TOOL,), 5, "facts", "updates"), "a"),
    CloneAssistant("a", "Bob", copies_documents=False),
    DeleteAssistant("a"),
    ListDocuments("t"),
    UploadDocument("/x/dreißig.pdf", assistant_id="a"),
    GetDocument("d"),
    DeleteDocument("d"),
    ListMemories("a", 2),
    SearchMemories("tea", "a", 3),
    AddMemory("Likes tea"),
    UpdateMemory("m", "Likes coffee", "a"),
    DeleteMemory("m"),
    ResetMemories("a"),
    GetMemoryOperation("o"),
    ListModels("tts"),
    ListVoices(),
    HearVoice("p", "nova", "m", "de"),
    GetKeyState("backboard"),
    CheckKey("own", "secret", "http://127.0.0.1"),
]
ADA = Assistant(assistant_id="a", name="Ada", tools=[TOOL])
GUIDE = Document(document_id="d", filename="guide.pdf", status="error", status_message="empty")
ANSWERS = [
    Done(),
    AssistantList((ADA,), "a"),
    AssistantSaved(ADA),
    AssistantCloned(ADA, 1, 2),
    DocumentList((GUIDE,)),
    DocumentSaved(GUIDE),
    MemoryList((StoredMemory(id="m", content="Likes tea", metadata={"source": "learned"}),), 7),
    MemorySaved("m", "Likes tea"),
    OperationState(MemoryOperation(operation_id="o", status="COMPLETED", memory_ids=["m"])),
    ModelList((ModelRow("p", "x/y", context=8, input_usd=0.5, sees=False),)),
    VoiceRows((VoiceRow("p", "nova", "Nova", "de", "calm", ("m",)),)),
    KeyState(is_needed=True, is_known=False, is_kept_safe=False, reason="locked"),
    Failed("http.404", {"message": "gone"}, is_retryable=True),
]


def test_every_question_to_the_service_comes_back_as_it_was():
    asked = [Ask(str(number), one) for number, one in enumerate(QUESTIONS)]
    wire = b"".join(encode(one) for one in [*asked, CancelAsk("1")])
    assert Decoder(Intent).feed(wire) == [*asked, CancelAsk("1")]


def test_every_question_and_answer_has_its_example():
    assert {type(one) for one in QUESTIONS} == set(get_args(Question))
    assert {type(one) for one in ANSWERS} == {*get_args(Answer), Failed}


def test_every_answer_comes_back_as_it_was():
    answered = [Answered(str(number), one) for number, one in enumerate(ANSWERS)]
    advanced = [AskAdvanced("x", 1, 2, ANSWERS[1]), AskAdvanced("x", 2, 2)]
    wire = b"".join(encode(one) for one in [*advanced, *answered])
    assert Decoder(LinkEvent).feed(wire) == [*advanced, *answered]


def test_a_key_that_is_checked_prints_itself_nowhere():
    assert "secret" not in repr(Ask("x", CheckKey("own", "secret")))
