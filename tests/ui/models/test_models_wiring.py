"""Choosing who answers: in a thread, once, in new threads; by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop_app import prose
from desktop_app.journal.records import ThreadRecord
from desktop_app.journal.reply_details import ReplyDetails
from desktop_app.link.messages import Connection, ConnectionChanged, MessageSaved, SendText
from desktop_app.link.thread_messages import ChooseAnswerer, ServiceDescribed, ThreadSaved
from desktop_app.protocol.backboard.system_one import SystemOneResult
from desktop_app.protocol.commands import Answerer, TurnWishes
from desktop_app.protocol.service_calls import ListModels, ModelList, ModelRow
from desktop_app.settings import load
from desktop_app.ui.models.model_browser import NO_MODEL
from desktop_app.ui.models.model_rows import caption_of, name_of
from desktop_app.ui.service_asks import AskError
from tests.test_prose import Shouting
from tests.ui.conftest import make_message

MODELS = (
    ModelRow("openai", "gpt-4.1", context=1_000_000, input_usd=2, output_usd=8, sees=True),
    ModelRow("openai", "gpt-4.1-mini", context=1_000_000, input_usd=0.4, output_usd=1.6),
    ModelRow("xai", "grok-4", label="Grok 4", context=256_000, has_tools=True),
)
ENTER, CONTROL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def picking(desk):
    """A window with one thread, and three models at the service."""
    desk.asks.answers[ListModels] = ModelList(MODELS)
    desk.reader.known = [ThreadRecord(id="a", title="Lisbon", created_at=1, updated_at=1)]
    desk.wiring.start()
    desk.picker = desk.wiring.models.picker
    desk.browser = desk.picker.browser
    yield desk
    desk.picker.close_panel()


def names(browser):
    return [row.name for row in browser.rows.rows]


def press(qtbot, picking, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(picking.browser.search, key, modifier)


def model_shown(picking):
    return picking.window.pane.header.model_chip.text()


def send(picking, qtbot, text):
    field = picking.window.pane.composer.field
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, ENTER)
    return picking.sent_of(SendText)[-1]


def test_who_judged_is_not_taken_for_who_answers_next(desk):
    judged = ReplyDetails(judged=SystemOneResult(model="jev-1.13.0"))
    desk.reader.known = [ThreadRecord(id="a", title="Lisbon", created_at=1, updated_at=1)]
    desk.reader.written = {
        "a": [
            make_message(1, "Hi", model="openai/gpt-4.1"),
            make_message(2, "| 90% |", model="typesafe/jev-latest", details=judged),
        ]
    }
    desk.wiring.start()
    assert model_shown(desk) == "gpt-4.1"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # off screen
def test_no_letter_gets_past_the_models_into_the_message(picking, qtbot):
    window = picking.window
    window.activateWindow()
    window.pane.header.model_chip.click()
    qtbot.keyClick(picking.browser.search, Qt.Key.Key_Tab)
    part = QApplication.focusWidget()
    assert part is not picking.browser.search
    assert picking.picker.isAncestorOf(part)
    qtbot.keyClick(part, Qt.Key.Key_X)
    assert window.pane.composer.text == ""
    assert QApplication.focusWidget() is part


def test_bar_45_a_model_is_found_and_chosen_for_the_thread_by_keyboard(picking, qtbot):
    qtbot.keyClick(picking.window, Qt.Key.Key_M, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert picking.picker.isVisible()
    qtbot.keyClicks(picking.browser.search, "gpt")
    assert names(picking.browser) == ["gpt-4.1", "gpt-4.1-mini"]
    press(qtbot, picking, Qt.Key.Key_Down)
    press(qtbot, picking, ENTER)
    assert not picking.picker.isVisible()
    chosen = Answerer("openai/gpt-4.1-mini")
    assert picking.sent_of(ChooseAnswerer) == [ChooseAnswerer("a", chosen)]
    assert model_shown(picking) == "gpt-4.1-mini"
    whole = picking.window.pane.header.model_chip.accessibleName()
    assert whole == "Model: openai / gpt-4.1-mini"


def test_bar_45_a_model_for_the_next_message_answers_once(picking, qtbot):
    picking.wiring.models.open_picker()
    qtbot.keyClicks(picking.browser.search, "grok")
    press(qtbot, picking, ENTER, CONTROL)
    assert model_shown(picking) == "grok-4, this message"
    assert send(picking, qtbot, "One").wishes == TurnWishes(model="xai/grok-4")
    assert send(picking, qtbot, "Two").wishes == TurnWishes()
    assert picking.sent_of(ChooseAnswerer) == []
    assert model_shown(picking) == "Automatic"


def test_bar_45_the_chip_tells_the_last_reply_until_a_model_is_chosen(picking):
    picking.store.apply(MessageSaved(make_message(1, "Hello", model="builtin/basic")))
    picking.store.tell()
    assert model_shown(picking) == "Built-in, basic"
    thread = ThreadRecord(id="a", created_at=1, updated_at=1, model="xai/grok-4")
    picking.store.apply(ThreadSaved(thread))
    picking.store.tell()
    assert model_shown(picking) == "grok-4"


def test_the_chip_tells_the_usual_model_where_none_was_chosen_for_the_service(picking):
    thread = ThreadRecord(id="a", created_at=1, updated_at=1, model="a/b", profile="embedded")
    for event in (
        ThreadSaved(thread),
        ConnectionChanged(Connection.READY, "home"),
        ServiceDescribed("home", "xai/grok-4"),
    ):
        picking.store.apply(event)
    picking.store.tell()
    assert model_shown(picking) == "grok-4"


def test_the_service_may_choose_again(picking, qtbot):
    picking.wiring.models.open_picker()
    press(qtbot, picking, ENTER)
    picking.wiring.models.open_picker()
    assert picking.browser.marked.name == "gpt-4.1"
    qtbot.mouseClick(picking.browser.automatic, Qt.MouseButton.LeftButton)
    assert [one.who.model for one in picking.sent_of(ChooseAnswerer)] == ["openai/gpt-4.1", ""]


def test_recently_used_models_are_first_after_a_restart_too(picking, qtbot):
    for words in ("grok", "mini"):
        picking.wiring.models.open_picker()
        qtbot.keyClicks(picking.browser.search, words)
        press(qtbot, picking, ENTER)
    picking.wiring.models.open_picker()
    assert names(picking.browser) == ["gpt-4.1-mini", "grok-4", "gpt-4.1"]
    assert picking.window.recall("recent_models") == '["openai/gpt-4.1-mini", "xai/grok-4"]'


def test_filters_narrow_the_list_and_what_fits_nothing_is_said(picking, qtbot):
    picking.wiring.models.open_picker()
    filters = picking.browser.filters
    qtbot.mouseClick(filters.abilities["has_tools"], Qt.MouseButton.LeftButton)
    assert names(picking.browser) == ["grok-4"]
    qtbot.mouseClick(filters.abilities["has_tools"], Qt.MouseButton.LeftButton)
    next(one for one in filters.price.choices() if one.data() == 5.0).trigger()
    assert names(picking.browser) == ["gpt-4.1-mini"]
    next(one for one in filters.provider.choices() if one.data() == "xai").trigger()
    assert names(picking.browser) == []
    assert picking.browser.note.text() == NO_MODEL
    assert not picking.browser.use.isEnabled()


def test_a_list_that_does_not_come_can_be_asked_for_again(picking, qtbot):
    picking.asks.answers[ListModels] = AskError("network.unreachable")
    picking.wiring.models.open_picker()
    assert "cannot be reached" in picking.browser.note.text()
    picking.asks.answers[ListModels] = ModelList(MODELS)
    qtbot.mouseClick(picking.browser.retry, Qt.MouseButton.LeftButton)
    assert len(names(picking.browser)) == 3
    assert picking.browser.note.text() == ""


def test_the_page_lists_every_kind_and_sets_the_model_of_new_threads(picking, qtbot):
    picking.window.models_requested.emit()
    page = picking.wiring.models._page
    assert page.isVisible()
    qtbot.keyClicks(page.browser.search, "grok")
    qtbot.mouseClick(page.browser.always, Qt.MouseButton.LeftButton)
    assert load(picking.wiring.settings.keeper._path).speech["embedded"].model == "xai/grok-4"
    assert picking.store.state.notices[-1].code == "model.for_new_threads"
    voices = (ModelRow("openai", "tts-1", kind="tts", unit_usd=15.0),)
    picking.asks.answers[ListModels] = ModelList(voices)
    qtbot.mouseClick(page._kinds["tts"], Qt.MouseButton.LeftButton)
    assert picking.asks.of(ListModels)[-1] == ListModels("tts")
    assert names(page.browser) == ["tts-1"]
    assert not page.browser.use.isEnabled()


def test_two_thousand_models_are_listed_and_searched_at_once(picking, qtbot):
    many = tuple(ModelRow(f"p{n % 40}", f"model-{n}", context=8_000) for n in range(2_000))
    picking.asks.answers[ListModels] = ModelList(many)
    picking.wiring.models.open_picker()
    assert picking.browser.count.text == "2000 models"
    qtbot.keyClicks(picking.browser.search, "model-1999")
    assert names(picking.browser) == ["model-1999"]


def test_a_model_says_where_it_is_how_much_it_reads_and_what_it_can():
    assert caption_of(MODELS[0]) == "openai/gpt-4.1 · 1M tokens · sees pictures"
    assert caption_of(MODELS[2]) == "xai/grok-4 · 256k tokens · uses tools"


def test_the_model_that_is_built_in_is_named_in_the_language(qapp, monkeypatch):
    told = ModelRow("builtin", "basic", label="Built-in responder")
    monkeypatch.setattr(prose, "_chosen", Shouting())
    assert name_of(told) == "BUILT-IN RESPONDER"
    assert name_of(ModelRow("xai", "grok-4", label="Grok 4")) == "Grok 4"
