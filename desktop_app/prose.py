"""Prose in the language of the person: every word that people read goes through ``tr``.

The English sentence is the key. Catalogues are gettext's, one per language, under
``resources/languages``. Only the standard library: the window says its first words with it.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping

Prose = Mapping[str, str]
"""A table whose values are sentences: annotated so, it needs no ``mark`` in each line."""

_chosen: gettext.NullTranslations = gettext.NullTranslations()


def use_catalogue(catalogue: gettext.NullTranslations) -> None:
    """Speak by this catalogue from now on; what it does not know is said in English."""
    global _chosen
    _chosen = catalogue


def tr(text: str) -> str:
    """The sentence in the chosen language. Called when it is shown, never at import.

    Args:
        text: The English sentence, a literal or marked with ``mark``; facts stand in it as
            ``{name}`` and are filled in afterwards.
    """
    return _chosen.gettext(text) if text else ""


def tr_n(one: str, many: str, number: int) -> str:
    """The sentence that goes with this number, ``{number}`` not yet filled in."""
    return _chosen.ngettext(one, many, number)


def tr_in(context: str, text: str) -> str:
    """A short word whose meaning needs its context, such as a verb that is also a noun."""
    return _chosen.pgettext(context, text)


def mark(text: str) -> str:
    """The text as it is: marks a sentence in a table, which ``tr`` translates when it is shown."""
    return text
