"""What is said of a thing that happens, and that nothing which happens is left without words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from desktop_app import sentences
from desktop_app.languages import speak
from desktop_app.prose import tr
from desktop_app.sentences import (
    FAMILIES,
    SENTENCES,
    UNKNOWN,
    failure_sentence,
    kept_reason,
    sentence_of,
)

PACKAGE = Path(sentences.__file__).parent
CODE = re.compile(r"[a-z_]+\.[a-z0-9_]+")
BEGINNING = re.compile(r"[a-z_]+\.[a-z0-9_]*")
RAISES = re.compile(
    r"[A-Za-z]*Error|_?notice|_?Notice|FailTurn|fail_turn|ServerFault|PromptRefused|_?refus(al|e)"
    r"|_fault|_report|_muted|_fail_question|_lose_reply|provider_failures"
)

# What the window can be told of. Refusals to start, and recordings given as files, are for the
# command line, which prints the error's own words.
TOLD_IN = ("engine", "audio", "client", "database", "journal", "link", "protocol", "service", "ui")
TOLD_BY = ("processes/engine.py",)
NOT_TOLD = (PACKAGE / "audio" / "wav.py",)


def told_sources() -> Iterator[Path]:
    for folder in TOLD_IN:
        yield from (path for path in (PACKAGE / folder).rglob("*.py") if path not in NOT_TOLD)
    yield from (PACKAGE / name for name in TOLD_BY)


def strings_of(node: ast.AST) -> Iterator[ast.Constant | ast.JoinedStr]:
    """The texts that an argument can be, however it is chosen."""
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            yield node
        case ast.IfExp():
            yield from (*strings_of(node.body), *strings_of(node.orelse))
        case ast.BoolOp():
            for value in node.values:
                yield from strings_of(value)


def raised_in(path: Path) -> set[str]:
    """The codes that a file raises; one that is put together ends with its constant beginning."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for given in given_by(node):
            for text in strings_of(given):
                found |= code_in(text)
    return found


def given_by(node: ast.AST) -> list[ast.expr]:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if RAISES.fullmatch(name):
            return [*node.args, *(one.value for one in node.keywords if one.arg != "tag")]
        case ast.Assign(targets=[ast.Name(id="code")], value=value):
            return [value]
        case ast.AnnAssign(target=ast.Name(id="code"), value=ast.expr() as value):
            return [value]
        case ast.keyword(arg="error" | "code", value=value):
            return [value]
    return []


def code_in(text: ast.Constant | ast.JoinedStr) -> set[str]:
    match text:
        case ast.Constant(value=str() as value) if CODE.fullmatch(value):
            return {value}
        case ast.JoinedStr(values=[ast.Constant(value=str() as start), *_]):
            return {f"{start}…"} if BEGINNING.fullmatch(start) else set()
    return set()


@cache
def literals_elsewhere() -> set[str]:
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        if path.name == "sentences.py" and path.parent == PACKAGE:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                found |= code_in(node)
    return found


RAISED = sorted(set[str]().union(*(raised_in(path) for path in told_sources())))


def test_the_codes_are_found():
    assert {"storage.full", "turn.busy", "conversation.failed", "line.lost"} <= set(RAISED)
    assert {"http.…", "device.no_…", "journal.in_use", "turn.not_understood"} <= set(
        RAISED
    ) | literals_elsewhere()


@pytest.mark.parametrize("code", RAISED)
def test_all_that_can_happen_has_words(code: str):
    family, _, name = code.partition(".")
    if name.endswith("…"):
        starts = code.removesuffix("…")
        assert family in FAMILIES or any(one.startswith(starts) for one in SENTENCES)
    else:
        assert code in SENTENCES or family in FAMILIES


@pytest.mark.parametrize("code", SENTENCES)
def test_no_words_are_kept_for_what_cannot_happen(code: str):
    known = literals_elsewhere()
    put_together = [one.removesuffix("…") for one in known if one.endswith("_…")]
    assert code in known or any(code.startswith(one) for one in put_together)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_family_is_kept_that_nobody_belongs_to(family: str):
    assert any(code.partition(".")[0] == family for code in literals_elsewhere())


@pytest.mark.parametrize("code", [*SENTENCES, *(f"{family}.x" for family in FAMILIES), "odd.x"])
def test_sentences_are_short_and_calm(code: str):
    sentence = sentence_of(code)
    assert sentence[0].isupper() or sentence[0] == "“"
    assert sentence.endswith(".")
    assert not set("!{}[]…") & set(sentence)
    assert len(sentence) <= 120


