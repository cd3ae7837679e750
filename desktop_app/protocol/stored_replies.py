"""A reply as the service keeps it, found among the messages of its thread. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from enum import Enum, auto

import msgspec
from msgspec import Struct

from desktop_app.protocol.backboard.system_one import SystemOneResult
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.protocol.events import ImageReady, provider_name
from desktop_app.protocol.stream_reading import picture_of

_CLOCKS_S = 30.0
"""How far the service's clock may be behind ours."""

_HEARD_WITHIN_S = 120.0
"""After it left, a recording is understood and stored by then."""


class ReplyState(Enum):
    """How far the service has come with a reply."""

    RUNNING = auto()
    COMPLETE = auto()
    CANCELLED = auto()
    WAITING = auto()  # for the outputs of functions
    FAILED = auto()


class WantedReply(Struct, frozen=True):
    """What is known of a reply that was cut short.

    Attributes:
        thread_id: Ours.
        question: The words that it answers, as far as they are known.
        remote_id: The peer's id of the reply, or empty.
        known_ids: The peer's ids of the thread's other replies.
        has_recording: The question was a recording too, so the peer may know more words of it.
        other_questions: With a recording, the words of the thread's other questions.
        later: How many questions like it were asked after it, of whose replies no id is known.
        asked_at_s: Unix second at which it left, where that alone tells it from others.
    """

    thread_id: str
    question: str
    remote_id: str = ""
    known_ids: frozenset[str] = frozenset()
    has_recording: bool = False
    other_questions: frozenset[str] = frozenset()
    later: int = 0
    asked_at_s: float | None = None


class StoredReply(Struct, frozen=True):
    """The reply at the service.

    Attributes:
        text: As far as it is written.
        remote_id: The peer's id, empty before it has one.
        model: ``provider/model`` that wrote it, where the peer says.
        speech_url: Where its speech can be had for a while, or empty.
        pictures: What was made for it, each where it can be had for a while.
        question: What it answers, with the words of its recording.
    """

    state: ReplyState
    text: str = ""
    remote_id: str = ""
    model: str = ""
    speech_url: str = ""
    question: str = ""
    pictures: tuple[ImageReady, ...] = ()


_MADE = ("image/", "video/")


def pictures_in(stored: StoredMessage) -> tuple[ImageReady, ...]:
    """Pictures and videos that a message made, without bytes: those with a link and a name."""
    given = (stored.metadata_ or {}).get("generated_media")
    facts = given if isinstance(given, list) else []
    made = (picture_of(0, fact) for fact in facts if isinstance(fact, dict))
    whole = (one for one in made if one.url and one.document_id)
    return tuple(one for one in whole if (one.mime_type or "image/").startswith(_MADE))


def judged_in(stored: StoredMessage) -> SystemOneResult | None:
    """What a message says in numbers, where typed questions were asked."""
    result = (stored.metadata_ or {}).get("system_one")
    try:
        return msgspec.convert(result, SystemOneResult | None, strict=False)
    except msgspec.ValidationError:
        return None


def reply_in(messages: Sequence[StoredMessage], wanted: WantedReply) -> StoredReply | None:
    """The wanted reply, or None where the thread does not have its question.

    An id that is known decides alone. The question decides where there is none: the newest one
    like it, but for those that were asked later and those whose replies are others.

    Args:
        messages: Of the whole thread, oldest first.
    """
    turns = tuple(_turns(messages))
    if wanted.remote_id:
        for question, replies in turns:
            if any(one.message_id == wanted.remote_id for one in replies):
                return _joined(question, replies)
    alike = [
        (question, replies)
        for question, replies in turns
        if _is_asked(question, wanted)
        and wanted.known_ids.isdisjoint(one.message_id for one in replies)
    ]
    if wanted.remote_id:  # it is told before it is stored; another id is another reply
        return None if all(replies for _, replies in alike) else StoredReply(ReplyState.RUNNING)
    if not alike:
        return None
    if len(alike) <= wanted.later:  # a later one is on its way there: whose these are shows then
        return StoredReply(ReplyState.RUNNING)
    return _joined(*alike[-1 - wanted.later])


def is_question(asked: str, words: str, *, has_recording: bool) -> bool:
    """Whether these are the words of the question, for all that is known of it.

    Args:
        asked: What was typed of it, or all of it.
        words: The question as it was understood.
        has_recording: Further words may stand before or after what was typed.
    """
    known, whole = asked.split(), words.split()
    if not has_recording:
        return bool(known) and known == whole
    return whole[: len(known)] == known or whole[len(whole) - len(known) :] == known


def _is_asked(question: StoredMessage, wanted: WantedReply) -> bool:
    words = " ".join((question.content or "").split())
    if words in wanted.other_questions or not _is_of_that_time(question, wanted.asked_at_s):
        return False
    return is_question(wanted.question, words, has_recording=wanted.has_recording)


def _is_of_that_time(question: StoredMessage, asked_at_s: float | None) -> bool:
    if asked_at_s is None:
        return True
    try:
        stored = datetime.fromisoformat(question.created_at)
    except ValueError:
        return False
    stored = stored if stored.tzinfo else stored.replace(tzinfo=UTC)
    return -_CLOCKS_S <= stored.timestamp() - asked_at_s <= _HEARD_WITHIN_S


def _turns(
    messages: Sequence[StoredMessage],
) -> Iterator[tuple[StoredMessage, list[StoredMessage]]]:
    """Each question with what was answered to it.

    Rows of one run belong together (contract section 4): one question may wait while another is
    answered. Those of a run that no question names belong to the question before them.
    """
    turns: list[tuple[StoredMessage, list[StoredMessage]]] = []
    of_run: dict[str, list[StoredMessage]] = {}
    for message in messages:
        role, run_id = message.role.lower(), (message.metadata_ or {}).get("run_id")
        if role == "user":
            turns.append((message, []))
            if run_id:
                of_run[str(run_id)] = turns[-1][1]
        elif role == "assistant" and turns:
            of_run.get(str(run_id), turns[-1][1]).append(message)
    yield from turns


def _joined(question: StoredMessage, replies: Sequence[StoredMessage]) -> StoredReply:
    """Several rows where tools ran in between: those that only call have no words."""
    asked = (question.content or "").strip()
    if not replies:
        return StoredReply(ReplyState.RUNNING, question=asked)
    last = replies[-1]
    facts = last.metadata_ or {}
    return StoredReply(
        state=_state(last.status),
        text="\n\n".join(text for one in replies if (text := (one.content or "").strip())),
        remote_id=last.message_id,
        model=provider_name(facts.get("model_provider"), facts.get("model_name")),
        speech_url=_speech_url(facts),
        question=asked,
        pictures=tuple(picture for one in replies for picture in pictures_in(one)),
    )


def _state(status: str) -> ReplyState:
    match status.upper():
        case "COMPLETED":
            return ReplyState.COMPLETE
        case "CANCELLED" | "CANCELED":
            return ReplyState.CANCELLED
        case "FAILED":
            return ReplyState.FAILED
        case "REQUIRES_ACTION":
            return ReplyState.WAITING
        case _:
            return ReplyState.RUNNING


def _speech_url(facts: dict[str, object]) -> str:
    records = facts.get("voice_records")
    spoken = records.get("tts") if isinstance(records, dict) else None
    url = spoken.get("audio_url") or spoken.get("url") if isinstance(spoken, dict) else None
    return url if isinstance(url, str) else ""
