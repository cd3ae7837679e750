"""Pictures, videos and sound behind links that need no key, and sound that is to be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from desktop_app.protocol.backboard.recordings import RECORDINGS_PATH, RecordingsForgotten
from desktop_app.service.clock import ago
from desktop_app.service.http.bodies import JsonResponse, Refused, invalid, not_found, whole_number
from desktop_app.service.http.described import Described
from desktop_app.service.media.media_links import MEDIA_PATH, MediaLinks
from desktop_app.service.media.media_store import MediaStore
from desktop_app.service.storage.file_store import FileStore

SoundOf = Literal["user", "assistant"]

_LONGEST_AGE_S = 999_999_999


class MediaRoutes:
    """GET one piece; DELETE what was said, as sound.

    Args:
        going: Tells the ids of messages that are being heard or spoken.
    """

    def __init__(
        self,
        media: MediaStore,
        files: FileStore,
        links: MediaLinks,
        going: Callable[[], Collection[str]],
    ) -> None:
        self._media = media
        self._files = files
        self._links = links
        self._going = going

    def routes(self) -> list[Route]:
        return [
            Route(MEDIA_PATH + "{media_id}", self.get, methods=["GET"]),
            Route(f"/api{RECORDINGS_PATH}", self.forget_sound, methods=["DELETE"]),
            Route(f"/api{RECORDINGS_PATH}/{{message_id}}", self.discard_sound, methods=["DELETE"]),
        ]

    @Described(
        "Delete recordings and spoken replies that are older, and keep their words",
        query={"older_than_s": range(_LONGEST_AGE_S + 1)},
        answer=RecordingsForgotten,
    )
    async def forget_sound(self, request: Request) -> Response:
        age_s = whole_number(request, "older_than_s", 0, 0, _LONGEST_AGE_S)
        count = await self._media.forget_sound(ago(age_s), self._going())
        return JsonResponse(RecordingsForgotten(count))

    @Described(
        "Delete the sound of one side of a turn, named by its reply, and keep the words",
        query={"of": SoundOf},
        answer=RecordingsForgotten,
    )
    async def discard_sound(self, request: Request) -> Response:
        try:
            role = msgspec.convert(request.query_params.get("of", "assistant"), SoundOf)
        except msgspec.ValidationError as error:
            raise invalid("of", "This is user or assistant.") from error
        count = await self._media.discard_sound(request.path_params["message_id"], role)
        return JsonResponse(RecordingsForgotten(count))

    @Described(
        "Fetch a picture, a video or sound by its link",
        query={"expires": str, "signature": str},
        answer=bytes,
        is_open=True,
    )
    async def get(self, request: Request) -> Response:
        media_id = request.path_params["media_id"]
        query = request.query_params
        if not self._links.is_good(media_id, query.get("expires", ""), query.get("signature", "")):
            raise Refused(403, "This link has expired.")
        media = await self._media.get(media_id)
        if media is None:
            raise not_found("Media")
        # A browser must show it as nothing but what it is: some of it came from outside.
        headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        path = self._files.path(media.file.sha256)
        return FileResponse(path, media_type=media.mime_type, headers=headers)
