"""Understands that a video is wished for, and from which earlier pictures or videos."""

from __future__ import annotations

import re

from desktop_app.service.providers.builtin.skills.picture_wishes import (
    PictureWish,
    asked_of,
    change_of,
    ids_in,
    trimmed,
)

_KIND = r"(?:video|videos|film|movie|clip|animation|footage)"
_SEEN = r"(?:picture|image|drawing|painting|photo|photograph|illustration|sketch)"
_WHICH = r"(?:a|an|another|one|the|some|my)"
_SIZED = r"(?:[\w-]+ ){0,3}?"
_EARLIER = rf"(?:(?:the|this|that|my|your)(?: (?:last|previous))? (?:{_SEEN}|{_KIND})|it|this|that)"
_INTO = rf"(?:in)?to (?:{_WHICH} )?{_SIZED}{_KIND}\b"
_MADE = re.compile(
    rf"(?:make|create|generate|produce|shoot|record|film|draw)(?: me| us)? {_WHICH} "
    rf"{_SIZED}{_KIND}(?: clip)? (?:of|showing|with|about|where|in which|from|out of) (?P<what>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ANIMATED = re.compile(
    rf"(?:animate (?P<what>.+)|(?:turn|make) (?P<turned>{_EARLIER}) {_INTO}(?P<how>.*))",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_EARLIER = re.compile(rf"{_EARLIER}(?P<how>\b.*)", re.IGNORECASE | re.DOTALL)
_ABOUT_VIDEO = re.compile(rf"\b(?:animate|{_KIND})\b", re.IGNORECASE)


def video_wish(text: str) -> PictureWish | None:
    """What ``text`` wishes to see move, or None where it asks for no video.

    A wish about the last picture means the last video too, where that came later.
    """
    asked, ids = asked_of(text), ids_in(text)
    if ids:
        return PictureWish(change_of(asked), ids) if _ABOUT_VIDEO.search(asked) else None
    if found := _ANIMATED.fullmatch(asked):
        if found["turned"]:
            return PictureWish(trimmed(found["how"]) or asked, is_about_last=True)
        return _of(found["what"], asked)
    found = _MADE.fullmatch(asked)
    return _of(found["what"], asked) if found else None


def _of(what: str, asked: str) -> PictureWish | None:
    if found := _ONLY_EARLIER.fullmatch(what):
        return PictureWish(trimmed(found["how"]) or asked, is_about_last=True)
    prompt = trimmed(what)
    return PictureWish(prompt) if prompt else None
