"""The hosted tool ``generate_image``: a model, or the built-in responder, asks for a picture."""

from __future__ import annotations

from typing import Any

import msgspec

from desktop_app.service.making.made_media import media_of, told_of
from desktop_app.service.making.makers import MakerChoice, asked_of, choice_of
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.pictures.pictures import PictureOrder, Pictures
from desktop_app.service.providers.picture_ports import PICTURE_TOOL
from desktop_app.service.providers.ports import Tool
from desktop_app.service.runs.hosted_tools import HostedMaker, HostedResult
from desktop_app.service.runs.run import Run

_TOOL = Tool(
    PICTURE_TOOL,
    "Makes a new picture, or changes and combines pictures of this conversation. Use it whenever"
    " the person wants to see, draw, paint or change a picture.",
    {
        "type": "object",
        "properties": {
            "prompt": {
                "type": "string",
                "description": "What the picture shall show, or what shall be changed, in detail.",
            },
            "document_ids": {
                "type": "array",
                "items": {"type": "string"},
                "description": (
                    "Ids of earlier or attached pictures that shall be changed or combined; leave"
                    " it out for a new picture."
                ),
            },
            "size": {"type": "string", "description": "Such as 1024x1024."},
            "aspect_ratio": {"type": "string", "description": "Such as 16:9."},
        },
        "required": ["prompt"],
    },
)


class _Arguments(msgspec.Struct, frozen=True):
    prompt: str
    document_ids: list[str] | None = None
    size: str | None = None
    aspect_ratio: str | None = None


class PictureTool:
    """Draws for one turn, with what the person chose for it."""

    tool = _TOOL

    def __init__(self, pictures: Pictures, links: MediaLinks, choice: MakerChoice) -> None:
        self._pictures = pictures
        self._links = links
        self._choice = choice

    async def call(self, arguments: dict[str, Any], run: Run) -> HostedResult:
        """Make what is asked for; see ``Pictures.make``.

        Raises:
            AppError
        """
        asked = asked_of("image", arguments, _Arguments)
        made = await self._pictures.make(
            PictureOrder(
                thread_id=run.question.thread_id,
                message_id=run.message_id,
                prompt=asked.prompt,
                choice=self._choice.wishing(size=asked.size, aspect_ratio=asked.aspect_ratio),
                sources=tuple(dict.fromkeys(asked.document_ids or ())),
            )
        )
        media = tuple(media_of(each, self._links) for each in made)
        return HostedResult(told_of("pictures", made), media, words=_words(len(made)))


def picture_tool_maker(pictures: Pictures, links: MediaLinks) -> HostedMaker:
    """Makes the tool from the ``provider``, ``model`` and ``config`` of a turn."""

    def make(settings: dict[str, Any]) -> PictureTool:
        return PictureTool(pictures, links, choice_of(settings))

    return make


def _words(count: int) -> str:
    return "Here is the picture." if count == 1 else f"Here are the {count} pictures."
