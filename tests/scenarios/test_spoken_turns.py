"""Conversations held aloud, on fakes."""

from __future__ import annotations

import pytest

from desktop_app.audio.frames import FRAME_BYTES
from desktop_app.engine.inputs import (
    MutedChanged,
    PromptTyped,
    ReplyStopped,
    TalkPressed,
    TalkReleased,
    VoiceStarted,
    VoiceStopped,
)
from desktop_app.journal.records import MessageStatus, UtteranceState
from desktop_app.link.messages import (
    LevelMeasured,
    MessageSaved,
    Phase,
    ReplyGrew,
    SpeechHeard,
    TranscriptChanged,
    TurnTimed,
)
from desktop_app.link.thread_messages import ThreadSaved
from desktop_app.protocol.commands import (
    AppendAudio,
    CancelReply,
    CommitAudio,
    PromptText,
)
from desktop_app.protocol.events import (
    ReplyAudio,
    ReplyEnded,
    ReplyStarted,
    ReplyText,
    TranscriptUpdated,
)
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import SAYING, Rig
from tests.fakes.transport import ScriptedTransport
from tests.fakes.virtual_time import rounds


async def listening(rig: Rig) -> ScriptedTransport:
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    return await rig.line()


async def speaking(rig: Rig, *, ms: int = 2000) -> ScriptedTransport:
    """Ask aloud and let the answer be half written and partly heard."""
    line = await listening(rig)
    await rig.ask_aloud()
    line.say(
        TranscriptUpdated(1, "what is the root of a hundred", is_final=True),
        ReplyStarted(1),
        ReplyText(1, "The square root of one hundred is exactly ten."),
        ReplyAudio(1, speech(ms)),
    )
    await rig.phase_is(Phase.SPEAKING)
    return line


async def test_a_spoken_question_is_answered_aloud():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.hear(SAYING[:30])
        line.say(TranscriptUpdated(1, "what is"))
        await rig.hear(SAYING[30:])
        await line.expect(CommitAudio(1))
        line.say(
            TranscriptUpdated(1, "what is it", is_final=True),
            ReplyStarted(1, model="builtin/basic"),
            ReplyText(1, "It is "),
            ReplyText(1, "ten."),
            ReplyAudio(1, speech(300)),
            ReplyEnded(1),
        )
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(300)
        await rig.phase_is(Phase.LISTENING)

        assert rig.phases == [
            Phase.CONNECTING,
            Phase.LISTENING,
            Phase.HEARING,
            Phase.THINKING,
            Phase.SPEAKING,
            Phase.LISTENING,
        ]
        assert rig.loudspeaker.heard == [(1, speech(300))]
        [question], [reply] = rig.questions, rig.replies
        assert (question.text, question.status) == ("what is it", MessageStatus.SENT)
        assert question.is_spoken
        assert (reply.text, reply.status) == ("It is ten.", MessageStatus.COMPLETE)
        assert (reply.is_spoken, reply.speech_ms, reply.model) == (True, 300, "builtin/basic")
        assert [grew.text for grew in rig.told_of(ReplyGrew)] == ["It is ", "ten."]
        assert rig.told_of(TranscriptChanged)[0].text == "what is"
        assert rig.told_of(ThreadSaved)[-1].thread.title == "What is it"


async def test_every_stage_of_a_spoken_turn_is_timed():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.ask_aloud()
        await rig.time.advance(0.5)
        line.say(TranscriptUpdated(1, "hello", is_final=True))
        await rig.time.advance(0.5)
        line.say(ReplyText(1, "Hi."), ReplyAudio(1, speech(100)), ReplyEnded(1))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(100)
        [timed] = rig.told_of(TurnTimed)
        times = timed.times
        assert times.speech_end == pytest.approx(0.5)
        assert (times.transcript, times.first_text, times.first_audio) == (0.5, 1.0, 1.0)
        assert (times.first_sound, times.reply_end) == (1.0, 1.0)
        assert rig.replies[0].times == times
        assert timed.reply_id == rig.replies[0].id


async def test_bar_25_the_recording_is_in_the_journal_before_it_is_sent_pre_roll_first():
    async with Rig() as rig:
        line = await listening(rig)
        rig.journal.gate.clear()
        await rig.hear("." * 20 + SAYING)
        assert line.sent_of(AppendAudio) == []
        rig.journal.gate.set()
        await line.expect(CommitAudio(1))
        sent = b"".join(command.pcm for command in line.sent_of(AppendAudio))
        [utterance] = rig.journal.utterances.values()
        assert rig.journal.sound(utterance.id) == sent
        await rig.until(
            lambda: [u.state for u in rig.journal.utterances.values()] == [UtteranceState.CAPTURED]
        )
        assert sent.startswith(bytes(640 * 10)), "silence from before the first word is there"


async def test_bar_25_each_frame_is_in_the_journal_when_it_is_sent():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.hear("." * 20 + "#" * 15)
        for _ in range(10):
            await rig.hear("#")
            [utterance] = rig.journal.utterances.values()
            sent = b"".join(command.pcm for command in line.sent_of(AppendAudio))
            assert sent
            assert rig.journal.sound(utterance.id)[: len(sent)] == sent


