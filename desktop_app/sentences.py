"""Every sentence about something that happens: notices, and why a message failed.

The one room for them. Whatever fails carries a code; the window and the command line turn it into
words here, so that the journal keeps codes and no prose. What stands in brackets, in every
language, is left out beside a button that says it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from desktop_app.device_words import device_in_sentence
from desktop_app.kept_sentences import KEPT
from desktop_app.prose import Prose, mark, tr

_TOLD: Prose = {
    "access.no_key": "There is no key for this service. Your messages are kept; store the key.",
    "access.refused": "The service refused the key. Your messages are kept; check the key.",
    "ask.lost": "The engine stopped before it could answer. It is starting again[; try again].",
    "ask.too_long": "The service's answer is too long to be shown. Look at less of it.",
    "ask.too_many": "Too much was asked of the service at once. Wait a moment[, then try again].",
    "assistant.begins": (
        "{title} answers from here on, and does not know what was said in this thread before."
    ),
    "assistant.gone": (
        "The assistant of this thread is not there any more. Choose another one above[, then send "
        "the message again]."
    ),
    "assistant.saved": "“{title}” is saved.",
    "backend.empty": "The chat backend answered nothing. Look into its log[, or try again].",
    "backend.refused": "The chat backend refused the question. Check its key and registration.",
    "backend.unreadable": "The chat backend's answer makes no sense. Check its address.",
    "conversation.failed": (
        "This conversation stopped unexpectedly. What was said in it is kept; go on whenever you "
        "like."
    ),
    "device.lost": "{device} was disconnected. Nothing you said was lost; plug it in again.",
    "device.no_detector": (
        "Speech cannot be noticed here, a part of Parley is missing. Install Parley again."
    ),
    "device.no_input": "No microphone was found. You can keep typing; plug one in to talk.",
    "device.no_output": "No loudspeaker was found. Replies can be read; plug one in to hear them.",
    "device.no_portaudio": "Sound needs the PortAudio library. Install libportaudio2 and restart.",
    "device.no_sound": "The loudspeaker plays nothing. The whole reply can be read; check it.",
    "device.other_loudspeaker": "Replies are played on {device} now.",
    "device.other_microphone": "You are heard through {device} now.",
    "device.refused": (
        "{device} cannot be used. Close other programs that use it, or allow it in the system "
        "settings."
    ),
    "device.silent": "No sound from {device}. Check that it is plugged in and not muted.",
    "microphone.in_use": "A conversation has the microphone. End it to try it out.",
    "document.empty": "The file is empty. Choose one that has something in it.",
    "document.type": (
        "Files of this kind cannot be read. Choose a document, text, table, picture or sound file."
    ),
    "documents.no_reader": (
        "Files cannot be read at the moment, a part of Parley does not start. Restart Parley."
    ),
    "engine.down": "The engine stopped. It is being started again; what was saved is safe.",
    "engine.failed": "The engine does not start. What you type is kept; the log says why.",
    "engine.restarting": "The engine is starting again. What you type is kept.",
    "engine.stuck": (
        "The engine does not answer. What was saved is safe; it is started anew if that goes on."
    ),
    "engine.waits": "The new service settings count once nobody speaks or is answered.",
    "gateway.bad_sound": "The spoken answer cannot be played. It can be read.",
    "gateway.model": (
        "The voice service does not have the model of this thread. Choose another one above."
    ),
    "gateway.not_a_gateway": (
        "What answers at the service's address is no voice service. Check the address."
    ),
    "gateway.refused": (
        "The voice service refused this conversation. What you said was kept. {reason}"
    ),
    "gateway.sound_format": "The spoken answer cannot be played. It can be read.",
    "http.402": (
        "The account at this service has no credit or plan for this. Your message was kept; check "
        "the account."
    ),
    "http.429": (
        "The service was asked too often. Your message was kept; wait a moment[, then try again]."
    ),
    "language.broken": "The language model could not answer. Your question was kept[; try again].",
    "language.empty": "The language model could not answer. Your question was kept[; try again].",
    "language.endless": "The language model could not answer. Your question was kept[; try again].",
    "language.filtered": (
        "The model refused to answer this. Your question was kept; say it in another way."
    ),
    "language.bad_address": (
        "The address of the language server cannot be used. Correct it in the settings."
    ),
    "language.model_not_found": (
        "The language server does not have this model. Check the model's name in the settings."
    ),
    "language.unknown": (
        "The provider of the chosen model is not connected. Choose another model, or store its key."
    ),
    "language.unknown_model": ("Nobody who is connected has the chosen model. Choose another one."),
    "language.no_model": "The language server has no model loaded. Load one[, then try again].",
    "language.only_tools": (
        "The model called tools again and again and gave no answer. Your question was kept."
    ),
    "language.unreadable": (
        "The language server sent something unreadable. Your question was kept[; try again]."
    ),
    "gateway.alone": (
        "This service is a voice gateway alone: speak to it, or type while you do. For more, give "
        "the address of its API."
    ),
    "line.stalled": "The service does not answer at the moment. What has arrived plays on.",
    "line.silent": "The service does not answer any more. It is tried again.",
    "line.lost": (
        "The connection was lost before the answer was complete. What had arrived was kept[; try "
        "again]."
    ),
    "line.kept": ("What you chose cannot answer by voice; the one from before goes on. {reason}"),
    "line.refused": "The voice service was not connected. What you said was kept[; try again].",
    "media.not_fetched": (
        "A picture or video could not be fetched. The text of the answer is kept."
    ),
    "message.failed": "Your message could not be answered. It was kept[; try again].",
    "model.key": (
        "The provider of the model refused its key. Your question was kept; check the key in the "
        "settings."
    ),
    "model.timeout": "The model took too long to answer. Your question was kept[; try again].",
    "model.unreachable": "The model cannot be reached. Your question was kept[; try again].",
    "model.for_new_threads": "{title} answers in threads that you begin from now on.",
    "notes.discarded": "{number} voice notes were discarded.",
    "network.broken": "The language server broke off. What had arrived was kept[; try again].",
    "network.ca_file": "The certificates named in the settings (network.ca_file) cannot be read: "
    "{reason}.",
    "network.no_certificate": "{file} holds no certificate. Name a PEM file in the settings "
    "(network.ca_file).",
    "network.proxy": "The proxy does not let Parley through. Look at its address, and at the "
    "password in HTTPS_PROXY.",
    "network.untrusted": "The certificate of the service is not trusted. A company's own "
    "certificates are named in network.ca_file.",
    "network.lost": "The connection was lost. What had arrived was kept[; try again].",
    "network.timeout": "The service took too long. What had arrived was kept[; try again].",
    "network.unreachable": "The service cannot be reached. Your message was kept[; try again].",
    "prompt.empty": "There was nothing to send: the message is empty.",
    "prompt.queued": "Your message waits until the service is there. It is sent by itself.",
    "prompt.too_long": (
        "That is more than the language model can read at once. It was kept; send less of it."
    ),
    "provider.bad_choice": (
        "Who was chosen to hear or speak is not connected. Store its key, or choose another."
    ),
    "provider.bad_address": (
        "The address of a provider cannot be used. Correct it in the settings."
    ),
    "providers.broken": (
        "Speech and language did not start. Your question was kept; restart Parley."
    ),
    "reply.cut_short": "The connection was lost. The rest of the answer is being fetched.",
    "reply.failed": "The reply could not be finished. What had arrived was kept[; try again].",
    "reply.not_fetched": (
        "The rest of the answer could not be fetched. What had arrived was kept[; try again]."
    ),
    "reply.slow": "The reply takes longer than usual.",
    "reply.unheard": "Parley ended here. The rest was not heard.",
    "reply.timeout": "No answer came within a minute. Your question was kept[; try again].",
    "reply.unspoken": "The answer came without its voice. It can be read.",
    "service.down": (
        "The voice service is not running. It is being started again; what you say and type is "
        "kept."
    ),
    "something.failed": (
        "Something went wrong. Parley goes on, and what was saved is safe; {log} says more."
    ),
    "speech.format": (
        "The answer cannot be spoken in this format. It can be read; choose another format."
    ),
    "speech.too_long": "The answer is too long to be spoken. It can be read.",
    "speech.voice": "The chosen voice is not there. The answer can be read; choose another voice.",
    "stt.broken": (
        "Your speech could not be understood. It was recorded[; try again, or type it]."
    ),
    "stt.failed": (
        "Your speech could not be understood. It was recorded[; try again, or type it]."
    ),
    "stt.key": (
        "The provider of the speech recogniser refused its key. What you said was kept; check the "
        "key in the settings."
    ),
    "stt.unreachable": (
        "The speech recogniser cannot be reached. What you said was kept[; try again]."
    ),
    "stream.sound_format": "The spoken answer cannot be played. It can be read.",
    "stream.speech_failed": "The answer cannot be spoken at the moment. It can be read.",
    "picture.too_large": "The picture is too large. Choose a smaller one.",
    "picture.unreadable": "The picture cannot be read. Choose another one.",
    "pictures.deleted": "{number} pictures were deleted.",
    "thread.deleted": "“{title}” was deleted. The next start deletes it at the service too.",
    "thread.deleted_for_all": (
        "“{title}” was deleted. The next start deletes it at the service, for other programs too."
    ),
    "threads.deleted": (
        "{number} threads were deleted. The next start deletes them at the service too."
    ),
    "threads.deleted_for_all": (
        "{number} threads were deleted. The next start deletes them at the service, for other "
        "programs too."
    ),
    "tools.no_command": (
        "No program answers functions. Name one in the settings, or answer the call yourself."
    ),
    "turn.busy": "Another answer is on its way. Wait for it or stop it[, then try again].",
    "turn.failed": "That could not be answered. What you said was kept[; try again].",
    "turn.interrupted": "Interrupted before the service had it. It was kept[; try again].",
    "turn.not_understood": (
        "Parley ended before it understood this. Your words were recorded[: try again]."
    ),
    "upload.changed": "{file} changed while it was sent. Send it again.",
    "upload.empty": "{file} is empty. Choose another file.",
    "upload.extension": "{file} cannot be sent: files of its kind are not supported.",
    "upload.misplaced": "A picture to start from goes only with the wish for a new one.",
    "upload.unreadable": "{file} cannot be read. Check that it is there and may be opened.",
    "voice.for_all_threads": "{title} speaks in every thread that names no voice of its own.",
    "voice.no_sample": "The service spoke nothing. Try another voice.",
    "voice.other_spoke": "{title} spoke, as the service does not have {reason}.",
    "voice.muted": "You are muted. Unmute to be heard.",
    "profile.no_address": (
        "The service that the settings name has no address. The embedded one is used instead."
    ),
    "profile.unknown": (
        "The settings name a service that is not known. The embedded one is used instead."
    ),
    "tools.not_here": (
        "The assistant asked for a tool of its own, which Parley cannot run. Ask differently."
    ),
    "attach.too_many": "No more than 20 files go along with one message. Send these first.",
    "voice.idle": (
        "Nobody spoke for a while, so the microphone was closed. Open it again when you like."
    ),
    "voice.no_speech": "No words were heard. Say it again a little closer to the microphone.",
    "voice.too_long": "It was sent after two minutes, the longest at once. Press again to go on.",
    "voice.no_words": "No words were heard in this recording. Say it again, or type it.",
}

SENTENCES: Mapping[str, str] = {**_TOLD, **KEPT}
"""By what happened."""

# For a code of this family that has no sentence of its own: true for all of them.
FAMILIES: Prose = {
    "archive": "The archive cannot be imported. Nothing was changed.",
    "ask": "The service could not be asked.[ Try again.]",
    "audio": "The service could not take your recording. It was kept[; try again, or type it].",
    "backend": "The chat backend could not answer. Your question was kept[; try again].",
    "device": "Sound does not work at the moment. You can keep typing.",
    "embedding": "What is known was searched by words alone, as meaning could not be compared.",
    "engine": "The engine has a problem. What you type is kept.",
    "export": "The conversations could not be exported. They are as they were[; try again].",
    "frame": "The service could not take your recording. It was kept[; try again, or type it].",
    "gateway": "The service sent something that cannot be understood. What had arrived was kept.",
    "http": "The service answered with an error. Your message was kept[; try again].",
    "image": "The picture could not be made. Your words were kept; say it in another way.",
    "journal": "Your conversations may not be saved at the moment. What was saved is safe.",
    "judge": "The questions could not be answered as they were asked. They were kept[; try again].",
    "language": "The language model could not answer. Your question was kept[; try again].",
    "line": "The connection to the voice service failed. What you said was kept[; try again].",
    "link": "The window and the engine lost touch. They connect again by themselves.",
    "memory": "What was said could not be added to the memory. The conversation itself is kept.",
    "media": "A picture or recording could not be fetched. The text of the answer is kept.",
    "network": "The service does not answer at the moment. Your message was kept[; try again].",
    "recording": "The recording could not be heard. It was kept[; try again].",
    "reply": "The reply could not be finished. What had arrived was kept[; try again].",
    "server": "The service reported a problem. Your messages are kept[; try again].",
    "service": "The voice service has a problem. Your messages are kept.",
    "session": "The service refused how this conversation was set up. Your words are kept.",
    "settings": "Some settings could not be read. Defaults are used for them.",
    "speech": "The answer cannot be spoken as it was asked for. It can be read.",
    "sse": "The service sent something that cannot be understood. What had arrived was kept.",
    "state": "The gateway does not know what was said before. Your question was kept[; try again].",
    "storage": "A file could not be read or saved. What was saved before is safe.",
    "stream": "The reply could not be finished. What had arrived was kept[; try again].",
    "stt": "Your speech could not be understood. It was recorded[; try again, or type it].",
    "tts": "The answer cannot be spoken at the moment. It can be read.",
    "video": "The video could not be made. Your words were kept; say it in another way.",
    "voice": "That could not be heard.[ Try again.]",
    "wish": "Something that was asked of the answer had no effect.",
}
UNKNOWN = mark("Something did not work. What was saved is safe[; try again].")

# What else is said of a turn whose sound came from a file.
OF_A_RECORDING: Prose = {"voice.no_speech": "No speech was heard in the recording."}

_CODE = re.compile(r"[a-z_]+\.[a-z0-9_]+")
_STEP = re.compile(r"\[(.*?)\]")  # of a sentence: what a button beside it says too


def sentence_of(
    code: str, facts: Mapping[str, str] | None = None, *, has_retry: bool = False
) -> str:
    """What to say of a code.

    A code without a sentence of its own is told in the peer's own words (the fact ``message``),
    else by its family.

    Args:
        code: Of a notice or an error.
        facts: ``device`` with ``kind`` (microphone, loudspeaker), ``title``, ``number``, ``file``,
            ``reason``, ``folder`` of the log; one that is missing reads as a plain word.
        has_retry: A button beside it says to try again: then the sentence does not.
    """
    facts = facts or {}
    family = code.partition(".")[0]
    sentence = SENTENCES.get(code)
    if sentence is None:
        told = facts.get("message")
        return told or _whole(tr(FAMILIES.get(family, UNKNOWN)), has_retry=has_retry)
    folder = facts.get("folder", "")
    log = tr("the log in {folder}").format(folder=folder) if folder else tr("the log")
    written = (
        _whole(tr(sentence), has_retry=has_retry)
        .format(
            device=device_in_sentence(facts),
            title=facts.get("title") or tr("The thread"),
            reason=facts.get("reason", ""),
            file=facts.get("file") or tr("The file"),
            number=facts.get("number", ""),
            log=log,
        )
        .strip()
    )
    if facts.get("file") and tr(sentence).startswith("{file}"):
        return written  # names of files are not ours to change
    return written[:1].upper() + written[1:]


def kept_reason(code: str, message: str, facts: Mapping[str, str] | None = None) -> str:
    """What the journal keeps of a failure, for ``failure_sentence``.

    A code, where its sentence says it all; the journal has no room for the facts of others.
    """
    sentence = SENTENCES.get(code)
    if sentence is None:
        return message or code
    return sentence_of(code, facts) if facts and "{" in sentence else code


def failure_sentence(error: str, *, has_retry: bool = False) -> str:
    """Why a message failed: a code that the engine kept, or the peer's own words as they are."""
    return sentence_of(error, has_retry=has_retry) if _CODE.fullmatch(error) else error


def _whole(sentence: str, *, has_retry: bool) -> str:
    return _STEP.sub("" if has_retry else r"\1", sentence)
