"""A reply whose connection is lost is completed in place: nothing doubled, nothing lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from desktop_app.client.media import FetchedMedia
from desktop_app.engine.inputs import (
    Input,
    PromptTyped,
    ReplyStopped,
    RetryRequested,
    TalkPressed,
    VoiceStarted,
)
from desktop_app.engine.reply_watch import (
    LONGEST_WAIT_S,
    MOST_LOOKS,
    MOST_RUNNING_LOOKS,
    WAITS_S,
    ReplyWatch,
)
from desktop_app.errors import NetworkError, StorageError
from desktop_app.journal.records import CUT_SHORT, UNHEARD, MessageRecord, MessageStatus, Role
from desktop_app.link.messages import MessageSaved, NoticeCleared, Phase
from desktop_app.protocol.backboard.threads import StoredMessage
from desktop_app.protocol.commands import PromptText, TurnWishes
from desktop_app.protocol.events import (
    ImageReady,
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyStatus,
    ReplyText,
    TranscriptUpdated,
)
from desktop_app.protocol.stored_replies import ReplyState, StoredReply, WantedReply, reply_in
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import THREAD, Rig
from tests.fakes.virtual_time import rounds

WHOLE = "Half an answer and its end."
AWAY = NetworkError("network.unreachable", retryable=True)


def stored(state: ReplyState, text: str = WHOLE, url: str = "") -> StoredReply:
    return StoredReply(state, text, "remote", "p/m", url)


@dataclass
class Record:
    """What the service answers when it is asked; the last answer again and again."""

    answers: list[object]
    asked: list[WantedReply] = field(default_factory=list)

    async def find(self, wanted: WantedReply) -> StoredReply | None:
        self.asked.append(wanted)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        assert answer is None or isinstance(answer, StoredReply)
        return answer

    async def picture(self, url: str, told: str = "") -> FetchedMedia:
        assert url == "the picture"
        return FetchedMedia(b"a boat", "image/webp")

    async def speech(self, url: str) -> bytes:
        assert url == "the speech"
        return speech(3_000)


@dataclass
class StoredThread(Record):
    """A service that is away until it has messages, and finds the reply in them then."""

    answers: list[object] = field(default_factory=lambda: [AWAY])
    messages: list[StoredMessage] = field(default_factory=list)

    async def find(self, wanted: WantedReply) -> StoredReply | None:
        return reply_in(self.messages, wanted) if self.messages else await super().find(wanted)

    def answer(self, question: str, reply: str) -> None:
        number = len(self.messages)
        self.messages.append(StoredMessage(f"q{number}", "user", question))
        self.messages.append(StoredMessage(f"a{number}", "assistant", reply))


@asynccontextmanager
async def watched(
    rig: Rig, *answers: object, record: Record | None = None
) -> AsyncIterator[Record]:
    record = record or Record(list(answers))
    failures: list[BaseException] = []
    watch = ReplyWatch(
        rig.journal, record, rig.told.append, rig.time, lambda _, error: failures.append(error)
    )
    rig.listeners.append(watch.notice)
    yield record
    await watch.aclose()
    assert failures == []


async def half_told(rig: Rig) -> None:
    """A written reply whose stream breaks off."""
    await rig.take(PromptTyped("m1", "a question"))
    line = await rig.text.connection()
    line.say(ReplyStarted(1, message_id="remote"), ReplyText(1, "Half an"))
    line.say(ReplyEnded(1, ReplyStatus.INCOMPLETE))
    await rig.phase_is(Phase.READY)


def shown(rig: Rig) -> list[MessageRecord]:
    """Every version of the reply that the window was shown."""
    saved = [event.message for event in rig.told_of(MessageSaved)]
    return [message for message in saved if message.role is Role.ASSISTANT]


async def test_bar_31_a_reply_cut_by_the_network_becomes_the_text_that_the_service_has():
    answers = AWAY, stored(ReplyState.RUNNING, "Half an answer"), stored(ReplyState.COMPLETE)
    async with Rig() as rig, watched(rig, *answers) as record:
        await half_told(rig)
        assert [(one.text, one.error) for one in rig.replies] == [("Half an", CUT_SHORT)]
        assert shown(rig)[-1].is_cut_short, "the window shows that it waits"
        await rig.time.advance(sum(WAITS_S[:2]))
        assert rig.replies[0].text == "Half an answer", "and that it grows"
        await rig.time.advance(WAITS_S[2])
        [reply] = rig.replies
        assert (reply.text, reply.status, reply.error) == (WHOLE, MessageStatus.COMPLETE, "")
        assert (shown(rig)[-1], reply.model) == (reply, "p/m")
        assert len(rig.questions) == 1
        assert record.asked[0] == WantedReply(THREAD, "a question", "remote")
        await rig.time.advance(600)
        assert len(record.asked) == 3, "what is whole is not asked for again"


async def test_bar_31_a_question_that_was_asked_is_answered_though_nothing_of_it_had_come():
    async with Rig() as rig, watched(rig, stored(ReplyState.COMPLETE)):
        await rig.take(PromptTyped("m1", "a question"))
        line = await rig.text.connection()
        await line.expect(PromptText)
        line.lose()
        await rig.until(lambda: rig.replies)
        await rig.time.advance(WAITS_S[0])
        assert [(one.text, one.status) for one in rig.replies] == [(WHOLE, MessageStatus.COMPLETE)]
        assert [one.status for one in rig.questions] == [MessageStatus.SENT]
        assert len(rig.text.transports) == 1, "nothing is asked twice"


async def test_a_reply_that_is_asked_for_again_does_not_become_the_one_before():
    thread = StoredThread()
    async with Rig() as rig, watched(rig, record=thread):
        await rig.take(PromptTyped("m1", "a question"))
        line = await rig.text.connection()
        line.say(ReplyText(1, "Half an"), ReplyEnded(1, ReplyStatus.INCOMPLETE))
        await rig.phase_is(Phase.READY)
        await rig.time.advance(WAITS_S[0])
        await rig.take(RetryRequested(rig.replies[0].id))
        line = await rig.text.connection(2)
        await line.expect(PromptText)
        thread.answer("a question", WHOLE)
        await rig.time.advance(WAITS_S[1])
        assert rig.replies[0].is_cut_short, "which of both questions it answers is not known yet"
        line.say(ReplyText(2, "Another answer."), ReplyEnded(2))
        await rig.phase_is(Phase.READY)
        thread.answer("a question", "Another answer.")
        await rig.time.advance(WAITS_S[2])
        assert [one.text for one in rig.replies] == [WHOLE, "Another answer."]
        assert [one.status for one in rig.replies] == [MessageStatus.COMPLETE] * 2
        assert rig.replies[0].remote_id == "a0"


async def test_bar_31_a_reply_whose_rest_a_full_disk_refuses_is_whole_once_there_is_room():
    async with Rig() as rig, watched(rig, stored(ReplyState.COMPLETE)):
        await half_told(rig)
        rig.journal.failures.extend([StorageError("storage.full")] * 2)
        await rig.time.advance(sum(WAITS_S[:2]))
        assert rig.replies[0].is_cut_short
        await rig.time.advance(WAITS_S[2])
        assert [(one.text, one.status) for one in rig.replies] == [(WHOLE, MessageStatus.COMPLETE)]
        assert shown(rig)[-1] == rig.replies[0]


@pytest.mark.parametrize(("typed", "kept"), [("", "two words"), ("Look:", "Look:\n\ntwo words")])
async def test_a_voice_note_is_answered_though_its_words_were_never_told(typed: str, kept: str):
    thread = StoredThread()
    async with Rig() as rig, watched(rig, record=thread):
        await rig.take(PromptTyped("m1", typed, TurnWishes(recording="note.wav")))
        line = await rig.text.connection()
        await line.expect(PromptText)
        line.lose()
        await rig.until(lambda: rig.replies)
        thread.answer(kept, WHOLE)
        await rig.time.advance(WAITS_S[0])
        assert [(one.text, one.status) for one in rig.replies] == [(WHOLE, MessageStatus.COMPLETE)]
        assert [one.text for one in rig.questions] == [kept], "its words outlive its sound"


async def test_bar_31_what_was_not_heard_of_a_spoken_reply_can_be_played():
    answers = stored(ReplyState.COMPLETE), stored(ReplyState.COMPLETE, url="the speech")
    async with Rig() as rig, watched(rig, *answers):
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.line()
        await rig.ask_aloud()
        line.say(TranscriptUpdated(1, "a question", is_final=True), ReplyText(1, "Half an"))
        line.say(ReplyAudio(1, speech(1_000)))
        await rig.phase_is(Phase.SPEAKING)
        line.lose()
        await rounds()
        await rig.time.advance(WAITS_S[0])
        assert rig.replies[0].text == WHOLE
        await rig.loudspeaker.sound(1_000)  # what had come is heard to its end meanwhile
        await rig.until(lambda: rig.engine.phase is not Phase.SPEAKING)
        await rig.time.advance(WAITS_S[0])
        [reply] = rig.replies
        assert (reply.text, reply.speech_ms, reply.is_spoken) == (WHOLE, 3_000, True)
        assert rig.journal.sound(reply.utterance_id) == speech(3_000)


@pytest.mark.parametrize(
    ("answer", "looks", "code"),
    [
        (stored(ReplyState.FAILED, "Half"), 1, "reply.failed"),
        (stored(ReplyState.WAITING, ""), 1, "tools.not_here"),
        (NetworkError("http.400"), 1, "http.400"),
        (None, 3, "line.lost"),
        (stored(ReplyState.RUNNING, "Half"), MOST_RUNNING_LOOKS, "reply.not_fetched"),
        (AWAY, MOST_LOOKS, "reply.not_fetched"),
    ],
    ids=["failed", "waiting", "refused", "unknown", "endless", "away"],
)
async def test_a_reply_that_cannot_be_completed_says_so_and_can_be_asked_for_again(
    answer: object, looks: int, code: str
):
    async with Rig() as rig, watched(rig, answer) as record:
        await half_told(rig)
        await rig.time.advance(LONGEST_WAIT_S * MOST_RUNNING_LOOKS)
        [reply] = rig.replies
        assert (reply.status, reply.error) == (MessageStatus.FAILED, code)
        assert reply.text == "Half an", "what had arrived is kept"
        assert len(record.asked) == looks


async def test_what_the_service_still_works_at_is_waited_for_however_long_a_video_takes():
    running = stored(ReplyState.RUNNING, "Half")
    answers = *([running] * (MOST_LOOKS + 20)), AWAY, stored(ReplyState.COMPLETE)
    async with Rig() as rig, watched(rig, *answers):
        await half_told(rig)
        await rig.time.advance(LONGEST_WAIT_S * (MOST_LOOKS + 23))
        assert [(one.text, one.status) for one in rig.replies] == [(WHOLE, MessageStatus.COMPLETE)]


async def test_bar_40_a_picture_whose_link_was_dead_takes_its_place_in_the_reply_afterwards():
    drawn = ImageReady(0, "the picture", "d", prompt="a boat")
    found = replace(stored(ReplyState.COMPLETE), pictures=(drawn,))
    async with Rig() as rig, watched(rig, found):
        await rig.take(PromptTyped("m1", "a question"))
        line = await rig.text.connection()
        line.say(ReplyText(1, WHOLE), ImageReady(1, "dead", "d"), ReplyEnded(1))
        await rig.phase_is(Phase.READY)
        await rig.until(lambda: shown(rig) and shown(rig)[-1].lacks_pictures)
        await rig.time.advance(0)
        await rig.until(lambda: rig.journal.pictures)
        [(picture, data)] = rig.journal.pictures
        assert picture.message_id == rig.replies[0].id
        assert (picture.prompt, data) == ("a boat", b"a boat")
        await rig.until(lambda: rig.replies[0].details.missing is None)
        assert rig.told_of(NoticeCleared)[-1] == NoticeCleared("media.not_fetched")


async def test_a_reply_that_was_stopped_elsewhere_stays_as_far_as_it_was_written():
    async with Rig() as rig, watched(rig, stored(ReplyState.CANCELLED)):
        await half_told(rig)
        await rig.time.advance(WAITS_S[0])
        [reply] = rig.replies
        assert (reply.text, reply.status) == (WHOLE, MessageStatus.INTERRUPTED)
        assert not reply.is_cut_short


async def test_replies_that_were_unfinished_when_the_program_died_are_taken_up():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "a question"))
        line = await rig.text.connection()
        line.say(ReplyText(1, "Half an"))
        await rig.until(lambda: rig.replies)
        await rig.kill()
        assert rig.replies[0].is_cut_short
        record = Record([stored(ReplyState.COMPLETE)])
        watch = ReplyWatch(rig.journal, record, rig.told.append, rig.time, lambda *_: None)
        await watch.resume()
        await rig.time.advance(WAITS_S[0])
        await watch.aclose()
        assert [one.text for one in rig.replies] == [WHOLE]
        assert record.asked == [WantedReply(THREAD, "a question")]


@pytest.mark.parametrize("state", [ReplyState.COMPLETE, ReplyState.CANCELLED])
async def test_a_reply_that_was_heard_in_part_stays_cut_there_once_its_rest_has_come(
    state: ReplyState,
):
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.line()
        await rig.ask_aloud()
        line.say(TranscriptUpdated(1, "a question", is_final=True), ReplyText(1, "Half an"))
        line.say(ReplyAudio(1, speech(1_000)))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(800)
        await rig.kill()
        record = Record([stored(state)])
        watch = ReplyWatch(
            rig.journal,
            record,
            rig.told.append,
            rig.time,
            lambda *_: None,
            keeps_recordings=lambda: False,
        )
        await watch.resume()
        await rig.time.advance(WAITS_S[0])
        await watch.aclose()
        [reply] = rig.replies
        assert (reply.text, reply.heard_chars) == (WHOLE, len("Half"))
        assert (reply.status, reply.error) == (MessageStatus.INTERRUPTED, UNHEARD)


@pytest.mark.parametrize("is_whole_by_then", [True, False])
@pytest.mark.parametrize("cut", [ReplyStopped(), TalkPressed()])
async def test_what_had_come_of_a_lost_reply_can_be_interrupted_and_stays_cut_there(
    is_whole_by_then: bool, cut: Input
):
    async with Rig() as rig, watched(rig, stored(ReplyState.COMPLETE)):
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        line = await rig.line()
        await rig.ask_aloud()
        line.say(TranscriptUpdated(1, "a question", is_final=True), ReplyText(1, "Half an"))
        line.say(ReplyAudio(1, speech(2_000)))
        await rig.phase_is(Phase.SPEAKING)
        line.lose()
        await rig.until(lambda: rig.replies[0].is_cut_short)
        await rig.loudspeaker.sound(1_400)
        if is_whole_by_then:
            await rig.time.advance(WAITS_S[0])
            assert rig.replies[0].status is MessageStatus.COMPLETE
        await rig.take(cut)
        await rig.until(lambda: rig.replies[0].heard_chars is not None)
        assert rig.loudspeaker.waiting_ms == 0
        await rig.time.advance(WAITS_S[0])
        [reply] = rig.replies
        assert (reply.text, reply.heard_chars) == (WHOLE, len("Half"))
        assert (reply.status, reply.error) == (MessageStatus.INTERRUPTED, "")
        assert shown(rig)[-1] == reply


async def test_a_question_that_was_stopped_before_its_reply_began_is_over():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "a question"))
        line = await rig.text.connection()
        await line.expect(PromptText)
        await rig.until(lambda: rig.questions[0].status is MessageStatus.SENT)
        assert rig.questions[0].times is None, "it would be looked for after a crash"
        await rig.take(ReplyStopped())
        await rig.until(lambda: rig.questions[0].times is not None)
        assert not rig.replies
