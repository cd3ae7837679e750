"""The window's own prose: phases, connection, empty states, times; notices: ``sentences``."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication

from desktop_app.prose import Prose, mark, tr
from desktop_app.ui.voice.microphone_page import microphone_page

NAME = "Parley"
NEW_THREAD = mark("New thread")
UNTITLED = mark("New thread")
SEARCH = mark("Search threads and words")
JUMP = mark("Jump to latest")
QUEUED = mark("Waiting to be sent")
NOT_SENT = mark("Not sent")
THINKING = mark("Thinking")
INTERRUPTED = mark("You interrupted here")
CUT_OFF = mark("This reply was cut short. What had arrived was kept.")
RETRY = mark("Try again")
LISTEN = mark("Listen again")
YOU_SPOKE = mark("spoken")
NOTE_KEY = "Ctrl+Shift+N"
MODEL_KEY = "Ctrl+Shift+M"
VOICE_KEY = "Ctrl+Shift+Space"  # begins and ends a conversation; Ctrl+Space is held to talk

INVITATION = mark("What is on your mind?")
EXAMPLES = (  # not translated: the built-in answers understand English alone
    ("clock", "What time is it in Tokyo?"),
    ("sum", "How much is 15 percent of 84?"),
    ("ruler", "How many kilometres are 26 miles?"),
    ("memory", "Remember that my train leaves at nine"),
)
INVITATION_FOOT = mark(
    "These work without an account and without a language model, on this machine alone."
)

NO_THREADS = mark("Your conversations will be listed here.")
NO_MATCHES = mark("Nothing found for “{text}”.")
NO_IMAGES = mark("No images yet")
NO_IMAGES_HINT = mark("Ask for one: “Draw a lighthouse at night”.")
NO_TURN = mark("No reply yet")
NO_TURN_HINT = mark(
    "After a reply, this shows who heard, wrote and spoke it, and where the time went."
)

_PHASES: Prose = {
    "connecting": "Connecting",
    "ready": "Ready",
    "listening": "Listening",
    "hearing": "Hearing you",
    "thinking": "Thinking",
    "speaking": "Speaking",
    "paused": "Paused, listening",
    "reconnecting": "Reconnecting",
    "no_input": "No sound from the microphone",
}

_BARS: Prose = {
    "end_of_turn": "end of turn",
    "transcript": "transcript",
    "first_word": "first word",
    "first_sound": "first sound",
}

_PROFILES: Prose = {"embedded": "Embedded", "backboard": "Backboard", "gateway": "Gateway"}

_FIRST_PERSON = ("i", "i'm", "i'd", "i'll", "i've")
_ACTIONS: Prose = {
    "retry": "Try again",
    "interrupt": "Stop",
    "undo": "Undo",
    "stop_export": "Stop",
    "stop_import": "Stop",
    "settings": "Open the settings",
    "show_file": "Show in folder",
}


def action_label(action: str, code: str = "", facts: Mapping[str, str] | None = None) -> str:
    """The word on a notice's button, empty when the window has no such step."""
    if action == "switch_microphone":
        return tr("Use {other}").format(**(facts or {}))
    if code == "voice.idle":
        return tr(LISTEN)
    if action == "settings" and microphone_page(code, facts or {}):
        return tr("Allow the microphone")
    if action == "settings" and code.startswith("device."):
        return tr(RETRY)  # once it is plugged in or allowed
    return tr(_ACTIONS.get(action, ""))


def bar_name(bar: str) -> str:
    """Name of a bar in the waterfall."""
    return tr(_BARS[bar])


def since(*, is_spoken: bool) -> str:
    """Heading of the waterfall: where its clock begins."""
    return tr("From your last word" if is_spoken else "From Enter")


def phase_word(
    phase: str, *, is_muted: bool = False, thinking_s: int = 0, retry_in_s: int = 0
) -> str:
    """The word beside the ring."""
    if is_muted and phase in ("listening", "hearing", "ready"):
        return tr("You are muted")
    if phase == "thinking" and thinking_s >= 3:
        return tr("Thinking, {seconds} s").format(seconds=thinking_s)
    if phase == "reconnecting" and retry_in_s:
        return tr("Reconnecting in {seconds} s").format(seconds=retry_in_s)
    return tr(_PHASES[phase])


def brief_phase_words(phase: str) -> tuple[str, ...]:
    """What stands beside the ring where there is no room for the phase's word."""
    if phase == "reconnecting":
        return (tr(_PHASES[phase]),)  # without the seconds
    return (tr("Microphone is silent"),) if phase == "no_input" else ()


def labelled(name: str, value: str) -> str:
    """A value with its name before it, as the language joins them."""
    return tr("{name}: {value}").format(name=name, value=value)


_HALF_DUPLEX: Prose = {
    "no_echo_control": "speakers without echo control",
    "echo_unknown": "listening for echo first",
    "echo_left": "the microphone hears the speakers",
}
ONE_AT_A_TIME = mark("one at a time")


