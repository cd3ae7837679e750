"""Why a question to the service has no answer, in words for a panel."""

from __future__ import annotations

from desktop_app.errors import AppError
from desktop_app.prose import mark, tr
from desktop_app.sentences import SENTENCES, sentence_of

_UNREACHED = mark("The service cannot be reached at the moment.")
_REFUSED = mark("The service has no key or refused it. Look at the settings.")
_GONE = mark("It is not there any more.")
_UNKNOWN = mark("The service could not do that.")
_TOO_LONG = mark("That is too long: {number} characters are the most. Make it shorter.")


def failure_words(error: AppError, *, has_retry: bool = False) -> str:
    """One sentence of ours where there is one; else a service that gives a reason says it itself.

    Args:
        has_retry: A button beside it says to try again.
    """
    family = error.code.partition(".")[0]
    if family in ("network", "service") or error.code == "http.503":
        return tr(_UNREACHED)
    if family == "access":
        return tr(_REFUSED)
    if error.code == "http.404":
        return tr(_GONE)
    if family in ("ask", "upload"):
        if error.code not in SENTENCES:
            return tr(_UNKNOWN)
        return sentence_of(error.code, error.facts, has_retry=has_retry)
    if error.facts.get("kind") == "string_too_long" and error.facts.get("number"):
        return tr(_TOO_LONG).format(number=error.facts["number"])
    if family != "http" and error.code in SENTENCES:
        return sentence_of(error.code, error.facts, has_retry=has_retry)
    return error.facts.get("message") or tr(_UNKNOWN)
