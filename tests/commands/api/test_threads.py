"""``parley threads``: all that a thread holds is shown, and what goes on can be ended or helped."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from desktop_app.client.api import BackboardApi
from desktop_app.client.message_body import MessageFiles
from desktop_app.commands.api.threads import outputs_for
from desktop_app.errors import InputError
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import ThreadRecord
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import Intent, LinkEvent
from desktop_app.link.thread_messages import DeleteThread, ThreadRemoved
from desktop_app.protocol.backboard.messages import MessageReply, MessageRequest
from tests.commands.api.test_assistants import WEATHER
from tests.fakes.loop_thread import background
from tests.fakes.open_window import open_window

MODEL = MessageRequest(llm_provider="openai", model_name="gpt-4.1")
DRAWING = MessageRequest(
    llm_provider="builtin",
    model_name="basic",
    image_generation="auto",
    image_model_provider="builtin",
)


@pytest.fixture
def say(service):
    """One message to the service, as another program sends it."""

    def send(
        content: str, base: MessageRequest = MODEL, file: Path | None = None, **more: object
    ) -> MessageReply:
        async def sending() -> MessageReply:
            request = msgspec.structs.replace(base, content=content, **more)
            async with BackboardApi(service.api) as api:
                files = MessageFiles(files=(file,) if file else ())
                return await api.messages.send(request, files)

        return asyncio.run(sending())

    return send


def test_a_thread_is_shown_with_all_that_belongs_to_it(shell, say, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("Roses are red.")
    thread_id = say("think hm yes | hello", file=notes).thread_id
    say("draw a cat", DRAWING, thread_id=thread_id)
    text = shell.text("threads", "show", thread_id)
    assert "[file notes.txt, " in text
    assert "[reasoning of 6 characters; --reasoning shows it]" in text
    assert 'generate_image({"prompt":"a cat"})' in text
    assert "generate_image -> " in text
    assert "[image/png (" in text
    assert "hm yes\n\nhello" in shell.text("threads", "show", thread_id, "--reasoning")
    roles = [one["role"] for one in shell.value("threads", "show", thread_id)["messages"]]
    assert roles == ["user", "assistant", "user", "assistant", "tool", "assistant"]


def test_a_run_that_waits_is_given_its_outputs(shell, say, tmp_path):
    asked = say('call get_weather {"city": "Oslo"}', tools=[WEATHER])
    shown = shell.text("threads", "show", asked.thread_id)
    assert 'get_weather({"city": "Oslo"})' in shown
    assert "[waits for the outputs of its tools]" in shown
    [call] = asked.tool_calls
    tools = tmp_path / "tools.json"
    tools.write_text(json.dumps([WEATHER]))
    answer = ("threads", "answer-tool", asked.thread_id)
    assert shell.text(*answer, f"{call.id}=say 7 degrees", "--tools", tools) == "7 degrees\n"
    assert "no run" in shell.refusal(*answer, "8 degrees").lower()


def test_the_next_round_is_told_and_answered_too(shell, say, tmp_path, monkeypatch):
    asked = say('call get_weather {"city": "Oslo"}', tools=[WEATHER])
    answer = ("threads", "answer-tool", asked.thread_id)
    again = shell.text(*answer, 'call get_weather {"city": "Rome"}')
    assert 'get_weather({"city": "Rome"})' in again
    assert shell.value(*answer, "say warm")["content"] == "warm"


def test_a_run_that_waits_is_stopped(shell, say):
    asked = say("call get_weather {}", tools=[WEATHER])
    stopped = shell.value("threads", "stop", asked.thread_id)
    assert stopped == {"thread_id": asked.thread_id, "run_id": asked.run_id, "stopped": True}
    assert "[was stopped]" in shell.text("threads", "show", asked.thread_id)
    assert "Nothing runs" in shell.refusal("threads", "stop", asked.thread_id)


def test_an_empty_thread_is_made_and_deleted(shell):
    made = shell.value("threads", "create")
    assert shell.text("threads", "show", made["thread_id"]) == ""
    [deleted] = shell.value("threads", "delete", made["thread_id"])
    assert deleted == {"thread_id": made["thread_id"], "deleted": True}
    assert "no thread" in shell.refusal("threads", "show", made["thread_id"])


@pytest.fixture
def both(shell, say):
    """A thread of the journal and the two that stand behind it at the service."""
    remote = [say(f"say {number}").thread_id for number in (1, 2)]

    async def keep() -> None:
        journal = await JournalWriter.open(shell.folder)
        record = ThreadRecord(id="ours", created_at=1.0, updated_at=1.0, title="Numbers")
        await journal.save_thread(record)
        await journal.set_setting("thread:near:ours", remote[0])
        await journal.set_setting("thread:near:ours:tutor", remote[1])
        await journal.set_setting("thread:near:ours2", "another's")
        await journal.aclose()

    asyncio.run(keep())
    return remote


@pytest.mark.parametrize("named", ["ours", 0, 1])
def test_a_thread_is_deleted_here_and_at_the_service_by_any_of_its_ids(shell, both, named):
    words = both[named] if isinstance(named, int) else named
    [deleted] = shell.value("threads", "delete", words)
    assert deleted == {"thread_id": words, "deleted": True}
    assert JournalReader(shell.folder).thread("ours") is None
    for remote in both:
        assert "no thread" in shell.refusal("threads", "show", remote)


def test_a_thread_that_the_service_lost_is_deleted_here(shell, service, both):
    async def lose() -> None:
        async with BackboardApi(service.api) as api:
            for remote in both:
                await api.threads.delete(remote)

    asyncio.run(lose())
    shell.value("threads", "delete", "ours")
    assert JournalReader(shell.folder).thread("ours") is None


def test_an_open_window_is_asked_to_delete_its_thread(shell, both):
    def answer(intent: Intent) -> list[LinkEvent]:
        return [ThreadRemoved(intent.thread_id)] if isinstance(intent, DeleteThread) else []

    with background(open_window(shell.folder, answer)) as window:
        shell.value("threads", "delete", both[0])
    assert window.intents == [DeleteThread("ours")]


def test_each_thread_of_the_service_is_shown_as_itself(shell, both):
    for number, remote in enumerate(both, 1):
        assert f"say {number}" in shell.text("threads", "show", remote)


def test_they_are_listed_searched_and_exported(shell, say, tmp_path):
    shell.text("assistants", "create", "Lister")
    found = shell.value("assistants", "show", "Lister")
    thread = say("say the gate code is 4711", assistant_id=found["assistant_id"]).thread_id
    [listed] = shell.value("threads", "list", "--assistant", "Lister")
    assert (listed["thread_id"], listed["message_count"]) == (thread, 2)
    hits = shell.value("threads", "search", "GATE 4711")
    assert [(one["thread_id"], one["message"]["role"]) for one in hits] == [
        (thread, "assistant"),
        (thread, "user"),
    ]
    path = tmp_path / "thread.md"
    assert shell.value("threads", "export", thread, "--output", path) == {"path": str(path)}
    assert "**You**" in path.read_text()
    assert shell.value("threads", "export", thread)["thread_id"] == thread


@pytest.mark.parametrize(
    ("calls", "given", "outputs"),
    [
        (["a"], ["plain"], ["plain"]),
        (["a"], ["x=y"], ["x=y"]),
        (["a"], ["a="], [""]),
        (["a"], ["a=x=y"], ["x=y"]),
        (["a", "b"], ["b=2", "a=1"], ["1", "2"]),
    ],
)
def test_outputs_are_given_to_their_calls(calls, given, outputs):
    assert [one.output for one in outputs_for(calls, given)] == outputs


@pytest.mark.parametrize("given", [["1"], ["a=1"], ["a=1", "c=2"], ["a=1", "2"]])
def test_each_call_needs_its_output(given):
    with pytest.raises(InputError, match=r"CALL=OUTPUT|no output for b"):
        outputs_for(["a", "b"], given)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("search", " "), "nothing to search"),
        (("show", "nonsense"), "no thread"),
        (("stop", "nonsense"), "no thread"),
        (("answer-tool", "nonsense", "x"), "no thread"),
        (("list", "--limit", "0"), "from 1 to 10000"),
        (("create", "--assistant", "Nobody"), "no assistant"),
    ],
)
def test_nonsense_is_refused_in_words(shell, arguments, words):
    assert words in shell.refusal("threads", *arguments)