def duplex_words(duplex: str, reason: str, *, is_replying: bool) -> str:
    """Whether one can talk over the reply; if not, why, and while it comes, what to do instead."""
    if duplex == "full":
        return tr("you can talk over the reply")
    why = tr(_HALF_DUPLEX.get(reason, ""))
    if is_replying:
        return tr("{reason}: Esc interrupts").format(reason=why or tr(ONE_AT_A_TIME))
    return tr("one at a time: {reason}").format(reason=why) if why else tr(ONE_AT_A_TIME)


_SENDING: Prose = {
    "hold": "release to send",
    "toggle": "press again to send",
    "tap_lock": "release, or tap again, to send",
}
_PLACEHOLDERS: Prose = {
    "hold": "Message, or hold Space to talk",
    "toggle": "Message, or press Space to talk",
    "tap_lock": "Message, or tap or hold Space to talk",
}
_HINTS: Prose = {
    "hold": "Hold Space and ask aloud, or just type.",
    "toggle": "Press Space and ask aloud, or just type.",
    "tap_lock": "Tap or hold Space and ask aloud, or just type.",
}


def held_key_words(phase: str, talk_mode: str = "hold") -> str:
    """What to do next while the talk key, not an open microphone, holds the conversation."""
    if phase == "speaking":
        return tr("Esc interrupts")
    return tr(_SENDING.get(talk_mode, "")) if phase == "hearing" else ""


def placeholder(talk_mode: str = "hold") -> str:
    """What stands in the empty composer."""
    return tr(_PLACEHOLDERS[talk_mode])


def invitation_hint(talk_mode: str = "hold") -> str:
    """How to begin, in the empty conversation."""
    return tr(_HINTS[talk_mode])


def as_written(heard: str) -> str:
    """Recognised words as a sentence begins; only what came without any capital is touched.

    No mark is added: what was asked and what was told is not known from the words.
    """
    if heard != heard.lower():
        return heard
    words = ("I" + word[1:] if word in _FIRST_PERSON else word for word in heard.split(" "))
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def connection_words(connection: str, profile: str, retry_in_s: int | None = None) -> str:
    """The line at the bottom left."""
    name = tr(_PROFILES[profile]) if profile in _PROFILES else profile
    if connection == "ready":
        return tr("{service}, ready").format(service=name or tr("Service"))
    if connection == "no_key":
        return tr("{service}: no key").format(service=name or tr("Service"))
    if connection == "reconnecting":
        if not retry_in_s:
            return tr("Reconnecting")
        return tr("Reconnecting in {seconds} s").format(seconds=retry_in_s)
    if connection == "none":
        return name
    if connection == "offline":
        return tr("Offline, messages wait")
    return tr("{service}, starting").format(service=name) if name else tr("Starting")


def message_words(role: str, text: str) -> str:
    """A message as it is read out."""
    return f"{tr('You') if role == 'user' else NAME}: {text}"


def provider_word(provider: str) -> str:
    """How people know who offers something."""
    known = {"openai": "OpenAI", "elevenlabs": "ElevenLabs", "typesafe": "TypeSafe"}
    return tr("Built-in") if provider == "builtin" else known.get(provider, provider)


_BUILT_IN: Prose = {"basic": "basic", "words": "shared words", "drawing": "drawing"}


def peer_words(peer: str) -> str:
    """A model or voice, given as ``provider/model``."""
    provider, _, model = peer.partition("/")
    if provider == "builtin":
        model = tr(_BUILT_IN.get(model, "")) or model
        return tr("Built-in, {model}").format(model=model) if model else tr("Built-in")
    return peer.replace("/", " / ", 1)


def spoken_mark(speech_ms: int) -> str:
    """The small line over a spoken message, e.g. ``0:04, spoken``."""
    return listed(speech_length(speech_ms), tr(YOU_SPOKE)) if speech_ms else tr(YOU_SPOKE)


def speech_length(speech_ms: int) -> str:
    """How long a recording is, the same everywhere: to the nearest second, and never 0:00."""
    seconds = max(1, round(speech_ms / 1000))
    return f"{seconds // 60}:{seconds % 60:02d}"


def listed(*parts: str) -> str:
    """What is said of several parts, with the comma of the language between them."""
    *before, words = filter(None, parts)
    for part in reversed(before):
        words = tr("{first}, {rest}").format(first=part, rest=words)
    return words


def first_word_line(seconds: float) -> str:
    """How long the first word took."""
    return tr("{time} to first word").format(time=duration(round(seconds * 1000)))


def duration(milliseconds: int) -> str:
    """How long something took, the same everywhere: milliseconds below a second, then seconds."""
    if milliseconds < 1000:
        return tr("{number} ms").format(number=max(1, milliseconds))
    seconds = QLocale().toString(milliseconds / 1000, "f", 1 if milliseconds >= 10_000 else 2)
    return tr("{number} s").format(number=seconds)


def apart(words: str) -> str:
    """Words that keep their own direction between others, where people read from the right."""
    return f"\u2068{words}\u2069" if QGuiApplication.isRightToLeft() else words
