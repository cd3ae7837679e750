"""Commands are values: what they ask for by default, and that they compare by what they say."""

from __future__ import annotations

import msgspec
import pytest

from desktop_app.protocol import commands as c

COMMANDS: list[c.ClientCommand] = [
    c.ConfigureSession("s", c.SpeechInput("m", "de", "vad", 1.0), None),
    c.AppendAudio(1, b"\x00\x01"),
    c.CommitAudio(1),
    c.DiscardAudio(1),
    c.PromptText(1, "Hi"),
    c.SubmitToolOutputs(1, "r", (c.ToolOutput("1", "{}"),)),
    c.CancelReply(1, 240),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_a_command_comes_back_as_it_was(command: c.ClientCommand):
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(command), type=type(command)) == command


def test_every_command_has_an_example_here():
    assert {type(one) for one in COMMANDS} == set(c.ClientCommand.__args__)  # type: ignore[attr-defined]


def test_a_session_is_spoken_and_ends_its_turns_itself_unless_told_otherwise():
    configuration = c.ConfigureSession("s")
    assert configuration.speech_input == c.SpeechInput(commit_strategy="manual")
    assert configuration.speech_output == c.SpeechOutput(speed=1.0)


def test_a_command_cannot_be_changed():
    with pytest.raises(AttributeError):
        c.CommitAudio(1).turn = 2  # type: ignore[misc]


def test_only_a_turn_without_wishes_is_plain():
    assert c.PromptText(1, "Hi").wishes.is_plain
    assert not c.TurnWishes(files=("a.pdf",)).is_plain
    assert not c.TurnWishes(memory="off").is_plain
