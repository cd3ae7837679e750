"""Words as people type them who look for something."""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Without case and accents: "micro" is looked for where "Micrófono" stands."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in apart if not unicodedata.combining(one))
