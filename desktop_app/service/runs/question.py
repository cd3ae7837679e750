"""What a turn answers, and by what means: plain data, so that it can wait in the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from desktop_app.protocol.backboard.system_one import SystemOneConfig
from desktop_app.service.clock import new_id
from desktop_app.service.providers.ports import MemoryUse, Tool


@dataclass(frozen=True, slots=True)
class HostedChoice:
    """A tool of the service that the turn may use, by the name it was given to ``Runs.host``.

    Attributes:
        settings: JSON values its maker gets, kept with a run that waits.
    """

    name: str
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DirectCall:
    """A call of a tool of the service that answers a turn in place of a language model.

    Attributes:
        arguments: JSON values of the call.
        provider: Who carries it out, as the reply says.
        model: By which model.
    """

    choice: HostedChoice
    arguments: dict[str, Any]
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a turn answers.

    Attributes:
        provider: Name of a language provider, or empty for the default.
        model: Model name, or empty for the provider's default.
        system_prompt: For this turn only, or empty for the assistant's.
        memory: What may be done with the assistant's memory.
        cites_memories: The reply shall say which memories it rests on.
        metadata: Kept with the user's message.
        tools: Functions that the client carries out, in place of the assistant's; None for those.
        hosted: Tools that the service carries out.
        direct: What answers in place of a language model, or None.
        wants_json: The reply shall be one JSON object.
        thinking: As in the API, or None.
        routing: The object ``openrouter`` of the API, or None.
        searches_web: The model may look things up on the web.
        system_one: Typed questions, which are answered in place of the text; or None.
        said_at: When it was said, where that is not now.
        message_id: The user's message, known beforehand so that files can be attached to it.
    """

    thread_id: str
    assistant_id: str
    text: str
    provider: str = ""
    model: str = ""
    system_prompt: str = ""
    memory: MemoryUse = "auto"
    cites_memories: bool = False
    metadata: dict[str, Any] | None = None
    tools: tuple[Tool, ...] | None = None
    hosted: tuple[HostedChoice, ...] = ()
    direct: DirectCall | None = None
    wants_json: bool = False
    thinking: dict[str, Any] | None = None
    routing: dict[str, Any] | None = None
    searches_web: bool = False
    system_one: SystemOneConfig | None = None
    said_at: str | None = None
    message_id: str = field(default_factory=new_id)
