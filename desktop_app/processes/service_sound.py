"""What becomes of sound at the service when it is to be kept here no longer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from desktop_app.client.service_connection import ServiceConnection
from desktop_app.profiles import Profile


def forgetting(
    profile: Profile, connection: ServiceConnection
) -> Callable[[float], Awaitable[None]]:
    """Has the service delete recordings that are so many seconds old, where it is on this computer.

    Others keep what they were sent as they promise.
    """

    async def forget(older_than_s: float) -> None:
        if profile.is_embedded:
            await (await connection.api()).recordings.forget(older_than_s)

    return forget
