"""The command line as people run it: real processes, the real service, recorded questions."""

import json
import os
import re
import socket
import struct
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.journal.records import TurnTimes
from desktop_app.version import __version__

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "resources" / "demo"
WITHIN_S = 60


def parley(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "desktop_app", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        stdin=subprocess.DEVNULL,
    )


def write_wav(path: Path, pcm: bytes, *, rate: int = 16_000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm)
    return path


def rows_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def refusal_of(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that says why a command was refused."""
    assert done.returncode == 2, done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("parley: "), lines
    assert re.search(r"[^.]\.$", lines[0]), lines
    return lines[0]


def test_a_recorded_question_is_heard_answered_and_spoken(tmp_path):
    reply = tmp_path / "reply.wav"
    done = parley("talk", "--input", DEMO / "ten_miles_in_kilometers.wav", "--output", reply)
    assert done.returncode == 0, done.stderr
    assert "You     what is ten miles in kilometers" in done.stdout
    assert "16.09 kilometers" in done.stdout
    with wave.open(str(reply)) as file:
        assert file.getframerate() == 24_000
        assert 1.0 < file.getnframes() / 24_000 < 10.0


def test_several_recordings_are_turns_of_one_conversation_with_their_times():
    done = parley(
        "talk",
        "--json",
        "--input",
        DEMO / "remember_green.wav",
        "--input",
        DEMO / "favorite_color.wav",
    )
    assert done.returncode == 0, done.stderr
    rows = rows_of(done)
    timed = [row for row in rows if row["type"] == "turn_timed"]
    assert [row["turn"] for row in timed] == [1, 2]
    for row in timed:
        stages = list(row["waterfall_ms"].values())
        assert list(row["waterfall_ms"]) == list(TurnTimes.__struct_fields__), "every stage"
        assert next(iter(row["waterfall_ms"])) == "speech_end"
        assert stages == sorted(stages)
    answers = [
        row["message"]["text"]
        for row in rows
        if row["type"] == "message_saved" and row["message"]["role"] == "assistant"
    ]
    assert "green" in answers[-1]


def test_a_typed_question_is_answered():
    done = parley("ask", "what is seven times eight")
    assert done.returncode == 0, done.stderr
    assert "56" in done.stdout


def test_a_question_finds_what_an_earlier_command_was_told():
    assert parley("ask", "remember that my bicycle is red").returncode == 0
    assert "red" in parley("ask", "what is my bicycle").stdout


def test_an_mp3_in_stereo_at_another_rate_is_understood(tmp_path):
    samples, _ = soundfile.read(DEMO / "ten_miles_in_kilometers.wav", dtype="float32")
    wide = np.repeat(np.repeat(samples, 3)[:, None], 2, axis=1)  # 48 kHz, two channels
    path = tmp_path / "wide.mp3"
    soundfile.write(path, wide, 48_000)
    done = parley("talk", "--input", path)
    assert done.returncode == 0, done.stderr
    assert "kilometers" in done.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"RIFF\x00\x00", "broken.wav"), (b"this is no sound at all", "broken.wav")],
)
def test_a_file_that_is_no_recording_is_refused_in_one_line(tmp_path, content, words):
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    assert words in refusal_of(parley("talk", "--input", path))


def test_a_missing_file_is_refused_in_one_line(tmp_path):
    assert "nothing.wav" in refusal_of(parley("talk", "--input", tmp_path / "nothing.wav"))


def test_a_recording_without_speech_is_said_to_hold_none(tmp_path):
    path = write_wav(tmp_path / "silence.wav", bytes(32_000))
    assert "No speech was heard" in refusal_of(parley("talk", "--input", path))


def test_an_empty_question_is_refused_and_scripts_are_told_the_code():
    assert "empty" in refusal_of(parley("ask", "  "))
    error = json.loads(parley("ask", "  ", "--json").stderr)["error"]
    assert (error["code"], "empty" in error["message"]) == ("ask.empty", True)


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("PARLEY_DATA_DIR", str(blocked / "data"))
    assert str(blocked) in refusal_of(parley("ask", "what time is it"))


def test_a_port_that_is_taken_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in refusal_of(parley("serve", "--port", str(port)))


def test_a_port_that_no_computer_has_is_named():
    assert "no port 99999" in refusal_of(parley("serve", "--port", "99999"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dance"], "There is no 'dance' here, only window, talk"),
        (["threads", "lst"], "There is no 'lst' here, only list, show"),
        (["models", "list", "--type", "x"], "There is no 'x' here, only chat"),
        (["talk"], "--input"),
        (["ask"], "text"),
        (["serve", "--port", "many"], "many"),
        (["ask", "hello", "--loud"], "--loud"),
        (["--loud"], "--loud"),
        (["--theme", "pink"], "--theme is light, dark or system"),
        (["window", "--size", "big"], "--size is WIDTHxHEIGHT"),
        (["window", "--size", "1280x²"], "--size is WIDTHxHEIGHT"),
        (["--theme", "dark", "ask"], "ask is not understood"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_one_line(arguments, words):
    assert words in refusal_of(parley(*arguments))


@pytest.mark.skipif(sys.platform != "linux", reason="there is always a screen elsewhere")
def test_a_window_without_a_screen_is_refused_in_one_line(monkeypatch):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert "no screen" in refusal_of(parley())


def test_the_version_is_said():
    done = parley("--version")
    assert (done.returncode, done.stdout) == (0, f"parley {__version__}\n")


def test_help_names_every_command_and_the_windows_flags():
    done = parley("--help")
    assert done.returncode == 0
    for word in ("window", "talk", "ask", "demo", "doctor", "serve", "--theme", "--version"):
        assert word in done.stdout


def test_an_address_that_others_could_reach_is_refused():
    assert "not encrypted" in refusal_of(parley("serve", "--host", "0.0.0.0"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_what_is_kept_is_for_this_user_alone_whatever_the_folder_allows():
    folder = Path(os.environ["PARLEY_DATA_DIR"])
    folder.mkdir(mode=0o755)
    assert parley("ask", "what time is it").returncode == 0
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert {"journal.sqlite3", "service.sqlite3"} <= {path.name for path in kept}
    open_to_others = [path.name for path in kept if path.stat().st_mode & 0o077]
    assert not open_to_others


def test_the_demo_leaves_a_reply_and_a_picture(tmp_path):
    done = parley("demo", "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "reply.wav").stat().st_size > 24_000
    assert (tmp_path / "out" / "window.png").read_bytes().startswith(b"\x89PNG")


def test_the_picture_is_whole_and_leaves_the_window_where_it_was(tmp_path):
    places = Path(os.environ["PARLEY_DATA_DIR"]) / "window.ini"
    for name in ("first", "second"):
        assert parley("demo", "--output", tmp_path / name).returncode == 0
        width_and_height = (tmp_path / name / "window.png").read_bytes()[16:24]
        assert struct.unpack(">II", width_and_height) == (1280, 800)
    assert "geometry" not in places.read_text()


def test_the_doctor_speaks_json_and_says_whether_a_conversation_is_possible():
    done = parley("doctor", "--json")
    findings = rows_of(done)
    assert done.returncode in (0, 2)
    assert "service" in {finding["part"] for finding in findings}, findings


def test_no_command_leaves_a_process_behind():
    assert parley("ask", "what time is it").returncode == 0
    folder = os.environ["PARLEY_DATA_DIR"]
    if Path("/proc").exists():
        lines = [
            path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()
        ]
        assert not [line for line in lines if folder.encode() in line]
