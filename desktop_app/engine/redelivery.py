"""Finds what is needed to deliver a message again: its question, and the sound of it."""

from __future__ import annotations

from msgspec import structs

from desktop_app.engine.ports import Journal
from desktop_app.engine.wanted_replies import question_before
from desktop_app.errors import StorageError
from desktop_app.journal.records import MessageRecord, MessageStatus, Role


async def to_deliver(
    journal: Journal, thread_id: str, message_id: str, *, queued: bool = False
) -> tuple[MessageRecord, bytes] | None:
    """What to say again for a message, a question or a reply, and the sound of it.

    Args:
        journal: Where it is.
        thread_id: The message's.
        message_id: The question, or the reply that answered it.
        queued: Only a question that still is: one that was delivered since is left alone.

    Returns:
        None where there is nothing to say.

    Raises:
        StorageError: ``journal.no_recording``: neither sound nor words are there; or the words
            alone, of something said that waited: they may be half of it.
    """
    question = await _question_of(journal, thread_id, message_id)
    if question is None or (queued and question.status is not MessageStatus.QUEUED):
        return None
    return await _with_recording(journal, question, may_be_half=queued)


async def _question_of(journal: Journal, thread_id: str, message_id: str) -> MessageRecord | None:
    """The user's message: itself, or the one that this reply answered.

    Raises:
        StorageError
    """
    message = await journal.message(message_id)
    if message is None or message.role is Role.USER:
        return message
    return question_before(message, await journal.messages(thread_id))


async def _with_recording(
    journal: Journal, message: MessageRecord, *, may_be_half: bool
) -> tuple[MessageRecord, bytes]:
    """The question and its sound; where that is gone, the words that were understood.

    Raises:
        StorageError: ``journal.no_recording``: neither is there.
    """
    has_words = bool(message.text) and not may_be_half
    if not message.utterance_id:
        if message.is_spoken and not has_words and not message.wishes.recording:
            raise StorageError("journal.no_recording")
        return message, b""
    try:
        pcm = await journal.utterance_pcm(message.utterance_id)
        if not pcm:  # everything ended before the first sound was in its file
            raise StorageError("journal.no_recording")
        return message, pcm
    except StorageError as error:
        if error.code != "journal.no_recording" or not has_words:
            raise
        return structs.replace(message, utterance_id=""), b""
