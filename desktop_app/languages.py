"""The languages Parley speaks, which of them is wanted, and their catalogues.

A catalogue is a gettext ``.po`` file below ``resources/languages``, read as it is: people correct
it with any editor and see it at the next start. Only the standard library, as for ``prose``.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from desktop_app import resources
from desktop_app.prose import use_catalogue

ENGLISH = "en"
VARIABLE = "PARLEY_LANGUAGE"
NAMES = {  # each as its own speakers call it
    ENGLISH: "English",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "zh_CN": "简体中文",
    "ar": "العربية",
}
RIGHT_TO_LEFT = ("ar",)

_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # in gettext's order
_TRADITIONAL = ("hant", "tw", "hk", "mo")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}
_PLURAL_RULE = re.compile(r"plural=([^;\n]+)")


class Entry(NamedTuple):
    """One sentence of a catalogue.

    Attributes:
        context: What tells a short word from its namesake, or nothing.
        one: The English sentence, the key; of the header it is empty.
        many: The English plural, where a number decides.
        said: The translations: one, or as many as the language has plural forms.
    """

    context: str
    one: str
    many: str
    said: tuple[str, ...]


class Catalogue(gettext.NullTranslations):
    """One language; what it does not know stays English."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__()
        self._said: dict[str | tuple[str, str], tuple[str, ...]] = {}
        self._form: Callable[[int], int] = gettext.c2py("n != 1")
        for entry in entries:
            if not entry.one:
                self._use_header(entry.said[0])
            elif all(entry.said):
                key = (entry.context, entry.one) if entry.context else entry.one
                self._said[key] = entry.said

    def _use_header(self, header: str) -> None:
        rule = _PLURAL_RULE.search(header)
        if rule:
            self._form = gettext.c2py(rule[1])

    def gettext(self, message: str) -> str:
        """The sentence, or itself."""
        said = self._said.get(message)
        return said[0] if said else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The sentence in the form that goes with ``n``."""
        said, form = self._said.get(msgid1), self._form(n)
        if said and form < len(said):
            return said[form]
        return msgid1 if n == 1 else msgid2

    def pgettext(self, context: str, message: str) -> str:
        """The word as its context means it."""
        said = self._said.get((context, message))
        return said[0] if said else message


def read_entries(text: str) -> Iterator[Entry]:
    """The entries of a ``.po`` file, its header first; what is no entry is passed over."""
    fields: dict[str, str] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("msg"):
            following, _, quoted = line.partition(" ")
            if following in ("msgctxt", "msgid") and name.startswith("msgstr"):
                yield _entry(fields)
                fields = {}
            name = following
            fields[name] = quoted.strip()[1:-1]
        elif line.startswith('"') and name:
            fields[name] += line.strip()[1:-1]
    if name.startswith("msgstr"):
        yield _entry(fields)


def _entry(fields: Mapping[str, str]) -> Entry:
    said = tuple(_plain(text) for name, text in fields.items() if name.startswith("msgstr"))
    one, many = fields.get("msgid", ""), fields.get("msgid_plural", "")
    return Entry(_plain(fields.get("msgctxt", "")), _plain(one), _plain(many), said)


def _plain(escaped: str) -> str:
    if "\\" not in escaped:
        return escaped
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), escaped)


def choose(setting: str, environment: Mapping[str, str], system: Iterable[str] = ()) -> str:
    """The language to speak: as ``PARLEY_LANGUAGE`` says, else the setting, else the system.

    Args:
        setting: One of ``NAMES``, or ``system``.
        environment: Of the process.
        system: What the person reads as the system says it, best first; asked after the
            environment.
    """
    forced = known(environment.get(VARIABLE, ""))
    if forced or setting in NAMES:
        return forced or setting
    wished = (*_wished_by(environment), *system)
    return next((found for one in wished if (found := known(one))), ENGLISH)


def known(language: str) -> str:
    """Which of ours that is, in any usual spelling (``de-AT``, ``zh_CN.UTF-8``), or nothing."""
    base, *rest = re.split(r"[-_.@]", language.casefold())
    if base == "zh":
        return "" if set(rest) & set(_TRADITIONAL) else "zh_CN"
    return base if base in NAMES else ""


def _wished_by(environment: Mapping[str, str]) -> tuple[str, ...]:
    named = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return tuple(named.split(":"))


def speak(language: str) -> None:
    """Say everything in that language from now on; without its catalogue, in English."""
    if language == ENGLISH:
        use_catalogue(gettext.NullTranslations())
        return
    path = resources.path(f"languages/{language}.po")
    try:
        text = path.read_text(encoding="utf-8")
        catalogue = Catalogue(read_entries(text))
    except (OSError, ValueError) as error:
        import logging  # the first frame comes without it

        logging.getLogger(__name__).warning("%s cannot be read: %s", path.name, error)
        use_catalogue(gettext.NullTranslations())
    else:
        use_catalogue(catalogue)
