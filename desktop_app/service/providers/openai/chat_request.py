"""Writes a language turn in the OpenAI chat dialect, and again without what a server refuses."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from desktop_app.service.providers.openai.chat_options import ChatOptions
from desktop_app.service.providers.ports import ChatMessage, LanguageRequest, Tool
from desktop_app.service.providers.prompting import NO_WEB, system_text

_UNSEEN = "[The user attached {pictures} that you cannot see.]"

# What a server says it does not take, and the parts of a request that are then left out.
_REFUSALS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"reasoning|\bthink"), ("reasoning_effort", "reasoning")),
    (re.compile(r"web.?search"), ("web_search_options",)),
    (re.compile(r"response_format|json.?(object|mode)"), ("response_format",)),
    (re.compile(r"stream_options|include_usage"), ("stream_options",)),
    (re.compile(r"\btools?\b|no endpoints found|function.?call|jinja"), ("tools",)),
)
_ROUTING = (
    re.compile(r"\bprovider\b|\bplugins?\b|unrecogni[sz]ed|unknown|\bextra\b|additional prop"),
    ("provider", "plugins"),
)
_SIGHT = re.compile(r"image|vision|multimodal|mmproj|content.*string")


def chat_body(
    request: LanguageRequest, model: str, options: ChatOptions, *, sees: bool | None
) -> dict[str, Any]:
    """The body of the request.

    Args:
        request: The turn.
        model: Who shall answer.
        options: What else is asked of the server.
        sees: Whether the model takes pictures; None where nobody knows, then they are sent.
    """
    messages = [_message(each, sees is not False) for each in request.history]
    if system := system_text(request, can_search=options.searches):
        messages.insert(0, {"role": "system", "content": system})
    body: dict[str, Any] = {
        "model": model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body["tools"] = [_tool(tool) for tool in request.tools]
    if request.wants_json:
        body["response_format"] = {"type": "json_object"}
    return {**body, **options.fields}


def without_refused(
    body: Mapping[str, Any], detail: str, *, may_route: bool = True
) -> dict[str, Any] | None:
    """The request without what the server says it does not take; None where that is nothing.

    Args:
        body: As it was refused.
        detail: The server's words.
        may_route: It understands routing, which is then never left out: a refusal says that
            nobody was found who is allowed to answer.
    """
    said = detail.lower()
    for pattern, names in _REFUSALS if may_route else (*_REFUSALS, _ROUTING):
        if pattern.search(said) and any(name in body for name in names):
            simpler = {name: value for name, value in body.items() if name not in names}
            return _unsearched(simpler) if "web_search_options" in names else simpler
    if _SIGHT.search(said) and any(_shows(each) for each in body["messages"]):
        return {**body, "messages": [_unseen(each) for each in body["messages"]]}
    return None


def _unsearched(body: dict[str, Any]) -> dict[str, Any]:
    """The model learns that it cannot search after all."""
    first, *rest = body["messages"]
    if first["role"] != "system":
        return {**body, "messages": [{"role": "system", "content": NO_WEB}, first, *rest]}
    told = {**first, "content": f"{first['content']}\n\n{NO_WEB}"}
    return {**body, "messages": [told, *rest]}


def _message(message: ChatMessage, with_pictures: bool) -> dict[str, Any]:
    written: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        written["content"] = message.content or None
        written["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in message.tool_calls
        ]
    if message.role == "tool":
        written["tool_call_id"] = message.tool_call_id
    if message.pictures:
        parts = [{"type": "text", "text": message.content}] if message.content else []
        written["content"] = [*parts, *map(_picture, message.pictures)]
        return written if with_pictures else _unseen(written)
    return written


def _picture(picture: Any) -> dict[str, Any]:
    data = base64.b64encode(picture.data).decode("ascii")
    url = f"data:{picture.mime_type};base64,{data}"
    return {"type": "image_url", "image_url": {"url": url}}


def _tool(tool: Tool) -> dict[str, Any]:
    function: dict[str, Any] = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    function["parameters"] = tool.parameters or {"type": "object", "properties": {}}
    return {"type": "function", "function": function}


def _shows(message: Mapping[str, Any]) -> bool:
    return isinstance(message["content"], list)


def _unseen(message: dict[str, Any]) -> dict[str, Any]:
    """The message in words alone."""
    if not _shows(message):
        return message
    texts = [part["text"] for part in message["content"] if part["type"] == "text"]
    count = len(message["content"]) - len(texts)
    note = _UNSEEN.format(pictures="a picture" if count == 1 else f"{count} pictures")
    return {**message, "content": "\n".join([*texts, note])}
