"""Which question a reply answers, and what is known of a reply that was cut short. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.protocol.stored_replies import WantedReply, is_question


def question_before(reply: MessageRecord, rows: Sequence[MessageRecord]) -> MessageRecord | None:
    """The question of a reply.

    Turns count from one in each run, and a question that is asked again is of another turn then.
    So each question has one reply of its turn; a reply without such a question belongs to the
    newest before it.

    Args:
        rows: Of its thread, oldest first.
    """
    found = _pairs(rows).get(reply.id)
    return next((one for one in rows if one.id == found), None)


def wanted_reply(
    reply: MessageRecord, question_id: str, rows: Sequence[MessageRecord]
) -> WantedReply:
    """What the service is asked for: by the peer's id where it was told, else by the question.

    Args:
        question_id: Of its question, or empty.
        rows: Of its thread as they are now, oldest first.
    """
    others = [one for one in rows if one.role is Role.ASSISTANT and one.id != reply.id]
    known_ids = frozenset(one.remote_id for one in others if one.remote_id)
    question = next((one for one in rows if one.id == question_id), None)
    if question is None:
        return WantedReply(reply.thread_id, "", reply.remote_id, known_ids)
    has_recording = _has_recording(question)
    others_words = {_words(one) for one in rows if one.role is Role.USER} - {_words(question)}
    return WantedReply(
        reply.thread_id,
        question.text,
        reply.remote_id,
        known_ids,
        has_recording=has_recording,
        other_questions=frozenset(others_words) if has_recording else frozenset(),
        later=sum(_is_like(one, question) for one in _asked_later(reply, question, rows)),
    )


def lacks_heard_words(question: MessageRecord) -> bool:
    """Whether it was a recording of which no words were told."""
    return _has_recording(question) and _words(question) == _joined(question.wishes.words or "")


def _pairs(rows: Sequence[MessageRecord]) -> dict[str, str]:
    """Ids of replies to those of their questions."""
    asked: list[MessageRecord] = []
    answered, pairs = set[str](), dict[str, str]()
    for row in rows:
        if row.role is Role.USER:
            asked.append(row)
            continue
        own = (one for one in reversed(asked) if one.turn == row.turn and one.id not in answered)
        sent = (one for one in reversed(asked) if one.status is not MessageStatus.QUEUED)
        question = next(own, None)
        if question is not None:
            answered.add(question.id)
        else:
            question = next(sent, None)
        if question is not None:
            pairs[row.id] = question.id
    return pairs


def _asked_later(
    reply: MessageRecord, question: MessageRecord, rows: Sequence[MessageRecord]
) -> list[MessageRecord]:
    """What was asked after the reply began: a question for each reply whose id is not known."""
    pairs, by_id = _pairs(rows), {one.id: one for one in rows}
    at = next((n for n, one in enumerate(rows) if one.id == reply.id), len(rows))
    after = rows[at + 1 :]
    replies = [one for one in after if one.role is Role.ASSISTANT]
    asked = [by_id[pairs[one.id]] for one in replies if one.id in pairs and not one.remote_id]
    begun = {(pairs.get(one.id), one.turn) for one in rows if one.role is Role.ASSISTANT}
    again = [question] if question.turn != reply.turn else []
    for one in (*again, *(row for row in after if row.role is Role.USER)):
        if one.status is MessageStatus.SENT and (one.id, one.turn) not in begun:
            asked.append(one)
    return asked


def _is_like(asked: MessageRecord, question: MessageRecord) -> bool:
    """Whether the peer's answer to one may be mistaken for that to the other."""
    if asked.id == question.id or (_words(question) and _words(asked) == _words(question)):
        return True
    could_be = is_question(question.text, asked.text, has_recording=True)
    return _has_recording(question) and lacks_heard_words(asked) and could_be


def _has_recording(question: MessageRecord) -> bool:
    return bool(question.wishes.recording or question.wishes.recording_ms)


def _words(message: MessageRecord) -> str:
    return _joined(message.text)


def _joined(text: str) -> str:
    return " ".join(text.split())
