"""One run of Backboard's event stream, told in our events. Pure; one instance per turn."""

from __future__ import annotations

from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.backboard.wire import error_code
from desktop_app.protocol.events import (
    MemoriesRecalled,
    ReplyEnded,
    ReplyReasoning,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    ServerFault,
    ToolCallFailed,
    ToolCallReady,
    ToolCallStarted,
    ToolsRequested,
    TranscriptUpdated,
    provider_name,
)
from desktop_app.protocol.gateway_speech import MakeResample
from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.protocol.reply_words import ReplyWords
from desktop_app.protocol.spoken_reply import SpokenReply
from desktop_app.protocol.stream_reading import (
    SHORT_BYTES,
    TextPiece,
    memories_of,
    passages_of,
    picture_of,
    read_event,
    read_piece,
    speech_in_place,
    tool_calls_of,
    usage_of,
)


class StreamDialect:
    """Follows a stream from its first event to its end (contract sections 6.3 and 6.4).

    Args:
        turn: Our number of the turn that the run answers.
        is_spoken: Whether speech was asked for: the turn then goes on after ``run_ended``.
        make_resample: Converts speech of other rates than ours; without it such speech is a fault.

    Attributes:
        thread_id, assistant_id, run_id, message_id, user_message_id: As soon as the stream names
            them, else empty.
        has_news: Whether any event came: the request must not be repeated.
        speech: What is spoken of it.
    """

    def __init__(
        self, turn: int, *, is_spoken: bool = False, make_resample: MakeResample | None = None
    ) -> None:
        self.thread_id = ""
        self.assistant_id = ""
        self.run_id = ""
        self.message_id = ""
        self.user_message_id = ""
        self.has_news = False
        self.speech = SpokenReply(turn, make_resample)
        self._turn = turn
        self._is_spoken = is_spoken
        self._words = ReplyWords()
        self._pictures: set[str] = set()
        self._links: set[str] = set()
        self._heard = ""
        self._has_started = False
        self._has_recalled = False
        self._has_ended = False
        self._end: ReplyEnded | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the reply is over; more may come until the server closes."""
        return self._has_ended or (self._end is not None and not self.awaits_speech)

    @property
    def has_ended_once(self) -> bool:
        """Whether the run is over; its speech, or another run, may follow."""
        return self._has_ended or self._end is not None

    @property
    def awaits_speech(self) -> bool:
        """Whether the text is over and the speech that was asked for is not."""
        return self.is_speech_due and self._end is not None

    @property
    def is_speech_due(self) -> bool:
        """Whether speech was asked for, and more of it is still to come."""
        return self._is_spoken and not self.speech.is_over and not self._has_ended

    def feed(self, data: bytes) -> list[ServerEvent]:
        """What one event of the stream means; nothing once the turn has ended."""
        self.has_news = True
        if self._has_ended:
            return []
        if len(data) > SHORT_BYTES:
            if (sound := speech_in_place(data)) is not None:
                return self.speech.sound(sound)
        elif self._end is None and (told := self._piece(data)) is not None:
            return told
        event = read_event(data)
        return [] if event is None else self._told(event)

    def _piece(self, data: bytes) -> list[ServerEvent] | None:
        """More text, read the short way; None for every other event."""
        try:
            piece = read_piece(data)
        except UNREADABLE:
            return None
        if piece.type != "content_streaming":
            return None
        if piece.thread_id or piece.run_id:
            self._named(piece)
        new = self._words.add(piece.content or "")
        return [ReplyText(self._turn, new)] if new else []

    def finish(self) -> list[ServerEvent]:
        """What the end of the stream means: the end of the reply, if it was not told before."""
        if self._has_ended:
            return []
        events = self.speech.rest()
        self._has_ended = True
        if self._end is not None:
            return [*events, *self._unlinked(), self._end]
        if self._words:
            end = ReplyEnded(self._turn, ReplyStatus.INCOMPLETE, self.message_id)
            return [*events, *self._unlinked(), end]
        return [*events, self._fault("The answer ended before it began.", "stream.ended_early")]

    def resume(self) -> None:
        """Another stream goes on with the turn: the outputs of its tools were given."""
        self._has_ended = False
        self._end = None
        self._words.begin_round()

    def _told(self, event: StreamEvent) -> list[ServerEvent]:
        self._named(event)
        if self._end is not None and event.type in _GOES_ON:
            self.resume()  # a server that runs tools itself may end several runs in a turn
        tell = _TELL.get(event.type)
        if tell is not None:
            return tell(self, event)
        tell_speech = _TELL_SPEECH.get(event.type)
        return [] if tell_speech is None else tell_speech(self.speech, event)

    def _named(self, event: StreamEvent | TextPiece) -> None:
        self.thread_id = self.thread_id or event.thread_id
        self.assistant_id = self.assistant_id or event.assistant_id
        self.run_id = event.run_id or self.run_id

    # ---- one method for each kind of event ---------------------------------------------------

    def _user_message(self, event: StreamEvent) -> list[ServerEvent]:
        self.user_message_id = event.message_id or self.user_message_id
        return []

    def _message_started(self, event: StreamEvent) -> list[ServerEvent]:
        self.message_id = event.message_id or self.message_id
        return []

    def _content(self, event: StreamEvent) -> list[ServerEvent]:
        new = self._words.add(event.content or "")
        return [ReplyText(self._turn, new)] if new else []

    def _reasoning(self, event: StreamEvent) -> list[ServerEvent]:
        return [ReplyReasoning(self._turn, event.content)] if event.content else []

    def _started(self, event: StreamEvent) -> list[ServerEvent]:
        self.message_id = event.message_id or self.message_id
        if self._has_started:
            return []
        self._has_started = True
        model = provider_name(event.provider or event.model_provider, event.model_name)
        return [ReplyStarted(self._turn, "", event.run_id, model, event.message_id or "")]

    def _recalled(self, event: StreamEvent) -> list[ServerEvent]:
        memories = memories_of(event)
        if not memories or self._has_recalled:
            return []
        self._has_recalled = True
        return [MemoriesRecalled(self._turn, memories)]

    def _heard_more(self, event: StreamEvent) -> list[ServerEvent]:
        self._heard += event.delta or event.text or ""
        return [TranscriptUpdated(self._turn, self._heard)]

    def _heard_all(self, event: StreamEvent) -> list[ServerEvent]:
        text = event.transcript or event.text or self._heard
        return [TranscriptUpdated(self._turn, text, is_final=True)]

    def _heard_otherwise(self, event: StreamEvent) -> list[ServerEvent]:
        """Somebody else than usual heard the recording: the turn goes on."""
        return [ServerFault(event.message or "", code="stt.instead")] if event.message else []

    def _tool_started(self, event: StreamEvent) -> list[ServerEvent]:
        return [ToolCallStarted(self._turn, event.tool_call_id, event.name)]

    def _tool_failed(self, event: StreamEvent) -> list[ServerEvent]:
        return [ToolCallFailed(self._turn, event.tool_call_id)]

    def _tool_ready(self, event: StreamEvent) -> list[ServerEvent]:
        return [ToolCallReady(self._turn, call) for call in tool_calls_of(event)]

    def _tools(self, event: StreamEvent) -> list[ServerEvent]:
        self._has_ended = True
        return [ToolsRequested(self._turn, self.run_id, tool_calls_of(event))]

    def _picture(self, event: StreamEvent) -> list[ServerEvent]:
        picture = picture_of(self._turn, event.media or {})
        self._links.add(picture.url)
        names = {picture.document_id, picture.url.partition("?")[0]} - {""}
        if not names or names & self._pictures:
            return []
        self._pictures |= names
        return [picture]

    def _saved(self, event: StreamEvent) -> list[ServerEvent]:
        self.speech.is_over = True  # nothing is spoken where nothing is answered
        self._end = ReplyEnded(
            self._turn,
            message_id=event.message_id or self.user_message_id,
            memory_operation_id=event.memory_operation_id or "",
            voice_records=event.voice_records,
        )
        return []

    def _run_ended(self, event: StreamEvent) -> list[ServerEvent]:
        status = (event.status or "completed").lower()
        if status in ("cancelled", "canceled"):
            return self._cancelled(event)
        if status != "completed":
            return self._failed(event, f"The answer ended as {status}.")
        events = self._recalled(event)
        is_longer = self._words.complete(event.final_content or event.content or "")
        is_unlinked = self._words.unlink(self._links)
        if is_longer or is_unlinked:
            events.append(ReplyText(self._turn, self._words.text, is_whole=True))
        events += [ServerFault(said, code="wish.unmet") for said in event.unmet or () if said]
        self._end = ReplyEnded(
            self._turn,
            message_id=event.message_id or self.message_id,
            usage=usage_of(event),
            model=provider_name(event.model_provider or event.provider, event.model_name),
            memory_operation_id=event.memory_operation_id or "",
            voice_records=event.voice_records,
            retrieved_files=tuple(event.retrieved_files or ()),
            passages=passages_of(event.retrieved_passages),
            judged=event.system_one,
        )
        return events

    def _failed(self, event: StreamEvent, otherwise: str = "") -> list[ServerEvent]:
        if self._end is not None:  # the answer itself is there: only its speech can have failed
            return self.speech.failed(event)
        self._has_ended = True
        text = event.error or event.message or otherwise or "The answer failed."
        return [self._fault(text, error_code({"code": event.code}) or "stream.failed")]

    def _cancelled(self, _event: StreamEvent) -> list[ServerEvent]:
        self._has_ended = True
        return [ReplyEnded(self._turn, ReplyStatus.CANCELLED, self.message_id)]

    # ---- ends --------------------------------------------------------------------------------

    def _unlinked(self) -> list[ServerEvent]:
        """The text once more, where it repeats the link of a picture."""
        if not self._words.unlink(self._links):
            return []
        return [ReplyText(self._turn, self._words.text, is_whole=True)]

    def _fault(self, text: str, code: str) -> ServerFault:
        return ServerFault(text, code=code, turn=self._turn)


_GOES_ON = frozenset(
    {
        "run_started",
        "run_continuing",
        "message_start",
        "content_streaming",
        "reasoning_streaming",
        "tool_call_start",
        "tool_call_ready",
        "tool_calls",
        "tool_submit_required",
    }
)
_TELL = {
    "user_message": StreamDialect._user_message,
    "message_start": StreamDialect._message_started,
    "content_streaming": StreamDialect._content,
    "reasoning_streaming": StreamDialect._reasoning,
    "run_started": StreamDialect._started,
    "memory_retrieved": StreamDialect._recalled,
    "stt_text_delta": StreamDialect._heard_more,
    "stt_notice": StreamDialect._heard_otherwise,
    "stt_stream_end": StreamDialect._heard_all,
    "tool_call_start": StreamDialect._tool_started,
    "tool_call_failed": StreamDialect._tool_failed,
    "tool_call_ready": StreamDialect._tool_ready,
    "tool_calls": StreamDialect._tool_ready,
    "tool_submit_required": StreamDialect._tools,
    "media_generated": StreamDialect._picture,
    "message_saved": StreamDialect._saved,
    "run_ended": StreamDialect._run_ended,
    "run_completed": StreamDialect._run_ended,
    "message_complete": StreamDialect._run_ended,
    "run_failed": StreamDialect._failed,
    "error": StreamDialect._failed,
    "run_cancelled": StreamDialect._cancelled,
}
_TELL_SPEECH = {
    "tts_stream_start": SpokenReply.start,
    "tts_audio_chunk": SpokenReply.piece,
    "tts_stream_end": SpokenReply.end,
    "tts_error": SpokenReply.failed,
}
