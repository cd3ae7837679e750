"""What a thread is called until a person names it."""

from __future__ import annotations

import re

_TITLE_CHARACTERS = 48
_READ_CHARACTERS = 2000
_BEFORE_THE_MATTER = re.compile(
    r"^(?:[#>]+ |[*-] |(?:hi|hello|hey|hallo|hola|bonjour|ciao|olá|good (?:morning|evening))"
    r"(?: there| parley)?[,!.] )+(?=\S)",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[^?\uff1f]{11,46}[?\uff1f](?=\s)")


def title_of(text: str) -> str:
    """A thread's title: the first words that were said in it, the first letter a capital.

    Recognised speech comes in lower case. A greeting before the matter and the marks of Markdown
    are left out, and a question is enough. Nothing is added.
    """
    line = _BEFORE_THE_MATTER.sub("", " ".join(text[:_READ_CHARACTERS].split()))
    question = _QUESTION.match(line)
    line = question[0] if question else line
    line = line[:1].upper() + line[1:]
    if len(line) <= _TITLE_CHARACTERS:
        return line
    return line[: _TITLE_CHARACTERS + 1].rsplit(" ", 1)[0][:_TITLE_CHARACTERS] + "…"
