"""Bad days of the window: monstrous and foreign text, hostile links, a full disk."""

from __future__ import annotations

import errno

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication

from desktop_app.journal.records import MessageStatus, Role, ThreadRecord
from desktop_app.link.messages import MessageSaved, SendText
from desktop_app.ui.compose import kept_files
from desktop_app.ui.compose.attachments import Stage
from tests.ui.chat.conftest import in_sight, press
from tests.ui.conftest import make_message

SCRIPTS = (
    "English, Français, Tiếng Việt, Ελληνικά, Русский, ქართული, Հայերեն",
    "עברית משמאל לימין, العربية من اليمين, فارسی, اردو",
    "हिन्दी, বাংলা, தமிழ், తెలుగు, ಕನ್ನಡ, മലയാളം, සිංහල, ไทย, ລາວ, မြန်မာ, ខ្មែរ, བོད་ཡིག",
    "中文, 繁體字, 日本語のかな, 한국어, ᠮᠣᠩᠭᠣᠯ, አማርኛ, ᏣᎳᎩ, ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🇵🇹 👍🏽 ❤️ 🤷🏾‍♂️ e\u0301 \u202bmixed\u202c Z̷̢a̴l̵g̶o̸ 𒀀",
)


def opened(desk) -> None:
    desk.reader.known = [ThreadRecord(id="a", title="Lisbon", created_at=1.0, updated_at=2.0)]
    desk.reader.written = {"a": []}
    desk.wiring.start()


@pytest.mark.parametrize("text", SCRIPTS)
def test_every_script_is_sent_shown_found_and_copied_as_it_was_written(desk, qtbot, text):
    opened(desk)
    composer = desk.window.pane.composer
    composer.set_text(text)
    qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert desk.sent_of(SendText)[-1].text == text
    desk.store.apply(MessageSaved(make_message(9, text)))
    desk.store.tell()
    chat = desk.window.pane.chat
    assert chat.grab().width() == chat.width()
    chat.select_all()
    chat.copy()
    assert QGuiApplication.clipboard().text().count(text) == 2
    word = text.split(",")[-1].strip()
    assert chat.show_found("m9", word)
    assert chat.selected_text() == word


def test_a_message_of_200_000_characters_arrives_whole_and_the_window_goes_on(desk, qtbot):
    opened(desk)
    text = ("Wort " * 40_000).strip()
    desk.wiring.chat.send_text(text)
    assert desk.sent_of(SendText)[-1].text == text
    desk.store.apply(MessageSaved(make_message(9, text)))
    desk.store.tell()
    chat = desk.window.pane.chat
    assert chat.grab().width() == chat.width()
    laid_out = chat._stack.row(chat._stack.number_of("m9")).column._blocks.values()
    assert sum(len(block.source) for block in laid_out) < 30_000
    qtbot.keyClicks(desk.window.pane.composer.field, "and?")
    assert desk.window.pane.composer.text == "and?"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "smb://host/share"],
)
def test_a_link_that_could_run_something_is_never_opened(desk, qtbot, monkeypatch, address):
    touched: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: touched.append(url.toString()) or True
    )
    opened(desk)
    desk.store.apply(MessageSaved(make_message(1, f"[{address}]({address})")))
    desk.store.tell()
    links = [one for one in in_sight(desk.window.pane.chat) if one.target.kind == "link"]
    if links:
        press(desk.window.pane.chat, qtbot, "link")
    desk.wiring.chat._on_link(address)
    assert touched == []


def test_a_link_whose_words_lie_is_opened_only_on_consent(desk, qtbot, monkeypatch):
    touched: list[str] = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: touched.append(url.toString()) or True
    )
    opened(desk)
    lie = make_message(1, "[https://bank.example](https://thief.example/bank)")
    desk.store.apply(MessageSaved(lie))
    desk.store.tell()
    chat = desk.window.pane.chat
    press(chat, qtbot, "link")
    assert touched == []
    assert chat._links.isVisible()
    chat._links.agreed.emit("https://thief.example/bank")
    assert touched == ["https://thief.example/bank"]


def test_a_full_disk_is_said_at_the_file_which_can_be_tried_again(
    desk, qtbot, tmp_path, monkeypatch
):
    opened(desk)
    note = tmp_path / "note.md"
    note.write_text("hello")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(kept_files.os, "fsync", full)
        desk.wiring.attachments.attach([str(note)])
    shelf = desk.wiring.attachments.shelf
    [file] = shelf.of("a")
    assert file.stage is Stage.FAILED
    assert file.reason.startswith("The disk is full.")
    assert not list((tmp_path / kept_files.FOLDER).iterdir())
    [row] = desk.window.pane.tray.rows
    qtbot.mouseClick(row.step, Qt.MouseButton.LeftButton)
    assert shelf.of("a")[0].stage is Stage.READY


def test_a_full_disk_of_the_engine_keeps_the_question_with_its_reason(desk):
    opened(desk)
    failed = make_message(1, "Where?", Role.USER, status=MessageStatus.FAILED, error="storage.full")
    desk.store.apply(MessageSaved(failed))
    desk.store.tell()
    row = desk.window.pane.chat._stack.row(0)
    assert row.footer is not None
    assert row.footer.text.startswith("The disk is full.")
    assert row.footer.action == "retry"
