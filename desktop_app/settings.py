"""What a person prefers: frozen values, one JSON file, replaced whole.

Only the standard library: the window reads this before its first paint.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from desktop_app.unusable_settings import (
    Unusable,
    is_proxy,
    is_writable,
    set_aside,
    unread,
    unusable,
)

logger = logging.getLogger(__name__)

_Section = TypeVar("_Section")


Report = Callable[[Unusable], None]


def _one_of(*allowed: str) -> Any:
    """A text out of a closed set; the first is the default."""
    return field(default=allowed[0], metadata={"allowed": allowed})


def _between(default: int, low: int, high: int) -> Any:
    """A whole number within bounds, both included."""
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """How a spoken conversation behaves.

    Attributes:
        end_silence_ms: Silence after which the user has finished.
        endpoint: Who decides that the user has finished: this computer, or the service if it can.
        pre_roll_ms: Sound kept from before the speech was noticed.
        talk_mode: What the talk key does; see ``ui.talk_key``.
        tail_ms: Sound that is still kept after the talk key came up.
        idle_after_s: Silence after which a microphone that listens without a key is closed.
        barge_in: Whether talking over a reply stops it; ``auto``: where echo control exists.
        interrupt_after_ms: Speech into a reply that ends it; shorter speech only pauses it.
        speed_percent: How fast replies are spoken, of the voice's usual speed.
        input_device, output_device: Names of sound devices; empty for the system's default.
        input_device_id, output_device_id: What the system calls them, as ``parley devices``
            says it; comes before the name, which may change.
    """

    end_silence_ms: int = _between(600, 200, 5000)
    endpoint: str = _one_of("local", "server")
    pre_roll_ms: int = _between(300, 0, 2000)
    talk_mode: str = _one_of("hold", "toggle", "tap_lock")
    tail_ms: int = _between(200, 0, 1000)
    idle_after_s: int = _between(60, 10, 3600)
    barge_in: str = _one_of("auto", "on", "off")
    interrupt_after_ms: int = _between(500, 100, 3000)
    speed_percent: int = _between(100, 50, 200)
    input_device: str = ""
    output_device: str = ""
    input_device_id: str = ""
    output_device_id: str = ""


@dataclass(frozen=True, slots=True)
class LanguageSettings:
    """Which language model answers.

    Attributes:
        base_url: An OpenAI-compatible server, e.g. ``http://127.0.0.1:11434/v1``, or empty.
        model: Name of the model there; empty for the server's first.
        local_models: ``auto`` looks for model servers on this machine at start.
    """

    base_url: str = ""
    model: str = ""
    local_models: str = _one_of("auto", "off")


@dataclass(frozen=True, slots=True)
class ProfileSettings:
    """Where a service is that a person named; its key is in the keyring, under that name.

    Attributes:
        base_url: Of a Backboard-compatible API, e.g. ``https://host/api``.
        voice_url: Of its voice gateway, e.g. ``wss://host/v1/voice/ws``, or empty.
        realtime: ``provider/model`` that is spoken to over the API's realtime socket, before
            every other way; empty for none.
        realtime_voice: How that model calls the voice it shall speak with; empty for its choice.
        kept_as: What its threads and choices are kept under, since it was renamed; else its name.
    """

    base_url: str = ""
    voice_url: str = ""
    realtime: str = ""
    realtime_voice: str = ""
    kept_as: str = ""


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """Who answers, hears and speaks at one service, in threads that name nobody.

    Attributes:
        model: ``provider/model`` that answers in new threads; empty leaves the choice to it.
        heard_by, spoken_by: ``provider/model`` of speech to text and text to speech; empty leaves
            the choice to the service.
        voice: Id of a voice of ``spoken_by``.
    """

    heard_by: str = ""
    spoken_by: str = ""
    voice: str = ""
    model: str = ""


_MOVED = {"voice": ("heard_by", "spoken_by", "voice"), "threads": ("model",)}
"""What stood in other sections once, for all services."""


@dataclass(frozen=True, slots=True)
class AppearanceSettings:
    """How the window looks, and in which words.

    Attributes:
        language: One of ``languages.NAMES``, or the system's.
        text_size: Percent of the usual size of letters.
    """

    theme: str = _one_of("system", "light", "dark")
    reduced_motion: bool = False
    language: str = _one_of("system", "en", "de", "es", "fr", "zh_CN", "ar")
    text_size: int = _between(100, 100, 200)


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """What is kept.

    Attributes:
        keep_recordings: How long the sound of what was said is kept, by the person and by the
            assistant; ``off`` writes none down.
        memory: Whether assistants use what they remember and add to it, use it alone, or neither.
    """

    memory: str = _one_of("auto", "readonly", "off")
    keep_recordings: str = _one_of("forever", "until_sent", "1_day", "7_days", "off")


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """How others are reached.

    Attributes:
        proxy: ``http://host:port``; empty for the system's. One that wants a password is named
            in the environment (``HTTPS_PROXY``): secrets do not stand here.
        ca_file: PEM file of certificates that are believed besides the system's.
    """

    proxy: str = field(default="", metadata={"usable": is_proxy})
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class ToolSettings:
    """How functions are answered that a model calls.

    Attributes:
        command: A program that is run as ``command NAME`` with the arguments as JSON on its
            input, and prints what the function gives; empty for none.
    """

    command: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalSettings:
    """Calls that a person allowed once and for all.

    Attributes:
        tool: Name of the function.
        arguments: JSON object; empty for any.
        exact: They must be exactly these; otherwise these must be among them.
        thread: Id of the thread; empty for all.
    """

    tool: str = ""
    arguments: str = ""
    exact: bool = True
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every preference.

    Attributes:
        profile: Names the service that is talked to: ``embedded``, ``backboard`` or an own one.
        profiles: The own ones, by name.
        speech: Who answers, hears and speaks, by what the service is kept as.
        approvals: Calls of functions that need not be asked about, by an id of each.
        shortcuts: Keys that a person bound anew, by the names of ``ui.shortcuts``.
    """

    voice: VoiceSettings = field(default_factory=VoiceSettings)
    language: LanguageSettings = field(default_factory=LanguageSettings)
    appearance: AppearanceSettings = field(default_factory=AppearanceSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    tools: ToolSettings = field(default_factory=ToolSettings)
    approvals: Mapping[str, ApprovalSettings] = field(
        default_factory=dict, metadata={"each": ApprovalSettings()}
    )
    profile: str = "embedded"
    profiles: Mapping[str, ProfileSettings] = field(
        default_factory=dict, metadata={"each": ProfileSettings()}
    )
    speech: Mapping[str, SpeechSettings] = field(
        default_factory=dict, metadata={"each": SpeechSettings()}
    )
    shortcuts: Mapping[str, str] = field(default_factory=dict)

    def speech_at(self, profile: str) -> SpeechSettings:
        """Who answers, hears and speaks at the service that is kept so."""
        return self.speech.get(profile, SpeechSettings())

    def with_speech(self, profile: str, **chosen: Any) -> Settings:
        """The settings with some of these exchanged."""
        own = replace(self.speech_at(profile), **chosen)
        return replace(self, speech={**self.speech, profile: own})


def load(path: Path, *, report: Report = logger.warning) -> Settings:
    """Read the settings; a missing file gives the defaults.

    Unknown keys are ignored (``save`` keeps them), a value that cannot be used falls back to its
    default, and a file that is no JSON object is moved to ``<name>.broken``. Never raises.

    Args:
        path: The settings file.
        report: Told one sentence for everything that could not be used.
    """
    try:
        known = _read_object(path)
    except FileNotFoundError:
        return Settings()
    except OSError as error:  # it may be there again at the next start: it stays where it is
        report(unread(path, error))
        return Settings()
    except (ValueError, RecursionError) as error:
        report(set_aside(path, error))
        return Settings()
    return _with_values(Settings(), _with_speech_moved(known), "", report)


def _with_speech_moved(known: dict[str, Any]) -> dict[str, Any]:
    """What was chosen for all services is for the one in use then, which may have chosen since."""
    sections = {name: one for name in _MOVED if isinstance(one := known.get(name), dict)}
    found = ((key, sections[name].get(key)) for name in sections for key in _MOVED[name])
    chosen = {key: value for key, value in found if value}
    named, speech = known.get("profile"), known.get("speech", {})
    profile = named if isinstance(named, str) else Settings().profile
    if not chosen or not isinstance(speech, dict) or not isinstance(speech.get(profile, {}), dict):
        return known
    return {**known, "speech": {**speech, profile: {**chosen, **speech.get(profile, {})}}}


def load_language(path: Path) -> str:
    """The language alone; a file that cannot be used stays there for ``load`` to tell of."""
    try:
        known = _read_object(path)
    except (OSError, ValueError, RecursionError):
        return Settings().appearance.language
    return _with_values(Settings(), known, "", lambda _sentence: None).appearance.language


def save(path: Path, settings: Settings) -> None:
    """Replace the file atomically; keys in it that this version does not know stay.

    Raises:
        OSError: It cannot be written; the file is as it was.
    """
    try:
        before = _read_object(path)
    except FileNotFoundError:
        before = {}
    except (ValueError, RecursionError) as error:
        logger.warning(set_aside(path, error))
        before = {}
    after = asdict(settings)
    text = json.dumps(_merged(_without_removed(before, after), after), indent=2, ensure_ascii=False)
    _replace_file(path, text + "\n")


def _read_object(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8-sig"))  # editors of Windows begin with a mark
    if not isinstance(found, dict):
        raise ValueError("it does not hold a JSON object")
    return found


def _with_values(
    default: _Section, known: Mapping[str, Any], where: str, report: Report
) -> _Section:
    """``default`` with every usable value of ``known`` in place."""
    changes: dict[str, Any] = {}
    for one in fields(default):  # type: ignore[arg-type]  # always one of the dataclasses above
        if one.name not in known:
            continue
        name, value, before = where + one.name, known[one.name], getattr(default, one.name)
        if "each" in one.metadata and isinstance(value, dict):
            changes[one.name] = _each_with_values(one.metadata["each"], value, name, report)
        elif is_dataclass(before) and isinstance(value, dict):
            changes[one.name] = _with_values(before, value, name + ".", report)
        elif _is_usable(value, before, one.metadata):
            changes[one.name] = value
        else:
            report(unusable(name, value, "its default is used"))
    return replace(default, **changes)  # type: ignore[type-var]  # as above


def _each_with_values(
    default: _Section, known: Mapping[str, Any], where: str, report: Report
) -> dict[str, _Section]:
    """A section of that kind for every name; what is none is left out."""
    sections = {}
    for name, value in known.items():
        if isinstance(value, dict):
            sections[name] = _with_values(default, value, f"{where}.{name}.", report)
        else:
            report(unusable(f"{where}.{name}", value, "it is left out"))
    return sections


def _is_usable(value: object, default: object, limits: Mapping[str, Any]) -> bool:
    if type(value) is not type(default):
        return False
    if "allowed" in limits:
        return value in limits["allowed"]
    if isinstance(value, str) and not is_writable(value):
        return False
    if "usable" in limits:
        return bool(limits["usable"](value))
    if isinstance(value, int) and "low" in limits:
        return bool(limits["low"] <= value <= limits["high"])
    return True


def _without_removed(before: dict[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """``before`` without what a person took away of what has names, and what moved."""
    kept = dict(before)
    for name, moved in _MOVED.items():
        if isinstance(section := before.get(name), dict):
            kept[name] = {key: one for key, one in section.items() if key not in moved}
    named = (("profiles", dict), ("speech", dict), ("shortcuts", str), ("approvals", dict))
    for name, kind in named:
        older = before.get(name)
        if isinstance(older, dict):
            known = {key: one for key, one in older.items() if key in after[name]}
            odd = {key: one for key, one in older.items() if not isinstance(one, kind)}
            kept[name] = {**odd, **known}
    return kept


def _merged(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """``after`` over ``before``, section by section."""
    merged = dict(before)
    for key, value in after.items():
        older = before.get(key)
        nested = isinstance(value, dict) and isinstance(older, dict)
        merged[key] = _merged(older, value) if nested else value  # type: ignore[arg-type]  # nested
    return merged


def _replace_file(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
