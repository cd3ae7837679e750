"""``parley voices``: whom replies can be spoken as."""

from __future__ import annotations

from desktop_app.commands.api.session import Session
from desktop_app.protocol.backboard.voices import VoiceInfo

_COLUMNS = ("voice", "provider", "name", "language", "description")


async def list_voices(session: Session, provider: str, search: str) -> None:
    """All of them, or those that were asked for."""
    words = search.casefold().split()
    found = [
        one
        for one in await session.api.models.voices()
        if provider.casefold() in ("", one.provider.casefold())
        and all(word in " ".join(_row(one)).casefold() for word in words)
    ]
    session.out.rows(_COLUMNS, [_row(one) for one in found], found)


def _row(voice: VoiceInfo) -> list[str]:
    languages = ", ".join(voice.languages)
    return [voice.id, voice.provider, voice.name, languages, voice.description]
