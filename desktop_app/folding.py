"""Words as people type them who look for something."""

from __future__ import annotations

import unicodedata

_PRINTED = "\u2019"  # the apostrophe of books


def folded(text: str) -> str:
    """Without case and accents, "micro" for "Micrófono", and with the keyboard's apostrophe."""
    apart = unicodedata.normalize("NFKD", text.casefold().replace(_PRINTED, "'"))
    return "".join(one for one in apart if not unicodedata.combining(one))
