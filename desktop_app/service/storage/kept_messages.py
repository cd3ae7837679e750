"""Messages that are stored without an answer (``send_to_llm`` false)."""

from __future__ import annotations

from desktop_app.protocol.backboard.messages import MessageReply
from desktop_app.protocol.backboard.stream import StreamEvent
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.service.clock import now
from desktop_app.service.messages.message_stream import user_message
from desktop_app.service.runs.question import Question
from desktop_app.service.storage.conversation_store import ConversationStore


async def keep_question(conversations: ConversationStore, question: Question) -> StoredMessage:
    """Store it as a message of its own; durable when this returns.

    Raises:
        StorageError
    """
    stored = StoredMessage(
        message_id=question.message_id,
        role="user",
        content=question.text,
        created_at=question.said_at or now(),
        metadata_=question.metadata,
    )
    await conversations.add(question.thread_id, stored)
    return stored


def saved_events(stored: StoredMessage, question: Question) -> tuple[StreamEvent, ...]:
    """How a stream tells it: ``message_saved`` is the last event."""
    return (
        user_message(stored, question.thread_id, question.assistant_id),
        StreamEvent(type="message_saved", message_id=stored.message_id),
    )


def saved_reply(stored: StoredMessage, question: Question) -> MessageReply:
    """The flat reply: the message itself."""
    return MessageReply(
        message="Message added successfully",
        thread_id=question.thread_id,
        assistant_id=question.assistant_id,
        timestamp=now(),
        content=stored.content,
        message_id=stored.message_id,
        role="user",
        status="COMPLETED",
        created_at=stored.created_at,
    )
