"""What a message asks for, checked as far as that goes without looking anything up."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

from desktop_app.protocol.backboard.messages import MessageRequest, Voice
from desktop_app.service.assistants.tool_definitions import read_tools
from desktop_app.service.clock import past_time
from desktop_app.service.http.bodies import Refused, invalid
from desktop_app.service.http.uploads import Form, Upload
from desktop_app.service.messages.language_wishes import check_routing, check_thinking
from desktop_app.service.pictures.pictures import MAX_SOURCES, PictureChoice
from desktop_app.service.providers.picture_ports import PICTURE_TOOL
from desktop_app.service.providers.ports import MemoryUse, Tool
from desktop_app.service.providers.unmet import no_video
from desktop_app.service.runs.question import HostedChoice, Question

Operation = Literal["chat", "generate_image"]

_OPERATIONS = ("chat", "generate_image", "generate_video")
_OF_CHATS = ("files", "audio_file")
_OF_PICTURES = ("input_image", "input_references")
_OF_VIDEOS = ("input_last_frame", "input_video")
_SILENT = (
    "Messages with system_one are not answered here: there is no provider for it. Send the message"
    " without it."
)


@dataclass(frozen=True, slots=True)
class MessagePlan:
    """A message that makes sense.

    Attributes:
        is_answered: False for a message that is only kept, or only heard.
        files: To be attached.
        recording: The spoken question.
        sources: Pictures that a direct picture is made from.
        may_draw: The model may make pictures.
        tools: Functions that the client carries out in this turn; None for the assistant's.
    """

    operation: Operation
    is_answered: bool
    voice: Voice
    files: tuple[Upload, ...] = ()
    recording: Upload | None = None
    sources: tuple[Upload, ...] = ()
    may_draw: bool = False
    pictures: PictureChoice = field(default_factory=PictureChoice)
    tools: tuple[Tool, ...] | None = None


def plan_of(message: MessageRequest, form: Form) -> MessagePlan:
    """Check fields and files against each other.

    Raises:
        Refused: 400 or 422.
    """
    operation = _operation(message)
    if message.system_one:
        raise Refused(400, _SILENT)
    check_thinking(message.thinking)
    check_routing(message.openrouter)
    _check_places(form, operation)
    voice = message.voice or Voice()
    recording = form.file("audio_file")
    _check_recording(voice, recording)
    if not message.content.strip() and recording is None:
        raise invalid("content", "The message has no content", "missing")
    return MessagePlan(
        operation,
        is_answered=_is_answered(message),
        voice=voice,
        files=tuple(form.files("files")),
        recording=recording,
        sources=_sources(form),
        may_draw=(message.image_generation or "").lower() == "auto",
        pictures=PictureChoice(
            message.image_model_provider or "",
            message.image_model_name or "",
            message.image_config or {},
        ),
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
        hosted=(drawing_of(plan),) if plan.may_draw else (),
        wants_json=bool(message.json_output),
        thinking=message.thinking,
        routing=message.openrouter,
        searches_web=(message.web_search or "").lower() == "auto",
        unmet=_unmet(message),
        said_at=past_time((message.metadata or {}).get("custom_timestamp")),
    )


def drawing_of(plan: MessagePlan) -> HostedChoice:
    """The tool that makes pictures, as the message wants it."""
    return HostedChoice(PICTURE_TOOL, asdict(plan.pictures))


def _is_answered(message: MessageRequest) -> bool:
    """Whether it shall be; a slip must neither send words to a model nor keep them from it."""
    match str(message.send_to_llm).lower():
        case "none" | "" | "true" | "1":
            return True
        case "false" | "0":
            return False
    raise invalid("send_to_llm", 'Input should be "true" or "false"', "bool_parsing")


def _unmet(message: MessageRequest) -> tuple[str, ...]:
    """Wishes that nobody here can meet, whoever answers."""
    return (no_video(),) if (message.video_generation or "").lower() == "auto" else ()


def _memory_use(message: MessageRequest) -> MemoryUse:
    """Anything else than the two words behaves as off, as the API says."""
    match (message.memory or message.memory_pro or "").lower():
        case "auto":
            return "auto"
        case "readonly":
            return "readonly"
        case _:
            return "off"


def _operation(message: MessageRequest) -> Operation:
    asked = message.operation or "chat"
    if asked not in _OPERATIONS:
        known = ", ".join(_OPERATIONS)
        raise invalid("operation", f"Input should be one of {known}", "enum")
    if asked == "generate_video":
        raise Refused(400, "Videos cannot be made here: there is no provider for them.")
    if asked == "chat":
        return "chat"
    if message.voice is not None:
        raise Refused(400, "A picture that is made directly has no voice: leave voice out.")
    return "generate_image"


def _check_places(form: Form, operation: Operation) -> None:
    """Each file in a field that the operation has."""
    for upload in form.uploads:
        if upload.name in _OF_VIDEOS:
            raise Refused(400, f"{upload.name} goes with videos, which cannot be made here.")
        if upload.name not in (*_OF_CHATS, *_OF_PICTURES):
            raise invalid(upload.name, "There is no such field for a file", "unexpected_file")
        if upload.name in _OF_PICTURES and operation == "chat":
            raise Refused(400, f"{upload.name} goes only with operation generate_image.")
        if upload.name in _OF_CHATS and operation != "chat":
            raise Refused(400, f"{upload.name} goes only with operation chat.")


def _check_recording(voice: Voice, recording: Upload | None) -> None:
    if recording is None and voice.stt is not None:
        raise invalid("audio_file", "voice.stt needs a recording", "missing")
    if recording is None:
        return
    if voice.stt is None:
        raise invalid("voice.stt", "A recording needs voice.stt", "missing")
    if recording.size_bytes == 0:
        raise Refused(400, f"{recording.filename} is empty.")


def _sources(form: Form) -> tuple[Upload, ...]:
    first = form.file("input_image")
    sources = (*([first] if first else ()), *form.files("input_references"))
    if len(sources) > MAX_SOURCES:
        raise Refused(400, f"At most {MAX_SOURCES} pictures can be combined.")
    return sources
