"""Recordings at a service of ours."""

from __future__ import annotations

from desktop_app.client.http_connection import HttpConnection, Request, path_of
from desktop_app.protocol.backboard.recordings import RECORDINGS_PATH, RecordingsForgotten


class Recordings:
    """``api.recordings``."""

    def __init__(self, connection: HttpConnection) -> None:
        self._connection = connection

    async def discard(self, reply_id: str, role: str) -> int:
        """Delete the sound of one side of a turn; the words stay.

        Args:
            reply_id: The service's, of the turn's reply.
            role: ``user``: what was asked; ``assistant``: the reply.

        Returns:
            How many recordings are gone.

        Raises:
            NotFoundError: The service cannot.
        """
        asked = Request("DELETE", RECORDINGS_PATH + path_of(reply_id), params={"of": role})
        return (await self._connection.ask(asked, RecordingsForgotten)).count

    async def forget(self, older_than_s: float) -> int:
        """Delete what was said so long ago, by people and in replies; their words stay.

        Returns:
            How many recordings are gone.
        """
        params = {"older_than_s": round(older_than_s)}
        asked = Request("DELETE", RECORDINGS_PATH, params=params)
        return (await self._connection.ask(asked, RecordingsForgotten)).count
