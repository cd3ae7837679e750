"""Commands run in this process, on a real service with obedient providers behind it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from desktop_app import cli
from desktop_app.commands.api import session
from desktop_app.commands.questions import ask
from tests.fakes.loop_thread import background
from tests.fakes.obedient_providers import obedient_providers
from tests.fakes.service import RealService, real_service


@dataclass(frozen=True)
class Done:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


class Shell:
    """Runs commands as a person does, without a process for each.

    Attributes:
        folder: Their data and settings.
    """

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._capsys = capsys
        self.folder = folder

    def run(self, *arguments: object) -> Done:
        """One command to its end."""
        self._capsys.readouterr()
        code = cli.run([str(one) for one in arguments])
        said = self._capsys.readouterr()
        return Done(code, said.out, said.err)

    def text(self, *arguments: object) -> str:
        """What it says to people."""
        done = self.run(*arguments)
        assert (done.code, done.err) == (0, ""), done
        return done.out

    def value(self, *arguments: object) -> Any:
        """The one JSON value that it gives to scripts."""
        done = self.run(*arguments, "--json")
        assert (done.code, done.err) == (0, ""), done
        assert done.out.count("\n") == 1
        return json.loads(done.out)

    def refusal(self, *arguments: object) -> str:
        """The sentence that it refuses with, which scripts get with its code."""
        done = self.run(*arguments)
        scripts = self.run(*arguments, "--json")
        assert done.code == scripts.code == cli.CANNOT
        error = json.loads(scripts.err)["error"]
        assert done.err == f"parley: {error['message']}\n"
        assert error["code"]
        return str(error["message"])


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealService]:
    with (
        background(obedient_providers()) as providers,
        real_service(tmp_path_factory.mktemp("service"), providers.environment) as running,
    ):
        yield running


@pytest.fixture
def shell(
    service: RealService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """Its settings choose the running service."""
    # The log and its hooks are those of a process, and this one is that of the tests.
    for module in (session, ask):
        monkeypatch.setattr(module, "start_logging", lambda *_: None)
    monkeypatch.setenv("PARLEY_PROFILE_KEY", service.api.key)
    folder = Path(os.environ["PARLEY_DATA_DIR"])
    folder.mkdir(parents=True)
    profiles = {"near": {"base_url": service.api.base_url}}
    (folder / "settings.json").write_text(json.dumps({"profile": "near", "profiles": profiles}))
    return Shell(capsys, folder)
