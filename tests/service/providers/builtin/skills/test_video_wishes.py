"""Which words wish for a video."""

from __future__ import annotations

import msgspec
import pytest

from desktop_app.service.providers.builtin.skills import drawing
from desktop_app.service.providers.builtin.skills.picture_wishes import PictureWish
from desktop_app.service.providers.builtin.skills.video_wishes import video_wish
from desktop_app.service.providers.ports import ChatMessage, LanguageRequest, Tool

ID = "0123abcd-0123-0123-0123-0123456789ab"
BOTH = (Tool("generate_image"), Tool("generate_video"))
PICTURE = '{"pictures":[{"document_id":"d1","mime_type":"image/png"}],"note":"..."}'
VIDEO = '{"videos":[{"document_id":"v1","mime_type":"video/mp4"}],"note":"..."}'


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("Make a video of a red fox.", "a red fox"),
        ("Please could you create a short video showing the sea?", "the sea"),
        ("Draw me a clip of a train", "a train"),
        ("I want you to create a ten-second film about two owls", "two owls"),
        ("Hey Parley, generate another animation of rain", "rain"),
        ("Animate a jumping frog", "a jumping frog"),
    ],
)
def test_a_new_video(text, prompt):
    assert video_wish(text) == PictureWish(prompt)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("Turn it into a video", "Turn it into a video"),
        ("make this picture into a short film where the leaves fall", "where the leaves fall"),
        ("Animate the last picture: let it snow", "let it snow"),
        ("Make a video of it", "Make a video of it"),
        ("Create a clip from my photo", "Create a clip from my photo"),
    ],
)
def test_a_video_of_what_came_last(text, prompt):
    assert video_wish(text) == PictureWish(prompt, is_about_last=True)


def test_a_video_of_what_is_named():
    wish = video_wish(f"Make a video of {ID}, slowly nearer")
    assert wish == PictureWish("slowly nearer", (ID,))


@pytest.mark.parametrize(
    "text",
    [
        "What is a video?",
        "Give me a movie with Tom Hanks",
        "Show me the movie about Napoleon",
        "I want a film about two owls",
        "Draw a fox",
        "make it blue",
        "I watched a video of a fox",
        "How do I make a video of my screen?",
        f"Change {ID}: make it night",
    ],
)
def test_what_wishes_for_none(text):
    assert video_wish(text) is None


def asked(*history: ChatMessage, tools: tuple[Tool, ...] = BOTH) -> LanguageRequest:
    return LanguageRequest(history=history, tools=tools)


def called(request: LanguageRequest) -> tuple[str, dict[str, object]] | None:
    call = drawing.call(request)
    return None if call is None else (call.name, msgspec.json.decode(call.arguments))


def test_the_tool_follows_what_is_wished():
    said = ChatMessage("user", "Make a video of a fox")
    assert called(asked(said)) == ("generate_video", {"prompt": "a fox"})
    assert called(asked(said, tools=(Tool("generate_image"),))) is None
    drawn = ChatMessage("user", "Draw a fox")
    assert called(asked(drawn)) == ("generate_image", {"prompt": "a fox"})
    assert called(asked(drawn, tools=(Tool("generate_video"),))) is None


@pytest.mark.parametrize(
    ("before", "words", "name", "document_id"),
    [
        (PICTURE, "make it blue", "generate_image", "d1"),
        (VIDEO, "make it blue", "generate_video", "v1"),
        (PICTURE, "turn it into a video", "generate_video", "d1"),
    ],
)
def test_a_change_is_one_of_what_was_made_last(before, words, name, document_id):
    call = called(
        asked(
            ChatMessage("user", "..."),
            ChatMessage("tool", before, tool_call_id="c1"),
            ChatMessage("assistant", "Here it is."),
            ChatMessage("user", words),
        )
    )
    assert call is not None
    assert (call[0], call[1]["document_ids"]) == (name, [document_id])


FILES = "\n\n[Attached: a.png (document_id d1), b.MP4 (document_id f1, it could not be read)]"


def test_a_change_of_what_is_attached_is_one_of_the_video_among_it():
    said = ChatMessage("user", "Make it blue" + FILES)
    call = ("generate_video", {"prompt": "blue", "document_ids": ["f1"]})
    assert called(asked(said)) == call
    only_pictures = called(asked(said, tools=(Tool("generate_image"),)))
    assert only_pictures == ("generate_image", {"prompt": "blue", "document_ids": ["d1"]})


def test_a_video_that_was_made_is_told():
    told = asked(ChatMessage("user", "..."), ChatMessage("tool", VIDEO, tool_call_id="c1"))
    assert drawing.answer(told) == "Here is the video."
