"""Versions, folders, journal and keyring are examined without changing them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.commands.computer.examinations import machine
from desktop_app.commands.computer.examinations.finding import Finding, Verdict
from desktop_app.credentials import Credentials
from desktop_app.errors import StorageError


def _in(folder: Path) -> dict[str, str]:
    return {"PARLEY_DATA_DIR": str(folder)}


async def test_versions_name_the_interpreter():
    finding = await machine.versions()
    assert finding.verdict is Verdict.OK
    assert "Python 3." in finding.text


async def test_a_data_folder_with_room_is_fine(tmp_path: Path):
    finding = await machine.data_folder(_in(tmp_path / "data"))
    assert finding.verdict is Verdict.OK
    assert str(tmp_path / "data") in finding.text


async def test_little_space_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(machine, "_LITTLE_SPACE_BYTES", 1 << 60)
    finding = await machine.data_folder(_in(tmp_path))
    assert finding.verdict is Verdict.WARNING
    assert finding.advice


async def test_a_data_folder_that_cannot_be_made_is_an_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot write"):
        await machine.data_folder(_in(tmp_path / "file" / "data"))


async def test_no_journal_is_no_conversations(tmp_path: Path):
    finding = await machine.journal(_in(tmp_path))
    assert finding == Finding("journal", Verdict.OK, "No conversations yet.")


async def test_a_broken_journal_is_an_error(tmp_path: Path):
    from desktop_app.journal.schema import DATABASE_NAME

    (tmp_path / DATABASE_NAME).write_bytes(b"this is no database" * 100)
    with pytest.raises(StorageError):
        await machine.journal(_in(tmp_path))


class Answering:
    """A keyring that holds nothing."""

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("nothing is written")

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("nothing is removed")


async def test_a_keyring_that_answers_is_fine():
    finding = await machine.keyring(Credentials(Answering))
    assert finding.verdict is Verdict.OK


async def test_no_keyring_is_a_warning_only():
    finding = await machine.keyring(Credentials())
    assert finding.verdict is Verdict.WARNING
    assert finding.advice


@pytest.fixture
def locked() -> Iterator[threading.Event]:
    """A keyring that does not answer before the test is over."""
    opened = threading.Event()
    yield opened
    opened.set()


async def test_a_keyring_that_does_not_answer_is_not_waited_for(locked: threading.Event):
    def ask() -> Answering:
        locked.wait(10)
        return Answering()

    finding = await machine.keyring(Credentials(ask, answer_within_s=0.05))
    assert "locked" in finding.text
