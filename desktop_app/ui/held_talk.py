"""The talk key that is down, or locked: what an engine that comes has to go on with. Pure."""

from __future__ import annotations

from desktop_app.link.messages import (
    CancelTalk,
    Intent,
    Phase,
    PhaseChanged,
    PressTalk,
    ReleaseTalk,
    ToggleTalk,
)

_IS_TALK = (Phase.HEARING, Phase.CONNECTING)


class HeldTalk:
    """Follows what is asked of the engine, and what that tells of it.

    Attributes:
        press: What the next engine is asked for; None where nobody talks.
    """

    def __init__(self) -> None:
        self.press: PressTalk | None = None
        self._phases: dict[str, Phase] = {}
        self._is_sent = self._is_answered = False

    def asked(self, intent: Intent) -> None:
        """The person begins to talk, or does no longer. Of any engine, or while there is none."""
        match intent:
            case PressTalk():
                self._begin(intent)
            case ToggleTalk() if self.press is None:
                self._begin(PressTalk(intent.thread_id))
            case ToggleTalk() | ReleaseTalk() | CancelTalk():
                self.press = None

    def opened(self, thread_id: str) -> None:
        """Whoever opens another thread does not talk in this one any more."""
        if self.press is not None and self.press.thread_id != thread_id:
            self.press = None

    def sent(self, intent: Intent) -> None:
        """An engine has been asked for this."""
        if isinstance(intent, PressTalk | ToggleTalk):
            self._is_sent = True

    def told(self, event: PhaseChanged) -> None:
        """The engine tells who holds the floor."""
        self._phases[event.thread_id] = event.phase
        self._look()

    def answered(self) -> None:
        """The engine has taken up what it was asked: what it says from now on is of that."""
        self._is_answered = self._is_sent
        self._look()

    def lost(self) -> None:
        """The engine is gone, and nothing it told holds any longer."""
        self._phases.clear()
        self._is_sent = self._is_answered = False

    def _begin(self, press: PressTalk) -> None:
        self.press = press
        self._is_sent = self._is_answered = False

    def _look(self) -> None:
        """Talk that the engine ended, or never began, is not begun again."""
        if self.press is None or not self._is_answered:
            return
        if self._phases.get(self.press.thread_id) not in _IS_TALK:
            self.press = None
