"""Carries a run out: asks the model, round after round, until the turn has its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from desktop_app.errors import InputError, NetworkError, ProtocolError
from desktop_app.protocol.backboard.assistants import Assistant
from desktop_app.protocol.backboard.documents import IMAGES
from desktop_app.protocol.backboard.messages import ContextUsage
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.backboard.threads import Attachment
from desktop_app.protocol.events import ToolCall, Usage
from desktop_app.service.assistants.tool_definitions import usable_tools
from desktop_app.service.providers.ports import (
    BUILT_IN,
    DrewOn,
    Finished,
    Knowledge,
    Language,
    LanguageRequest,
    ReasoningDelta,
    TextDelta,
    ToolsCalled,
    Unmet,
)
from desktop_app.service.runs.document_search import SEARCH, DocumentSearch
from desktop_app.service.runs.events import KnowledgeFound, RunEnded, RunStarted
from desktop_app.service.runs.history import Attached
from desktop_app.service.runs.hosted_tools import HostedMaker, HostedTool
from desktop_app.service.runs.knowledge import KnowledgeSource, passage_limit
from desktop_app.service.runs.languages import Languages
from desktop_app.service.runs.model_rows import ModelRows
from desktop_app.service.runs.ports import AttachedPictures
from desktop_app.service.runs.prompting import (
    Material,
    Prompt,
    history_budget,
    may_fit,
    prompt_of,
    too_long,
)
from desktop_app.service.runs.question import Question
from desktop_app.service.runs.run import Run
from desktop_app.service.runs.run_store import RunStore
from desktop_app.service.runs.tokens import estimated_tokens
from desktop_app.service.runs.toolbox import Toolbox, with_ids
from desktop_app.service.runs.usage import added, context_usage
from desktop_app.service.storage.assistant_store import AssistantStore

MOST_ROUNDS = 8
"""Rounds of the service's own tools; then the model has to answer without."""
SHORT_CHARACTERS = 2_000
"""What every model reads at once."""
MOST_WRITTEN_CHARACTERS = 2_000_000
"""Of text and reasoning in one round; a model that writes on has lost its way."""
MOST_PICTURE_MESSAGES = 4
"""The newest messages with pictures, which the model is shown again."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What is the same in all rounds of a turn."""

    run: Run
    language: Language
    model: ModelInfo | None
    own_prompt: str
    toolbox: Toolbox


