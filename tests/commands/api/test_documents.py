"""``parley documents``, of an assistant and of a thread."""

from __future__ import annotations

import json
import os

import pytest


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text("# Garden\n\nThe roses are watered on Tuesdays.\n")
    return path


def test_a_thread_has_documents_of_its_own(shell, notes):
    thread = shell.value("threads", "create")["thread_id"]
    [added] = shell.value("documents", "add", notes, "--thread", thread)
    assert (added["status"], added["filename"]) == ("indexed", "notes.md")
    of_thread = ("documents", "list", "--thread", thread)
    assert [one["document_id"] for one in shell.value(*of_thread)] == [added["document_id"]]
    assert "notes.md" not in shell.text("documents", "list")
    [gone] = shell.value("documents", "delete", added["document_id"])
    assert gone == {"document_id": added["document_id"], "deleted": True}
    assert shell.value(*of_thread) == []
    assert "not found" in shell.refusal("documents", "status", added["document_id"])


@pytest.mark.skipif(os.name == "nt", reason="no file has such a name on Windows")
def test_a_file_keeps_its_name(shell, tmp_path):
    name = 'the "new" plan, 50% 日.md'
    (tmp_path / name).write_text("Trams run all night.")
    [added] = shell.value("documents", "add", tmp_path / name)
    assert added["filename"] == name


def test_an_assistant_answers_out_of_its_documents(shell, notes):
    shell.text("assistants", "create", "Janitor")
    [added] = shell.value("documents", "add", notes, "--assistant", "Janitor")
    assert "indexed" in shell.text("documents", "status", added["document_id"])
    asked = ("ask", "when are the roses watered", "--model", "builtin/basic")
    assert "Tuesdays" in shell.text(*asked, "--assistant", "Janitor")
    assert "Tuesdays" not in shell.text(*asked)


def test_what_cannot_be_added_is_told_beside_what_was(shell, notes, tmp_path):
    empty = tmp_path / "empty.txt"
    empty.touch()
    done = shell.run("documents", "add", empty, notes, tmp_path / "a.exe", "--json")
    assert done.code == 2
    first, second, third = json.loads(done.out)
    assert "empty" in first["error"]
    assert second["status"] == "indexed"
    assert ".exe" in third["error"]
    assert "2 of 3 files" in json.loads(done.err)["error"]["message"]
