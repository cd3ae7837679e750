"""``parley models``: every kind, each filter, one in full."""

from __future__ import annotations

import pytest


def test_the_catalogue_holds_every_kind(shell):
    rows = shell.value("models", "list")
    assert {"llm", "embedding", "image", "video", "stt", "tts", "system_one"} == {
        row["model_type"] for row in rows
    }


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("chat", {"llm"}),
        ("embedding", {"embedding"}),
        ("image", {"image"}),
        ("voice", {"stt", "tts"}),
        ("tts", {"tts"}),
    ],
)
def test_one_kind_is_listed_alone(shell, kind, types):
    assert {row["model_type"] for row in shell.value("models", "list", "--type", kind)} == types
    assert all(
        line.split()[0] in types | {kind}
        for line in shell.text("models", "list", "--type", kind).splitlines()[1:]
    )


def test_models_for_videos_are_listed_and_shown(shell):
    (film,) = shell.value("models", "list", "--type", "video")
    assert (film["id"], film["provider"]) == ("moving-drawing", "builtin")
    shown = shell.value("models", "show", "moving-drawing", "--type", "video")
    assert shown["supported_durations"][-1] == 10
    text = shell.text("models", "list", "--type", "video").splitlines()[1]
    assert text.split()[:2] == ["video", "builtin/moving-drawing"]


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (("--tools",), {"gpt-4.1", "gpt-4o"}),
        (("--min-context", 500_000), {"gpt-4.1"}),
        (("--type", "chat", "--max-context", 100_000), {"basic"}),
        (("--type", "embedding", "--min-dimensions", 2000), set()),
        (("--type", "embedding", "--max-dimensions", 2000), {"text-embedding-3-small"}),
        (("--type", "image", "--provider", "builtin"), {"drawing"}),
        (("--type", "chat", "--thinking"), set()),
        (("--search", "GPT-4O"), {"gpt-4o"}),
    ],
)
def test_filters_leave_what_was_asked_for(shell, flags, names):
    assert {row["name"] for row in shell.value("models", "list", *flags)} == names


def test_one_is_shown_in_full(shell):
    shown = shell.value("models", "show", "openai/GPT-4.1")
    assert (shown["name"], shown["context_limit"]) == ("gpt-4.1", 1047576)
    assert shown["thinking_controls"]["supported"] is False
    text = shell.text("models", "show", "gpt-4.1")
    assert "supports tools" in text
    assert shell.value("models", "show", "drawing", "--type", "image")["provider"] == "builtin"
    assert shell.value("models", "show", "builtin/basic", "--type", "tts")["model_type"] == "tts"


def test_a_name_of_several_kinds_or_none_is_refused(shell):
    assert "add --type" in shell.refusal("models", "show", "builtin/basic")
    assert "no model" in shell.refusal("models", "show", "openai/nothing")
    assert "no model" in shell.refusal("models", "show", "gpt-4.1", "--type", "voice")


def test_the_providers_are_told(shell):
    assert set(shell.value("models", "providers")) == {"builtin", "openai", "elevenlabs"}
    assert shell.value("models", "providers", "--type", "embedding") == ["openai"]
