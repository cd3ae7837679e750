"""What is answered without a language model."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from desktop_app.service.providers.builtin.responder import Responder
from desktop_app.service.providers.picture_ports import PICTURE_TOOL
from desktop_app.service.providers.ports import (
    ChatMessage,
    DrewOn,
    Finished,
    Knowledge,
    LanguageRequest,
    MemoryUse,
    Passage,
    Recalled,
    TextDelta,
    Tool,
    ToolsCalled,
    Unmet,
)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


class FakeRecall:
    """Everything is in one list; a match shares a word that is not too common."""

    def __init__(self) -> None:
        self.kept: list[Recalled] = []
        self.excluded: list[str | None] = []
        self.forgotten: list[str] = []

    async def remember(self, assistant_id: str, text: str, *, thread_id: str = "") -> None:
        created_at = f"2026-01-01T00:00:{len(self.kept):02d}Z"
        self.kept.append(Recalled(text, created_at, "memory"))

    async def search(
        self,
        assistant_id: str,
        query: str,
        limit: int = 5,
        *,
        exclude_thread_turn: str | None = None,
    ) -> Sequence[Recalled]:
        self.excluded.append(exclude_thread_turn)
        words = words_of(query) - {"my", "the"}
        return [each for each in self.kept if words & words_of(each.text)][:limit]

    async def forget(self, assistant_id: str, query: str, *, thread_id: str = "") -> int:
        self.forgotten.append(query)
        words = set(query.split())
        gone = [each for each in self.kept if words <= set(each.text.split())]
        self.kept = [each for each in self.kept if each not in gone]
        return len(gone)


class Talk:
    """One thread with the responder."""

    def __init__(self) -> None:
        self.recall = FakeRecall()
        self.history: list[ChatMessage] = []
        self._responder = Responder(self.recall, lambda: datetime(2026, 11, 21, 18, 5, tzinfo=UTC))

    async def ask(self, text: str) -> str:
        self.history.append(ChatMessage("user", text))
        request = LanguageRequest(self.history, assistant_id="a", thread_id="t")
        async with aclosing(self._responder.reply(request)) as events:
            *deltas, end = [event async for event in events]
        assert end == Finished()
        answer = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
        self.history.append(ChatMessage("assistant", answer))
        return answer


@pytest.fixture
def talk() -> Talk:
    return Talk()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how many kilometers are in ten miles", "10 miles is about 16.09 kilometers."),
        ("what is the square root of one hundred", "That is 10."),
        ("how many days are there until christmas", "It is 34 days until Friday, December 25."),
        ("what is one hundred divided by four", "That is 25."),
        ("what time is it in tokyo", "It is 3:05 AM on Sunday in Tokyo."),
        ("What time is it in Tokyo, please?", "It is 3:05 AM on Sunday in Tokyo."),
        ("Hey Parley, can you tell me what time it is?", "It is 6:05 PM."),
        ("What's 2 + 2?", "That is 4."),
        ("What\u2019s today\u2019s date?", "Today is Saturday, November 21, 2026."),
        (
            "Convert 72 Fahrenheit to Celsius.",
            "72 degrees fahrenheit is about 22.22 degrees celsius.",
        ),
        ("Hello!", "Hello. What can I do for you?"),
        ("thank you", "You are welcome."),
        ("What is 2 + 2?\n\n[Attached: a.txt (document_id 1-2)]", "That is 4."),
    ],
)
async def test_small_real_work_is_done(talk, question, expected):
    assert await talk.ask(question) == expected


async def test_what_was_saved_is_recalled(talk):
    said = await talk.ask("remember that my favorite color is green")
    assert said == "I will remember that your favorite color is green."
    assert [each.text for each in talk.recall.kept] == ["my favorite color is green"]
    said = await talk.ask("what is my favorite color")
    assert said == "You told me that your favorite color is green."
    assert talk.recall.excluded == ["t"]


async def test_what_was_only_said_is_recalled_too(talk):
    talk.recall.kept = [
        Recalled("What is my favorite color?", "2026-01-03", "message"),
        Recalled("My favorite color is blue.", "2026-01-02", "message"),
        Recalled("My favorite food is rice", "2026-01-02", "memory"),
    ]
    said = await talk.ask("What's my favorite color?")
    assert said == "You told me that your favorite color is blue."
    said = await talk.ask("what did I say about rice")
    assert said == "You told me that your favorite food is rice."


async def test_any_question_about_what_was_told_is_answered(talk):
    await talk.ask("remember that my car is blue")
    await talk.ask("remember that my sister is called Eva")
    assert await talk.ask("What color is my car?") == "You told me that your car is blue."
    assert await talk.ask("What is my sister's name?") == (
        "You told me that your sister is called Eva."
    )
    assert await talk.ask("How old is my sister?") != "You told me that your sister is called Eva."


async def test_what_comes_near_is_said_to_be_no_exact_answer(talk):
    await talk.ask("remember that my bike is a Gazelle")
    assert await talk.ask("Which brand is my bike?") == (
        "You have not told me exactly that. You told me that your bike is a Gazelle."
    )


async def test_a_clock_is_asked_before_the_memory(talk):
    await talk.ask("remember that I was born in Tokyo at that time")
    assert (await talk.ask("What time is it in Tokyo?")).endswith("in Tokyo.")


async def test_the_wish_to_remember_does_not_outlive_the_memory(talk):
    talk.recall.kept = [Recalled("Remember that my cat is old.", "2026-01-01", "message")]
    assert await talk.ask("what is my cat") == "You have not told me about your cat."


@pytest.mark.parametrize("use", ["off", "readonly"])
async def test_a_memory_that_may_not_be_changed_is_not(use):
    recall = FakeRecall()
    for wish in ("remember that my cat is old", "forget my cat"):
        said = await asked(recall, wish, use)
        assert "emember" in said or "Memory is turned off" in said
    assert (recall.kept, recall.forgotten) == ([], [])


async def test_a_memory_that_is_off_is_not_looked_into():
    recall = FakeRecall()
    recall.kept = [Recalled("my cat is old", "2026-01-01", "memory")]
    assert "old" not in await asked(recall, "what is my cat", "off")
    assert "old" not in await asked(recall, "how old is my cat", "off")
    assert recall.excluded == []
    assert "old" in await asked(recall, "what is my cat", "readonly")


async def asked(recall: FakeRecall, question: str, use: MemoryUse) -> str:
    request = LanguageRequest([ChatMessage("user", question)], memory=use)
    async with aclosing(Responder(recall).reply(request)) as events:
        return "".join([event.text async for event in events if isinstance(event, TextDelta)])


async def test_a_newer_memory_comes_first(talk):
    await talk.ask("Remember that my car is red.")
    await talk.ask("Remember that my car is black.")
    said = await talk.ask("what is my car")
    assert said.startswith("You told me that your car is black.")


async def test_what_was_never_said_is_not_made_up(talk):
    await talk.ask("remember that my favorite food is rice")
    assert await talk.ask("what is my favorite color") == (
        "You have not told me about your favorite color."
    )


async def test_what_is_forgotten_is_gone(talk):
    await talk.ask("remember that my favorite color is green")
    assert await talk.ask("forget that my favorite color is green") == "I have forgotten it."
    assert await talk.ask("what is my favorite color") == (
        "You have not told me about your favorite color."
    )
    assert await talk.ask("forget my shoe size") == "I have nothing saved about your shoe size."
    assert (await talk.ask("forget it")).startswith("Tell me what to forget")


async def test_the_first_time_it_says_what_is_missing_and_how_to_connect_it(talk):
    first = await talk.ask("Why is the sky blue?")
    assert first.startswith("No language model is connected")
    assert "Ollama" in first
    assert "settings" in first
    assert await talk.ask("Write me a poem.") == "I cannot answer that without a language model."


@pytest.mark.parametrize(
    "question",
    ["", "   ", "?", "🙂", "what is love", "who is the king of spain", "a" * 100_000,
     "what time is love", "how many people are in ten houses", "is one plus one really two"],
)  # fmt: skip
async def test_what_it_does_not_understand_is_never_guessed(talk, question):
    assert (await talk.ask(question)).startswith("No language model is connected")


async def test_an_empty_history_does_no_harm():
    responder = Responder(FakeRecall())
    async with aclosing(responder.reply(LanguageRequest([]))) as events:
        assert [event async for event in events][-1] == Finished()


async def test_it_says_which_wishes_only_a_language_model_can_meet():
    responder = Responder(FakeRecall())
    wishes = {"thinking": {"effort": "low"}, "searches_web": True, "routing": {"sort": "price"}}
    request = LanguageRequest([ChatMessage("user", "What is 2 plus 2?")], **wishes)
    events = [event async for event in responder.reply(request)]
    said = [event.text for event in events if isinstance(event, Unmet)]
    assert [sentence.partition(" ")[0] for sentence in said] == [
        "thinking",
        "web_search",
        "openrouter",
    ]
    words = [event.text for event in events if isinstance(event, TextDelta)]
    assert "".join(words) == "That is 4."


async def test_a_picture_is_asked_for_where_it_may_be():
    responder = Responder(FakeRecall())
    wish = (ChatMessage("user", "Please draw a fox."),)
    request = LanguageRequest(history=wish, tools=(Tool(PICTURE_TOOL),))
    called, finished = [event async for event in responder.reply(request)]
    assert isinstance(called, ToolsCalled)
    assert called.calls[0].arguments == '{"prompt":"a fox"}'
    assert finished == Finished()
    may_not = [event async for event in responder.reply(LanguageRequest(history=wish))]
    assert all(isinstance(event, DrewOn | TextDelta) for event in may_not[:-1])


REPORT = Passage("d", "report.pdf", "Sales rose by 4 % in 2025. Costs fell.", "page 3")


async def talked(request: LanguageRequest) -> str:
    async with aclosing(Responder(FakeRecall()).reply(request)) as events:
        return "".join([event.text async for event in events if isinstance(event, TextDelta)])


def asking(question: str, *before: ChatMessage, wants_json: bool = False) -> LanguageRequest:
    return LanguageRequest(
        [*before, ChatMessage("user", question)],
        knowledge=Knowledge(passages=(REPORT,)),
        wants_json=wants_json,
    )


async def test_a_document_is_quoted_with_file_and_page_and_the_missing_model_is_named():
    assert await talked(asking("How much did sales rise in 2025?")) == (
        "\u201cSales rose by 4 % in 2025. Costs fell.\u201d [report.pdf, page 3]\n\n"
        "No language model is connected, so I can only quote your documents."
    )


async def test_the_missing_model_is_named_once_in_a_thread():
    before = ChatMessage("assistant", "No language model is connected, so I cannot answer that.")
    said = await talked(asking("What about sales in 2025?", before))
    assert said.endswith("[report.pdf, page 3]\n\nQuoted word for word.")


async def test_what_the_memory_does_not_know_a_document_may():
    said = await talked(asking("What are our sales in 2025?"))
    assert "report.pdf, page 3" in said


async def test_sums_come_before_documents_and_nothing_is_quoted_that_does_not_fit():
    assert await talked(asking("What is 2 plus 2?")) == "That is 4."
    assert (await talked(asking("Who won the race?"))).startswith("No language model")


async def test_what_only_means_the_same_is_quoted_where_nothing_else_answers():
    near = replace(REPORT, nearness=0.6)
    asked = asking("Did the turnover grow?")
    asked = replace(asked, knowledge=Knowledge(passages=(near,)))
    said = await talked(asked)
    assert said.startswith("This comes nearest in your documents: \u201cSales rose")
    assert said.endswith("so I can only quote your documents.")
    sum_of = replace(asking("What is 2 plus 2?"), knowledge=Knowledge(passages=(near,)))
    assert await talked(sum_of) == "That is 4."


@pytest.mark.parametrize(
    ("question", "passages"),
    [
        ("How much did sales rise in 2025?", (REPORT,)),
        ("What is 2 plus 2?", ()),
        ("Hello", ()),
        ("Who won the race?", ()),
        ("Remember that sales rose", ()),
    ],
)
async def test_it_says_which_passages_an_answer_rests_on(question, passages):
    async with aclosing(Responder(FakeRecall()).reply(asking(question))) as events:
        said = [event async for event in events if isinstance(event, DrewOn)]
    assert said == [DrewOn(passages)]


async def test_json_is_answered_as_json():
    said = await talked(asking("What is 2 plus 2?", wants_json=True))
    assert json.loads(said) == {"answer": "That is 4."}
