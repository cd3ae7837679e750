"""The built-in responder has pictures drawn by the tool that models would use."""

from __future__ import annotations

import msgspec
import pytest

from desktop_app.service.providers.builtin.skills import drawing
from desktop_app.service.providers.ports import ChatMessage, LanguageRequest, Tool

TOOL = Tool("generate_image")
MADE = '{"pictures":[{"document_id":"d1","mime_type":"image/png"}],"note":"..."}'


def asked(*history: ChatMessage, tools: tuple[Tool, ...] = (TOOL,)) -> LanguageRequest:
    return LanguageRequest(history=history, tools=tools)


def test_a_wish_becomes_a_call():
    call = drawing.call(asked(ChatMessage("user", "Draw a fox")))
    assert call is not None
    assert call.name == "generate_image"
    assert msgspec.json.decode(call.arguments) == {"prompt": "a fox"}


def test_a_change_of_the_last_picture_names_it():
    call = drawing.call(
        asked(
            ChatMessage("user", "Draw a fox"),
            ChatMessage("tool", MADE.replace("d1", "d0"), tool_call_id="c0"),
            ChatMessage("assistant", "Here is the picture."),
            ChatMessage("user", "Draw a dog"),
            ChatMessage("tool", MADE, tool_call_id="c1"),
            ChatMessage("assistant", "Here is the picture."),
            ChatMessage("user", "change the picture to blue"),
        )
    )
    assert call is not None
    assert msgspec.json.decode(call.arguments) == {"prompt": "blue", "document_ids": ["d1"]}


ATTACHED = "\n\n[Attached: a (1).png (document_id d1a), notes.txt (document_id d2, not ready)]"


def test_a_change_of_what_is_attached_names_the_pictures_among_it():
    call = drawing.call(asked(ChatMessage("user", "Turn it into a drawing" + ATTACHED)))
    assert call is not None
    arguments = msgspec.json.decode(call.arguments)
    assert arguments == {"prompt": "a drawing", "document_ids": ["d1a"]}


def test_a_change_of_nothing_is_no_wish():
    assert drawing.call(asked(ChatMessage("user", "make it blue"))) is None


@pytest.mark.parametrize(
    "request_",
    [
        asked(ChatMessage("user", "Draw a fox"), tools=()),
        asked(ChatMessage("user", "Draw a fox"), tools=(Tool("other"),)),
        asked(ChatMessage("user", "What is two plus two?")),
        asked(ChatMessage("assistant", "Draw a fox")),
        asked(),
    ],
)
def test_without_a_wish_or_the_tool_nothing_is_called(request_):
    assert drawing.call(request_) is None
    assert drawing.answer(request_) is None


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (MADE, "Here is the picture."),
        (MADE.replace("]", ',{"document_id":"d2"}]'), "Here are the 2 pictures."),
        ("There is no picture d9 in this conversation.",) * 2,
        ("It failed. The brush is dry.", "The brush is dry."),
    ],
)
def test_what_came_of_it_is_said(output, said):
    request = asked(ChatMessage("user", "Draw"), ChatMessage("tool", output, tool_call_id="c"))
    assert drawing.answer(request) == said
