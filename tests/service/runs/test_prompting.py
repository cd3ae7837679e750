"""What a model is given, within what its context holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.providers.picture_ports import Picture
from desktop_app.service.providers.ports import (
    ChatMessage,
    Knowledge,
    Passage,
    Recalled,
    Tool,
)
from desktop_app.service.runs.history import Attached
from desktop_app.service.runs.prompting import (
    DEFAULT_PROMPT,
    Material,
    history_budget,
    prompt_of,
)
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.tokens import (
    PER_MESSAGE,
    PER_PICTURE,
    estimated_tokens,
    message_tokens,
    tool_tokens,
)

QUESTION = Question("t", "a", "Now?", system_prompt="Be brief.")


def row(run: str, role: str, content: str) -> StoredMessage:
    return StoredMessage(f"{run}{role}", role, content, metadata_={"run_id": run})


def turn(run: str, tokens: int) -> list[StoredMessage]:
    """A question of one token and a reply, with so many tokens in all."""
    reply = "word" * (tokens - 1 - 2 * PER_MESSAGE)
    return [row(run, "user", f"q{run}"), row(run, "assistant", reply)]


def material(*rows: StoredMessage, limit: int = 4_000, **fields) -> Material:
    """The last run of the rows asks."""
    made = Material(
        run_id=rows[-1].metadata_["run_id"],
        question=QUESTION,
        own_prompt="",
        rows=rows,
        attached=Attached(),
        knowledge=Knowledge(),
        tools=(),
        model=ModelInfo(name="m", provider="p", context_limit=limit),
    )
    return replace(made, **fields)


def contents(given: Material) -> list[str]:
    return [message.content[:2] for message in prompt_of(given).request.history]


NOW = row("z", "user", "Now?")


def test_the_newest_turns_that_fit_are_kept_whole():
    rows = [*turn("1", 1_000), *turn("2", 1_000), *turn("3", 1_000), NOW]
    assert contents(material(*rows, limit=4_000)) == ["q2", "wo", "q3", "wo", "No"]
    assert contents(material(*rows, limit=40_960)) == ["q1", "wo", "q2", "wo", "q3", "wo", "No"]


def test_a_large_context_is_not_filled_with_earlier_turns():
    rows = [*turn("1", 40_000), *turn("2", 40_000), NOW]
    assert contents(material(*rows, limit=1_000_000)) == ["q2", "wo", "No"]


def test_no_turn_is_skipped_for_an_older_one():
    rows = [*turn("1", 20), *turn("2", 5_000), *turn("3", 20), NOW]
    assert contents(material(*rows)) == ["q3", "wo", "No"]


def test_what_the_prompt_takes_is_counted():
    prompt = prompt_of(material(*turn("1", 100), NOW))
    fixed = estimated_tokens("Be brief.")
    assert prompt.tokens == fixed + 100 + PER_MESSAGE + estimated_tokens("Now?")


@pytest.mark.parametrize(("limit", "budget"), [(4_000, 3_000), (128_000, 123_904), (0, 6_144)])
def test_room_is_left_for_the_reply(limit, budget):
    assert history_budget(ModelInfo(name="m", provider="p", context_limit=limit)) == budget
    assert history_budget(None) == 6_144


def test_a_question_that_does_not_fit_is_refused_in_words():
    with pytest.raises(InputError, match="more than the language model can read") as refused:
        prompt_of(material(row("z", "user", "x" * 20_000)))
    assert refused.value.code == "prompt.too_long"


def test_a_turn_whose_question_was_cut_off_is_refused_too():
    with pytest.raises(InputError, match="more than"):
        prompt_of(material(row("z", "tool", "x" * 20_000)))


def test_a_model_of_unknown_size_judges_long_questions_itself():
    given = material(*turn("1", 100), row("z", "user", "x" * 40_000), model=None)
    assert contents(given) == ["xx"]


def test_knowledge_takes_half_of_the_room_at_most_and_the_best_of_it_is_kept():
    passages = tuple(Passage(str(n), "f", "word" * 400, score=-n) for n in range(9))
    memories = tuple(Recalled("word" * 100, "", "memory", str(n)) for n in range(9))
    knowledge = prompt_of(material(NOW, knowledge=Knowledge(memories, passages))).request.knowledge
    assert [each.document_id for each in knowledge.passages] == ["0", "1"]
    assert [each.id for each in knowledge.memories] == ["0", "1", "2"]


def test_the_turns_prompt_goes_before_the_assistants_and_that_before_the_default():
    prompts = [
        prompt_of(material(NOW, question=question, own_prompt=own)).request.system_prompt
        for question, own in [
            (QUESTION, "Own."),
            (replace(QUESTION, system_prompt=""), "Own."),
            (replace(QUESTION, system_prompt=""), ""),
        ]
    ]
    assert prompts == ["Be brief.", "Own.", DEFAULT_PROMPT]


def test_wishes_of_the_turn_reach_the_request():
    question = replace(
        QUESTION, model="big", wants_json=True, thinking={"effort": "low"}, memory="readonly"
    )
    request = prompt_of(material(NOW, question=question, tools=(Tool("f"),))).request
    assert (request.model, request.wants_json, request.memory) == ("big", True, "readonly")
    assert request.thinking == {"effort": "low"}
    assert request.tools == (Tool("f"),)
    assert (request.assistant_id, request.thread_id) == ("a", "t")


def test_tokens_are_estimated_from_bytes():
    assert [estimated_tokens(text) for text in ("", "abcd", "abcde", "日本")] == [0, 1, 2, 2]
    assert message_tokens(ChatMessage("user", "abcd", pictures=(Picture(b""),))) == (
        PER_MESSAGE + 1 + PER_PICTURE
    )
    assert tool_tokens([Tool("abcd", parameters={})]) == PER_MESSAGE + 2
