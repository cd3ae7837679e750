"""``parley ask``: tools that nobody answers wait, and a question that is stopped leaves no half."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

import pytest

from desktop_app.audio.wav import read_wav
from desktop_app.client.addresses import ApiAddress
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import MessageStatus
from tests.commands.api.test_assistants import WEATHER
from tests.fakes.loop_thread import background

MODEL = ("--model", "openai/gpt-4.1")
CALL = 'call get_weather {"city": "Oslo"}'
STALLS_AT = 1 << 20

no_signals = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no such signal for one process"
)


@pytest.fixture
def tools(tmp_path):
    path = tmp_path / "tools.json"
    path.write_text(json.dumps([WEATHER]))
    return path


def test_calls_that_nobody_answers_are_told_and_answered_by_another_command(shell, tools):
    text = shell.text("ask", CALL, "--tools", tools, *MODEL)
    calls, following = text.splitlines()
    assert calls == 'Calls   get_weather({"city": "Oslo"})  call_0_0'
    command = following.removeprefix("Next    parley ").replace("OUTPUT", "say warm").split(" ", 3)
    assert shell.text(*command) == "warm\n"


def test_scripts_are_told_the_run_that_waits(shell, tools):
    done = shell.run("ask", CALL, "--tools", tools, *MODEL, "--json")
    rows = [json.loads(line) for line in done.out.splitlines()]
    waits = rows[-1]
    assert (done.code, done.err, waits["type"]) == (0, "", "reply_waits")
    assert [call["name"] for call in waits["calls"]] == ["get_weather"]
    output = f"{waits['calls'][0]['id']}=say 7 degrees"
    answer = ("threads", "answer-tool", waits["thread_id"], output, "--run", waits["run_id"])
    assert shell.value(*answer)["content"] == "7 degrees"


def test_functions_of_the_assistant_itself_are_asked_for_too(shell, tools):
    shell.text("assistants", "create", "Caller", "--tools", tools)
    assert "Calls   get_weather" in shell.text("ask", CALL, "--assistant", "Caller", *MODEL)


def test_reasoning_is_shown_when_it_is_asked_for(shell):
    asked = ("ask", "think hm yes | hello", *MODEL)
    assert shell.text(*asked).splitlines()[0] == "hello"
    assert shell.text(*asked, "--reasoning").startswith("Thinks  hm yes\n\nhello\n")


def test_the_model_is_told_what_was_given_this_once(shell):
    told = shell.text("ask", "tell system", "--system-prompt", "Speak like a pirate.", *MODEL)
    assert "Speak like a pirate." in told
    by_name = shell.text("ask", "tell system", "--field", "system_prompt=Be brief.", *MODEL)
    assert "Be brief." in by_name
    assert "pirate" not in by_name


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("hi", "--tools", "nowhere.json"), "cannot be read"),
        (("hi", "--tool-command", "'"), "cannot be read"),
        (("hi", "--tool-command", " "), "is empty"),
        (("hi", "--field", "nonsense=1"), "NAME=VALUE"),
        (("hi", "--think", "much"), "There is no 'much' here"),
        (("hi", "--speak", "a.wav", "--tts", "tts-1"), "is not PROVIDER/NAME"),
        (("hi", "--voice", "nova"), "without --speak"),
    ],
)
def test_nonsense_is_refused_in_words(shell, arguments, words):
    assert words in shell.refusal("ask", *arguments)


def test_bar_45_whoever_is_named_speaks_the_answer(shell, tmp_path):
    sound = tmp_path / "answer.wav"
    asked = ("ask", "hi", "--speak", sound, "--tts", "builtin/basic", "--voice")
    shell.text(*asked, "de")
    assert len(read_wav(sound)) > 8_000
    assert "There is no voice" in shell.refusal(*asked, "nobody")


def test_an_answer_is_spoken_as_fast_as_the_settings_say(shell, tmp_path):
    path, lengths = shell.folder / "settings.json", {}
    settings = json.loads(path.read_text())
    for percent in (100, 200):
        path.write_text(json.dumps({**settings, "voice": {"speed_percent": percent}}))
        sound = tmp_path / f"{percent}.wav"
        shell.text("ask", "the same again and again", "--speak", sound, "--tts", "builtin/basic")
        lengths[percent] = len(read_wav(sound))
    assert 0.4 < lengths[200] / lengths[100] < 0.7


# ---- stopped by a person -------------------------------------------------------------------


def _hear_interruptions() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Running:
    """A command in a process of its own, which can be interrupted."""

    def __init__(self, *arguments: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "desktop_app", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_interruptions,  # whoever runs the tests may not
        )

    def row(self, kind: str) -> dict[str, object]:
        """The next event of that kind."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            found: dict[str, object] = json.loads(line)
            if found["type"] == kind:
                return found
        raise AssertionError(f"no {kind} came")

    def interrupted(self) -> tuple[int, str]:
        """Exit code and standard error after Ctrl+C."""
        self._process.send_signal(signal.SIGINT)
        _, said = self._process.communicate(timeout=30)
        return self._process.returncode, said


