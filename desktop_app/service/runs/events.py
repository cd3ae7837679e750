"""What happens in a run, told to whoever listens."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.protocol.backboard.messages import Media
from desktop_app.protocol.events import Usage
from desktop_app.service.providers.ports import ReasoningDelta, TextDelta


@dataclass(frozen=True, slots=True)
class QuestionStored:
    """The first event: the question is safe, whatever comes."""


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The thread is free and the language model is asked."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class MediaMade:
    """A hosted tool made something to look at."""

    media: Media


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event of every run.

    Attributes:
        status: ``COMPLETED``, ``CANCELLED`` or ``FAILED``.
        text: All that was written.
        error: A sentence, where it failed.
    """

    status: str
    text: str
    usage: Usage | None = None
    error: str = ""


RunEvent = QuestionStored | RunStarted | TextDelta | ReasoningDelta | MediaMade | RunEnded
