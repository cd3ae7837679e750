"""Which settings the page offers, in which words: a table, no widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from desktop_app.folding import folded
from desktop_app.languages import NAMES
from desktop_app.profiles import key_of
from desktop_app.prose import mark, tr
from desktop_app.settings import Settings
from desktop_app.unusable_settings import is_address, is_proxy


def no_fault(_text: str) -> str:
    """Any text will do."""
    return ""


def address_fault(text: str) -> str:
    """What is wrong with the address of a service, in words; empty when nothing is."""
    if not text or is_address(text, "http", "https"):
        return ""
    return tr("An address begins with https:// or http://.")


def _proxy_fault(text: str) -> str:
    if "@" in text:
        return tr("A password is not kept in the settings. Name this proxy in HTTPS_PROXY.")
    return "" if is_proxy(text) else tr("Write it as http://host:port.")


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting.

    Attributes:
        path: Its name in the settings file, such as ``voice.talk_mode``.
        title, hint: English; said through ``tr`` when they are shown.
        choices: Value to words, where only some values are possible.
        unit: Of a number.
        example: Stands in an empty text.
        fault: What is wrong with a text, in words.
    """

    path: str
    title: str
    hint: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    unit: str = ""
    example: str = ""
    fault: Callable[[str], str] = no_fault

    @property
    def words(self) -> str:
        """Everything that a search may find it by, folded."""
        said = (self.title, self.hint, *self.choices.values())
        return folded(" ".join((self.path, *(tr(one) for one in said if one))))


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that belong together; ``name`` is stable, ``title`` is shown."""

    name: str
    title: str
    rows: tuple[SettingRow, ...] = ()


SECTIONS = (
    Section(
        "service",
        mark("Service"),
        (
            SettingRow(
                "profile",
                mark("Who answers"),
                mark("Embedded works at once, on this computer. Backboard wants a key."),
                {"embedded": mark("Embedded"), "backboard": mark("Backboard")},
            ),
            SettingRow(
                "speech.model",
                mark("Model of new threads"),
                mark("Empty leaves the choice to the service."),
                example="openai/gpt-4.1",
            ),
            SettingRow(
                "language.base_url",
                mark("Language model server"),
                mark("Address of a server with an OpenAI-compatible interface, for Embedded."),
                example="http://127.0.0.1:11434/v1",
                fault=address_fault,
            ),
            SettingRow(
                "language.model",
                mark("Its model"),
                mark("Empty for the server's first one."),
            ),
            SettingRow(
                "language.local_models",
                mark("Look for servers on this computer"),
                choices={"auto": mark("At every start"), "off": mark("Never")},
            ),
        ),
    ),
    Section(
        "voice",
        mark("Voice"),
        (
            SettingRow("voice.input_device_id", mark("Microphone")),
            SettingRow("voice.output_device_id", mark("Loudspeaker")),
            SettingRow(
                "voice.talk_mode",
                mark("The talk key"),
                mark("What Space does while the composer is empty."),
                {
                    "hold": mark("Hold to talk"),
                    "toggle": mark("Press to begin, press to send"),
                    "tap_lock": mark("Hold, or tap to lock"),
                },
            ),
            SettingRow(
                "voice.speed_percent",
                mark("How fast replies are spoken"),
                mark("As far as the voice can; some have one speed only."),
                unit="%",
            ),
            SettingRow(
                "voice.barge_in",
                mark("Talk over a reply"),
                mark("Where the microphone hears the loudspeaker, only Esc interrupts."),
                {
                    "auto": mark("Where it works"),
                    "on": mark("Always"),
                    "off": mark("Never"),
                },
            ),
            SettingRow(
                "voice.end_silence_ms",
                mark("Silence that ends what you say"),
                mark("Longer leaves you time to think, shorter answers sooner."),
                unit=mark("ms"),
            ),
            SettingRow(
                "voice.endpoint",
                mark("Who hears that you have finished"),
                mark("A service that decides hears the microphone all the time that it listens."),
                {"local": mark("This computer"), "server": mark("The service, if it can")},
            ),
            SettingRow(
                "voice.interrupt_after_ms",
                mark("Speech that interrupts a reply"),
                mark("Shorter sounds only pause it."),
                unit=mark("ms"),
            ),
            SettingRow(
                "voice.idle_after_s",
                mark("Close the microphone after"),
                mark("When nobody speaks for so long."),
                unit=mark("s"),
            ),
            SettingRow("voice.pre_roll_ms", mark("Sound kept from before"), unit=mark("ms")),
            SettingRow("voice.tail_ms", mark("Sound kept after the key came up"), unit=mark("ms")),
        ),
    ),
    Section(
        "tools",
        mark("Functions"),
        (
            SettingRow(
                "tools.command",
                mark("Program that answers them"),
                mark("Run with a function's name, its arguments on the input, once you allow it."),
            ),
        ),
    ),
    Section(
        "appearance",
        mark("Appearance"),
        (
            SettingRow(
                "appearance.theme",
                mark("Theme"),
                choices={
                    "system": mark("Same as system"),
                    "light": mark("Light"),
                    "dark": mark("Dark"),
                },
            ),
            SettingRow(
                "appearance.language",
                mark("Language"),
                choices={"system": mark("Same as system"), **NAMES},
            ),
            SettingRow(
                "appearance.text_size",
                mark("Size of letters"),
                unit="%",
            ),
            SettingRow(
                "appearance.reduced_motion",
                mark("Reduced motion"),
                mark("Nothing moves that need not."),
            ),
        ),
    ),
    Section(
        "privacy",
        mark("Privacy"),
        (
            SettingRow(
                "privacy.memory",
                mark("Memory"),
                mark(
                    "What assistants do with what they learn about you. An open spoken "
                    "conversation goes on as it began."
                ),
                {
                    "auto": mark("Remember, and learn more"),
                    "readonly": mark("Remember, learn nothing more"),
                    "off": mark("Neither remember nor learn"),
                },
            ),
            SettingRow(
                "privacy.keep_recordings",
                mark("Keep recordings"),
                mark("The sound of what you and the assistant said, on this computer."),
                {
                    "forever": mark("Until I delete them"),
                    "7_days": mark("7 days"),
                    "1_day": mark("1 day"),
                    "until_sent": mark("Until they are sent"),
                    "off": mark("Never write them down"),
                },
            ),
        ),
    ),
    Section(
        "network",
        mark("Network"),
        (
            SettingRow(
                "network.proxy",
                mark("Proxy"),
                mark("Empty for the system's. One with a password is named in HTTPS_PROXY."),
                example="http://host:port",
                fault=_proxy_fault,
            ),
            SettingRow(
                "network.ca_file",
                mark("Certificates"),
                mark("A PEM file that is believed besides the system's."),
            ),
        ),
    ),
)


def value_of(settings: Settings, path: str) -> Any:
    """The value of a setting; of what is kept for each service, that of the one in use."""
    found: Any = settings
    for name in path.split("."):
        found = settings.speech_at(_kept_as(settings)) if name == "speech" else getattr(found, name)
    return found


def limits_of(settings: Settings, path: str) -> tuple[int, int]:
    """The smallest and the largest value of a number."""
    *way, name = path.split(".")
    section = value_of(settings, ".".join(way)) if way else settings
    limits = next(one.metadata for one in fields(section) if one.name == name)
    return limits["low"], limits["high"]


def with_value(settings: Settings, path: str, value: object) -> Settings:
    """The settings with one of them exchanged."""
    section, dot, name = path.partition(".")
    if not dot:
        return replace(settings, **{path: value})  # type: ignore[arg-type]  # the table names fields
    if section == "speech":
        return settings.with_speech(_kept_as(settings), **{name: value})
    changed = replace(getattr(settings, section), **{name: value})
    return replace(settings, **{section: changed})


def _kept_as(settings: Settings) -> str:
    """Of the service that is chosen."""
    return key_of(settings, settings.profile)


def matching(text: str) -> tuple[Section, ...]:
    """The sections with those of their rows that hold every word of ``text``."""
    words = folded(text).split()
    found = []
    for section in SECTIONS:
        title = folded(tr(section.title))
        rows = tuple(
            row for row in section.rows if all(word in f"{title} {row.words}" for word in words)
        )
        found.append(Section(section.name, section.title, rows))
    return tuple(found)
