"""The window's own prose: phases, connection, empty states, times; notices: ``sentences``."""

from __future__ import annotations

from collections.abc import Mapping

from desktop_app.prose import tr

NAME = "Parley"
NEW_THREAD = "New thread"
UNTITLED = "New thread"
SEARCH = "Search threads and words"
JUMP = "Jump to latest"
QUEUED = "Waiting to be sent"
NOT_SENT = "Not sent"
THINKING = "Thinking"
INTERRUPTED = "You interrupted here"
CUT_OFF = "This reply was cut short. What had arrived was kept"
RETRY = "Try again"
LISTEN = "Listen again"
YOU_SPOKE = "spoken"
MODEL_KEY = "Ctrl+Shift+M"
VOICE_KEY = "Ctrl+Shift+Space"  # begins and ends a conversation; Ctrl+Space is held to talk

INVITATION = "What is on your mind?"
EXAMPLES = (
    ("clock", "What time is it in Tokyo?"),
    ("sum", "How much is 15 percent of 84?"),
    ("ruler", "How many kilometres are 26 miles?"),
    ("memory", "Remember that my train leaves at nine"),
)
INVITATION_FOOT = (
    "These work without an account and without a language model, on this machine alone."
)

NO_THREADS = "Your conversations will be listed here."
NO_MATCHES = "Nothing found for “{text}”."
NO_IMAGES = "No images yet"
NO_IMAGES_HINT = "Ask for one: “Draw a lighthouse at night”."
NO_FILES = "No files in this thread"
NO_FILES_HINT = "Documents that a conversation works with will be listed here."
NO_MEMORY = "Nothing remembered yet"
NO_MEMORY_HINT = "Say “remember that …” and it will be kept for later conversations."
NO_TURN = "No reply yet"
NO_TURN_HINT = "After a reply, this shows who heard, wrote and spoke it, and where the time went."

_PHASES = {
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

_BARS = {
    "end_of_turn": "end of turn",
    "transcript": "transcript",
    "first_word": "first word",
    "first_sound": "first sound",
}

_PROFILES = {"embedded": "Embedded", "backboard": "Backboard", "gateway": "Gateway"}

_TALKING = {"toggle": "press", "tap_lock": "tap or hold"}
_SENDING = {"toggle": "press again to send", "tap_lock": "release, or tap again, to send"}

_FIRST_PERSON = ("i", "i'm", "i'd", "i'll", "i've")
_ACTIONS = {
    "retry": "Try again",
    "interrupt": "Stop",
    "undo": "Undo",
    "stop_export": "Stop",
    "stop_import": "Stop",
}


def action_label(action: str, code: str = "", facts: Mapping[str, str] | None = None) -> str:
    """The word on a notice's button, empty when the window has no such step."""
    if action == "switch_microphone":
        return tr("Use {other}").format(**(facts or {}))
    if code == "voice.idle":
        return LISTEN
    if action == "settings" and code.startswith("device."):
        return RETRY  # once it is plugged in or allowed
    return _ACTIONS.get(action, "")


def bar_name(bar: str) -> str:
    """Name of a bar in the waterfall."""
    return _BARS[bar]


def since(*, is_spoken: bool) -> str:
    """Heading of the waterfall: where its clock begins."""
    return "From your last word" if is_spoken else "From Enter"


def phase_word(phase: str, *, is_muted: bool = False, thinking_s: int = 0) -> str:
    """The word beside the ring."""
    if is_muted and phase in ("listening", "hearing", "ready"):
        return "You are muted"
    if phase == "thinking" and thinking_s >= 3:
        return f"Thinking, {thinking_s} s"
    return _PHASES[phase]


_HALF_DUPLEX = {
    "no_echo_control": "speakers without echo control: Esc interrupts",
    "echo_unknown": "listening for echo first: Esc interrupts",
    "echo_left": "the microphone hears the speakers: Esc interrupts",
}


def duplex_words(duplex: str, reason: str) -> str:
    """Whether one can talk over the reply; if not, why, and what to do instead."""
    if duplex == "full":
        return "you can talk over the reply"
    return _HALF_DUPLEX.get(reason, "one at a time: Esc interrupts")


def held_key_words(phase: str, talk_mode: str = "hold") -> str:
    """What to do next while the talk key, not an open microphone, holds the conversation."""
    send = _SENDING.get(talk_mode, "release to send")
    return {"hearing": send, "speaking": "Esc interrupts"}.get(phase, "")


def placeholder(talk_mode: str = "hold") -> str:
    """What stands in the empty composer."""
    return f"Message, or {_TALKING.get(talk_mode, 'hold')} Space to talk"


def invitation_hint(talk_mode: str = "hold") -> str:
    """How to begin, in the empty conversation."""
    return f"{_TALKING.get(talk_mode, 'hold').capitalize()} Space and ask aloud, or just type."


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
    name = _PROFILES.get(profile, profile)
    if connection == "ready":
        return f"{name or 'Service'}, ready"
    if connection == "reconnecting":
        return f"Reconnecting in {retry_in_s} s" if retry_in_s else "Reconnecting"
    if connection == "none":
        return name
    if connection == "offline":
        return "Offline, messages wait"
    return f"{name}, starting" if name else "Starting"


def message_words(role: str, text: str) -> str:
    """A message as it is read out."""
    return f"{'You' if role == 'user' else NAME}: {text}"


def peer_words(peer: str) -> str:
    """A model or voice, given as ``provider/model``."""
    provider, _, model = peer.partition("/")
    if provider == "builtin":
        return f"Built-in, {model}" if model else "Built-in"
    return peer.replace("/", " / ", 1)


def spoken_mark(speech_ms: int) -> str:
    """The small line over a spoken message, e.g. ``0:04, spoken``."""
    if not speech_ms:
        return YOU_SPOKE
    seconds = max(1, round(speech_ms / 1000))
    return f"{seconds // 60}:{seconds % 60:02d}, {YOU_SPOKE}"


def first_word_line(seconds: float) -> str:
    """How long the first word took."""
    if seconds < 0.1:
        return f"{max(1, round(seconds * 1000))} ms to first word"
    return f"{seconds:.2f} s to first word"


def milliseconds(value: int) -> str:
    """A duration in the waterfall."""
    return f"{value} ms" if value < 10_000 else f"{value / 1000:.1f} s"


def with_shortcut(what: str, shortcut: str) -> str:
    """A tooltip that teaches its key."""
    return f"{what} ({shortcut})" if shortcut else what
