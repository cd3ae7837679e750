"""All prose of the window: phases, connection, notices, empty states, times."""

from __future__ import annotations

from collections.abc import Mapping

NAME = "Parley"
NEW_THREAD = "New thread"
UNTITLED = "New thread"
SEARCH = "Search threads and words"
PLACEHOLDER = "Message, or hold Space to talk"
JUMP = "Jump to latest"
QUEUED = "Waiting to be sent"
NOT_SENT = "Not sent"
THINKING = "Thinking"
INTERRUPTED = "You interrupted here"
CUT_OFF = "This reply was cut short. What had arrived was kept"
RETRY = "Try again"
YOU_SPOKE = "spoken"

INVITATION = "What is on your mind?"
INVITATION_HINT = "Hold Space and ask aloud, or just type."
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
NO_IMAGES_HINT = "Pictures that you ask for or drop into a conversation will gather here."
NO_FILES = "No files in this thread"
NO_FILES_HINT = "Documents that a conversation works with will be listed here."
NO_MEMORY = "Nothing remembered yet"
NO_MEMORY_HINT = "Say “remember that …” and it will be kept for later conversations."
NO_TURN = "No reply yet"
NO_TURN_HINT = "After a reply, this shows who heard, wrote and spoke it, and where the time went."

_DAYS = {
    "today": "Today",
    "yesterday": "Yesterday",
    "week": "Previous 7 days",
    "older": "Older",
    "found": "In messages",
}

_PHASES = {
    "connecting": "Connecting",
    "ready": "Ready",
    "listening": "Listening",
    "hearing": "Hearing you",
    "thinking": "Thinking",
    "speaking": "Speaking",
    "reconnecting": "Reconnecting",
    "no_input": "No sound from the microphone",
}

_STAGES = {
    "end_of_turn": "end of turn",
    "transcript": "transcript",
    "first_word": "first word",
    "first_sound": "first sound",
}

_PROFILES = {"embedded": "Embedded", "backboard": "Backboard", "gateway": "Gateway"}

_NOTICES = {
    "device.no_input": "No microphone found. You can keep typing; plug one in to talk.",
    "device.no_output": "No loudspeaker found. Replies can be read, but not heard.",
    "device.refused": "The microphone is not allowed for Parley. Allow it in the system settings.",
    "device.no_portaudio": "Sound needs the PortAudio library. Install libportaudio2 and restart.",
    "device.lost": "{device} was disconnected. What you said until then was kept.",
    "device.silent": "No sound from {device}. Check that it is plugged in and not muted.",
    "device.busy": "{device} is in use by another program. Close it there and try again.",
    "network.unreachable": "The service cannot be reached. Your messages are kept and sent later.",
    "network.lost": "The connection was lost. Your messages are kept and sent when it is back.",
    "access.refused": "The service refused the key. Your messages are kept.",
    "service.down": "The voice service stopped. It is being started again; nothing was lost.",
    "service.restarted": "The voice service was started again. Nothing was lost.",
    "service.failed": "The voice service does not start. Typed messages are kept until it does.",
    "engine.down": "The engine stopped. It is being started again; nothing was lost.",
    "engine.restarting": "The engine is starting again. What you type is kept.",
    "engine.failed": "The engine does not start. What you type is kept; the log says why.",
    "reply.slow": "The reply takes longer than usual.",
    "reply.failed": "The reply could not be finished. What had arrived was kept.",
    "voice.no_speech": "No words were heard. Try again a little closer to the microphone.",
    "voice.muted": "You are muted.",
    "voice.transcript_failed": "Your words could not be written down. The recording was kept.",
    "journal.locked": "Another Parley uses this folder. Close it to keep new messages.",
    "journal.broken": "The journal was damaged. It was set aside and a new one was begun.",
    "journal.full": "The disk is full. Free some space, or new messages cannot be kept.",
    "journal.unwritable": "New messages cannot be saved here. Check the folder's permissions.",
    "journal.unreadable": "Earlier conversations cannot be read. New ones work.",
    "journal.set_aside": "The journal was damaged. It was kept aside and a new one was begun.",
    "journal.in_use": "Another Parley writes to this folder. Close it to keep new messages.",
    "journal.newer": "A newer Parley wrote this journal. Update Parley to use it.",
    "message.failed": "Your message could not be delivered. It was kept.",
    "prompt.queued": "Your message waits until the service is there.",
    "turn.failed": "That could not be answered. What you said was kept.",
    "keyring.locked": "The system keyring is locked. Unlock it to use saved keys.",
    "keyring.missing": "There is no system keyring. Keys are asked for in each session.",
    "settings.broken": "The settings file could not be read. Defaults are used; it was set aside.",
    "thread.deleted": "“{title}” was deleted.",
}
_FALLBACKS = {
    "device": "Sound does not work at the moment. You can keep typing.",
    "network": "The service does not answer at the moment. Your messages are kept.",
    "http": "The service answered with an error. Your messages are kept.",
    "journal": "The journal has a problem. What is on screen may not be kept.",
    "keyring": "Saved keys cannot be read at the moment.",
    "settings": "Some settings could not be read. Defaults are used for them.",
    "service": "The voice service has a problem. Your messages are kept.",
    "engine": "The engine has a problem. What you type is kept.",
    "voice": "That could not be heard. Please try again.",
    "reply": "The reply could not be finished.",
}
_UNKNOWN = "Something did not work. Nothing that you said or typed was lost."

_FIRST_PERSON = ("i", "i'm", "i'd", "i'll", "i've")
_ACTIONS = {
    "retry": "Try again",
    "interrupt": "Stop",
    "undo": "Undo",
}


class _Facts(dict[str, str]):
    """Facts of a notice; a missing one reads as a plain word instead of failing."""

    def __missing__(self, key: str) -> str:
        return {"device": "The microphone", "title": UNTITLED}.get(key, "…")


def notice_sentence(code: str, facts: Mapping[str, str]) -> str:
    """One sentence for a notice; unknown codes get the sentence of their family."""
    family = code.partition(".")[0]
    sentence = _NOTICES.get(code) or _FALLBACKS.get(family) or _UNKNOWN
    known = _Facts(facts)
    device = device_words(known.get("device", ""))
    if device:
        known["device"] = device
    written = sentence.format_map(known)
    return written[:1].upper() + written[1:]


def action_label(action: str, code: str = "") -> str:
    """The word on a notice's button, empty when the window has no such step."""
    if action == "settings" and code.startswith("device."):
        return RETRY  # once it is plugged in or allowed
    return _ACTIONS.get(action, "")


def day_heading(day: str) -> str:
    """Heading of a group in the thread list."""
    return _DAYS[day]


def stage_name(stage: str) -> str:
    """Name of a bar in the waterfall."""
    return _STAGES[stage]


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


def duplex_words(duplex: str, reason: str) -> str:
    """Whether one can talk over the reply; if not, why, and what to do instead."""
    if duplex == "full":
        return "you can talk over the reply"
    if reason == "no_echo_control":
        return "speakers without echo control: Esc interrupts"
    return "one at a time: Esc interrupts"


def held_key_words(phase: str) -> str:
    """What to do next while the talk key, not an open microphone, holds the conversation."""
    return {"hearing": "release to send", "speaking": "Esc interrupts"}.get(phase, "")


def device_words(device: str) -> str:
    """The microphone in use; the system's choice has no name of its own."""
    return "the default microphone" if device in ("default", "pulse", "pipewire") else device


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
