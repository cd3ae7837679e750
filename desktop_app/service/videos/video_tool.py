"""The hosted tool ``generate_video``: a model, or the built-in responder, asks for a video."""

from __future__ import annotations

from typing import Any

import msgspec

from desktop_app.service.making.made_media import media_of, told_of
from desktop_app.service.making.makers import MakerChoice, asked_of, choice_of
from desktop_app.service.media.media_links import MediaLinks
from desktop_app.service.providers.ports import Tool
from desktop_app.service.providers.video_ports import VIDEO_TOOL
from desktop_app.service.runs.hosted_tools import HostedMaker, HostedResult
from desktop_app.service.runs.run import Run
from desktop_app.service.videos.videos import VideoOrder, Videos

_TOOL = Tool(
    VIDEO_TOOL,
    "Makes a short video from words, from pictures of this conversation, or by changing a video of"
    " it. Use it whenever the person wants a video, a film, a clip or something that moves. It may"
    " take minutes.",
    {
        "type": "object",
        "properties": {
            "prompt": {
                "type": "string",
                "description": "What the video shall show, or what shall be changed, in detail.",
            },
            "document_ids": {
                "type": "array",
                "items": {"type": "string"},
                "description": (
                    "Ids of earlier or attached pictures or of one video: with the first picture"
                    " it begins, the others are shown in it, a video is changed; leave it out for"
                    " a new video."
                ),
            },
            "last_frame_id": {
                "type": "string",
                "description": "Id of the picture with which it shall end, if there is one.",
            },
            "duration": {"type": "integer", "description": "In seconds, such as 4."},
            "size": {"type": "string", "description": "Such as 1280x720."},
            "aspect_ratio": {"type": "string", "description": "Such as 16:9."},
        },
        "required": ["prompt"],
    },
)


class _Arguments(msgspec.Struct, frozen=True):
    """``reference_ids`` is for messages that make a video directly."""

    prompt: str
    document_ids: list[str] | None = None
    reference_ids: list[str] | None = None
    last_frame_id: str | None = None
    duration: int | str | None = None
    size: str | None = None
    aspect_ratio: str | None = None


class VideoTool:
    """Films for one turn, with what the person chose for it."""

    tool = _TOOL

    def __init__(self, videos: Videos, links: MediaLinks, choice: MakerChoice) -> None:
        self._videos = videos
        self._links = links
        self._choice = choice

    async def call(self, arguments: dict[str, Any], run: Run) -> HostedResult:
        """Make what is asked for; see ``Videos.make``.

        Raises:
            AppError
        """
        asked = asked_of("video", arguments, _Arguments)
        made = await self._videos.make(
            VideoOrder(
                thread_id=run.question.thread_id,
                message_id=run.message_id,
                prompt=asked.prompt,
                choice=self._choice.wishing(
                    duration=asked.duration, size=asked.size, aspect_ratio=asked.aspect_ratio
                ),
                sources=tuple(dict.fromkeys(asked.document_ids or ())),
                references=tuple(dict.fromkeys(asked.reference_ids or ())),
                last_frame=asked.last_frame_id or "",
            )
        )
        media = (media_of(made, self._links),)
        return HostedResult(told_of("videos", (made,)), media, words="Here is the video.")


def video_tool_maker(videos: Videos, links: MediaLinks) -> HostedMaker:
    """Makes the tool from the ``provider``, ``model`` and ``config`` of a turn."""

    def make(settings: dict[str, Any]) -> VideoTool:
        return VideoTool(videos, links, choice_of(settings))

    return make
