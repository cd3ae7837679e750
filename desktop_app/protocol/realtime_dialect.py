"""The native realtime socket told in our events: contract section 9. Pure; one per session."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from desktop_app.errors import ProtocolError
from desktop_app.protocol.backboard.realtime_socket import AudioFormat, RealtimeEvent
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    ServerEvent,
    ServerFault,
    ToolCall,
    ToolCallReady,
    ToolsRequested,
    TranscriptUpdated,
    Usage,
)
from desktop_app.protocol.gateway_speech import SPEECH_RATE_HZ, MakeResample, ReplySpeech
from desktop_app.protocol.reply_words import ReplyWords
from desktop_app.protocol.stream_reading import picture_of

_PCM = frozenset({"pcm_s16le", "pcm16", "pcm", "s16le", "linear16", "audio/pcm"})
_ENDS = ("done", "completed", "cancelled", "canceled", "failed", "ended", "end")
_UNFINISHED = ("partial", "delta", "interim")
_WHOLE = ("final", "done", "completed", "complete")
_BYTES_PER_MS = SPEECH_RATE_HZ * 2 // 1000
_STATUSES = {
    "cancelled": ReplyStatus.CANCELLED,
    "canceled": ReplyStatus.CANCELLED,
    "failed": ReplyStatus.FAILED,
    "incomplete": ReplyStatus.INCOMPLETE,
}


def checked_format(sound: AudioFormat) -> AudioFormat:
    """The format, if it is one that can be sent and played.

    Raises:
        ProtocolError: ``session.sound_format``.
    """
    is_plain = sound.encoding.lower() in _PCM and sound.channels == 1
    if not is_plain or not 4_000 <= sound.sample_rate <= 192_000:
        name = f"{sound.encoding} {sound.sample_rate} Hz, {sound.channels} channels"
        raise ProtocolError(
            "session.sound_format",
            f"The session wants {name}, which is not supported.",
            format=name,
        )
    return sound


class RealtimeDialect:
    """Whose turn an event belongs to, and what it means, told by its fields.

    A reply belongs to the oldest question without one: every question gets a reply, if only its
    end. That is why a question that nobody wants any more keeps its place in the queue.

    Args:
        output_rate_hz: Of the samples that come.
        make_resample: Converts them, where that is not ours; without it they are a fault.

    Attributes:
        unwanted: Turns whose replies are not told any more.
        must_cancel: The peer works on an unwanted reply and has to be told; set back by whoever
            tells it.
    """

    def __init__(self, output_rate_hz: int, make_resample: MakeResample | None) -> None:
        self.unwanted: set[int] = set()
        self.must_cancel = False
        self._format = f"pcm_{output_rate_hz}"
        self._make_resample = make_resample
        self._speaking = 0
        self._unheard: deque[int] = deque()  # committed, and the words have not come
        self._asked: deque[int] = deque()  # without a reply
        self._heard = ""
        self._understood = (0, "")  # the turn of the last final words, and all of its words
        self._reply: _Reply | None = None
        self._newest: _Reply | None = None
        self._ended_id = ""

    @property
    def is_accounted(self) -> bool:
        """Whether the running reply was billed and nothing came after: it may not end in words."""
        return self._reply is not None and self._reply.usage is not None

    def speaking(self, turn: int) -> None:
        """Sound of that turn goes out."""
        self._speaking = turn

    def committed(self, turn: int) -> None:
        """Its utterance is complete."""
        self._unheard.append(turn)
        self._asked.append(turn)

    def typed(self, turn: int) -> None:
        """Its question was written."""
        self._asked.append(turn)

    def cancel(self, turn: int) -> bool:
        """Tell no more of it; whether a reply runs that the peer has to be told about."""
        is_running = self._reply is not None and self._reply.turn == turn
        if is_running or turn in self._asked:
            self.unwanted.add(turn)
        return is_running

    def unheard(self, turn: int, heard_ms: int) -> list[tuple[str, int]]:
        """The items of a spoken reply that were not heard to their end.

        Where all was heard that has sounded of one that still comes, that is its last item: its
        words are ahead of its sound.

        Args:
            turn: The one that it answers; nothing is known of all but the newest reply.
            heard_ms: How much of its speech was heard.

        Returns:
            The id of each, and how much of its own sound was heard, in milliseconds.
        """
        found, left = [], float(heard_ms)
        newest = self._newest
        if newest is None or newest.turn != turn or newest.is_mute:
            return []
        length_ms = 0.0
        for item_id, length_ms in newest.sound_ms.items():
            if left < length_ms:
                found.append((item_id, int(left)))
            left = max(left - length_ms, 0.0)
        if newest is self._reply and not found and newest.sound_ms:
            found = [(item_id, int(length_ms))]
        return [one for one in found if one[0]]

    def feed(self, event: RealtimeEvent) -> list[ServerEvent]:
        """What one event means."""
        if event.message is not None and (event.type == "error" or _is_bare(event)):
            return self._fault(event)
        if event.role == "user":
            return self._transcript(event)
        if not _is_of_reply(event) or (event.response_id and event.response_id == self._ended_id):
            return []
        told = self._begun(event)
        if self._reply is None:
            return told
        told += self._wanted(self._reply.feed(event))
        if self._is_over(event):
            told += self._end(event.status or event.type.rpartition(".")[2], event.response_id)
        return told

    def finish(self) -> list[ServerEvent]:
        """The running reply gets no more words."""
        return [] if self._reply is None else self._end("completed", "")

    def name_of(self, call_id: str) -> str:
        """Of the function of a call of the running reply."""
        return self._reply.names.get(call_id, "") if self._reply else ""

    # ---- what was said -------------------------------------------------------------------------

    def _transcript(self, event: RealtimeEvent) -> list[ServerEvent]:
        if event.text is None:
            return []
        turn = self._unheard[0] if self._unheard else self._speaking
        before = self._understood[1] if self._understood[0] == turn else ""
        if event.type.endswith(_UNFINISHED):
            is_more = event.type.endswith("delta")
            self._heard = self._heard + event.text if is_more else event.text
            told = TranscriptUpdated(turn, f"{before} {self._heard}".lstrip())
        else:
            self._heard = ""
            if self._unheard:
                self._unheard.popleft()
            self._understood = (turn, f"{before} {event.text.strip()}".strip())
            told = TranscriptUpdated(turn, self._understood[1], is_final=True)
            if not self._understood[1] and turn in self._asked:
                self._asked.remove(turn)  # silence is no question
        return self._wanted([told])

    def _fault(self, event: RealtimeEvent) -> list[ServerEvent]:
        fault = ServerFault(event.message or "", code=event.code or "server.fault")
        if self._reply is not None:
            self._reply.fault = fault  # what it means is said by how the reply ends
            return []
        if not self._unheard:
            return [fault]
        turn = self._unheard.popleft()
        if turn in self._asked:
            self._asked.remove(turn)
        return self._wanted([msgspec.structs.replace(fault, turn=turn)])

    # ---- what is answered ----------------------------------------------------------------------

    def _begun(self, event: RealtimeEvent) -> list[ServerEvent]:
        """The reply of the oldest question, where this is the first of it."""
        told: list[ServerEvent] = []
        reply = self._reply
        is_next = reply is not None and event.response_id not in ("", reply.response_id)
        if reply is not None and is_next and reply.response_id:
            told = self._end("incomplete", reply.response_id)
        if self._reply is None:
            if not self._asked:
                return told
            turn = self._asked.popleft()
            self.must_cancel = turn in self.unwanted and not self._is_over(event)
            speech = ReplySpeech(self._format, self._make_resample)
            self._reply = self._newest = _Reply(turn, event.response_id, speech)
            told += self._wanted([ReplyStarted(turn, run_id=event.response_id)])
        return told

    def _end(self, how: str, response_id: str) -> list[ServerEvent]:
        reply, self._reply = self._reply, None
        assert reply is not None
        self._ended_id = response_id or reply.response_id
        told = reply.end(_STATUSES.get(how, ReplyStatus.COMPLETED))
        told = self._wanted(told)
        self.unwanted.discard(reply.turn)
        return told

    def _is_over(self, event: RealtimeEvent) -> bool:
        if event.status is not None and event.data is None and event.text is None:
            return event.status not in ("in_progress", "queued")
        group, _, last = event.type.rpartition(".")
        return last in _ENDS and group in ("response", "turn", "reply", "session.response")

    def _wanted(self, told: list[ServerEvent]) -> list[ServerEvent]:
        return [one for one in told if getattr(one, "turn", None) not in self.unwanted]


class _Reply:
    """One reply while it comes."""

    def __init__(self, turn: int, response_id: str, speech: ReplySpeech) -> None:
        self.turn = turn
        self.response_id = response_id
        self.usage: Usage | None = None
        self.fault: ServerFault | None = None
        self.names: dict[str, str] = {}
        self.sound_ms: dict[str, float] = {}  # of each item with words or sound, in their order
        self._speech = speech
        self.is_mute = False
        self._words = ReplyWords()
        self._item_id = ""
        self._calls: dict[str, ToolCall] = {}

    def feed(self, event: RealtimeEvent) -> list[ServerEvent]:
        self.response_id = self.response_id or event.response_id
        self._item_id = event.item_id or self._item_id
        told: list[ServerEvent] = []
        if event.text and (new := self._new_words(event)):
            told.append(ReplyText(self.turn, new))
            self.sound_ms.setdefault(self._item_id, 0.0)
        if event.data and not self.is_mute:
            told += self._spoken(event, event.data)
        if event.tool_call_id and event.name:
            told += self._call(event)
        told += [picture_of(self.turn, media) for media in event.generated_media or []]
        if event.usage is not None or event.billing is not None:
            self.usage = _usage(event, self.usage)
        elif told:
            self.usage = None  # it goes on: what was billed was not the end
        return told

    def end(self, status: ReplyStatus) -> list[ServerEvent]:
        told = [] if self.is_mute else self._sounds(self._speech.finish)
        if self.fault is not None:
            has_failed = status is ReplyStatus.FAILED
            turn = self.turn if has_failed else None
            told.append(msgspec.structs.replace(self.fault, turn=turn))
            if has_failed:
                return told
        return [*told, ReplyEnded(self.turn, status, self._item_id, self.usage)]

    def _spoken(self, event: RealtimeEvent, data: str) -> list[ServerEvent]:
        sound, speech = event.output_format, self._speech

        def decode() -> bytes:
            if sound is not None:
                speech.become(f"pcm_{checked_format(sound).sample_rate}")
            return speech.decode(data)

        return self._sounds(decode)

    def _sounds(self, decode: Callable[[], bytes]) -> list[ServerEvent]:
        """Sound, or once that there is none: the text goes on."""
        try:
            pcm = decode()
        except ProtocolError as error:
            self.is_mute = True
            return [ServerFault(str(error), code=error.code, details=dict(error.facts))]
        return [self._sound(pcm)] if pcm else []

    def _sound(self, pcm: bytes) -> ReplyAudio:
        before = self.sound_ms.get(self._item_id, 0.0)
        self.sound_ms[self._item_id] = before + len(pcm) / _BYTES_PER_MS
        return ReplyAudio(self.turn, pcm)

    def _new_words(self, event: RealtimeEvent) -> str:
        """Some peers say the whole text again at its end."""
        text = event.text or ""
        if event.type.endswith(_WHOLE) and not text.startswith(self._words.text):
            return ""
        return self._words.add(text) if text != self._words.text else ""

    def _call(self, event: RealtimeEvent) -> list[ServerEvent]:
        """A call; with the last of its round, that the round waits for its outputs."""
        arguments = event.arguments if event.arguments is not None else "{}"
        if not isinstance(arguments, str):
            arguments = msgspec.json.encode(arguments).decode()
        call = ToolCall(event.tool_call_id, event.name, arguments)
        self.names[call.id] = call.name
        told: list[ServerEvent] = [ToolCallReady(self.turn, call)]
        if event.hosted:
            return told
        self._calls[call.id] = call
        if set(event.tool_call_ids or ()) <= self._calls.keys():
            round_ = tuple(self._calls.values())
            self._calls = {}
            told.append(ToolsRequested(self.turn, self.response_id, round_))
        return told


def _is_of_reply(event: RealtimeEvent) -> bool:
    """Whether it belongs to a reply, rather than to the session or to what a native peer says."""
    return (
        event.data is not None
        or event.text is not None
        or bool(event.tool_call_id and event.name)
        or bool(event.generated_media)
        or event.usage is not None
        or event.billing is not None
        or event.status is not None
        or event.type.startswith(("response.", "turn.", "reply."))
    )


def _is_bare(event: RealtimeEvent) -> bool:
    """Whether it says nothing but its message."""
    return not event.type and not _is_of_reply(event)


def _usage(event: RealtimeEvent, known: Usage | None) -> Usage:
    told, bill = event.usage or {}, event.billing or {}
    known = known or Usage()
    return Usage(
        _whole(told, "input_tokens", known.input_tokens),
        _whole(told, "output_tokens", known.output_tokens),
        _cost(bill.get("charged_usd", told.get("cost_usd")), known.cost_usd),
    )


def _whole(told: dict[str, Any], name: str, known: int | None) -> int | None:
    value = told.get(name)
    return value if isinstance(value, int) else known


def _cost(value: Any, known: float | None) -> float | None:
    """Money comes as text, so that no cent is lost."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return known
