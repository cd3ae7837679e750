"""Saves what one is asked to remember, and finds again what was said."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from desktop_app.service.providers.builtin.skills.asked_facts import (
    AskedFact,
    asked_fact,
    is_personal,
)
from desktop_app.service.providers.builtin.skills.content_words import content_stems
from desktop_app.service.providers.ports import LanguageRequest, Recall, Recalled

# "remembered" is what the built-in recogniser often hears.
_REMEMBER = re.compile(
    r"(?:remember(?:ed)?|please remember|memorize|make a note|note)(?: that (?P<that>.+)"
    r"| (?P<mine>(?:my|i|our|we) .+))"
)
_MINE = re.compile(r"(?:what|who|where|when) (?:is|are|was|were) (?P<what>(?:my|our) .+)")
_MINE_SHORT = re.compile(r"(?:what|who|where|when)'?s (?P<what>(?:my|our) .+)")
_ABOUT = re.compile(
    r"(?:what did i (?:say|tell you)|what have i (?:said|told you)|what do you (?:know|remember)"
    r"|what was said|do you remember what i said) about (?P<what>.+)"
)
_REMEMBERS = re.compile(r"do you remember (?P<what>(?:my|our) .+)")
_FORGET = re.compile(r"(?:please )?forget (?:that |about |what i said about )?(?P<what>.+)")
_QUESTION = re.compile(
    r"(?:what|who|where|when|why|how|which|do|does|did|is|are|can|could|will|would"
    r"|tell me|forget)\b|.*\?$"
)
_PERSONS = {
    "my": "your", "mine": "yours", "i": "you", "me": "you", "myself": "yourself", "am": "are",
    "i'm": "you're", "im": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll",
    "our": "your", "ours": "yours", "we": "you", "us": "you",
    "your": "my", "yours": "mine", "yourself": "myself", "you": "me", "you're": "I'm",
    "you've": "I've",
}  # fmt: skip
_MOST = 3
_LOOKED_AT = 20

NOTHING_TOLD = "You have not told me about"
"""So begins the answer where nothing was found."""

_NEAR = "You have not told me exactly that."

_MAY_NOT = {
    "off": "Memory is turned off for this question, so I have not looked or saved anything.",
    "readonly": "I may only read what I remember here, so nothing was changed.",
}


async def answer(text: str, recall: Recall, request: LanguageRequest) -> str | None:
    """A sentence, or None when ``text`` has nothing to do with memory.

    Args:
        text: As it was typed or heard, without punctuation at its end.
        recall: What the assistant remembers.
        request: Whose memory, what may be done with it, and where it was asked: the newest
            message of the thread is the question itself.

    Raises:
        StorageError
    """
    small = text.lower()
    if found := _REMEMBER.fullmatch(small):
        if request.memory != "auto":
            return _MAY_NOT[request.memory]
        what = text[found.start(found.lastgroup or "that") :]
        await recall.remember(request.assistant_id, what, thread_id=request.thread_id)
        return f"I will remember that {other_person(what)}."
    for form in (_MINE, _MINE_SHORT, _REMEMBERS, _ABOUT):
        if found := form.fullmatch(small):
            if request.memory == "off":
                return _MAY_NOT["off"]
            return await _recalled(found["what"], recall, request.assistant_id, request.thread_id)
    if found := _FORGET.fullmatch(small):
        if request.memory != "auto":
            return _MAY_NOT[request.memory]
        return await _forget(found["what"], recall, request)
    return None


@dataclass(frozen=True, slots=True)
class Told:
    """What was told about what a question asks.

    Attributes:
        answer: A sentence or more; empty where nothing answers.
        near: Where nothing answers, what comes near and may be no answer; else empty.
    """

    answer: str = ""
    near: str = ""


async def told_about(text: str, recall: Recall, request: LanguageRequest) -> Told:
    """What was told before that answers any question about it, found by the words that matter.

    Args:
        text: As it was typed or heard, without punctuation at its end.
        recall: What the assistant remembers.
        request: As in ``answer``; nothing is looked up where memory is off.

    Raises:
        StorageError
    """
    asked = asked_fact(text)
    if asked is None or request.memory == "off":
        return Told()
    statements = await _statements(text, recall, request.assistant_id, request.thread_id)
    saved = [each for each in statements if each.kind == "memory"]
    said = [each for each in statements if each.kind != "memory" and is_personal(each.text)]
    for known in (saved, said):
        if found := _chosen(known, AskedFact.answers, asked):
            return Told(answer=_you_told(found))
    near = _chosen(saved, AskedFact.near, asked) or _chosen(said, AskedFact.near, asked)
    return Told(near=f"{_NEAR} {_you_told(near)}" if near else "")


def _chosen(
    known: Sequence[Recalled],
    choice: Callable[[AskedFact, Sequence[str]], list[str]],
    asked: AskedFact,
) -> list[Recalled]:
    chosen = set(choice(asked, [each.text for each in known]))
    return [each for each in known if each.text in chosen]


def other_person(text: str) -> str:
    """``my favorite color`` -> ``your favorite color``: who speaks and who listens change."""
    words = re.sub(r"\byou are\b", "I'm", text, flags=re.IGNORECASE).split()
    words = [_PERSONS.get(word.lower(), word) if word != "I'm" else word for word in words]
    if words and words[0] == "me" and text.lower().startswith("you"):
        words[0] = "I"
    return " ".join(words)


async def _recalled(what: str, recall: Recall, assistant_id: str, thread_id: str) -> str:
    found = await _statements(what, recall, assistant_id, thread_id)
    told = [each for each in found if _is_about(each.text, what)]
    if not told:
        return f"{NOTHING_TOLD} {other_person(what)}."
    memories = [each for each in told if each.kind == "memory"]
    if memories or _MINE_STARTS.match(what):
        return _you_told(memories or told)
    return " ".join(f"You said: {each}." for each in _distinct(told))


async def _statements(
    text: str, recall: Recall, assistant_id: str, thread_id: str
) -> list[Recalled]:
    found = await recall.search(
        assistant_id, text, _LOOKED_AT, exclude_thread_turn=thread_id or None
    )
    return [each for each in found if _is_statement(each)]


def _you_told(told: Sequence[Recalled]) -> str:
    return " ".join(f"You told me that {other_person(each)}." for each in _distinct(told))


_MINE_STARTS = re.compile(r"(?:my|our) ")


def _is_about(text: str, what: str) -> bool:
    """Whether all words that matter are there: a near miss would be a wrong answer."""
    wanted = content_stems(what)
    return bool(wanted) and wanted <= content_stems(text)


def _is_statement(told: Recalled) -> bool:
    """Neither a question nor, among messages, a wish to remember: that is or was a memory."""
    text = told.text.strip().lower()
    if _QUESTION.match(text):
        return False
    return told.kind == "memory" or _REMEMBER.fullmatch(text.rstrip(".!")) is None


def _distinct(told: Sequence[Recalled]) -> list[str]:
    """The statements themselves, the newest first, each once."""
    newest = sorted(told, key=lambda each: each.created_at, reverse=True)
    statements: dict[str, str] = {}
    for each in newest:
        statement = _statement(each.text)
        statements.setdefault(statement.lower(), statement)
    return list(statements.values())[:_MOST]


def _statement(text: str) -> str:
    text = text.strip().rstrip(".!")
    found = _REMEMBER.fullmatch(text.lower())
    return text[found.start(found.lastgroup or "that") :] if found else text


async def _forget(what: str, recall: Recall, request: LanguageRequest) -> str:
    if not content_stems(what):
        return "Tell me what to forget, for example: forget my favorite color."
    count = await recall.forget(request.assistant_id, what, thread_id=request.thread_id)
    if count == 0:
        return f"I have nothing saved about {other_person(what)}."
    return "I have forgotten it." if count == 1 else f"I have forgotten {count} things about it."
