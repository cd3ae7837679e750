"""Has a language model take facts out of a turn, and reads its answers strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from desktop_app.errors import ProtocolError
from desktop_app.protocol.json_faults import UNREADABLE
from desktop_app.service.clock import now
from desktop_app.service.memories import fact_prompts
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.providers.ports import (
    ChatMessage,
    Finished,
    Language,
    LanguageRequest,
    TextDelta,
)

QUESTION_CHARACTERS = 8_000
REPLY_CHARACTERS = 4_000
ANSWER_CHARACTERS = 40_000
MAX_FACTS = 20
MAX_DECISIONS = 100

_FENCED = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", re.DOTALL)

_Fact = Annotated[str, Meta(min_length=1, max_length=1_000)]
_Shape = TypeVar("_Shape", bound=Struct)


class _Facts(Struct, frozen=True):
    facts: list[_Fact]


class Decision(Struct, frozen=True):
    """What becomes of a fact.

    Attributes:
        id: Of the known memory that is updated or deleted.
        text: The memory's new words.
    """

    event: Literal["ADD", "UPDATE", "DELETE", "NONE"]
    id: str | int = ""
    text: Annotated[str, Meta(max_length=2_000)] = ""


class _Decisions(Struct, frozen=True):
    memory: Annotated[list[Decision], Meta(max_length=MAX_DECISIONS)] = field(
        default_factory=list[Decision]
    )


@dataclass(frozen=True, slots=True)
class FactModel:
    """A connected model and what it is told.

    Attributes:
        model: Name, or empty for the provider's default.
        extraction_prompt: The assistant's own, or empty for the default one.
        update_prompt: The same.
    """

    language: Language
    model: str = ""
    extraction_prompt: str = ""
    update_prompt: str = ""

    async def facts(self, question: str, reply: str) -> tuple[str, ...]:
        """The facts worth keeping, at most MAX_FACTS; mostly none.

        Raises:
            AppError: The provider failed, or answered something else than was asked for.
        """
        prompt = self.extraction_prompt or fact_prompts.EXTRACTION
        turn = {
            "date": now()[:10],
            "user": question[:QUESTION_CHARACTERS],
            "assistant": reply[:REPLY_CHARACTERS],
        }
        answer = await self._ask(prompt + fact_prompts.EXTRACTION_FORMAT, turn)
        facts = (fact.strip() for fact in _read(answer, _Facts).facts)
        return tuple(dict.fromkeys(fact for fact in facts if fact))[:MAX_FACTS]

    async def decisions(
        self, known: Mapping[str, str], facts: Sequence[str]
    ) -> tuple[Decision, ...]:
        """What the facts change in what is known, NONE left out.

        Args:
            known: Texts by an id that is short, so that a small model repeats it right.
            facts: What was found in the turn.

        Raises:
            AppError: As for ``facts``; also where an id is named that is not in ``known``.
        """
        prompt = self.update_prompt or fact_prompts.UPDATE
        task = {
            "known": [{"id": id_, "text": text} for id_, text in known.items()],
            "facts": list(facts),
        }
        answer = _read(await self._ask(prompt + fact_prompts.UPDATE_FORMAT, task), _Decisions)
        made = tuple(
            Decision(each.event, str(each.id), each.text.strip())
            for each in answer.memory
            if each.event != "NONE"
        )
        _check(made, known)
        return made

    async def _ask(self, system_prompt: str, task: object) -> str:
        request = LanguageRequest(
            history=(ChatMessage("user", msgspec.json.encode(task).decode()),),
            system_prompt=system_prompt,
            model=self.model,
            memory="off",
            wants_json=True,
        )
        pieces: list[str] = []
        length = 0
        with provider_failures("language.failed", "The language model failed."):
            async with aclosing(self.language.reply(request)) as events:  # type: ignore[type-var]  # every provider's is a generator
                async for event in events:
                    if isinstance(event, Finished):
                        break
                    if isinstance(event, TextDelta):
                        pieces.append(event.text)
                        length += len(event.text)
                    if length > ANSWER_CHARACTERS:
                        raise _unusable("it is too long")
        return "".join(pieces)


def _read(answer: str, shape: type[_Shape]) -> _Shape:
    """The one JSON object of an answer, bare or in a fence."""
    text = answer.strip()
    if fenced := _FENCED.fullmatch(text):
        text = fenced[1]
    try:
        return msgspec.json.decode(text, type=shape)
    except UNREADABLE:
        # Not chained: msgspec's message may repeat a word of the conversation.
        raise _unusable("it is not in the form that was asked for") from None


def _check(decisions: Sequence[Decision], known: Mapping[str, str]) -> None:
    named = [each.id for each in decisions if each.event != "ADD"]
    if not known.keys() >= set(named):
        raise _unusable("it names a memory that it was not given")
    if len(named) != len(set(named)):
        raise _unusable("it decides twice about one memory")
    if any(not each.text for each in decisions if each.event != "DELETE"):
        raise _unusable("a memory has no text")
    if sum(each.event == "ADD" for each in decisions) > MAX_FACTS:
        raise _unusable("it adds too much")


def _unusable(reason: str) -> ProtocolError:
    return ProtocolError(
        "memory.unusable", f"The language model's answer cannot be used: {reason}."
    )
