"""The hosted tool ``search_documents``: a model looks for itself, in words of its own."""

from __future__ import annotations

from typing import Any

from desktop_app.service.providers.ports import Passage, Tool
from desktop_app.service.runs.hosted_tools import HostedResult
from desktop_app.service.runs.knowledge import KnowledgeSource
from desktop_app.service.runs.run import Run

SEARCH = "search_documents"
_TOOL = Tool(
    SEARCH,
    "Finds passages in the documents of this conversation. Use it where what is known already"
    " does not answer the question; cite file and place of what you use.",
    {
        "type": "object",
        "properties": {"query": {"type": "string", "description": "What to look for, in words."}},
        "required": ["query"],
    },
)


class DocumentSearch:
    """Searches for one turn.

    Args:
        knowledge: Where to search.
        limit: At most so many passages.
    """

    tool = _TOOL

    def __init__(self, knowledge: KnowledgeSource, limit: int) -> None:
        self._knowledge = knowledge
        self._limit = limit

    async def call(self, arguments: dict[str, Any], run: Run) -> HostedResult:
        """The passages with their sources, the best first."""
        query = str(arguments.get("query") or "")
        found = await self._knowledge.passages(run.question, self._limit, query)
        if not found:
            return HostedResult("Nothing was found. Other words may help.")
        text = "\n\n".join(f"[{_source(each)}]\n{each.text}" for each in found)
        files = tuple(each.filename for each in found)
        return HostedResult(text, files=files, passages=tuple(found))


def _source(passage: Passage) -> str:
    return ", ".join(part for part in (passage.filename, passage.place) if part)
