"""How large what is exchanged may be: the service makes nothing that the client refuses."""

from __future__ import annotations

MOST_VIDEO_BYTES = 1 << 30
