"""Answers a turn of typed questions, in place of a language model's words."""

from __future__ import annotations

from typing import Any

import msgspec

from desktop_app.errors import InputError
from desktop_app.protocol.backboard.system_one import (
    Content,
    SystemOneConfig,
    asked_words,
    plain,
)
from desktop_app.protocol.events import Usage
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.judge_ports import Judge, JudgeRequest
from desktop_app.service.providers.language_judge import LanguageJudge
from desktop_app.service.providers.ports import BUILT_IN, TextDelta
from desktop_app.service.runs.events import RunEnded, RunStarted
from desktop_app.service.runs.history import Attached, chat_messages, turns_of
from desktop_app.service.runs.judgement_text import judgement_text
from desktop_app.service.runs.model_rows import ModelRows
from desktop_app.service.runs.prompting import history_budget, too_long
from desktop_app.service.runs.run import Run
from desktop_app.service.runs.run_store import RunStore
from desktop_app.service.runs.tokens import PER_MESSAGE, estimated_tokens


class Judging:
    """Finds who judges, and has it done.

    Args:
        rows: Where runs are kept.
        source: Who judges.
    """

    def __init__(self, rows: RunStore, source: ProviderSource) -> None:
        self._rows = rows
        self._source = source
        self._models = ModelRows()

    async def check(self, provider: str, model: str, text: str, asked: SystemOneConfig) -> None:
        """Refuse, before anything is stored, what nobody here can answer.

        Raises:
            InputError: ``language.unknown``, ``language.unknown_model`` or ``prompt.too_long``.
            AppError: The providers could not be opened.
        """
        judge, model = await self._judge(provider, model)
        if model and judge.provider == BUILT_IN and model != judge.model:
            raise InputError(
                "language.unknown_model",
                f"There is no model {model!r} of {judge.provider} here for typed questions, only"
                f" {judge.model}.",
            )
        given = text if asked.state is None else plain(asked.state)
        if estimated_tokens(given) > await self._budget(judge, model, asked):
            raise too_long()

    async def answer(self, run: Run, asked: SystemOneConfig) -> RunEnded:
        """Have it judged; the reply says in words what the result says in numbers.

        Raises:
            AppError: It failed.
        """
        question = run.question
        if not run.has_begun:
            await self._rows.begin(question.thread_id, run.message_id, run.run_id)
        judge, model = await self._judge(question.provider, question.model)
        await run.tell(RunStarted(judge.provider, model or judge.model))
        state = asked.state
        if state is None:
            state = await self._state(run, await self._budget(judge, model, asked), asked)
        request = JudgeRequest(asked.questions, state, model)
        with provider_failures("judge.failed", "The typed questions could not be answered."):
            result = await judge.judge(request)
        await run.tell(TextDelta(judgement_text(asked.questions, result, judge.provider)))
        counts = result.counts
        usage = Usage(counts.get("input_tokens"), counts.get("output_tokens")) if counts else None
        return RunEnded("COMPLETED", run.text, usage, judged=result)

    async def _judge(self, provider: str, model: str) -> tuple[Judge, str]:
        """Who judges, and the model that is wished of it.

        It is who is named; else who judges for a living, else a model, else the words. The name of
        what answers without a model is a conversation's choice, and no wish for who judges.
        """
        providers = await self._source.get()
        await providers.look_again()
        judges, languages = providers.judges, providers.languages
        if provider in judges:
            own = languages.get(provider) if provider == BUILT_IN else None
            return judges[provider], "" if own is not None and model == own.model else model
        if provider and provider not in languages:
            known = ", ".join(sorted({*judges, *languages}))
            raise InputError(
                "language.unknown", f"There is no provider {provider!r} here, only {known}."
            )
        if provider:
            return LanguageJudge(languages[provider]), model
        preferred = next((one for name, one in judges.items() if name != BUILT_IN), None)
        if preferred is not None:
            return preferred, model
        default = providers.default_language
        own_words = default.provider == BUILT_IN
        return (judges[BUILT_IN] if own_words else LanguageJudge(default)), model

    async def _budget(self, judge: Judge, model: str, asked: SystemOneConfig) -> int:
        """How many tokens the state may take, beside the questions."""
        listed = judge.language if isinstance(judge, LanguageJudge) else judge
        row = await self._models.find(listed, model)
        sizes = [
            estimated_tokens(msgspec.json.encode(one).decode()) for one in asked.questions.values()
        ]
        # A language model reads all questions at once, TypeSafe each of them with the state.
        return history_budget(row) - (max(sizes) if listed is judge else sum(sizes))

    async def _state(self, run: Run, budget: int, asked: SystemOneConfig) -> Content:
        """The message where it is the first, else the newest of the conversation that fits.

        Raises:
            InputError: ``prompt.empty``: there is nothing to judge.
        """
        question = run.question
        rows = await self._rows.rows(question.thread_id, run.run_id, budget)
        turns = turns_of(rows, run.run_id)
        said = [each for turn in turns for each in chat_messages(turn, Attached())]
        if said and question.text.split() == asked_words(asked.questions).split():
            said.pop()  # it only asks, and is no part of what is judged
        kept: list[dict[str, Any]] = []
        for each in reversed([one for one in said if one.role != "tool" and one.content]):
            budget -= PER_MESSAGE + estimated_tokens(each.content)
            if budget < 0:
                break
            kept.append({"role": each.role, "content": each.content})
        if not kept:
            raise InputError("prompt.empty", "There is nothing to judge yet: nothing was said.")
        return question.text if [one["content"] for one in kept] == [question.text] else kept[::-1]
