"""``parley voices``: whom replies can be spoken as."""

from __future__ import annotations

from desktop_app.commands.api.session import Session
from desktop_app.folding import folded
from desktop_app.protocol.backboard.voices import VoiceInfo

_COLUMNS = ("voice", "provider", "name", "language", "description")


async def list_voices(session: Session, provider: str, search: str) -> None:
    """All of them, or those that were asked for."""
    words = folded(search).split()
    found = [
        one
        for one in await session.api.models.voices()
        if provider.casefold() in ("", one.provider.casefold())
        and all(word in folded(" ".join(_row(one))) for word in words)
    ]
    session.out.rows(_COLUMNS, [_row(one) for one in found], found)


def _row(voice: VoiceInfo) -> list[str]:
    languages = ", ".join(voice.languages)
    return [voice.id, voice.provider, voice.name, languages, voice.description]