class Answering:
    """Answers questions that are stored.

    Attributes:
        makers: Of the tools that turns may choose, by name.
    """

    def __init__(
        self,
        rows: RunStore,
        assistants: AssistantStore,
        languages: Languages,
        knowledge: KnowledgeSource,
        pictures: AttachedPictures,
    ) -> None:
        self.makers: dict[str, HostedMaker] = {}
        self._rows = rows
        self._assistants = assistants
        self._languages = languages
        self._knowledge = knowledge
        self._pictures = pictures
        self._models = ModelRows()

    async def check(self, provider: str, model: str, text: str) -> None:
        """Refuse what nobody here can answer; only a long text is worth asking for sizes.

        Raises:
            InputError: ``language.unknown``, ``language.unknown_model`` or ``prompt.too_long``.
            AppError: The providers could not be opened.
        """
        language = await self._languages.get(provider)
        if model and language.provider == BUILT_IN:
            await self._check_built_in(language, model)
        if len(text) < SHORT_CHARACTERS:
            return
        if not may_fit(text, await self._models.find(language, model)):
            raise too_long()

    async def _check_built_in(self, language: Language, model: str) -> None:
        """Other providers know best themselves which models they have."""
        if await self._models.find(language, model) is None:
            raise InputError(
                "language.unknown_model",
                f"There is no model {model!r} of {language.provider} here, only {language.model}.",
            )

    async def answer(self, run: Run) -> RunEnded:
        """Ask the model until it has answered, or asks for what only the client can do.

        Raises:
            AppError: The turn failed; what was written until then has been told.
        """
        turn = await self._prepare(run)
        usage: Usage | None = None
        for number in range(MOST_ROUNDS + 1):
            toolbox = turn.toolbox if number < MOST_ROUNDS else Toolbox(turn.toolbox.own)
            prompt = await self._prompt(turn, toolbox)
            calls, spent = await self._ask(turn, prompt.request)
            usage = added(usage, spent)
            outputs = await toolbox.carry_out(calls, run)
            end = RunEnded(
                "REQUIRES_ACTION",
                run.text,
                usage,
                calls=tuple(call for call in calls if toolbox.is_own(call.name)),
                hosted=outputs,
                context=_context(turn, prompt, spent),
            )
            if end.calls:
                return end
            if not calls:
                return await self._completed(turn, end)
            question = run.question
            await self._rows.pass_round(question.thread_id, run.message_id, run.run_id, outputs)
        raise ProtocolError("language.only_tools", "The language model did not come to an answer.")

    async def _completed(self, turn: _Turn, end: RunEnded) -> RunEnded:
        learning = await self._knowledge.learn(turn.run.question, end.text, turn.language)
        return replace(end, status="COMPLETED", memory_operation_id=learning or "")

    async def _prepare(self, run: Run) -> _Turn:
        question = run.question
        if not run.has_begun:
            await self._rows.begin(question.thread_id, run.message_id, run.run_id)
        language = await self._languages.get(question.provider)
        assistant = await self._assistants.get(question.assistant_id)
        model = await self._models.find(language, question.model)
        await self._knowledge.await_documents(question)
        knowledge = await self._knowledge.find(question, assistant)
        if knowledge != Knowledge():
            await run.tell(KnowledgeFound(knowledge))
        name = question.model or language.model or (model.name if model else "")
        await run.tell(RunStarted(language.provider, name))
        own = (assistant.system_prompt or assistant.description or "") if assistant else ""
        return _Turn(run, language, model, own, await self._toolbox(question, assistant, model))

    async def _toolbox(
        self, question: Question, assistant: Assistant | None, model: ModelInfo | None
    ) -> Toolbox:
        own = question.tools
        if own is None:
            own = tuple(usable_tools((assistant and assistant.tools) or ()))
        hosted: dict[str, HostedTool] = {}
        for choice in question.hosted:
            hosted[choice.name] = self.makers[choice.name](choice.settings)
        takes_tools = model is not None and model.supports_tools
        if takes_tools and await self._knowledge.has_documents(question):
            hosted[SEARCH] = DocumentSearch(self._knowledge, passage_limit(assistant))
        return Toolbox(own, hosted)

    async def _prompt(self, turn: _Turn, toolbox: Toolbox) -> Prompt:
        run = turn.run
        thread_id = run.question.thread_id
        rows = await self._rows.rows(thread_id, run.run_id, history_budget(turn.model))
        return prompt_of(
            Material(
                run_id=run.run_id,
                question=run.question,
                own_prompt=turn.own_prompt,
                rows=rows,
                attached=await self._attached(turn, [row.message_id for row in rows]),
                knowledge=run.knowledge,
                tools=toolbox.tools,
                model=turn.model,
            )
        )

    async def _attached(self, turn: _Turn, message_ids: Sequence[str]) -> Attached:
        thread_id = turn.run.question.thread_id
        files = await self._knowledge.attachments(thread_id)
        is_blind = turn.model is not None and turn.model.supports_vision is False
        showing = [one for one in message_ids if any(map(_is_picture, files.get(one, ())))]
        if is_blind or not showing:
            return Attached(files)
        return Attached(
            files, await self._pictures.seen(thread_id, showing[-MOST_PICTURE_MESSAGES:])
        )

    async def _ask(
        self, turn: _Turn, request: LanguageRequest
    ) -> tuple[tuple[ToolCall, ...], Usage | None]:
        """One round: tell what is written, return what is called and what it cost."""
        try:
            return await _round(turn.run, turn.language, request)
        except NetworkError as error:
            if error.code.startswith("network."):
                await self._languages.lost(turn.language)
            raise


async def _round(
    run: Run, language: Language, request: LanguageRequest
) -> tuple[tuple[ToolCall, ...], Usage | None]:
    calls: tuple[ToolCall, ...] = ()
    before = run.text
    needs_break = bool(before) and not before[-1].isspace()
    written = 0
    events = language.reply(request)
    try:
        async for event in events:
            match event:
                case Finished(usage):
                    return with_ids(calls), usage
                case ToolsCalled(called):
                    calls += called
                case Unmet(sentence):
                    run.unmet[sentence] = None
                case DrewOn(passages):
                    run.drew_on = passages
                case TextDelta() | ReasoningDelta():
                    if needs_break and isinstance(event, TextDelta):
                        await run.tell(TextDelta("\n\n"))
                        needs_break = False
                    await run.tell(event)
                    written += len(event.text)
                    if written > MOST_WRITTEN_CHARACTERS:
                        raise ProtocolError(
                            "language.endless", "The language model did not come to an end."
                        )
    finally:
        if (close := getattr(events, "aclose", None)) is not None:
            await close()
    return with_ids(calls), None


def _context(turn: _Turn, prompt: Prompt, spent: Usage | None) -> ContextUsage | None:
    estimate = prompt.tokens + estimated_tokens(turn.run.text)
    return context_usage(turn.model, turn.run.started.model, spent, estimate)


def _is_picture(file: Attachment) -> bool:
    return PurePath(file.filename).suffix.lower() in IMAGES
