"""``parley export`` and ``parley import``, alone and beside an open window's engine."""

from __future__ import annotations

import asyncio
import gettext
import json
from pathlib import Path

import pytest

from desktop_app import cli, prose
from desktop_app.engine.keeping_desk import KeepingDesk
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import Connection, Intent, LinkEvent, Phase, Welcome
from desktop_app.link.server import LinkServer
from desktop_app.processes.engine_note import leave_engine_note, remove_engine_note
from tests.export.conftest import everything, fill

TOKEN = "of this run"


@pytest.fixture
async def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("PARLEY_DATA_DIR", str(folder))
    journal = await JournalWriter.open(folder)
    await fill(journal, folder)
    await journal.aclose()
    return folder


class Window:
    """The engine of an open window, as far as it keeps things."""

    def __init__(self, folder: Path, journal: JournalWriter) -> None:
        self._folder = folder
        self.server = LinkServer(TOKEN, self._on_intent, self._snapshot)
        self.desk = KeepingDesk(
            journal,
            folder,
            ask=self._on_intent,
            publish=self.server.publish,
            wall=lambda: 1e9,
            clear_service=self._nothing,
            forget_at_service=self._not_even_this,
        )

    async def _nothing(self) -> None:
        raise AssertionError("nobody asked for that")

    async def _not_even_this(self, older_than_s: float) -> None:
        raise AssertionError(f"nobody asked for that: {older_than_s} s")

    def _on_intent(self, intent: Intent) -> None:
        self.desk.take(intent)

    def _snapshot(self) -> list[LinkEvent]:
        return [Welcome("1", "t", Phase.READY, Connection.READY, "embedded")]


async def shell(*arguments: object) -> int:
    return await asyncio.to_thread(cli.run, [str(one) for one in arguments])


@pytest.mark.parametrize(
    ("name", "begin"),
    [("x.md", b"# Trams"), ("x.html", b"<!DOCTYPE"), ("x.pdf", b"%PDF"), ("x.zip", b"PK")],
)
def test_what_is_written_goes_by_the_name(qapp, data, tmp_path, capsys, name, begin):
    assert cli.run(["export", "t1", "--to", str(tmp_path / name)]) == 0
    assert (tmp_path / name).read_bytes().startswith(begin)
    assert capsys.readouterr().out == f"1 conversation in {tmp_path / name}.\n"


def test_the_last_one_is_found_by_that_word_and_scripts_get_json(data, tmp_path, capsys):
    to = tmp_path / "x"
    assert cli.run(["export", "last", "--format", "md", "--to", str(to), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {
        "path": str(to),
        "format": "md",
        "threads": 1,
        "size_bytes": to.stat().st_size,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", "x.md"],
        ["t1", "--all", "--to", "x.md"],
        ["t1", "--to", "x"],
        ["t9", "--to", "x.md"],
    ],
)
def test_what_is_not_clear_is_refused(data, tmp_path, capsys, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    assert cli.run(["export", *arguments]) == cli.CANNOT
    assert capsys.readouterr().err.startswith("parley: ")
    assert not (tmp_path / "x.md").exists()


def test_an_archive_comes_back_into_an_empty_folder(data, tmp_path, capsys, monkeypatch):
    to = tmp_path / "all.zip"
    assert cli.run(["export", "--all", "--to", str(to)]) == 0
    monkeypatch.setenv("PARLEY_DATA_DIR", str(tmp_path / "other"))
    capsys.readouterr()
    assert cli.run(["import", str(to)]) == 0
    assert capsys.readouterr().out == "New: 2 conversations, 4 messages.\n"
    assert everything(tmp_path / "other") == everything(data)
    assert cli.run(["import", str(to), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"threads": 0, "messages": 0}


def test_a_foreign_file_is_refused_in_one_line(data, tmp_path, capsys):
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"hello")
    assert cli.run(["import", str(bad)]) == cli.CANNOT
    said = capsys.readouterr().err
    assert "Nothing was changed." in said
    assert said.count("\n") == 1


async def test_beside_a_window_its_engine_imports(data, tmp_path, capsys, monkeypatch):
    to = tmp_path / "all.zip"
    assert await shell("export", "--all", "--to", to) == 0
    folder = tmp_path / "other"
    monkeypatch.setenv("PARLEY_DATA_DIR", str(folder))
    journal = await JournalWriter.open(folder)
    window = Window(folder, journal)
    leave_engine_note(folder, await window.server.start(), TOKEN)
    capsys.readouterr()
    assert await shell("import", to) == 0
    assert capsys.readouterr().out == "New: 2 conversations, 4 messages.\n"
    assert everything(folder) == everything(data)
    to.write_bytes(b"hello")
    assert await shell("import", to) == cli.CANNOT
    assert "no archive of conversations" in capsys.readouterr().err
    remove_engine_note(folder)
    await window.desk.aclose()
    await window.server.aclose()
    await journal.aclose()


def test_the_command_line_speaks_the_language_of_the_settings(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PARLEY_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("PARLEY_LANGUAGE")
    (tmp_path / "settings.json").write_text('{"appearance": {"language": "de"}}')
    try:
        assert cli.run(["export", "last", "--to", str(tmp_path / "a.md")]) == cli.CANNOT
    finally:
        prose.use_catalogue(gettext.NullTranslations())
    assert capsys.readouterr().err == "parley: Hier gibt es noch keine Unterhaltung.\n"