async def test_bar_9_barge_in_silences_the_reply_and_says_how_much_was_heard():
    async with Rig() as rig:
        line = await speaking(rig)
        await rig.loudspeaker.sound(1000)
        await rig.hear("#" * 25)
        assert await line.expect(CancelReply) == CancelReply(1, 1000)
        assert rig.engine.phase is Phase.HEARING
        assert rig.loudspeaker.waiting_ms == 0
        [reply] = rig.replies
        assert reply.status is MessageStatus.INTERRUPTED
        assert reply.heard_chars is not None
        assert 0 < reply.heard_chars < len(reply.text)


async def test_sound_of_an_interrupted_turn_is_never_played():
    async with Rig() as rig:
        line = await speaking(rig)
        await rig.loudspeaker.sound(100)
        await rig.hear(SAYING)
        await line.expect(CommitAudio(2))
        line.say(*[ReplyAudio(1, speech(100, 7))] * 20, ReplyText(1, "old"), ReplyEnded(1))
        line.say(ReplyAudio(2, speech(100, 9)))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(5000)
        assert rig.loudspeaker.heard[1:] == [(2, speech(100, 9))]


async def test_the_words_of_a_turn_that_was_cut_early_are_still_written_down():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.ask_aloud()
        await rig.hear("#" * 25)
        assert rig.questions[0].status is MessageStatus.FAILED
        line.say(TranscriptUpdated(1, "the first thing", is_final=True))
        await rig.until(lambda: rig.questions[0].text == "the first thing")
        assert [question.status for question in rig.questions] == [MessageStatus.SENT]


async def test_a_noise_while_thinking_cancels_nothing():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.ask_aloud()
        await rig.hear("#" + "." * 50 + "#" + "." * 50)
        assert rig.engine.phase is Phase.THINKING
        assert line.sent_of(CancelReply) == []


async def test_bar_8_in_half_duplex_the_microphone_is_deaf_and_one_key_interrupts():
    async with Rig(barge_in=False) as rig:
        line = await speaking(rig)
        judged = rig.detector.frames
        await rig.hear(SAYING)
        assert rig.engine.phase is Phase.SPEAKING
        assert rig.detector.frames == judged
        await rig.take(ReplyStopped())
        assert line.sent_of(CancelReply) == [CancelReply(1, 0)]
        await rig.hear(SAYING)
        await line.expect(CommitAudio(2))


async def _spoken_to_the_end(rig: Rig) -> ScriptedTransport:
    """In half duplex, a reply that has just left the loudspeaker."""
    line = await speaking(rig, ms=300)
    await rig.time.advance(1.5)  # to where the microphone is
    line.say(ReplyEnded(1))
    await rig.loudspeaker.sound(300)
    await rig.phase_is(Phase.LISTENING)
    return line


async def test_bar_8_the_end_of_its_own_reply_is_not_answered_in_half_duplex():
    async with Rig(barge_in=False) as rig:
        line = await _spoken_to_the_end(rig)
        judged, sent = rig.detector.frames, len(line.sent_of(AppendAudio))
        await rig.hear("#" * 9)  # captured while the room still rang
        assert (rig.detector.frames, len(line.sent_of(AppendAudio))) == (judged, sent)
        await rig.hear("." * 10)
        await rig.hear(SAYING)
        await line.expect(CommitAudio(2))
        assert line.sent_of(CommitAudio) == [CommitAudio(1), CommitAudio(2)]


async def test_bar_8_whoever_holds_the_talk_key_is_heard_from_the_press_on():
    async with Rig(barge_in=False) as rig:
        line = await _spoken_to_the_end(rig)
        await rig.take(TalkPressed())
        await rig.phase_is(Phase.HEARING)
        await rig.hear("#" * 9)
        assert len(b"".join(sent.pcm for sent in line.sent_of(AppendAudio) if sent.turn == 2)) >= (
            9 * FRAME_BYTES
        )


async def test_the_stop_key_silences_and_goes_back_to_listening():
    async with Rig() as rig:
        line = await speaking(rig)
        await rig.take(ReplyStopped(), ReplyStopped())
        assert rig.engine.phase is Phase.LISTENING
        assert line.sent_of(CancelReply) == [CancelReply(1, 0)]


async def test_a_slow_loudspeaker_slows_the_server_but_not_the_stop_key():
    async with Rig() as rig:
        rig.loudspeaker.capacity_ms = 2000
        line = await speaking(rig, ms=1500)
        line.say(*[ReplyAudio(1, speech(100))] * 50)
        await rounds()
        assert rig.loudspeaker.waiting_ms < 2000
        await rig.take(ReplyStopped())
        assert line.sent_of(CancelReply) == [CancelReply(1, 0)]
        assert rig.loudspeaker.waiting_ms == 0


