"""Recordings at a service of ours."""

from __future__ import annotations

from desktop_app.client.http_connection import HttpConnection, Request
from desktop_app.protocol.backboard.recordings import RECORDINGS_PATH, RecordingsForgotten


class Recordings:
    """``api.recordings``."""

    def __init__(self, connection: HttpConnection) -> None:
        self._connection = connection

    async def forget(self, older_than_s: float) -> int:
        """Delete what was said so long ago, by people and in replies; their words stay.

        Returns:
            How many recordings are gone.
        """
        params = {"older_than_s": round(older_than_s)}
        asked = Request("DELETE", RECORDINGS_PATH, params=params)
        return (await self._connection.ask(asked, RecordingsForgotten)).count
