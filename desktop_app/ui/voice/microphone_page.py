"""Where the system lets programs have the microphone, or does not."""

from __future__ import annotations

import sys
from collections.abc import Mapping

_PAGES = {
    "darwin": "x-apple.systempreferences:com.apple.preference.security?Privacy_Microphone",
    "win32": "ms-settings:privacy-microphone",
}
# What a refusal looks like: Windows does not open it, macOS lets it hear nothing.
_REFUSALS = {"darwin": ("device.refused", "device.silent"), "win32": ("device.refused",)}


def microphone_page(code: str, facts: Mapping[str, str], platform: str = "") -> str:
    """The address of the page of the system on which a microphone is allowed.

    Args:
        code: Of a notice.
        facts: ``kind`` of the device.
        platform: As ``sys.platform``; empty for this one.

    Returns:
        Empty where the notice is no refusal of a microphone, or the system has no such page.
    """
    platform = platform or sys.platform
    is_refusal = code in _REFUSALS.get(platform, ())
    return _PAGES[platform] if is_refusal and facts.get("kind", "") != "loudspeaker" else ""