async def test_hold_to_talk_records_from_the_press_to_just_after_the_release():
    async with Rig() as rig:
        await rig.take(TalkPressed(), TalkPressed())
        line = await rig.line()
        await rig.phase_is(Phase.HEARING)
        await rig.hear("#" * 20 + "." * 60 + "#" * 20)
        await rig.take(TalkPressed(), TalkReleased(), TalkReleased())
        await rig.hear("###")
        assert line.sent_of(CommitAudio) == []
        await rig.time.advance(0.2)
        await line.expect(CommitAudio(1))
        assert len(b"".join(sent.pcm for sent in line.sent_of(AppendAudio))) == 103 * 640
        await rig.until(lambda: not rig.microphone.is_open)
        line.say(ReplyText(1, "Yes."), ReplyEnded(1))
        await rig.phase_is(Phase.READY)


async def test_a_press_without_speech_is_discarded_and_says_so():
    async with Rig() as rig:
        await rig.take(TalkPressed())
        line = await rig.line()
        await rig.phase_is(Phase.HEARING)
        await rig.hear("....")
        await rig.take(TalkReleased())
        await rig.time.advance(0.2)
        await rig.phase_is(Phase.READY)
        assert rig.notices == ["voice.no_speech"]
        assert line.sent == [], "silence is nobody's business"
        assert rig.questions == []
        [utterance] = rig.journal.utterances.values()
        assert utterance.state is UtteranceState.DISCARDED


async def test_words_said_before_the_line_is_there_are_sent_when_it_is():
    async with Rig() as rig:
        await rig.take(TalkPressed())
        await rig.hear("#" * 30)
        await rig.take(TalkReleased())
        await rig.time.advance(0.2)
        line = await rig.line()
        await line.expect(CommitAudio(1))
        assert len(b"".join(sent.pcm for sent in line.sent_of(AppendAudio))) == 30 * 640


async def test_an_empty_transcript_ends_the_turn_without_a_message():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.ask_aloud()
        line.say(TranscriptUpdated(1, "", is_final=True))
        await rig.phase_is(Phase.LISTENING)
        assert rig.questions == []
        assert rig.notices == ["voice.no_speech"]
        [utterance] = rig.journal.utterances.values()
        assert utterance.state is UtteranceState.DISCARDED


async def test_a_prompt_typed_while_voice_is_on_is_answered_aloud_on_the_same_line():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.take(PromptTyped("m1", "say hi"))
        await line.expect(PromptText(1, "say hi"))
        line.say(ReplyText(1, "Hi."), ReplyAudio(1, speech(100)), ReplyEnded(1))
        await rig.phase_is(Phase.SPEAKING)
        await rig.loudspeaker.sound(100)
        await rig.phase_is(Phase.LISTENING)
        assert rig.text.transports == []
        assert [(q.id, q.status) for q in rig.questions] == [("m1", MessageStatus.SENT)]


async def test_voice_turned_off_while_the_reply_plays_lets_it_play_on():
    async with Rig() as rig:
        line = await speaking(rig, ms=500)
        await rig.take(VoiceStopped())
        await rig.until(lambda: not rig.microphone.is_open)
        assert rig.engine.phase is Phase.SPEAKING
        line.say(ReplyEnded(1))
        await rounds()
        await rig.loudspeaker.sound(500)
        await rig.phase_is(Phase.READY)
        await rig.time.advance(60)
        assert line.is_closed
        assert not rig.loudspeaker.is_open


async def test_bar_11_a_muted_microphone_hears_nothing_and_says_so_when_talked_into():
    async with Rig() as rig:
        line = await listening(rig)
        await rig.take(MutedChanged(is_muted=True))
        await rig.hear(SAYING)
        await rig.hear(SAYING)
        assert rig.notices == ["voice.muted"]
        assert line.sent == []
        await rig.take(MutedChanged(is_muted=False))
        await rig.hear(SAYING)
        await line.expect(CommitAudio(1))


async def test_levels_and_the_heard_position_are_told_while_they_change():
    async with Rig() as rig:
        await speaking(rig)
        await rig.loudspeaker.sound(400)
        await rig.time.advance(0.2)
        assert rig.told_of(SpeechHeard)[-1].heard_ms == 400
        levels = rig.told_of(LevelMeasured)
        assert len(levels) == len(SAYING) // 2
        assert levels[0].microphone > 0.5


async def test_a_closed_microphone_shows_no_level_and_the_loudspeaker_still_does():
    async with Rig() as rig:
        await speaking(rig)
        await rig.take(VoiceStopped())
        await rig.until(lambda: not rig.microphone.is_open)
        assert rig.told_of(LevelMeasured)[-1].microphone == 0.0
        rig.told.clear()
        await rig.time.advance(0.2)
        assert rig.told_of(LevelMeasured) == [LevelMeasured(0.0, 0.5)]


async def test_a_window_that_opens_the_thread_in_mid_reply_is_told_all_of_it():
    async with Rig() as rig:
        await speaking(rig)
        before = len(rig.told_of(MessageSaved))
        rig.engine.show()
        await rig.until(lambda: len(rig.told_of(MessageSaved)) > before)
        again = rig.told_of(MessageSaved)[-1]
        assert again.message.text == "The square root of one hundred is exactly ten."
        assert again.message.status is MessageStatus.STREAMING
