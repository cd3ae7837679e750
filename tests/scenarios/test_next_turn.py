"""Bar item 45: one spoken turn is answered, heard and spoken by others, on a line of its own."""

from __future__ import annotations

from desktop_app.engine.inputs import VoiceStarted
from desktop_app.link.messages import Phase
from desktop_app.link.thread_messages import NextTurnTaken
from desktop_app.protocol.commands import Answerer
from desktop_app.protocol.events import ReplyEnded, ReplyText, TranscriptUpdated
from tests.fakes.rig import THREAD, Rig
from tests.fakes.transport import ScriptedTransport

NOVA = Answerer("x/y", "", "openai/whisper-1", "openai/tts-1", "nova")


def answer(line: ScriptedTransport, turn: int) -> None:
    line.say(TranscriptUpdated(turn, "what", is_final=True), ReplyText(turn, "That."))
    line.say(ReplyEnded(turn))


async def test_bar_45_the_next_spoken_turn_goes_over_a_line_of_its_own_and_the_one_after_back():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.line()
        rig.engine.wish_next(NOVA)
        await rig.time.advance(1)
        second = await rig.line(2)
        await rig.ask_aloud(1)
        answer(second, 1)
        await rig.phase_is(Phase.LISTENING)
        assert NextTurnTaken(THREAD) in rig.told
        await rig.time.advance(1)
        third = await rig.line(3)
        await rig.ask_aloud(2)
        answer(third, 2)
        await rig.phase_is(Phase.LISTENING)
        usual, wished, again = rig.voice.configurations
        assert (wished.model, wished.speech_input.model) == ("x/y", "openai/whisper-1")
        assert (wished.speech_output.model, wished.speech_output.voice) == ("openai/tts-1", "nova")
        assert again == usual
        assert rig.told.count(NextTurnTaken(THREAD)) == 1
