"""Choosing who listens and who speaks: in a thread, once, everywhere; and hearing a voice."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QLocale, Qt

from desktop_app.journal.records import Role, ThreadRecord
from desktop_app.link.messages import MessageSaved, SendText
from desktop_app.link.thread_messages import ChooseAnswerer, NextTurnTaken, WishNextTurn
from desktop_app.protocol.commands import Answerer, TurnWishes
from desktop_app.protocol.service_calls import (
    Done,
    HearVoice,
    ListModels,
    ListVoices,
    ModelList,
    ModelRow,
    VoiceRow,
    VoiceRows,
)
from desktop_app.settings import SpeechSettings, load
from desktop_app.state import changes
from desktop_app.state.app_state import Service
from desktop_app.ui.service_asks import AskError
from desktop_app.ui.voices.voice_browser import AI_VOICES, NO_VOICE
from desktop_app.ui.voices.voice_rows import fitting, own_language_first, words_of_voice
from tests.ui.conftest import make_message

VOICES = (
    VoiceRow("openai", "nova", "Nova", "", "", ("gpt-4o-mini-tts", "tts-1")),
    VoiceRow("openai", "marin", "Marin", "", "", ("gpt-4o-mini-tts",)),
    VoiceRow("elevenlabs", "x9", "Rachel", "en", "calm"),
    VoiceRow("builtin", "de", "German", "de"),
)
MODELS = ModelList(
    (
        ModelRow("openai", "whisper-1", "stt"),
        ModelRow("openai", "gpt-4o-mini-tts", "tts"),
        ModelRow("openai", "tts-1", "tts"),
        ModelRow("elevenlabs", "eleven_v3", "tts"),
        ModelRow("builtin", "basic", "tts"),
    )
)
ENTER, CONTROL = Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def picking(desk):
    """A window with one thread, and four voices at the service."""
    desk.asks.answers[ListModels] = MODELS
    desk.asks.answers[ListVoices] = VoiceRows(VOICES)
    desk.asks.answers[HearVoice] = Done()
    desk.reader.known = [ThreadRecord(id="a", title="Lisbon", created_at=1, updated_at=1)]
    desk.wiring.start()
    desk.picker = desk.wiring.voices.picker
    desk.browser = desk.picker.browser
    yield desk
    desk.picker.close_panel()


def choose(picking, qtbot, words, modifier=Qt.KeyboardModifier.NoModifier):
    picking.wiring.voices.open_picker()
    qtbot.keyClicks(picking.browser.search, words)
    qtbot.keyClick(picking.browser.search, ENTER, modifier)


def labels(picking):
    return [row.label for row in picking.browser.rows.rows]


def chip(picking):
    return picking.window.pane.header.voice_chip.text()


def send(picking, qtbot, text):
    field = picking.window.pane.composer.field
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, ENTER)
    return picking.sent_of(SendText)[-1]


def test_bar_45_a_voice_is_found_and_chosen_for_the_thread_with_who_listens(picking, qtbot):
    picking.wiring.voices.open_picker()
    assert labels(picking) == ["", "Nova", "Marin", "Rachel", "German"]
    picking.browser.listener.choices()[1].trigger()
    qtbot.keyClicks(picking.browser.search, "calm")
    assert labels(picking) == ["Rachel"]
    qtbot.keyClick(picking.browser.search, ENTER)
    chosen = Answerer("", "", "openai/whisper-1", "elevenlabs/eleven_v3", "x9")
    assert picking.sent_of(ChooseAnswerer) == [ChooseAnswerer("a", chosen)]
    assert chip(picking) == "Rachel"
    assert not picking.picker.isVisible()


def test_a_voice_speaks_with_its_default_model_until_another_is_chosen(picking, qtbot):
    choose(picking, qtbot, "nova")
    picking.wiring.voices.open_picker()
    assert picking.browser.marked.id == "nova"
    picking.browser.model.choices()[1].trigger()
    qtbot.keyClick(picking.browser.search, ENTER)
    chosen = [one.who.spoken_by for one in picking.sent_of(ChooseAnswerer)]
    assert chosen == ["openai/gpt-4o-mini-tts", "openai/tts-1"]
    picking.wiring.voices.open_picker()
    qtbot.keyClick(picking.browser.search, Qt.Key.Key_Down)
    assert not picking.browser.model.isVisible()  # this one has a single model
    qtbot.keyClicks(picking.browser.search, "automatic")
    qtbot.keyClick(picking.browser.search, ENTER)
    assert picking.sent_of(ChooseAnswerer)[-1].who == Answerer()


def test_bar_45_a_voice_for_the_next_message_speaks_once(picking, qtbot):
    choose(picking, qtbot, "rachel", CONTROL)
    assert chip(picking) == "Rachel, this message"
    spoken = TurnWishes(spoken_by="elevenlabs/eleven_v3", voice="x9", is_spoken=True)
    assert send(picking, qtbot, "One").wishes == spoken
    assert send(picking, qtbot, "Two").wishes == TurnWishes()
    assert (picking.sent_of(ChooseAnswerer), chip(picking)) == ([], "Voice")


def test_an_engine_that_comes_anew_is_told_who_is_wanted(picking, qtbot):
    choose(picking, qtbot, "rachel", CONTROL)
    picking.store.engine_came.emit()
    first, again = picking.sent_of(WishNextTurn)
    assert first == again
    picking.store.apply(NextTurnTaken("a"))
    picking.store.engine_came.emit()
    assert len(picking.sent_of(WishNextTurn)) == 3  # taken back, and not told again


def test_a_voice_for_the_first_message_of_all_speaks_it(picking, qtbot):
    picking.window.new_requested.emit()
    choose(picking, qtbot, "rachel", CONTROL)
    sent = send(picking, qtbot, "Hello")
    assert (sent.wishes.voice, sent.thread_id) == ("x9", picking.sent_of(WishNextTurn)[0].thread_id)
    assert sent.thread_id not in ("", "a")


def test_bar_45_a_voice_for_the_next_turn_is_spoken_once_too(picking, qtbot):
    choose(picking, qtbot, "rachel", CONTROL)
    who = Answerer(spoken_by="elevenlabs/eleven_v3", voice="x9")
    assert picking.sent_of(WishNextTurn) == [WishNextTurn("a", who)]
    picking.store.apply(NextTurnTaken("a"))
    assert chip(picking) == "Voice"
    assert picking.sent_of(WishNextTurn)[-1] == WishNextTurn("a", Answerer())
    assert send(picking, qtbot, "Typed").wishes == TurnWishes()


def test_bar_45_a_voice_everywhere_is_kept_in_the_settings(picking, qtbot):
    picking.wiring.voices.open_picker()
    qtbot.keyClicks(picking.browser.search, "german")
    qtbot.mouseClick(picking.browser.always, Qt.MouseButton.LeftButton)
    keeper = picking.wiring.settings.keeper
    assert load(keeper._path).speech == {"embedded": SpeechSettings("", "builtin/basic", "de")}
    assert chip(picking) == "German"
    assert [one.code for one in picking.store.state.notices] == ["voice.for_all_threads"]
    keeper.change("profile", "backboard")
    assert chip(picking) == "Voice", "another service need not know it"


def test_a_voice_everywhere_is_of_the_service_that_has_it_though_another_is_chosen(picking, qtbot):
    picking.store.change(partial(changes.with_service, service=Service(profile="embedded")))
    keeper = picking.wiring.settings.keeper
    keeper.change("profile", "backboard")  # for the next start
    picking.wiring.voices.open_picker()
    qtbot.keyClicks(picking.browser.search, "german")
    qtbot.mouseClick(picking.browser.always, Qt.MouseButton.LeftButton)
    assert load(keeper._path).speech == {"embedded": SpeechSettings("", "builtin/basic", "de")}
    assert chip(picking) == "German"


def test_the_settings_say_who_speaks_and_open_the_voices(picking, qtbot):
    qtbot.keyClick(picking.window, Qt.Key.Key_Comma, CONTROL)
    page = picking.wiring.settings._page
    assert "Listens: Automatic. Speaks: Automatic. OpenAI's" in page.voices.words.text()
    qtbot.mouseClick(page.voices.choose, Qt.MouseButton.LeftButton)
    assert picking.picker.isVisible()
    assert picking.browser.use.isHidden()
    qtbot.keyClicks(picking.browser.search, "marin")
    qtbot.keyClick(picking.browser.search, ENTER)
    assert load(picking.wiring.settings.keeper._path).speech["embedded"].voice == "marin"
    assert "Marin" in page.voices.words.text()
    assert picking.sent_of(ChooseAnswerer) == []


def test_a_voice_is_heard_before_it_is_chosen(picking, qtbot):
    picking.wiring.voices.open_picker()
    assert not picking.browser.hear.isEnabled()  # nobody in particular has no voice
    qtbot.keyClicks(picking.browser.search, "german")
    qtbot.mouseClick(picking.browser.hear, Qt.MouseButton.LeftButton)
    assert picking.asks.asked[-1] == HearVoice("builtin", "de", "basic", "de")
    assert picking.browser.hear.text() == "Listen"  # it was heard to its end


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AskError("recording.microphone_open"), "The microphone would hear"),
        (AskError("http.400"), "This voice is not yours."),
    ],
)
def test_a_voice_that_cannot_be_heard_is_said(picking, qtbot, error, words):
    error.facts = {"message": "This voice is not yours."}
    picking.asks.answers[HearVoice] = error
    picking.wiring.voices.open_picker()
    qtbot.keyClicks(picking.browser.search, "german")
    qtbot.mouseClick(picking.browser.hear, Qt.MouseButton.LeftButton)
    assert words in picking.browser.note.text()


def test_bar_60_openai_voices_are_said_to_be_generated(picking, qtbot):
    picking.wiring.voices.open_picker()
    assert picking.browser.note.text() == AI_VOICES
    said = picking.browser.rows.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Nova, OpenAI · made by AI"
    qtbot.keyClicks(picking.browser.search, "nobody of that name")
    assert picking.browser.note.text() == NO_VOICE


def test_voices_that_do_not_come_are_asked_for_again(picking, qtbot):
    picking.asks.answers[ListVoices] = AskError("network.unreachable")
    picking.wiring.voices.open_picker()
    assert "cannot be reached" in picking.browser.note.text()
    picking.asks.answers[ListVoices] = VoiceRows(VOICES)
    qtbot.mouseClick(picking.browser.retry, Qt.MouseButton.LeftButton)
    assert len(labels(picking)) == 5


def test_it_is_said_once_where_the_service_speaks_as_somebody_else(picking, qtbot):
    choose(picking, qtbot, "rachel")
    for number in (1, 2):
        reply = make_message(number, "Hi", role=Role.ASSISTANT, spoken_by="builtin/basic")
        picking.store.apply(MessageSaved(reply))
        picking.store.tell()
    assert [one.code for one in picking.store.state.notices] == ["voice.other_spoke"]


def test_voices_of_the_windows_language_come_first(qapp):
    voices = tuple(VoiceRow("builtin", code, code, code) for code in ("af", "en-gb", "de", ""))
    before = QLocale()
    try:
        QLocale.setDefault(QLocale("de_AT"))
        assert [row.id for row in own_language_first(voices)] == ["de", "", "af", "en-gb"]
        QLocale.setDefault(QLocale("en"))
        assert [row.id for row in own_language_first(voices)] == ["en-gb", "", "af", "de"]
    finally:
        QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (VoiceRow("builtin", "de", name="German", language="de"), "Deutsch"),
        (VoiceRow("builtin", "en-029", name="Caribbean", language="en-029"), "Caribbean"),
        (
            VoiceRow("builtin", "fr-be", name="French (Belgium)", language="fr-be"),
            "Français (Belgique)",
        ),
        (VoiceRow("builtin", "en-us", name="America", language="en-us"), "American English"),
        (VoiceRow("builtin", "en-gb", name="Great Britain", language="en-gb"), "British English"),
        (VoiceRow("builtin", "es-mx", name="Mexico", language="es-mx"), "Español de México"),
        (VoiceRow("builtin", "pt-br", name="Brazil", language="pt-br"), "Português (Brasil)"),
        (VoiceRow("builtin", "zh-tw", name="Taiwan", language="zh-tw"), "繁體中文 (台灣)"),
        (
            VoiceRow("builtin", "fa-latn", name="Persian (Pinglish)", language="fa-latn"),
            "Persian (Pinglish)",
        ),
        (VoiceRow("builtin", "zz", name="Zedish", language="zz"), "Zedish"),
        (VoiceRow("builtin", "en-gb-x-rp", name="English RP", language="en-gb-x-rp"), "English RP"),
        (VoiceRow("openai", "nova", name="Nova", language="de"), "Nova"),
    ],
)
def test_a_built_in_voice_is_called_by_its_language_as_its_speakers_call_it(row, name):
    assert words_of_voice(row).name == name
    assert fitting((row,), row.label) == (row,)