@no_signals
def test_an_answer_that_is_stopped_ends_at_the_service_too(shell):
    shell.text("assistants", "create", "Waiter")
    asking = Running("ask", "wait", "--assistant", "Waiter", *MODEL, "--json")
    asking.row("reply_grew")
    code, said = asking.interrupted()
    assert (code, json.loads(said)["error"]["code"]) == (130, "ask.stopped")
    [thread] = shell.value("threads", "list", "--assistant", "Waiter")
    assert "[was stopped]" in shell.text("threads", "show", thread["thread_id"])


class Stalling:
    """Passes everything on to a service until an upload has brought its first part."""

    def __init__(self, api: ApiAddress) -> None:
        self._target = urlsplit(api.base_url)
        self._is_over = asyncio.Event()
        self._host = b""
        self.has_stalled = threading.Event()
        self.api_url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Stalling]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}".encode()
        self.api_url = f"http://{self._host.decode()}{self._target.path}"
        async with server:
            yield self
            self._is_over.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection(self._target.hostname, self._target.port)
        with suppress(ConnectionError, ExceptionGroup):
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pass_on(reader, forth, STALLS_AT))
                ways.create_task(self._pass_on(back, writer))
        for one in (forth, writer):
            one.close()

    async def _pass_on(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, up_to: int = 1 << 40
    ) -> None:
        passed = 0
        while passed < up_to and (data := await source.read(1 << 16)):
            passed += len(data)
            target.write(data.replace(self._host, self._target.netloc.encode()))
            await target.drain()
        if passed >= up_to:
            self.has_stalled.set()
            await self._is_over.wait()  # nothing is read any more
        target.close()


@pytest.fixture
def film(tmp_path):
    """A large file that takes no room."""
    path = tmp_path / "film.mp4"
    with path.open("wb") as file:
        file.truncate(64 << 20)
    return path


@pytest.fixture
def stalling(shell, service) -> Iterator[Stalling]:
    with background(Stalling(service.api).running()) as running:
        profiles = {"near": {"base_url": running.api_url}}
        settings = {"profile": "near", "profiles": profiles}
        (shell.folder / "settings.json").write_text(json.dumps(settings))
        yield running


@no_signals
def test_a_question_that_is_stopped_while_its_file_is_sent_was_not_sent(shell, stalling, film):
    shell.text("assistants", "create", "Stalled")
    asking = Running(
        "ask", "what is it", "--file", film, "--assistant", "Stalled", *MODEL, "--json"
    )
    assert asking.row("upload_advanced")["name"] == "film.mp4"
    code, said = asking.interrupted()
    assert code == 130
    assert "The question was not sent." in json.loads(said)["error"]["message"]
    [thread] = shell.value("threads", "list", "--assistant", "Stalled")
    assert thread["message_count"] == 0
    journal = JournalReader(shell.folder)
    [question] = journal.messages(journal.threads()[0].id)
    assert (question.status, question.error) == (MessageStatus.FAILED, "turn.interrupted")


@no_signals
def test_a_document_that_is_stopped_on_its_way_is_not_there(shell, stalling, film):
    shell.text("assistants", "create", "Shelf")
    adding = Running("documents", "add", film, "--assistant", "Shelf")
    assert stalling.has_stalled.wait(30)
    assert adding.interrupted() == (130, "parley: Stopped. film.mp4 was not sent.\n")
    assert shell.value("documents", "list", "--assistant", "Shelf") == []


@pytest.mark.parametrize(
    ("flag", "name"),
    [
        ("--file", "a.txt"),
        ("--audio", "a.wav"),
        ("--tools", "a.json"),
        ("--speak", "out.wav"),
        ("--image", "out.png"),
        ("--video", "out.mp4"),
    ],
)
def test_typed_questions_lose_nothing_that_should_go_along(shell, tmp_path, flag, name):
    questions = tmp_path / "q.json"
    questions.write_text(json.dumps({"a": {"type": "noul", "instructions": "Is it late?"}}))
    refused = shell.refusal("ask", "It is ten.", "--questions", questions, flag, tmp_path / name)
    assert f"asked without {flag}" in refused
