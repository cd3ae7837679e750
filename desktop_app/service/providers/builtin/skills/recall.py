"""Saves what one is asked to remember, and finds again what was said."""

from __future__ import annotations

import re
from collections.abc import Sequence

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
_COMMON = frozenset(
    "a an the my your our is are was were be that this it of to in on at and or i you me".split()  # noqa: SIM905
)
_PERSONS = {
    "my": "your", "mine": "yours", "i": "you", "me": "you", "myself": "yourself", "am": "are",
    "i'm": "you're", "im": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll",
    "our": "your", "ours": "yours", "we": "you", "us": "you",
    "your": "my", "yours": "mine", "yourself": "myself", "you": "me", "you're": "I'm",
    "you've": "I've",
}  # fmt: skip
_MOST = 3

NOTHING_TOLD = "You have not told me about"
"""So begins the answer where nothing was found."""


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


def other_person(text: str) -> str:
    """``my favorite color`` -> ``your favorite color``: who speaks and who listens change."""
    words = re.sub(r"\byou are\b", "I'm", text, flags=re.IGNORECASE).split()
    words = [_PERSONS.get(word.lower(), word) if word != "I'm" else word for word in words]
    if words and words[0] == "me" and text.lower().startswith("you"):
        words[0] = "I"
    return " ".join(words)


async def _recalled(what: str, recall: Recall, assistant_id: str, thread_id: str) -> str:
    found = await recall.search(assistant_id, what, 20, exclude_thread_turn=thread_id or None)
    told = [each for each in found if _is_about(each.text, what) and _is_statement(each)]
    if not told:
        return f"{NOTHING_TOLD} {other_person(what)}."
    memories = [each for each in told if each.kind == "memory"]
    if memories or _MINE_STARTS.match(what):
        newest = _distinct(memories or told)
        return " ".join(f"You told me that {other_person(each)}." for each in newest)
    return " ".join(f"You said: {each}." for each in _distinct(told))


_MINE_STARTS = re.compile(r"(?:my|our) ")


def _is_about(text: str, what: str) -> bool:
    """Whether all words that matter are there: a near miss would be a wrong answer."""
    wanted = _content(what)
    return bool(wanted) and wanted <= _content(text)


def _content(text: str) -> set[str]:
    return {word for word in re.findall(r"[\w']+", text.lower()) if word not in _COMMON}


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
    if not _content(what):
        return "Tell me what to forget, for example: forget my favorite color."
    count = await recall.forget(request.assistant_id, what, thread_id=request.thread_id)
    if count == 0:
        return f"I have nothing saved about {other_person(what)}."
    return "I have forgotten it." if count == 1 else f"I have forgotten {count} things about it."
