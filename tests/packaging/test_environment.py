"""An environment is known to be complete, or is completed."""

from __future__ import annotations

import json
from pathlib import Path

import environment
import lock
import pytest

LOCK = """\
# To run
httpx==1.0 \\
    --hash=sha256:00

# For tests and checks
pytest==8.0 \\
    --hash=sha256:11
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with an environment in which a Python starts."""
    (tmp_path / "requirements.lock").write_text(LOCK)
    (tmp_path / "pyproject.toml").write_text("[project]\nname='x'\n[build-system]\nrequires=[]\n")
    (tmp_path / "embedder.lock").write_text("embedder==0.1 --hash=sha256:22\n")
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text("#!/bin/sh\nexit 0\n")
    (programs / "python").chmod(0o755)
    (programs / "parley").write_text("")
    monkeypatch.setattr(lock, "LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(lock, "PROJECT", tmp_path / "pyproject.toml")
    for name, value in {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "PYTHON": programs / "python",
        "_PROGRAMS": programs,
        "EMBEDDER": tmp_path / "embedder.lock",
        "_STAMP": tmp_path / ".venv" / "parley-setup.json",
    }.items():
        monkeypatch.setattr(environment, name, value)
    return tmp_path


@pytest.fixture
def pip(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines of every pip that was run, and what its requirements file held."""
    calls: list[list[str]] = []

    def run(words, **_):
        words = [str(word) for word in words]
        held = Path(words[words.index("-r") + 1]).read_text() if "-r" in words else ""
        calls.append([*words, held])
        environment.VENV.mkdir(exist_ok=True)
        return 0

    monkeypatch.setattr(environment, "run", run)
    return calls


def test_the_first_time_installs_the_running_part_with_hashes(pip):
    environment.prepare(libraries=False)
    assert {"--require-hashes", "--no-deps"} < set(pip[0])
    assert "httpx==1.0" in pip[0][-1]
    assert "pytest" not in pip[0][-1]
    assert "--editable" in pip[1]


def test_the_second_time_installs_nothing(pip):
    environment.prepare(libraries=False)
    pip.clear()
    environment.prepare(libraries=False)
    assert pip == []


def test_development_adds_the_rest_and_then_serves_running_too(pip):
    environment.prepare(libraries=False)
    pip.clear()
    environment.prepare(development=True, libraries=False)
    assert "pytest==8.0" in pip[0][-1]
    pip.clear()
    environment.prepare(libraries=False)
    assert pip == []


@pytest.mark.parametrize("changed", ["requirements.lock", "pyproject.toml"])
def test_a_change_of_what_is_wanted_installs_again(pip, checkout, changed):
    environment.prepare(libraries=False)
    pip.clear()
    text = (checkout / changed).read_text()
    (checkout / changed).write_text(text.replace("httpx==1.0", "httpx==1.1").replace("'x'", "'y'"))
    environment.prepare(libraries=False)
    assert len(pip) == 2


def test_a_failed_install_is_not_taken_for_done(checkout, monkeypatch):
    monkeypatch.setattr(environment, "run", lambda *_, **__: 1)
    with pytest.raises(environment.StopError, match="Run the same command again"):
        environment.prepare(libraries=False)
    assert not (checkout / ".venv" / "parley-setup.json").exists()


def test_an_environment_of_another_place_is_made_again(pip, checkout):
    (checkout / ".venv" / "parley-setup.json").write_text(json.dumps({"root": "/elsewhere"}))
    environment.prepare(libraries=False)
    assert pip[0][1:3] == ["-m", "venv"]
    assert not (checkout / ".venv" / "bin").exists()


def test_a_broken_stamp_only_costs_time(pip, checkout):
    (checkout / ".venv" / "parley-setup.json").write_text("{half")
    environment.prepare(libraries=False)
    assert len(pip) == 2


def test_the_embedder_is_installed_once_and_without_what_it_asks_for(pip):
    environment.prepare(libraries=False)
    pip.clear()
    environment.add_embedder()
    environment.add_embedder()
    (words,) = pip
    assert {"--require-hashes", "--no-deps"} < set(words)
    assert "embedder==0.1" in words[-1]
    environment.prepare(libraries=False)
    assert len(pip) == 1
