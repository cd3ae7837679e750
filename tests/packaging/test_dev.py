"""dev.py understands its words and says honestly how it went."""

from __future__ import annotations

import subprocess
import sys

import dev
import pytest
from console import ROOT, StopError


def test_words_after_test_go_to_pytest():
    options = dev._options(["test", "tests/audio", "-k", "ring", "--no-system"])
    assert options.more == ["tests/audio", "-k", "ring"]
    assert options.system is False


def test_words_that_a_command_does_not_know_are_refused(capsys):
    with pytest.raises(SystemExit):
        dev._options(["check", "--fast"])
    assert "unknown: --fast" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("together", "alone", "whole"),
    [(0, 0, 0), (1, 0, 1), (0, 1, 1), (5, 0, 0), (0, 5, 0), (5, 5, 5), (1, 5, 1), (2, 1, 2)],
)
def test_both_runs_count_and_one_may_be_empty(together, alone, whole):
    assert dev._both(together, alone) == whole


def test_tests_run_side_by_side_and_those_with_sound_or_screen_after_the_others(monkeypatch):
    runs = []
    monkeypatch.setattr("environment.prepare", lambda **_: None)
    monkeypatch.setattr(dev.os, "cpu_count", lambda: 3)
    monkeypatch.setattr(dev, "run", lambda words, environment: runs.append((words, environment)))
    monkeypatch.setattr(dev, "_both", lambda *_: 0)
    assert dev.main(["test", "-x"]) == 0
    quiet, loud = [words for words, _ in runs]
    assert quiet[quiet.index("-m", 2) + 1] == "not (sound or screen or live)"
    assert loud[loud.index("-m", 2) + 1] == "(sound or screen) and not live"
    for words, environment in runs:
        assert words[words.index("-n") + 1] == "3"
        assert words[-1] == "-x"
        assert environment["PYTHONDONTWRITEBYTECODE"] == "", "each process would compile all"


@pytest.mark.parametrize("word", ["-m", "-mgui", "-n", "-n4", "--collect-only", "--co"])
def test_a_choice_of_ones_own_replaces_the_two_runs(word):
    assert dev._chooses_tests(["tests", word])


def test_a_folder_or_a_keyword_does_not():
    assert not dev._chooses_tests(["tests/audio", "-k", "mine", "-x"])


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_a_linux_machine_has_a_screen_when_it_says_so(monkeypatch, variable):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not dev._has_screen()
    monkeypatch.setenv(variable, ":0")
    assert dev._has_screen()


def test_what_a_person_must_do_ends_with_2(monkeypatch, capsys):
    def stop(**_: bool) -> None:
        raise StopError("Please install it:\n    sudo apt-get install -y xvfb")

    monkeypatch.setattr("environment.prepare", stop)
    assert dev.main(["setup"]) == 2
    assert "sudo apt-get install -y xvfb" in capsys.readouterr().err


def test_an_unsupported_python_hands_over_to_a_supported_one(monkeypatch):
    handed = []
    monkeypatch.setattr(dev, "is_supported", lambda _: False)
    monkeypatch.setattr(dev, "find_supported", lambda: "/somewhere/python3.12")
    monkeypatch.setattr(subprocess, "call", lambda words: handed.append(words) or 7)
    assert dev.main(["check"]) == 7
    assert handed[0][0] == "/somewhere/python3.12"
    assert handed[0][-1] == "check"


def test_without_any_supported_python_it_says_which_are(monkeypatch, capsys):
    monkeypatch.setattr(dev, "is_supported", lambda _: False)
    monkeypatch.setattr(dev, "find_supported", lambda: None)
    assert dev.main(["check"]) == 2
    assert "3.11, 3.12, 3.13" in capsys.readouterr().out


def test_it_starts_from_any_folder_and_lists_its_commands(tmp_path):
    asked = subprocess.run(
        [sys.executable, ROOT / "packaging" / "dev.py", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    for command in ("setup", "run", "test", "check", "bench", "lock"):
        assert command in asked.stdout


@pytest.mark.parametrize("screen", [True, False])
def test_run_opens_the_window_or_holds_the_conversation_without_one(monkeypatch, capsys, screen):
    started = []
    monkeypatch.setattr("environment.prepare", lambda **_: None)
    monkeypatch.setattr(dev, "_has_screen", lambda: screen)
    monkeypatch.setattr(
        dev, "run", lambda words: started.append([str(word) for word in words]) or 0
    )
    assert dev.main(["run"]) == 0
    assert ("demo" in started[0]) is not screen
    assert ("no screen" in capsys.readouterr().out) is not screen


@pytest.mark.parametrize(
    ("words", "wants_it"),
    [([], True), (["retrieval", "--record"], True), (["streams"], False)],
)
def test_bench_measures_without_an_embedder_where_the_network_is_away(
    monkeypatch, capsys, words, wants_it
):
    started = []

    def refuse() -> None:
        raise StopError("Is the network there?")

    monkeypatch.setattr("environment.prepare", lambda **_: None)
    monkeypatch.setattr("environment.add_embedder", refuse)
    monkeypatch.setattr(dev, "run", lambda words: started.append(words[1:]) or 0)
    assert dev.main(["bench", *words]) == 0
    assert started == [["-m", "tests.benchmarks", *words]]
    assert ("by words alone. Is the network there?" in capsys.readouterr().out) is wants_it
