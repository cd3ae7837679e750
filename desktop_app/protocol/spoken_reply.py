"""The ``tts_*`` events of a stream, told in our events. Pure; one instance per turn."""

from __future__ import annotations

import pybase64

from desktop_app.errors import ProtocolError
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.events import ReplyAudio, ReplySound, ServerEvent, ServerFault
from desktop_app.protocol.gateway_speech import MOST_UNREAD, MakeResample
from desktop_app.protocol.stream_speech import StreamSpeech

MS_PER_CHARACTER = 65
"""How long speech takes, about, whose end has not come."""


class SpokenReply:
    """Follows the speech of one turn.

    Args:
        turn: Our number of it.
        make_resample: Converts speech of other rates than ours; without it such speech is a fault.

    Attributes:
        is_over: Nothing more will be spoken.
        is_whole: All of it came.
        url, document_id: Where the server keeps it, else empty.
    """

    def __init__(self, turn: int, make_resample: MakeResample | None) -> None:
        self.is_over = self.is_whole = False
        self.url = ""
        self.document_id = ""
        self._turn = turn
        self._make_resample = make_resample
        self._speech: StreamSpeech | None = None
        self._unread = 0  # pieces in a row
        self._has_sound = False

    def start(self, event: StreamEvent) -> list[ServerEvent]:
        """A spoken piece begins, in the format that it names."""
        events = self.rest()
        self._speech = self._open(event.content_type or event.mime_type or "")
        return events

    def piece(self, event: StreamEvent) -> list[ServerEvent]:
        """More sound, in base64; what is none is a gap, unless nothing else comes."""
        try:
            return self.sound(pybase64.b64decode(event.data or "", validate=True))
        except ValueError:
            self._unread += 1
            is_lost = self._unread >= MOST_UNREAD and not self.is_over
            return self.failed(event) if is_lost else []

    def sound(self, data: bytes) -> list[ServerEvent]:
        """More sound."""
        if self.is_over:
            return []
        self._unread = 0
        self._has_sound = self._has_sound or bool(data)
        if self._speech is None:
            self._speech = self._open("")
        try:
            pcm = self._speech.feed(data)
        except ProtocolError as error:
            self._speech, self.is_over = None, True
            return [ServerFault(str(error), code=error.code, details=dict(error.facts) or None)]
        return [ReplyAudio(self._turn, pcm)] if pcm else []

    def end(self, event: StreamEvent) -> list[ServerEvent]:
        """All of it has come, or can be fetched."""
        if self._unread and not self._has_sound:
            return self.failed(event)
        self.url = event.audio_url or ""
        self.document_id = event.document_id or event.camel_document_id or ""
        is_only_linked = self._speech is None and not self.is_over and bool(self.url)
        events = self.rest()
        if is_only_linked:
            kind = event.content_type or event.mime_type or ""
            events.append(ReplySound(self._turn, b"", kind, self.url))
        self.is_whole = self.is_whole or not self.is_over
        self.is_over = True
        return events

    def failed(self, event: StreamEvent) -> list[ServerEvent]:
        """It could not be spoken; the text stands."""
        self._speech, self.is_over = None, True
        text = event.error or event.message or "The answer could not be spoken."
        return [ServerFault(text, code="stream.speech_failed")]

    def rest(self) -> list[ServerEvent]:
        """What was kept of the sound until its end."""
        speech, self._speech = self._speech, None
        if speech is None:
            return []
        if encoded := speech.encoded:
            return [ReplySound(self._turn, encoded, speech.content_type)]
        pcm = speech.finish()
        return [ReplyAudio(self._turn, pcm)] if pcm else []

    def _open(self, kind: str) -> StreamSpeech:
        return StreamSpeech(kind, self._make_resample)
