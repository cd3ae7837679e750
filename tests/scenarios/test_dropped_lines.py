"""Lines over real sockets that drop while somebody speaks: nothing that was said is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desktop_app.audio.frames import FRAME_BYTES
from desktop_app.engine.inputs import RetryRequested, VoiceStarted
from desktop_app.journal.records import MessageStatus, UtteranceState
from desktop_app.journal.writer import JournalWriter
from desktop_app.link.messages import NoticeCleared, Phase
from tests.fakes.held_lines import GatewayPeer, Peer, RealtimePeer, VoicePeer
from tests.fakes.newest_question import NewestQuestion
from tests.fakes.rig import THREAD, Rig

SOME, REST = "#" * 20, "#" * 20 + "." * 35
CUTS = ["reset", "gone", "closed", "failed"]


class Talk(NewestQuestion):
    """A conversation of an engine with a peer on a real socket."""

    def __init__(self, rig: Rig, peer: Peer) -> None:
        self.rig = rig
        self.peer = peer

    async def begins(self) -> None:
        await self.rig.take(VoiceStarted())
        await self.meets()
        await self.rig.phase_is(Phase.LISTENING)

    async def meets(self) -> None:
        """The peer has its next client."""
        await self.peer.meet()
        await self.rig.until(lambda: self.peer.is_open, "a session")

    async def drops(self, how: str) -> None:
        """The line is cut, and the engine has seen it."""
        lines = self.peer.lines
        await self.peer.cut(how)
        await self.rig.until(lambda: lines[-1].is_left, "the loss")

    async def comes_back(self) -> None:
        await self.rig.time.advance(1)
        await self.meets()

    async def stays_away(self) -> None:
        """The line is cut, and there is none for longer than anybody waits for an answer."""
        self.peer.is_away = True
        await self.drops("reset")
        await self.rig.time.advance(300)

    async def is_there_again(self) -> None:
        self.peer.is_away = False
        await self.rig.time.advance(60)
        await self.meets()

    async def passes(self, seconds: float) -> None:
        """Time, while the peer answers or does not."""
        for _ in range(round(seconds * 2)):
            await self.rig.time.advance(0.5)

    async def is_answered(self) -> None:
        """The peer understands and answers; all is as if the line had never dropped."""
        await self.peer.answer("what time is it", "It is noon.")
        await self.rig.until(lambda: self.rig.replies, "a reply")
        await self.rig.phase_is(Phase.LISTENING)
        assert self.question == (MessageStatus.SENT, "")
        assert self.rig.questions[-1].text == "what time is it"
        assert self.rig.questions[-1].utterance_id in self.rig.journal.utterances
        assert self.state is UtteranceState.TRANSCRIBED

    async def goes_on(self) -> None:
        """The next question is all that the line gets: nothing of the one before comes again."""
        await self.rig.hear(SOME + REST)
        assert await self.peer.utterance() == self.recorded
        assert len(self.rig.questions) == 1


@asynccontextmanager
async def talking(peer: Peer) -> AsyncIterator[Talk]:
    async with peer.running(), Rig(open_voice=peer.open) as rig:
        talk = Talk(rig, peer)
        await talk.begins()
        yield talk
        await peer.cut("gone")


@pytest.fixture(params=[GatewayPeer, VoicePeer, RealtimePeer])
async def talk(request: pytest.FixtureRequest) -> AsyncIterator[Talk]:
    async with talking(request.param()) as begun:
        yield begun


@pytest.mark.parametrize("how", CUTS)
async def test_what_is_said_while_the_line_drops_is_said_whole_on_the_next(talk: Talk, how: str):
    await talk.rig.hear(SOME)
    assert talk.recorded.startswith(await talk.peer.some_sound())
    await talk.drops(how)
    assert talk.rig.engine.phase is Phase.HEARING, "the microphone still hears"
    await talk.rig.hear(REST)
    await talk.rig.phase_is(Phase.RECONNECTING)
    await talk.rig.until(lambda: talk.rig.questions, "a queued message")
    assert talk.question == (MessageStatus.QUEUED, "")
    assert talk.state is UtteranceState.CAPTURED
    assert b"".join(talk.rig.microphone.said) in talk.recorded, "every frame of it is kept"
    await talk.comes_back()
    assert await talk.peer.utterance() == talk.recorded
    await talk.rig.phase_is(Phase.THINKING)
    await talk.is_answered()
    await talk.goes_on()
    assert talk.peer.sessions == [THREAD] * 2


@pytest.mark.parametrize("how", CUTS)
async def test_a_line_that_is_back_before_the_end_hears_the_beginning_too(talk: Talk, how: str):
    await talk.rig.hear(SOME)
    await talk.peer.some_sound()
    await talk.drops(how)
    await talk.comes_back()
    assert talk.rig.engine.phase is Phase.HEARING
    await talk.rig.hear(REST)
    assert await talk.peer.utterance() == talk.recorded
    await talk.is_answered()
    await talk.goes_on()


@pytest.mark.parametrize("how", CUTS)
async def test_what_was_said_to_a_line_that_drops_before_it_understood_is_said_once_more(
    talk: Talk, how: str
):
    await talk.rig.hear(SOME + REST)
    said = await talk.peer.utterance()
    assert said == talk.recorded
    await talk.rig.phase_is(Phase.THINKING)
    await talk.drops(how)
    await talk.rig.phase_is(Phase.RECONNECTING)
    await talk.rig.until(lambda: talk.rig.questions, "a queued message")
    assert talk.question == (MessageStatus.QUEUED, "")
    assert talk.state is UtteranceState.CAPTURED
    await talk.comes_back()
    assert await talk.peer.utterance() == said
    await talk.is_answered()
    await talk.goes_on()
    assert talk.peer.sessions == [THREAD] * 2


async def test_what_was_said_waits_as_long_as_there_is_no_line(talk: Talk):
    await talk.rig.hear(SOME + REST)
    said = await talk.peer.utterance()
    await talk.stays_away()
    assert talk.rig.engine.phase is Phase.RECONNECTING
    assert talk.question == (MessageStatus.QUEUED, "")
    assert talk.state is UtteranceState.CAPTURED
    assert talk.rig.notices == []
    await talk.is_there_again()
    assert await talk.peer.utterance() == said
    await talk.is_answered()
    await talk.goes_on()


async def test_all_that_is_said_without_a_line_is_answered_in_its_order(talk: Talk):
    await talk.rig.hear(SOME + REST)
    said = [await talk.peer.utterance()]
    await talk.stays_away()
    for length in (40, 60):
        await talk.rig.hear("#" * length + "." * 35)
        await talk.rig.phase_is(Phase.RECONNECTING)
        said.append(talk.recorded)
    await talk.rig.until(lambda: len(talk.rig.questions) == 3, "three messages")
    assert {one.status for one in talk.rig.questions} == {MessageStatus.QUEUED}
    assert {one.state for one in talk.rig.journal.utterances.values()} == {UtteranceState.CAPTURED}
    await talk.is_there_again()
    for number, sound in enumerate(said):
        assert await talk.peer.utterance() == sound
        await talk.peer.answer(f"question {number}", f"Answer {number}.")
    await talk.rig.until(lambda: len(talk.rig.replies) == 3, "three replies")
    await talk.rig.phase_is(Phase.LISTENING)
    assert [one.text for one in talk.rig.questions] == ["question 0", "question 1", "question 2"]
    assert [one.text for one in talk.rig.replies] == ["Answer 0.", "Answer 1.", "Answer 2."]
    assert {one.status for one in talk.rig.questions} == {MessageStatus.SENT}
    await talk.rig.hear(SOME + REST)
    assert await talk.peer.utterance() == talk.recorded, "and nothing is said twice"


async def test_it_is_not_said_a_third_time_but_kept_for_a_person_to_send(talk: Talk):
    await talk.rig.hear(SOME + REST)
    said = await talk.peer.utterance()
    for _ in range(2):
        await talk.drops("reset")
        await talk.comes_back()
    await talk.rig.phase_is(Phase.LISTENING)
    assert talk.question == (MessageStatus.FAILED, "line.lost")
    assert talk.state is UtteranceState.FAILED
    await talk.rig.take(RetryRequested(talk.rig.questions[0].id))
    assert await talk.peer.utterance() == said
    await talk.is_answered()


async def test_a_question_that_was_understood_is_not_said_again(talk: Talk):
    await talk.rig.hear(SOME + REST)
    await talk.peer.utterance()
    await talk.peer.understand("what time is it")
    await talk.rig.until(lambda: talk.rig.questions, "the question")
    await talk.drops("reset")
    await talk.rig.phase_is(Phase.RECONNECTING)
    assert talk.question == (MessageStatus.SENT, "")
    await talk.comes_back()
    await talk.rig.phase_is(Phase.LISTENING)
    await talk.rig.hear(SOME + REST)
    assert await talk.peer.utterance() == talk.recorded


async def test_a_peer_that_reads_nothing_more_is_left_though_the_way_to_it_is_full(talk: Talk):
    await talk.peer.has_shown_life()
    await talk.peer.narrow()
    await talk.peer.freeze()
    await talk.rig.hear("#" * 1_000)
    await talk.peer.is_full()
    await talk.passes(12)
    assert "line.stalled" in talk.rig.notices
    await talk.rig.until(lambda: talk.peer.lines[0].is_left, "the loss")
    assert talk.rig.engine.phase is Phase.HEARING
    await talk.comes_back()
    await talk.rig.hear(REST)
    said = await talk.peer.utterance()
    assert len(said) > 1_000 * FRAME_BYTES
    assert said == talk.recorded
    await talk.is_answered()


async def test_a_peer_that_reads_nothing_more_is_told_left_and_replaced(talk: Talk):
    await talk.peer.has_shown_life()
    await talk.rig.hear(SOME)
    await talk.peer.some_sound()
    await talk.peer.freeze()
    await talk.passes(3)
    assert "line.stalled" in talk.rig.notices
    assert talk.rig.engine.phase is Phase.HEARING
    await talk.rig.hear(REST)
    assert talk.rig.engine.phase is Phase.RECONNECTING, "nobody is known to think"
    await talk.passes(9)
    await talk.rig.until(lambda: talk.peer.lines[0].is_left, "the loss")
    assert NoticeCleared("line.stalled") in talk.rig.told
    await talk.comes_back()
    assert await talk.peer.utterance() == talk.recorded
    await talk.is_answered()
    await talk.goes_on()


def _are_in_files(folder: Path, lengths: tuple[int, ...]) -> bool:
    kept = [one.stat().st_size for one in folder.glob("utterances/*.pcm")]
    least = [length * FRAME_BYTES for length in sorted(lengths)]
    return len(kept) == len(least) and all(map(int.__gt__, sorted(kept), least))


async def test_what_waits_as_everything_ends_is_said_whole_by_the_next_start(tmp_path: Path):
    peer, lengths = GatewayPeer(), (40, 60)
    async with peer.running():
        peer.is_away = True
        journal = await JournalWriter.open(tmp_path)
        async with Rig(open_voice=peer.open, journal=journal) as rig:
            await rig.take(VoiceStarted())
            for length in lengths:
                await rig.phase_is(Phase.RECONNECTING)
                await rig.hear("#" * length + "." * 35)
            await rig.until(lambda: _are_in_files(tmp_path, lengths), "what was said, on disk")
            await rig.kill()
        await journal.aclose()
        peer.is_away = False
        journal = await JournalWriter.open(tmp_path)
        waiting = [one.utterance_id for one in await journal.pending()]
        async with Rig(open_voice=peer.open, journal=journal) as rig:
            await Talk(rig, peer).meets()
            for number, length in enumerate(lengths):
                said = await peer.utterance()
                assert said == await journal.utterance_pcm(waiting[number])
                assert len(said) > length * FRAME_BYTES
                await peer.answer(f"question {number}", f"Answer {number}.")
            await rig.phase_is(Phase.READY)
            await peer.cut("gone")
        texts = [one.text for one in await journal.messages(THREAD)]
        assert texts == ["question 0", "question 1", "Answer 0.", "Answer 1."]
        assert await journal.pending() == []
        await journal.aclose()
