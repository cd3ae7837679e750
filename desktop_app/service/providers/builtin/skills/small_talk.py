"""Greets, thanks, and says what can be done without a language model."""

from __future__ import annotations

import re

ABILITIES = "I can tell times and dates, calculate, convert units, and remember things for you."
_GREETING = re.compile(r"(?:hello|hi|hey|good (?:morning|afternoon|evening))(?: there| parley)?")
_THANKS = re.compile(r"(?:thank you|thanks)(?: very much| a lot| so much)?(?: parley)?")
_BYE = re.compile(r"(?:good ?bye|bye|bye bye|see you|see you later|good night)(?: parley)?")
_ABILITY = re.compile(
    r"what can you do(?: for me)?|what do you do|help|help me|how can you help(?: me)?"
    r"|what can i (?:ask|say)(?: you)?"
)
_WHO = re.compile(r"who are you|what are you|what is your name|what's your name")


def answer(text: str) -> str | None:
    """A sentence or two, or None when ``text`` is no small talk.

    Args:
        text: Lower case, without punctuation at its end.
    """
    if _GREETING.fullmatch(text):
        return "Hello. What can I do for you?"
    if _THANKS.fullmatch(text):
        return "You are welcome."
    if _BYE.fullmatch(text):
        return "Goodbye."
    if _WHO.fullmatch(text):
        return f"I am Parley, without a language model at the moment. {ABILITIES}"
    if _ABILITY.fullmatch(text):
        return f"{ABILITIES} For everything else, connect a language model in the settings."
    return None
