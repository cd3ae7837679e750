"""Estimates how many tokens a text takes, where no tokenizer of the model is at hand."""

from __future__ import annotations

import json
from collections.abc import Iterable

from desktop_app.service.providers.ports import ChatMessage, Passage, Recalled, Tool

BYTES_PER_TOKEN = 4
"""Of UTF-8: about right for English; other scripts take more bytes and more tokens alike."""

PER_MESSAGE = 4
PER_PICTURE = 1_000
"""A large picture in high detail; models differ, and count from 85 to 1,600."""


def estimated_tokens(text: str) -> int:
    """Rounded up."""
    return -(-len(text.encode(errors="replace")) // BYTES_PER_TOKEN)


def message_tokens(message: ChatMessage) -> int:
    """A message with its calls and pictures."""
    calls = sum(estimated_tokens(call.name + call.arguments) for call in message.tool_calls)
    pictures = PER_PICTURE * len(message.pictures)
    return PER_MESSAGE + estimated_tokens(message.content) + calls + pictures


def tool_tokens(tools: Iterable[Tool]) -> int:
    """Definitions, as the model reads them."""
    return sum(
        PER_MESSAGE
        + estimated_tokens(tool.name + tool.description + json.dumps(dict(tool.parameters)))
        for tool in tools
    )


def found_tokens(found: Recalled | Passage) -> int:
    """A memory, or a passage with its source."""
    source = "" if isinstance(found, Recalled) else found.filename + found.place
    return PER_MESSAGE + estimated_tokens(source + found.text)
