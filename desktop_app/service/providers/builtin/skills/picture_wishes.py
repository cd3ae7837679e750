"""Understands that a picture is wished for, and from which earlier pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.service.providers.builtin.skills.endings import without_ending

_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
IDS = re.compile(rf"\b{_ID}\b", re.IGNORECASE)
_ASKING = re.compile(
    r"\A(?:(?:hello|hi|hey|okay|ok|so|well|please|now|then|and|parley)[,.!]?\s+"
    r"|(?:can|could|would|will) you (?:please )?|i (?:want|would like|need) you to "
    r"|i'd like you to |let's |let us )+",
    re.IGNORECASE,
)
_KIND = (
    r"(?:picture|image|drawing|painting|photo|photograph|illustration|sketch|portrait|poster|logo"
    r"|icon|wallpaper)"
)
_WHICH = r"(?:a|an|another|one|the|some|my)"
_SIZED = r"(?:\w+ ){0,3}?"
_DRAW = re.compile(r"(?:draw|paint|sketch)(?: me| us)? (?P<what>.+)", re.IGNORECASE | re.DOTALL)
_MAKE = re.compile(
    rf"(?:make|create|generate|design|show|give)(?: me| us)? "
    rf"(?P<what>{_WHICH} {_SIZED}{_KIND}\b.+)",
    re.IGNORECASE | re.DOTALL,
)
_WISH = re.compile(
    rf"i (?:want|need|would like) (?P<what>{_WHICH} {_SIZED}{_KIND} (?:of|with|showing) .+)",
    re.IGNORECASE | re.DOTALL,
)
_OF = re.compile(
    rf"(?:{_WHICH} )?{_KIND} (?:of|showing) (?P<what>.+)",
    re.IGNORECASE | re.DOTALL,
)
_EDIT = re.compile(
    r"(?:change|edit|alter|modify|redraw|repaint|recolou?r|rework|improve|combine|merge|mix|use|take"
    r"|turn|make|draw|paint)\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    rf"(?:change|edit|alter|modify|redraw|repaint|recolou?r|rework|improve|make|turn) "
    rf"(?:(?:the|this|that|my|your)(?: (?:last|previous))? {_KIND}|it|this|that)\b(?P<how>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NOT_DRAWN = re.compile(
    r"(?:up|from|on|upon|near|back|attention|lots"
    r"|(?:a |an |the |any |some )?(?:\w+ )?(?:conclusions?|line under|line between|distinction"
    r"|comparisons?|breath|inferences?|parallels?))\b",
    re.IGNORECASE,
)
_DANGLING = re.compile(r" (?:in|on|of|for|from|at|with)$", re.IGNORECASE)
_LEAD = re.compile(
    r"[\s:;,.\-\u2013\u2014]*(?:(?:so that|to be|to|into|by|and)\s+)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PictureWish:
    """What shall be drawn.

    Attributes:
        document_ids: Of the pictures that shall be changed; empty for a new one.
        is_about_last: Whether the picture made or attached last is meant.
    """

    prompt: str
    document_ids: tuple[str, ...] = ()
    is_about_last: bool = False


def picture_wish(text: str) -> PictureWish | None:
    """What ``text`` wishes to see, or None where it asks for no picture."""
    asked, ids = asked_of(text), ids_in(text)
    if ids:
        return PictureWish(change_of(asked), ids) if _EDIT.match(asked) else None
    if found := _EARLIER.fullmatch(asked):
        return PictureWish(trimmed(found["how"]) or asked, is_about_last=True)
    for form in (_MAKE, _WISH, _DRAW):
        found = form.fullmatch(asked)
        if found and not (form is _DRAW and _NOT_DRAWN.match(found["what"])):
            return _new(found["what"])
    return None


def _new(what: str) -> PictureWish | None:
    named = _OF.fullmatch(what)
    prompt = trimmed(named["what"] if named else what)
    return PictureWish(prompt) if prompt else None


def asked_of(text: str) -> str:
    """What is asked for, without the words that ask."""
    return _ASKING.sub("", text.strip(), count=1).strip()


def ids_in(text: str) -> tuple[str, ...]:
    """Ids of pictures or videos that are named, each once."""
    return tuple(dict.fromkeys(found.lower() for found in IDS.findall(text)))


def change_of(asked: str) -> str:
    """What shall become of what is named: the words after the last id, else all but the ids."""
    after = trimmed(re.split(_ID, asked, flags=re.IGNORECASE)[-1])
    return after or _DANGLING.sub("", " ".join(IDS.sub("", asked).split()))


def trimmed(text: str) -> str:
    """Without the words that only lead to it, and without an end."""
    return without_ending(_LEAD.sub("", text, count=1), ".!?")
