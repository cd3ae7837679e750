"""What was said, as sound: Parley's extension of the API.

The API keeps the recordings that come with messages, and the speech of their replies, as long as
their thread. Who wants them kept for a shorter time has a service of ours forget them.
"""

from __future__ import annotations

from desktop_app.protocol.backboard.wire import WireObject

RECORDINGS_PATH = "/parley/recordings"


class RecordingsForgotten(WireObject, frozen=True):
    """How many recordings and spoken replies are gone; the words of them stay."""

    count: int
