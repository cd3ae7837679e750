"""Names for files that every system takes, and that say what they are."""

from __future__ import annotations

import re
import unicodedata

_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]+')
"""Taken by no system, or turning what follows around: ``fdp.exe`` would be shown as ``exe.pdf``."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST_CHARACTERS = 60
_LONGEST_BYTES = 200


def file_stem(words: str) -> str:
    """A name without its ending, after some words; empty where none is left of them."""
    plain = unicodedata.normalize("NFC", words)
    stem = " ".join(_UNFIT.sub(" ", plain).split())[:_LONGEST_CHARACTERS].strip(" .")
    while len(stem.encode()) > _LONGEST_BYTES:
        stem = stem[:-1]
    return "" if _RESERVED.match(stem) else stem.strip(" .")
