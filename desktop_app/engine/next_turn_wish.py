"""Who answers, hears and speaks in the next spoken turn alone: a line of its own carries it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from desktop_app.engine.inputs import Input, LineOpened
from desktop_app.engine.ports import OpenTransport, Transport
from desktop_app.link.messages import LinkEvent
from desktop_app.link.thread_messages import NextTurnTaken
from desktop_app.protocol.commands import Answerer, ConfigureSession

_NOBODY = Answerer()


class NextTurnWish:
    """Opens voice lines with a wish until one turn was spoken over such a line. Loop thread only.

    Not every peer can change who hears and speaks within a session, so the line is exchanged
    between turns, there and back. A turn that begins before keeps its line, and the wish waits.

    Args:
        open_voice: Opens a line.
        renew: Has the open line exchanged as soon as nobody would notice.
        tell: Takes inputs for the machine.
        publish: Told when a turn had the wish.
    """

    def __init__(
        self,
        thread_id: str,
        open_voice: OpenTransport,
        *,
        renew: Callable[[], None],
        tell: Callable[[Input], None],
        publish: Callable[[LinkEvent], None],
    ) -> None:
        self._thread_id = thread_id
        self._open_voice = open_voice
        self._renew = renew
        self._tell = tell
        self._publish = publish
        self._wish = self._opened_with = self._carried = _NOBODY

    def wish(self, who: Answerer) -> None:
        """From the next line on; nobody takes it back."""
        if who != self._wish:
            self._wish = who
            self._renew()

    def end(self) -> None:
        """A turn was spoken: where the line carried the wish, it was granted."""
        if self._carried == _NOBODY or self._carried != self._wish:
            return
        self.wish(_NOBODY)
        self._publish(NextTurnTaken(self._thread_id))

    async def open(self, configuration: ConfigureSession) -> Transport:
        """Open a line that carries the wish; see ``OpenTransport``."""
        self._opened_with = self._wish
        return await self._open_voice(wished(configuration, self._wish))

    def tell(self, given: Input) -> None:
        """Pass news of the line on, and know which line is used now."""
        if isinstance(given, LineOpened):
            self._carried = self._opened_with
            if self._carried != self._wish:  # another wish came while it was opened
                self._renew()
        self._tell(given)


def wished(configuration: ConfigureSession, who: Answerer) -> ConfigureSession:
    """The session with these, as far as they are anybody."""
    heard, spoken = configuration.speech_input, configuration.speech_output
    if heard is not None:
        heard = replace(heard, model=who.heard_by or heard.model)
    if spoken is not None and (who.spoken_by or who.voice):
        spoken = replace(spoken, model=who.spoken_by, voice=who.voice)
    model = who.model or configuration.model
    return replace(configuration, speech_input=heard, speech_output=spoken, model=model)
