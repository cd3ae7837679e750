"""Has pictures and videos made without a language model, by the tools that models would use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from desktop_app.protocol.backboard.documents import IMAGES, VIDEO
from desktop_app.protocol.events import ToolCall
from desktop_app.service.providers.builtin.attached_note import attached_ids, without_note
from desktop_app.service.providers.builtin.skills.picture_wishes import PictureWish, picture_wish
from desktop_app.service.providers.builtin.skills.video_wishes import video_wish
from desktop_app.service.providers.picture_ports import PICTURE_TOOL
from desktop_app.service.providers.ports import FAILED_OUTPUT, LanguageRequest
from desktop_app.service.providers.video_ports import VIDEO_TOOL

_DOCUMENT_ID = re.compile(r'"document_id": ?"([^"]+)"')
_VIDEOS = '{"videos"'


class _Made(NamedTuple):
    """Pictures, or videos, by their ids."""

    ids: Sequence[str] = ()
    is_film: bool = False


def call(request: LanguageRequest) -> ToolCall | None:
    """The call that the newest message wishes for; None where nothing is meant, or can be had."""
    if not request.history or request.history[-1].role != "user":
        return None
    said = without_note(request.history[-1].content)
    if (wish := video_wish(said)) is not None:
        return _call(request, VIDEO_TOOL, wish)
    wish = picture_wish(said)
    if wish is None:
        return None
    is_film = wish.is_about_last and _may(request, VIDEO_TOOL) and _last_made(request).is_film
    return _call(request, VIDEO_TOOL if is_film else PICTURE_TOOL, wish)


def answer(request: LanguageRequest) -> str | None:
    """What is said once a tool has made it, or could not; None where nothing was asked of one."""
    may_make = _may(request, PICTURE_TOOL) or _may(request, VIDEO_TOOL)
    if not may_make or not request.history or request.history[-1].role != "tool":
        return None
    output = request.history[-1].content
    count = len(_DOCUMENT_ID.findall(output))
    if count == 0:
        return output.removeprefix(FAILED_OUTPUT)
    if output.startswith(_VIDEOS):
        return "Here is the video."
    return "Here is the picture." if count == 1 else f"Here are the {count} pictures."


def _call(request: LanguageRequest, tool: str, wish: PictureWish) -> ToolCall | None:
    ids = _last_made(request).ids if wish.is_about_last else list(wish.document_ids)
    if not _may(request, tool) or (wish.is_about_last and not ids):
        return None
    arguments: dict[str, Any] = {"prompt": wish.prompt}
    if ids:
        arguments["document_ids"] = list(ids)
    text = msgspec.json.encode(arguments).decode()
    return ToolCall(f"call_{len(request.history)}", tool, text)


def _may(request: LanguageRequest, name: str) -> bool:
    return any(tool.name == name for tool in request.tools)


def _last_made(request: LanguageRequest) -> _Made:
    """What was made or attached last in this conversation."""
    for message in reversed(request.history):
        if message.role == "tool" and (ids := _DOCUMENT_ID.findall(message.content)):
            return _Made(ids, is_film=message.content.startswith(_VIDEOS))
        if message.role != "user":
            continue
        films = attached_ids(message.content, VIDEO) if _may(request, VIDEO_TOOL) else []
        if films:
            return _Made(films, is_film=True)
        if ids := attached_ids(message.content, IMAGES):
            return _Made(ids)
    return _Made()
