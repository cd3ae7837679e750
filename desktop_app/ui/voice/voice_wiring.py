"""Talking: what the keys and buttons of the voice ask for, and what is shown of it."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.link.messages import (
    OpenThread,
    Phase,
    PressTalk,
    ReleaseTalk,
    SetMuted,
    StartVoice,
    StopReply,
    StopVoice,
    ToggleTalk,
)
from desktop_app.state.app_state import AppState, Conversation
from desktop_app.state.captions import caption_of_turn
from desktop_app.state.details import tool_that_runs
from desktop_app.ui.threads.thread_wiring import ThreadWiring
from desktop_app.ui.wires import Wires


class VoiceWiring:
    """Between the talk key, the dock, the store and the engine. Main thread only."""

    def __init__(
        self, wires: Wires, threads: ThreadWiring, choose_talk_mode: Callable[[str], None]
    ) -> None:
        self._window = wires.window
        self._store = wires.store
        self._send = wires.send
        self._threads = threads
        self._choose_talk_mode = choose_talk_mode
        self._connect()

    def _connect(self) -> None:
        window, pane = self._window, self._window.pane
        window.mute_requested.connect(self._on_mute_key)
        window.voice_toggled.connect(self._on_voice_toggled)
        window.talk_key.begun.connect(self._on_talk_begun)
        window.talk_key.ended.connect(self._on_talk_ended)
        window.talk_key.toggled.connect(self._on_talk_toggled)
        pane.composer.voice_requested.connect(self._on_voice_toggled)
        assert pane.dock is not None  # the window is furnished as a whole, before this
        pane.dock.mute_requested.connect(self._on_mute)
        pane.dock.end_requested.connect(self._on_end_voice)
        pane.dock.interrupt_requested.connect(self._on_interrupt)
        pane.dock.dial_requested.connect(self._on_dial)
        pane.dock.talk_mode_chosen.connect(self._choose_talk_mode)
        window.focus_toggled.connect(self._on_focus)
        self._store.voice_changed.connect(self._show_voice)
        self._store.conversation_changed.connect(self._show_tool)
        self._store.levels_changed.connect(pane.show_levels)

    def _show_voice(self, state: AppState) -> None:
        pane, voice = self._window.pane, state.voice
        self._window.talk_key.is_heard = voice.phase is Phase.HEARING
        assert pane.dock is not None
        messages = state.conversation.messages
        pane.dock.show_caption(caption_of_turn(messages, voice.turn, voice.heard_ms))
        pane.show_voice(voice, state.conversation.partial)
        pane.arrange()

    def _show_tool(self, conversation: Conversation) -> None:
        assert self._window.pane.dock is not None
        self._window.pane.dock.show_tool(tool_that_runs(conversation.messages))

    def _on_dial(self) -> None:
        self._send(StartVoice(self._threads.opened()))  # it is on: its line is dialled

    def _on_interrupt(self) -> None:
        self._send(StopReply())

    def _on_focus(self) -> None:
        dock = self._window.pane.dock
        assert dock is not None
        dock.enlarge(not dock.is_large and not dock.isHidden())
        self._window.pane.arrange()

    def _on_voice_toggled(self) -> None:
        if self._store.state.voice.is_voice_on:
            self._send(StopVoice())
        else:
            self._send(OpenThread(self._threads.opened()))
            self._send(StartVoice(self._threads.opened()))

    def _on_talk_begun(self) -> None:
        self._send(OpenThread(self._threads.opened()))
        self._send(PressTalk(self._threads.opened()))

    def _on_talk_ended(self) -> None:
        self._send(ReleaseTalk())

    def _on_talk_toggled(self) -> None:
        self._send(OpenThread(self._threads.opened()))
        self._send(ToggleTalk(self._threads.opened()))

    def _on_mute_key(self) -> None:
        self._on_mute(not self._store.state.voice.is_muted)

    def _on_mute(self, is_muted: bool) -> None:
        self._send(SetMuted(is_muted))

    def _on_end_voice(self) -> None:
        self._send(StopVoice() if self._store.state.voice.is_voice_on else StopReply())
