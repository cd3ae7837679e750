"""What the window asks is answered by the real service."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from desktop_app.client.addresses import ApiAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.errors import NotFoundError
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_answers import ServiceAnswers
from desktop_app.errors import InputError, NetworkError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.service_calls import (
    AddMemory,
    AssistantDraft,
    CheckKey,
    CloneAssistant,
    DeleteAssistant,
    DeleteDocument,
    DeleteMemory,
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
    ResetMemories,
    SaveAssistant,
    SearchMemories,
    UpdateMemory,
    UploadDocument,
    VoiceRow,
)
from tests.fakes.providers import ScriptedProviders, ScriptedSpeaker
from tests.service.conftest import KEY, LIMIT_S, service

TOOL = {
    "type": "function",
    "function": {"name": "shut", "parameters": {"type": "object", "properties": {}}},
}


class Shelf:
    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    async def setting(self, key: str) -> str | None:
        return self.values.get(key)

    async def set_setting(self, key: str, value: str) -> None:
        self.values[key] = value


class Keys:
    def __init__(self) -> None:
        self.checked: list[tuple[str, str, str]] = []

    async def state(self, profile: str) -> KeyState:
        return KeyState(is_needed=profile != "embedded", is_known=False, is_kept_safe=True)

    async def check(self, profile: str, key: str, base_url: str) -> None:
        self.checked.append((profile, key, base_url))


class Samples:
    """Plays nothing, and remembers what; ``refusal`` is raised instead."""

    def __init__(self) -> None:
        self.played: list[bytes] = []
        self.refusal: InputError | None = None

    def check(self) -> None:
        if self.refusal is not None:
            raise self.refusal

    async def play(self, pcm: bytes) -> None:
        self.played.append(pcm)


class Desk:
    """Asks, and remembers how far it came."""

    def __init__(self, api: BackboardApi) -> None:
        self.api = api
        self.keys = Keys()
        self.advances: list[tuple[int, int, object]] = []
        self.threads = RemoteThreads(Shelf(), "p")
        self.samples = Samples()
        self._answers = ServiceAnswers(self._open, self.threads, self.keys, self.samples)

    async def _open(self) -> BackboardApi:
        return self.api

    async def ask(self, question):
        async with asyncio.timeout(LIMIT_S):
            return await self._answers.answer(question, self._advance)

    def _advance(self, done, total, part=None):
        self.advances.append((done, total, part))


@pytest.fixture
async def desk(tmp_path):
    async with (
        service(tmp_path, ScriptedProviders()) as rig,
        BackboardApi(ApiAddress(rig.addresses.api, KEY)) as api,
    ):
        made = Desk(api)
        made.rig = rig
        yield made


async def memories_of(desk, **given):
    return [one.content for one in (await desk.ask(ListMemories(**given))).memories]


async def test_an_assistant_is_made_changed_cloned_and_deleted(desk):
    draft = AssistantDraft("Ada", "helps", "Be kind", (TOOL,), tok_k=3)
    ada = (await desk.ask(SaveAssistant(draft))).assistant
    assert (ada.name, ada.system_prompt, ada.tools, ada.tok_k) == ("Ada", "Be kind", [TOOL], 3)
    shorter = replace(draft, system_prompt="", tools=())
    changed = (await desk.ask(SaveAssistant(shorter, ada.assistant_id))).assistant
    assert (changed.system_prompt, changed.tools) == ("", [])
    copy = await desk.ask(CloneAssistant(ada.assistant_id, "Bob"))
    assert copy.assistant.name == "Bob"
    assert await desk.ask(DeleteAssistant(ada.assistant_id)) == Done()
    names = [one.name for one in (await desk.ask(ListAssistants())).assistants]
    assert names == ["Bob"]


async def test_many_assistants_come_in_parts(desk, monkeypatch):
    monkeypatch.setattr("desktop_app.client.service_answers.ASSISTANTS_AT_ONCE", 2)
    for number in range(5):
        await desk.ask(SaveAssistant(AssistantDraft(f"A{number}")))
    last = await desk.ask(ListAssistants())
    parts = [part for _, _, part in desk.advances]
    names = [one.name for part in (*parts, last) for one in part.assistants]
    assert sorted(names) == ["A0", "A1", "A2", "A3", "A4"]
    assert len(parts) == 2


async def test_memories_are_those_of_parleys_own_assistant_where_none_is_named(desk):
    added = await desk.ask(AddMemory("Likes tea"))
    await desk.ask(AddMemory("Has a dog called Rex"))
    assert sorted(await memories_of(desk)) == ["Has a dog called Rex", "Likes tea"]
    await desk.ask(UpdateMemory(added.memory_id, "Likes coffee"))
    assert "Likes coffee" in await memories_of(desk)
    assert (await desk.ask(SearchMemories("dog", limit=1))).memories[0].content.endswith("Rex")
    await desk.ask(DeleteMemory(added.memory_id))
    assert await memories_of(desk) == ["Has a dog called Rex"]
    own = (await desk.ask(ListAssistants())).own_id
    assert await memories_of(desk, assistant_id=own) == ["Has a dog called Rex"]
    await desk.ask(ResetMemories())
    assert await memories_of(desk) == []


async def test_memories_come_in_pages_with_the_number_of_all(desk):
    for number in range(3):
        await desk.ask(AddMemory(f"Fact {number}"))
    page = await desk.ask(ListMemories(page=2, page_size=2))
    assert (len(page.memories), page.total) == (1, 3)


async def test_parleys_own_assistant_is_made_anew_when_it_was_deleted(desk):
    await desk.ask(AddMemory("Likes tea"))
    own = (await desk.ask(ListAssistants())).own_id
    await desk.api.assistants.delete(own)  # by another program
    assert await memories_of(desk) == []
    await desk.ask(DeleteAssistant((await desk.ask(ListAssistants())).own_id))
    assert await memories_of(desk) == []


async def test_a_document_of_a_thread_is_sent_read_and_deleted(desk, tmp_path):
    assert (await desk.ask(ListDocuments("ours"))).documents == ()
    assert await desk.threads.known_id("ours") == ""  # looking makes no thread
    path = tmp_path / "tram.txt"
    path.write_text("Line 28 goes to the castle. " * 2000)
    document = (await desk.ask(UploadDocument(str(path), "ours"))).document
    assert desk.advances[-1][0] == desk.advances[-1][1] == path.stat().st_size
    settled = await desk.api.documents.wait_until_settled(document.document_id)
    found = (await desk.ask(GetDocument(document.document_id))).document
    assert (found.status, settled.is_indexed) == (settled.status, True)
    (listed,) = (await desk.ask(ListDocuments("ours"))).documents
    assert (listed.document_id, listed.filename) == (document.document_id, "tram.txt")
    await desk.ask(DeleteDocument(document.document_id))
    assert (await desk.ask(ListDocuments("ours"))).documents == ()


async def test_a_document_of_an_assistant_is_none_of_a_thread(desk, tmp_path):
    path = tmp_path / "guide.txt"
    path.write_text("A ride costs three euros.")
    await desk.ask(UploadDocument(str(path)))
    (listed,) = (await desk.ask(ListDocuments())).documents
    assert listed.filename == "guide.txt"
    assert (await desk.ask(ListDocuments("ours"))).documents == ()


async def test_a_file_that_cannot_be_sent_is_refused_before_it_leaves(desk, tmp_path):
    path = tmp_path / "program.exe"
    path.write_bytes(b"MZ")
    with pytest.raises(InputError) as caught:
        await desk.ask(UploadDocument(str(path), "ours"))
    assert caught.value.code == "upload.extension"


async def test_models_come_with_what_is_known_of_them(desk):
    models = (await desk.ask(ListModels())).models
    assert {one.kind for one in models} == {"llm"}
    assert all(one.name and one.full_name.endswith(one.name) for one in models)
    spoken = (await desk.ask(ListModels("tts"))).models
    assert {one.kind for one in spoken} == {"tts"}


async def test_a_long_catalogue_comes_in_parts(desk, monkeypatch):
    rows = [ModelInfo(name=f"m{number}", provider="p", context_limit=8) for number in range(7)]
    monkeypatch.setattr("desktop_app.client.service_answers.MODELS_AT_ONCE", 3)

    async def page(*, skip, limit, **_filters):
        found = rows[skip : skip + limit]
        return type("Page", (), {"models": found, "total": len(rows)})

    desk.api.models.page = page
    last = await desk.ask(ListModels())
    whole = [row.name for _, _, part in desk.advances for row in part.models]
    assert [*whole, *(row.name for row in last.models)] == [f"m{number}" for number in range(7)]
    assert [(done, total) for done, total, _ in desk.advances] == [(3, 7), (6, 7)]


async def test_a_kind_of_models_that_nobody_knows_is_refused(desk):
    with pytest.raises(InputError):
        await desk.ask(ListModels("smell"))


@pytest.mark.parametrize(
    "question",
    [GetMemoryOperation("none"), GetDocument("none"), DeleteAssistant("none")],
)
async def test_what_the_service_does_not_know_is_said(desk, question):
    with pytest.raises(NotFoundError) as caught:
        await desk.ask(question)
    assert caught.value.code == "http.404"


async def test_keys_are_no_matter_of_the_service_in_use(desk):
    async def nowhere():
        raise NetworkError("service.down")

    desk._answers._open_api = nowhere
    assert (await desk.ask(GetKeyState("backboard"))).is_needed
    assert await desk.ask(CheckKey("backboard", "secret")) == Done()
    assert desk.keys.checked == [("backboard", "secret", "")]


async def test_voices_are_listed_and_heard(tmp_path):
    mouth = ScriptedSpeaker("mouths", pieces=(b"\1\0", b"\2\0"))
    async with (
        service(tmp_path, ScriptedProviders(speakers={"mouths": mouth})) as rig,
        BackboardApi(ApiAddress(rig.addresses.api, KEY)) as api,
    ):
        desk = Desk(api)
        found = await desk.ask(ListVoices())
        assert found.voices == (VoiceRow("mouths", "v1", "Vera", "en"),)
        assert await desk.ask(HearVoice("mouths", "v1", "m", "de")) == Done()
        assert desk.samples.played == [b"\1\0\2\0"]
        [(text, wish)] = mouth.spoken
        assert (text.startswith("Hallo"), wish.model, wish.voice) == (True, "m", "v1")


async def test_a_voice_is_not_paid_for_where_it_cannot_be_heard(desk):
    desk.samples.refusal = InputError("recording.microphone_open")
    with pytest.raises(InputError):
        await desk.ask(HearVoice("nobody", "v1"))
    assert desk.samples.played == []