def whole(sentence: str) -> str:
    return sentence.replace("[", "").replace("]", "")


def all_that_is_said() -> list[str]:
    return [*SENTENCES.values(), *FAMILIES.values(), UNKNOWN]


@pytest.mark.parametrize("code", [*SENTENCES, *(f"{family}.x" for family in FAMILIES), "odd.x"])
def test_a_sentence_beside_a_button_does_not_say_what_the_button_says(code: str):
    said = sentence_of(code, has_retry=True)
    assert said.endswith(".")
    assert not set("[]") & set(said)
    assert "try again" not in said.lower()
    assert said == failure_sentence(code, has_retry=True)


@pytest.mark.parametrize("language", ["de", "es", "fr", "zh_CN", "ar"])
def test_every_language_marks_what_the_button_says(language: str):
    speak(language)
    try:
        marked = [tr(one) for one in all_that_is_said() if "[" in one]
        assert len(marked) > 30
        for said in marked:
            assert re.fullmatch(r"[^\[\]]+(\w\[[^\[\].。]+\][.。]|[.。]\[[^\[\].。]+[.。]\])", said)
        assert not [one for one in all_that_is_said() if "[" in tr(one) and "[" not in one]
    finally:
        speak("en")


def test_what_a_name_holds_in_brackets_is_kept():
    said = sentence_of("upload.empty", {"file": "trip [2].pdf"}, has_retry=True)
    assert said.startswith("trip [2].pdf is empty")


def test_a_notice_names_its_device():
    assert "USB headset" in sentence_of("device.lost", {"device": "USB headset"})


@pytest.mark.parametrize("code", ["device.refused", "device.lost", "device.no_sound"])
def test_nothing_is_said_of_the_microphone_where_the_loudspeaker_fails(code: str):
    said = sentence_of(code, {"kind": "loudspeaker"})
    assert "loudspeaker" in said
    assert "microphone" not in said


def test_the_systems_own_choice_is_no_device_name():
    said = sentence_of("device.silent", {"device": "default"})
    assert "from the default microphone" in said
    assert sentence_of("device.lost", {"device": "pulse"}).startswith("The default microphone")


def test_what_has_no_name_is_called_by_its_kind():
    assert sentence_of("device.lost", {"device": ""}).startswith("The microphone was")


def test_an_unknown_code_is_told_in_the_peers_words_or_by_its_family():
    assert sentence_of("odd.code", {"message": "The model sleeps."}) == "The model sleeps."
    assert sentence_of("network.new", {}) == whole(FAMILIES["network"])
    assert sentence_of("", {}) == whole(UNKNOWN)


def test_what_went_wrong_names_the_folder_of_the_log():
    assert "the log in /data/logs says" in sentence_of("something.failed", {"folder": "/data/logs"})
    assert "the log says" in sentence_of("something.failed")


def test_a_fact_is_shown_as_it_is_whatever_it_holds():
    assert "“{reason} 50 %”" in sentence_of("thread.deleted", {"title": "{reason} 50 %"})


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("reply.timeout", "No answer came within a minute. Your question was kept; try again."),
        (
            "network.odd",
            "The service does not answer at the moment. Your message was kept; try again.",
        ),
        ("The model is not loaded.", "The model is not loaded."),
        ("HTTP 500", "HTTP 500"),
        ("", ""),
    ],
)
def test_a_failed_message_says_why(kept: str, said: str):
    assert failure_sentence(kept) == said


def test_the_name_of_a_file_keeps_its_first_letter():
    speak("de")
    try:
        words = sentence_of("export.running", {"file": "notes.pdf", "number": "4"})
        assert words.startswith("notes.pdf wird")
    finally:
        speak("en")


def test_the_journal_keeps_a_code_unless_the_sentence_needs_a_name():
    assert kept_reason("turn.busy", "thread is busy") == "turn.busy"
    assert kept_reason("upload.empty", "x", {"file": "a.pdf"}).startswith("a.pdf is empty")
    assert kept_reason("upload.empty", "x") == "upload.empty"
    assert kept_reason("image.refused", "Not this one.") == "Not this one."
    assert kept_reason("image.refused", "") == "image.refused"
