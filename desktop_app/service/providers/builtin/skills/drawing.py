"""Has pictures drawn without a language model, by the tool that language models would use."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from desktop_app.protocol.events import ToolCall
from desktop_app.service.providers.builtin.attached_note import attached_pictures, without_note
from desktop_app.service.providers.builtin.skills.picture_wishes import picture_wish
from desktop_app.service.providers.picture_ports import PICTURE_TOOL
from desktop_app.service.providers.ports import FAILED_OUTPUT, LanguageRequest

_DOCUMENT_ID = re.compile(r'"document_id": ?"([^"]+)"')


def call(request: LanguageRequest) -> ToolCall | None:
    """The call that the newest message wishes for; None where pictures cannot be had or meant."""
    if not _may_draw(request) or request.history[-1].role != "user":
        return None
    wish = picture_wish(without_note(request.history[-1].content))
    if wish is None:
        return None
    ids = _last_pictures(request) if wish.is_about_last else list(wish.document_ids)
    if wish.is_about_last and not ids:
        return None
    arguments: dict[str, Any] = {"prompt": wish.prompt}
    if ids:
        arguments["document_ids"] = ids
    text = msgspec.json.encode(arguments).decode()
    return ToolCall(f"call_{len(request.history)}", PICTURE_TOOL, text)


def answer(request: LanguageRequest) -> str | None:
    """What is said once the tool has drawn, or could not; None where nothing was asked of it."""
    if not _may_draw(request) or request.history[-1].role != "tool":
        return None
    output = request.history[-1].content
    count = len(_DOCUMENT_ID.findall(output))
    if count == 0:
        return output.removeprefix(FAILED_OUTPUT)
    return "Here is the picture." if count == 1 else f"Here are the {count} pictures."


def _may_draw(request: LanguageRequest) -> bool:
    return bool(request.history) and any(tool.name == PICTURE_TOOL for tool in request.tools)


def _last_pictures(request: LanguageRequest) -> list[str]:
    """Ids of what was drawn or attached last in this conversation."""
    for message in reversed(request.history):
        if message.role == "tool" and (ids := _DOCUMENT_ID.findall(message.content)):
            return ids
        if message.role == "user" and (ids := attached_pictures(message.content)):
            return ids
    return []
