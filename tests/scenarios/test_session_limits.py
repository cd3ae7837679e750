"""Bar item 62: session limits are renewed before they hit, without a gap that anybody notices."""

from __future__ import annotations

from desktop_app.engine.inputs import VoiceStarted
from desktop_app.errors import NetworkError
from desktop_app.link.messages import NoticeCleared, Phase
from desktop_app.protocol.commands import AppendAudio, CommitAudio
from desktop_app.protocol.events import ReplyEnded, ReplyText, TranscriptUpdated
from tests.fakes.rig import THREAD, Rig
from tests.fakes.transport import ScriptedTransport
from tests.fakes.virtual_time import rounds

LIFETIME_S = 40.0
DUE_S = 32.0  # a fifth before


async def listening(rig: Rig) -> ScriptedTransport:
    await rig.take(VoiceStarted())
    await rig.phase_is(Phase.LISTENING)
    return await rig.line()


def answer(line: ScriptedTransport, turn: int) -> None:
    line.say(TranscriptUpdated(turn, "what", is_final=True), ReplyText(turn, "That."))
    line.say(ReplyEnded(turn))


async def test_bar_62_a_line_is_renewed_before_its_limit_on_the_same_session_and_unseen():
    async with Rig(lifetime_s=LIFETIME_S) as rig:
        first = await listening(rig)
        told = list(rig.told)
        await rig.time.advance(DUE_S - 1)
        assert len(rig.voice.transports) == 1
        await rig.time.advance(1)
        second = await rig.line(2)
        await rig.until(lambda: first.is_closed)
        assert not second.is_closed
        assert rig.voice.configurations == [rig.voice.configurations[0]] * 2
        assert rig.voice.configurations[0].session_id == THREAD
        assert rig.told == told, "the window was told nothing"
        await rig.ask_aloud(1)
        answer(second, 1)
        await rig.phase_is(Phase.LISTENING)
        assert [one.text for one in rig.questions] == ["what"]
        assert first.sent == []


async def test_bar_62_a_running_turn_is_not_disturbed_and_the_renewal_follows_it():
    async with Rig(lifetime_s=LIFETIME_S) as rig:
        first = await listening(rig)
        await rig.time.advance(DUE_S - 2)
        await rig.hear("#" * 25)
        await rig.time.advance(3)  # speaks on past the moment
        assert rig.time.now() > DUE_S
        assert len(rig.voice.transports) == 1
        await rig.hear("." * 35)
        await first.expect(CommitAudio(1))
        answer(first, 1)
        await rig.phase_is(Phase.LISTENING)
        await rig.time.advance(1)
        second = await rig.line(2)
        await rig.until(lambda: first.is_closed)
        await rig.ask_aloud(2)
        said = b"".join(one.pcm for one in second.sent_of(AppendAudio))
        assert b"".join(list(rig.microphone.said)[-25:]) in said
        assert Phase.RECONNECTING not in rig.phases


async def test_bar_62_speech_that_begins_while_the_new_line_opens_stays_on_the_old_one():
    async with Rig(lifetime_s=LIFETIME_S) as rig:
        first = await listening(rig)
        rig.voice.is_ready_at_once = False
        await rig.time.advance(DUE_S)
        second = await rig.line(2)
        await rig.hear("#" * 25)
        second.say_ready()
        await rounds()
        await rig.hear("." * 35)
        await first.expect(CommitAudio(1))
        assert second.sent == []
        answer(first, 1)
        await rig.phase_is(Phase.LISTENING)
        await rig.time.advance(1)
        assert first.is_closed
        await rig.ask_aloud(2)


async def test_bar_62_one_line_after_the_other_is_renewed():
    async with Rig(lifetime_s=LIFETIME_S) as rig:
        await listening(rig)
        for turn in range(1, 5):
            await rig.time.advance(DUE_S / 2)
            line = await rig.ask_aloud(turn)
            answer(line, turn)
            await rig.phase_is(Phase.LISTENING)
            await rig.time.advance(DUE_S / 2)
        assert [one.is_closed for one in rig.voice.transports] == [True] * 4 + [False]
        assert Phase.RECONNECTING not in rig.phases


async def test_a_renewal_that_is_refused_is_tried_again_while_the_old_line_serves():
    async with Rig(lifetime_s=LIFETIME_S) as rig:
        first = await listening(rig)
        rig.voice.refusals.append(NetworkError("network.unreachable", retryable=True))
        await rig.time.advance(DUE_S)
        await rig.ask_aloud(1)
        answer(first, 1)
        await rig.phase_is(Phase.LISTENING)
        await rig.time.advance(5)
        await rig.line(2)
        await rig.until(lambda: first.is_closed)
        assert Phase.RECONNECTING not in rig.phases


async def test_a_peer_that_closes_before_its_limit_is_dialled_again():
    async with Rig(lifetime_s=LIFETIME_S) as rig:
        first = await listening(rig)
        await rig.time.advance(5)
        first.end()
        await rig.phase_is(Phase.RECONNECTING)
        await rig.time.advance(1)
        await rig.phase_is(Phase.LISTENING)
        assert len(rig.voice.transports) == 2


async def test_a_line_lost_while_its_successor_waits_leaves_no_line_open_behind_it():
    async with Rig(lifetime_s=LIFETIME_S) as rig:
        first = await listening(rig)
        rig.voice.is_ready_at_once = False
        await rig.time.advance(DUE_S)
        waiting = await rig.line(2)
        first.lose()
        await rig.phase_is(Phase.RECONNECTING)
        assert waiting.is_closed


async def test_a_peer_without_a_limit_keeps_its_line():
    async with Rig() as rig:
        line = await listening(rig)
        for turn in range(1, 21):
            await rig.time.advance(30)
            await rig.ask_aloud(turn)
            answer(line, turn)
            await rig.phase_is(Phase.LISTENING)
        assert len(rig.voice.transports) == 1


async def test_a_line_that_takes_the_place_of_a_silent_one_is_there():
    async with Rig() as rig:
        silent = await listening(rig)
        silent.is_alive.clear()
        await rig.time.advance(3)
        assert rig.engine.phase is Phase.RECONNECTING
        rig.engine.renew_line()  # another voice was chosen meanwhile
        await rig.line(2)
        await rig.until(lambda: silent.is_closed)
        assert rig.engine.phase is Phase.LISTENING
        assert NoticeCleared("line.stalled") in rig.told
        await rig.ask_aloud()
