"""What a message asks for, checked as far as that goes without looking anything up."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.protocol.backboard.messages import MessageRequest, Voice
from desktop_app.service.assistants.tool_definitions import read_tools
from desktop_app.service.clock import past_time
from desktop_app.service.http.bodies import Refused, invalid
from desktop_app.service.http.uploads import Form, Upload
from desktop_app.service.messages.language_wishes import check_routing, check_thinking
from desktop_app.service.messages.media_wishes import (
    MediaSources,
    MediaWishes,
    media_sources,
    media_wishes,
)
from desktop_app.service.messages.system_one_check import check_system_one
from desktop_app.service.providers.ports import MemoryUse, Tool
from desktop_app.service.runs.question import Question


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """A message that makes sense.

    Attributes:
        is_answered: False for a message that is only kept, or only heard.
        files: To be attached.
        recording: The spoken question.
        media: Pictures and videos that are made directly, or that the model may have made.
        sources: What a direct one is made from.
        tools: Functions that the client carries out in this turn; None for the assistant's.
    """

    is_answered: bool
    voice: Voice
    files: tuple[Upload, ...] = ()
    recording: Upload | None = None
    media: MediaWishes = field(default_factory=MediaWishes)
    sources: MediaSources = field(default_factory=MediaSources)
    tools: tuple[Tool, ...] | None = None


def plan_of(message: MessageRequest, form: Form) -> MessagePlan:
    """Check fields and files against each other.

    Raises:
        Refused: 400 or 422.
    """
    media = media_wishes(message)
    check_system_one(message, form)
    check_thinking(message.thinking)
    check_routing(message.openrouter)
    sources = media_sources(form, media.operation)
    voice = message.voice or Voice()
    recording = form.file("audio_file")
    _check_recording(voice, recording)
    is_empty = not message.content.strip() and message.system_one is None
    if is_empty and recording is None:
        raise invalid("content", "The message has no content", "missing")
    return MessagePlan(
        is_answered=_is_answered(message),
        voice=voice,
        files=tuple(form.files("files")),
        recording=recording,
        media=media,
        sources=sources,
        tools=None if message.tools is None else read_tools(message.tools),
    )


def question_of(message: MessageRequest, plan: MessagePlan, place: tuple[str, str]) -> Question:
    """What is answered, in a thread of an assistant: ``place``."""
    thread_id, assistant_id = place
    return Question(
        thread_id=thread_id,
        assistant_id=assistant_id,
        text=message.content,
        provider=message.llm_provider or "",
        model=message.model_name or "",
        system_prompt=message.system_prompt or "",
        memory=_memory_use(message),
        cites_memories=bool(message.memory_response_citation),
        metadata=message.metadata,
        tools=plan.tools,
        hosted=plan.media.tools,
        wants_json=bool(message.json_output),
        thinking=message.thinking,
        routing=message.openrouter,
        searches_web=(message.web_search or "").lower() == "auto",
        system_one=message.system_one,
        said_at=past_time((message.metadata or {}).get("custom_timestamp")),
    )


def _is_answered(message: MessageRequest) -> bool:
    """Whether it shall be; a slip must neither send words to a model nor keep them from it."""
    match str(message.send_to_llm).lower():
        case "none" | "" | "true" | "1":
            return True
        case "false" | "0":
            return False
    raise invalid("send_to_llm", 'Input should be "true" or "false"', "bool_parsing")


def _memory_use(message: MessageRequest) -> MemoryUse:
    """Anything else than the two words behaves as off, as the API says."""
    match (message.memory or message.memory_pro or "").lower():
        case "auto":
            return "auto"
        case "readonly":
            return "readonly"
        case _:
            return "off"


def _check_recording(voice: Voice, recording: Upload | None) -> None:
    if recording is None and voice.stt is not None:
        raise invalid("audio_file", "voice.stt needs a recording", "missing")
    if recording is None:
        return
    if voice.stt is None:
        raise invalid("voice.stt", "A recording needs voice.stt", "missing")
    if recording.size_bytes == 0:
        raise Refused(400, f"{recording.filename} is empty.")
