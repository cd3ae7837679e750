"""The commands on the API as people run them: real processes over one data folder."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_app import settings
from desktop_app.journal.records import TurnTimes
from desktop_app.protocol.motion_jpeg import read_motion_jpeg
from desktop_app.settings import ProfileSettings, Settings
from tests.fakes.openai_audio_server import KEY, openai_audio_server
from tests.fakes.openai_server import openai_server
from tests.fakes.service import RealService, real_service
from tests.journeys.test_command_line import DEMO, parley, refusal_of, rows_of


def told(*arguments: str | Path) -> list[dict[str, Any]]:
    """What a command gives to scripts: events of a conversation, or one value."""
    done = parley(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    [*rows] = rows_of(done)
    if arguments[0] in ("ask", "talk"):
        return rows
    [value] = rows
    return value if isinstance(value, list) else [value]


def reply_in(rows: list[dict[str, Any]]) -> str:
    saved = [row["message"] for row in rows if row["type"] == "message_saved"]
    return str(next(one["text"] for one in reversed(saved) if one["role"] == "assistant"))


def test_threads_are_listed_shown_searched_exported_and_deleted(tmp_path):
    parley("ask", "what is seven times eight")
    parley("ask", "remember that the gate code is 4711")
    newest, first = told("threads", "list")
    assert first["first_user_message"] == "what is seven times eight"
    assert first["message_count"] == 2
    shown = parley("threads", "show", first["thread_id"]).stdout
    assert "what is seven times eight" in shown
    assert "56" in shown
    assert [row["thread_id"] for row in told("threads", "search", "GATE code")] == [
        newest["thread_id"]
    ] * len(told("threads", "search", "GATE code"))
    parley("threads", "export", "last", "--output", tmp_path / "thread.md")
    assert "**You**" in (tmp_path / "thread.md").read_text()
    [whole] = told("threads", "export", first["thread_id"], "--format", "json")
    assert [one["role"] for one in whole["messages"]] == ["user", "assistant"]
    assert parley("threads", "delete", first["thread_id"]).returncode == 0
    assert [row["thread_id"] for row in told("threads", "list")] == [newest["thread_id"]]
    assert "no thread" in refusal_of(parley("threads", "show", first["thread_id"]))


def test_a_question_goes_on_in_the_last_thread_or_in_any_other():
    parley("ask", "what is two plus two")
    parley("ask", "what is three plus three", "--thread", "last")
    [thread] = told("threads", "list")
    assert thread["message_count"] == 4
    parley("ask", "what is four plus four", "--thread", thread["thread_id"])
    assert told("threads", "list")[0]["message_count"] == 6
    parley("ask", "what is five plus five", "--thread", "new")
    assert len(told("threads", "list")) == 2


def test_documents_are_added_until_they_can_be_searched(tmp_path):
    notes = tmp_path / "notes.md"
    notes.write_text("# Garden\n\nThe roses are watered on Tuesdays.\n")
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    [document] = told("documents", "add", notes)
    assert (document["status"], document["filename"]) == ("indexed", "notes.md")
    done = parley("documents", "add", empty, tmp_path / "missing.pdf", tmp_path / "a.exe")
    assert done.returncode == 2
    assert len(done.stdout.splitlines()) == 3
    assert "3 of 3 files" in done.stderr
    [listed] = told("documents", "list")
    assert listed["document_id"] == document["document_id"]
    assert "indexed" in parley("documents", "status", document["document_id"]).stdout
    assert "Tuesdays" in parley("ask", "when are the roses watered").stdout
    assert parley("documents", "delete", document["document_id"]).returncode == 0
    assert told("documents", "list") == []


def test_a_file_goes_along_with_a_question(tmp_path):
    notes = tmp_path / "rota.txt"
    notes.write_text("The bins are emptied on Friday mornings.\n")
    done = parley("ask", "when are the bins emptied", "--file", notes)
    assert done.returncode == 0, done.stderr
    assert "Friday" in done.stdout
    assert "rota.txt" in done.stdout
    [thread] = told("threads", "list")
    [document] = told("documents", "list", "--thread", thread["thread_id"])
    assert document["filename"] == "rota.txt"


def test_a_file_that_cannot_be_read_is_told_beside_the_answer(tmp_path):
    broken = tmp_path / "minutes.docx"
    broken.write_bytes(b"PK\x03\x04 and no more")
    done = parley("ask", "what is two plus two", "--file", broken)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "That is 4.")
    assert "minutes.docx could not be read" in done.stderr


def test_a_recorded_question_is_answered_aloud(tmp_path):
    spoken = tmp_path / "answer.wav"
    rows = told("ask", "--audio", DEMO / "ten_miles_in_kilometers.wav", "--speak", spoken)
    questions = [
        row["message"]["text"]
        for row in rows
        if row["type"] == "message_saved" and row["message"]["role"] == "user"
    ]
    assert questions[-1] == "what is ten miles in kilometers"
    assert "16.09" in reply_in(rows)
    with wave.open(str(spoken)) as file:
        assert file.getframerate() == 24_000
        assert 1.0 < file.getnframes() / 24_000 < 10.0


def test_an_answer_that_could_not_be_spoken_is_shown_and_the_reason_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PARLEY_OPENAI_KEY", "sk-nobody")
    monkeypatch.setenv("PARLEY_OPENAI_URL", "http://127.0.0.1:9/v1")
    asked = ("ask", "what is two plus two", "--model", "builtin/basic")
    done = parley(*asked, "--speak", tmp_path / "answer.wav")
    assert (done.returncode, done.stdout.splitlines()[0]) == (2, "That is 4.")
    assert "not spoken" in done.stderr
    assert "OpenAI cannot be reached" in done.stderr
    assert "sk-nobody" not in done.stdout + done.stderr


def test_a_picture_is_drawn_and_changed_by_its_id(tmp_path):
    first, second = tmp_path / "cat.png", tmp_path / "blue.png"
    rows = told("ask", "draw a red cat", "--image", first)
    [picture] = [row["picture"] for row in rows if row["type"] == "picture_saved"]
    assert first.read_bytes().startswith(b"\x89PNG")
    change = f"make {picture['remote_id']} blue"
    told("ask", change, "--thread", "last", "--image", second)
    assert second.read_bytes().startswith(b"\x89PNG")
    assert second.read_bytes() != first.read_bytes()


def test_a_video_is_made_in_words_and_one_from_a_picture_and_both_are_named(tmp_path):
    first, still, second = tmp_path / "boat.avi", tmp_path / "cat.png", tmp_path / "cat.mp4"
    rows = told("ask", "make a video of a red boat", "--video", first)
    [video] = [row["picture"] for row in rows if row["type"] == "picture_saved"]
    assert (video["mime_type"], video["prompt"]) == ("video/x-msvideo", "a red boat")
    told("ask", "draw a red cat", "--image", still)
    directly = ("--field", "operation=generate_video", "--file", still)
    done = parley("ask", "it walks away", *directly, "--video", second)
    assert done.stdout.splitlines()[-1] == f"Video   {second.with_suffix('.avi')}", done.stderr
    for path in (first, second.with_suffix(".avi")):
        with path.open("rb") as file:
            film = read_motion_jpeg(file)
            assert film is not None
            assert film.duration_s >= 1
            assert film.frames[-1].read(file).startswith(b"\xff\xd8")
    assert "[video/x-msvideo (" in parley("threads", "show", "last").stdout
    refused = parley("ask", "what is two plus two", "--video", tmp_path / "none.avi")
    assert "No video was made" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask", "hi", "--file", "missing.pdf"), "no file"),
        (("ask", "hi", "--model", "nobody/nothing"), "not connected"),
        (("ask", "hi", "--model", "nobody"), "provider/name"),
        (("ask", "hi", "--speak", "answer.mp3"), ".wav"),
        (("ask", "hi", "--assistant", "Nobody"), "no assistant"),
        (("ask", "hi", "--thread", "11111111-1111-4111-8111-111111111111"), "no thread"),
        (("ask", "hi", "--profile", "other"), "no profile"),
        (("ask", "hi", "--profile", "backboard"), "no key"),
        (("ask", "hi", "--memory", "perhaps"), "perhaps"),
        (("threads", "show", "last"), "no thread"),
        (("threads",), "what"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(arguments, words):
    assert words in refusal_of(parley(*arguments)).lower()


def test_a_profile_is_another_service_with_threads_of_its_own(tmp_path, monkeypatch):
    folder = Path(os.environ["PARLEY_DATA_DIR"])
    with real_service(tmp_path / "elsewhere") as service:
        folder.mkdir(parents=True, exist_ok=True)
        profiles = {"near": {"base_url": service.api.base_url}}
        (folder / "settings.json").write_text(json.dumps({"profiles": profiles}))
        monkeypatch.setenv("PARLEY_PROFILE_KEY", service.api.key)
        parley("ask", "what is seven times eight", "--profile", "near")
        [there] = told("threads", "list", "--profile", "near")
        assert there["first_user_message"] == "what is seven times eight"
        monkeypatch.setenv("PARLEY_PROFILE_KEY", "wrong")
        refused = refusal_of(parley("threads", "list", "--profile", "near"))
    assert "key" in refused
    assert service.api.key not in refused
    assert told("threads", "list") == []


def test_the_last_thread_is_the_services_last_whoever_wrote_in_it(tmp_path, monkeypatch):
    with real_service(tmp_path / "elsewhere") as service:
        monkeypatch.setenv("PARLEY_PROFILE_KEY", service.api.key)
        profiles = {"near": {"base_url": service.api.base_url}}
        for folder in (tmp_path / "one", tmp_path / "other"):
            folder.mkdir()
            (folder / "settings.json").write_text(json.dumps({"profiles": profiles}))
            monkeypatch.setenv("PARLEY_DATA_DIR", str(folder))
            parley("ask", f"what is two plus {len(folder.name)}", "--profile", "near")
        monkeypatch.setenv("PARLEY_DATA_DIR", str(tmp_path / "one"))
        parley("ask", "what is one plus one", "--profile", "near", "--thread", "last")
        newest, first = told("threads", "list", "--profile", "near")
    assert (newest["first_user_message"], newest["message_count"]) == ("what is two plus 5", 4)
    assert first["message_count"] == 2


def test_a_service_that_cannot_be_reached_is_not_waited_for():
    folder = Path(os.environ["PARLEY_DATA_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    profiles = {"gone": {"base_url": "http://127.0.0.1:9/api"}}
    (folder / "settings.json").write_text(json.dumps({"profiles": profiles}))
    for command in (("ask", "hi"), ("threads", "list")):
        assert "cannot be reached" in refusal_of(parley(*command, "--profile", "gone"))


def test_a_reader_that_goes_away_does_not_matter():
    parley("ask", "hello")
    command = f"{json.dumps(sys.executable)} -m desktop_app threads list --json | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


async def test_a_models_call_is_answered_by_a_program_and_its_words_follow(tmp_path, monkeypatch):
    tools = tmp_path / "tools.json"
    tools.write_text('[{"name": "weather", "parameters": {"type": "object"}}]')
    program = tmp_path / "weather.py"
    program.write_text("import sys\nprint(sys.argv[1], sys.stdin.read(), 'is sunny')\n")
    async with openai_server() as server:
        monkeypatch.setenv("PARLEY_LANGUAGE_URL", server.url)
        rows = await asyncio.to_thread(
            told,
            *("ask", "please call weather", "--tools", tools),
            *("--tool-command", f"{sys.executable} {program}"),
        )
        [wanted] = [row for row in rows if row["type"] == "tools_wanted"]
        assert [call["name"] for call in wanted["calls"]] == ["weather"]
        assert reply_in(rows) == 'You said: weather {"number": 0} is sunny'


WAYS: dict[str, tuple[Callable[[RealService], ProfileSettings], tuple[str, ...]]] = {
    "gateway": (lambda near: ProfileSettings(near.api.base_url, near.voice.url), ()),
    "voice socket": (lambda near: ProfileSettings(near.api.base_url), ()),
    "realtime": (lambda near: ProfileSettings(near.api.base_url, realtime="builtin/basic"), ()),
    "messages": (
        lambda near: ProfileSettings(near.api.base_url),
        ("--stt", "openai/gpt-4o-mini-transcribe"),  # no voice socket hears with that
    ),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_spoken_turn_has_every_stage_whichever_way_it_goes(way, tmp_path, monkeypatch):
    monkeypatch.setenv("PARLEY_DATA_DIR", str(tmp_path))
    question = DEMO / "ten_miles_in_kilometers.wav"
    profile, flags = WAYS[way]
    async with openai_audio_server() as audio, openai_server() as language:
        providers = {
            "PARLEY_OPENAI_KEY": KEY,
            "PARLEY_OPENAI_URL": f"{audio.http.url}/v1",
            "PARLEY_LANGUAGE_URL": language.url,
        }
        with real_service(tmp_path / "elsewhere", providers) as service:
            settings.save(tmp_path / "settings.json", Settings(profiles={"near": profile(service)}))
            monkeypatch.setenv("PARLEY_PROFILE_KEY", service.api.key)
            arguments = ("talk", "--input", question, "--profile", "near", *flags)
            rows = await asyncio.to_thread(told, *arguments, "--output", tmp_path / "a.wav")
    asked = next(
        row["message"]["text"]
        for row in reversed(rows)
        if row["type"] == "message_saved" and row["message"]["role"] == "user"
    )
    heard = {"voice socket", "realtime"}  # by the built-in recogniser; the others by a stand-in
    assert asked == ("what is ten miles in kilometers" if way in heard else "what time is it")
    known = "10 miles is about 16.09 kilometers."
    assert reply_in(rows) == (known if way == "realtime" else f"You said: {asked}")
    with wave.open(str(tmp_path / "a.wav")) as spoken:
        assert spoken.getnframes() > 0
    [timed] = [row for row in rows if row["type"] == "turn_timed"]
    assert list(timed["waterfall_ms"]) == list(TurnTimes.__struct_fields__), "every stage"
    stages = list(timed["waterfall_ms"].values())
    assert stages == sorted(stages)
