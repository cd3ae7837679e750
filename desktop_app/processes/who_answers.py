"""Who answers, hears and speaks in a thread: as was chosen for it, else as the settings say."""

from __future__ import annotations

from desktop_app.journal.records import ThreadRecord
from desktop_app.link.thread_messages import ServiceDescribed
from desktop_app.profiles import name_of
from desktop_app.protocol.commands import Answerer
from desktop_app.settings import Settings


def described(settings: Settings, profile: str) -> ServiceDescribed:
    """What a window is told of the service that is kept so."""
    return ServiceDescribed(name_of(settings, profile), settings.speech_at(profile).model)


def who_answers(thread: ThreadRecord | None, settings: Settings, profile: str) -> Answerer:
    """Of a thread, None for one that is not begun yet.

    A thread keeps the model that it began with, at the service where that was; who hears and
    speaks follows the settings.

    Args:
        profile: What the service that is talked to is kept as; another need not know the same
            voices.
    """
    own = settings.speech_at(profile)
    usual = Answerer(heard_by=own.heard_by, spoken_by=own.spoken_by, voice=own.voice)
    chosen = thread.who_at(profile) if thread is not None else None
    return (chosen or Answerer(own.model)).over(usual)
