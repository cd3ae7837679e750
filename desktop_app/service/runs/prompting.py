"""Puts together what a language model reads, within what its context holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.providers.ports import (
    ChatMessage,
    Knowledge,
    LanguageRequest,
    Passage,
    Recalled,
    Tool,
)
from desktop_app.service.runs.history import Attached, chat_messages, turns_of
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.tokens import (
    estimated_tokens,
    found_tokens,
    message_tokens,
    tool_tokens,
)

UNKNOWN_CONTEXT = 8_192
"""What a model of unknown size is given at most: nearly every one holds that."""

MOST_FOR_REPLY = 4_096
MOST_EARLIER = 64_000
"""Tokens of earlier turns, however large the context: each turn is paid and waited for anew."""

DEFAULT_PROMPT = (
    "You are Parley, a voice assistant. Your answers are read aloud: be brief and friendly, and"
    " prefer plain sentences to lists and tables."
)
CITING = (
    "Where your answer rests on something remembered about the user, name it behind the sentence"
    " in square brackets, as in [memory: likes green tea]."
)

_Found = TypeVar("_Found", Recalled, Passage)


@dataclass(frozen=True, slots=True)
class Material:
    """What a prompt is made of.

    Attributes:
        own_prompt: The assistant's, or empty.
        rows: The newest of the thread.
        tools: All that the model may call.
        model: None where nothing is known of it.
        attached: What came with the messages.
    """

    run_id: str
    question: Question
    own_prompt: str
    rows: Sequence[StoredMessage]
    attached: Attached
    knowledge: Knowledge
    tools: tuple[Tool, ...]
    model: ModelInfo | None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request, and how many tokens it takes by our estimate."""

    request: LanguageRequest
    tokens: int


def history_budget(model: ModelInfo | None) -> int:
    """How many tokens everything that a model reads may take, with room left for its reply."""
    limit = context_limit(model) or UNKNOWN_CONTEXT
    return limit - min(limit // 4, MOST_FOR_REPLY)


def context_limit(model: ModelInfo | None) -> int | None:
    """Tokens, where they are known."""
    return (model.context_limit or None) if model else None


def may_fit(text: str, model: ModelInfo | None) -> bool:
    """Whether a question can be asked at all, as far as the model's size is known."""
    is_known = context_limit(model) is not None
    return not is_known or estimated_tokens(text) <= history_budget(model)


def too_long() -> InputError:
    """What is said of a question that does not fit."""
    return InputError(
        "prompt.too_long", "This is more than the language model can read at once. Send less of it."
    )


def prompt_of(material: Material) -> Prompt:
    """The newest turns that fit, behind the system prompt, the tools and what was found.

    Raises:
        InputError: ``prompt.too_long``: not even the question fits.
    """
    question = material.question
    budget = history_budget(material.model)
    system_prompt = _system_prompt(question, material.own_prompt)
    knowledge = _fitting(material.knowledge, budget)
    fixed = (
        estimated_tokens(system_prompt)
        + tool_tokens(material.tools)
        + sum(map(found_tokens, knowledge.memories))
        + sum(map(found_tokens, knowledge.passages))
    )
    history, used = _history(material, budget - fixed)
    request = LanguageRequest(
        history=tuple(history),
        system_prompt=system_prompt,
        model=question.model,
        assistant_id=question.assistant_id,
        thread_id=question.thread_id,
        memory=question.memory,
        knowledge=knowledge,
        tools=material.tools,
        wants_json=question.wants_json,
        thinking=question.thinking,
        routing=question.routing,
        searches_web=question.searches_web,
    )
    return Prompt(request, used + fixed)


def _system_prompt(question: Question, own: str) -> str:
    prompt = question.system_prompt or own or DEFAULT_PROMPT
    may_recall = question.cites_memories and question.memory != "off"
    return f"{prompt}\n\n{CITING}" if may_recall else prompt


def _fitting(knowledge: Knowledge, budget: int) -> Knowledge:
    """The best of what was found, in at most half of what there is room for."""
    memories = _best(knowledge.memories, budget // 8)
    return Knowledge(memories, _best(knowledge.passages, budget // 2 - budget // 8))


def _best(found: tuple[_Found, ...], budget: int) -> tuple[_Found, ...]:
    kept: list[_Found] = []
    for one in found:
        budget -= found_tokens(one)
        if budget < 0:
            break
        kept.append(one)
    return tuple(kept)


def _history(material: Material, budget: int) -> tuple[list[ChatMessage], int]:
    """The turn itself, and the newest before it that fit whole; and what they take."""
    *earlier, current = [
        chat_messages(turn, material.attached) for turn in turns_of(material.rows, material.run_id)
    ] or [[]]
    used = sum(map(message_tokens, current))
    if not current or (used > budget and context_limit(material.model) is not None):
        raise too_long()
    history = current
    most = min(budget, used + MOST_EARLIER)
    for turn in reversed(earlier):
        used_with_it = used + sum(map(message_tokens, turn))
        if used_with_it > most:
            break
        history, used = [*turn, *history], used_with_it
    return history, used
