"""Pictures and sound behind links that need no key."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from desktop_app.service.http.bodies import Refused, not_found
from desktop_app.service.http.described import Described
from desktop_app.service.media.media_links import MEDIA_PATH, MediaLinks
from desktop_app.service.media.media_store import MediaStore
from desktop_app.service.storage.file_store import FileStore


class MediaRoutes:
    """GET one piece."""

    def __init__(self, media: MediaStore, files: FileStore, links: MediaLinks) -> None:
        self._media = media
        self._files = files
        self._links = links

    def routes(self) -> list[Route]:
        return [Route(MEDIA_PATH + "{media_id}", self.get, methods=["GET"])]

    @Described(
        "Fetch a picture or sound by its link",
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
