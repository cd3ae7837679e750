"""What an examination of this machine found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a finding means for a conversation."""

    OK = "ok"
    WARNING = "warning"  # possible, but something will be missing or worse
    PROBLEM = "problem"  # no spoken conversation


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found.

    Attributes:
        part: What was examined, e.g. ``microphone``.
        text: What was found, in one line.
        advice: The one next step; empty when there is nothing to do.
    """

    part: str
    verdict: Verdict
    text: str
    advice: str = ""
