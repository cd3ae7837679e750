"""What a typed turn asks for besides its words: files, a recording, speech, pictures."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from desktop_app.engine.inputs import (
    PromptTyped,
    ReplyStopped,
    RetryRequested,
    ToolsAnswered,
    VoiceStarted,
)
from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.link.messages import (
    MessageSaved,
    NoticeRaised,
    Phase,
    ReasoningGrew,
    ToolsWanted,
    TurnTimed,
    UploadAdvanced,
)
from desktop_app.link.replies import ReplyDetailed
from desktop_app.link.thread_messages import PictureSaved
from desktop_app.protocol.commands import (
    CancelReply,
    PromptText,
    SubmitToolOutputs,
    ToolOutput,
    TurnWishes,
)
from desktop_app.protocol.events import (
    ImageReady,
    MediaNamed,
    MemoriesRecalled,
    Memory,
    ReplyAudio,
    ReplyEnded,
    ReplyReasoning,
    ReplyText,
    ServerFault,
    ToolCall,
    ToolCallFailed,
    ToolCallReady,
    ToolCallStarted,
    ToolsRequested,
    TranscriptUpdated,
    UploadProgressed,
    Usage,
)
from tests.fakes.loudspeaker import speech
from tests.fakes.rig import THREAD, Rig

WITH_A_FILE = TurnWishes(files=("report.pdf",))


async def test_a_turn_with_a_file_is_a_message_even_in_voice():
    async with Rig() as rig:
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.take(PromptTyped("m1", "What does it say?", WITH_A_FILE))
        line = await rig.text.connection(1)
        assert await line.expect(PromptText) == PromptText(1, "What does it say?", WITH_A_FILE)
        assert rig.voice.transports[-1].sent[1:] == []
        assert rig.questions[-1].wishes == WITH_A_FILE


async def test_what_waited_for_the_next_start_is_sent_with_its_file():
    rig = Rig()
    waiting = MessageRecord(
        id="m1",
        thread_id=THREAD,
        role=Role.USER,
        text="What does it say?",
        created_at=1.0,
        status=MessageStatus.FAILED,
        wishes=WITH_A_FILE,
    )
    rig.journal.put(waiting)
    async with rig:
        await rig.take(RetryRequested("m1"))
        line = await rig.text.connection(1)
        assert (await line.expect(PromptText)).wishes == WITH_A_FILE


async def test_a_recording_becomes_the_words_of_the_question():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "", TurnWishes(recording="q.mp3")))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(TranscriptUpdated(1, "what time"), TranscriptUpdated(1, "what time is it", True))
        line.say(ReplyText(1, "It is ten."), ReplyEnded(1))
        await rig.until(lambda: rig.told_of(TurnTimed))
        [question] = rig.questions
        assert (question.text, question.is_spoken) == ("what time is it", True)
        assert question.status is MessageStatus.SENT


async def test_a_voice_note_is_retried_with_the_same_sound_and_says_nothing_twice():
    async with Rig() as rig:
        note = TurnWishes(recording="note.wav", recording_ms=4_000)
        await rig.take(PromptTyped("m1", "Look:", note))
        line = await rig.text.connection()
        first = await line.expect(PromptText)
        line.say(TranscriptUpdated(1, "two words", is_final=True), ReplyText(1, "Half"))
        line.say(ServerFault("broken", code="stream.failed", turn=1))
        await rig.phase_is(Phase.READY)
        [question] = rig.questions
        assert (question.text, question.speech_ms) == ("Look: two words", 4_000)
        await rig.take(RetryRequested(rig.replies[0].id))
        line = await rig.text.connection(2)
        again = await line.expect(PromptText)
        assert (again.text, again.wishes.recording) == (first.text, "note.wav")
        line.say(TranscriptUpdated(2, "two words", is_final=True), ReplyEnded(2))
        await rig.phase_is(Phase.READY)
        assert [one.text for one in rig.questions] == ["Look: two words"]


async def test_bar_45_a_reply_that_shall_be_spoken_is_heard_and_says_who_spoke():
    async with Rig() as rig:
        wishes = TurnWishes(is_spoken=True, spoken_by="openai/tts-1", voice="nova")
        await rig.take(PromptTyped("m1", "Hi", wishes))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ReplyText(1, "Hello."), ReplyAudio(1, speech(200)))
        await rig.phase_is(Phase.SPEAKING)
        line.say(ReplyEnded(1))
        await rig.until(lambda: rig.loudspeaker.finished)
        await rig.loudspeaker.sound(200)
        await rig.phase_is(Phase.READY)
        assert (rig.replies[-1].is_spoken, rig.replies[-1].spoken_by) == (True, "openai/tts-1")
        assert not rig.microphone.is_open


async def test_a_picture_is_kept_before_the_turn_is_over():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "Draw a cat", TurnWishes(draws=True)))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        picture = ImageReady(1, "http://x/y", "d1", "image/png", 3, b"png")
        line.say(picture, structs.replace(picture, document_id="d2", data=b""))
        line.say(ReplyText(1, "Here it is."), ReplyEnded(1))
        await rig.until(lambda: rig.told_of(TurnTimed))
        [(kept, data)] = rig.journal.pictures
        assert (kept.remote_id, kept.mime_type, data) == ("d1", "image/png", b"png")
        assert kept.message_id == rig.replies[-1].id
        news = [one for one in rig.told if isinstance(one, PictureSaved | TurnTimed)]
        assert [type(one) for one in news] == [PictureSaved, TurnTimed]


async def test_a_video_is_kept_and_its_file_taken_away(tmp_path: Path):
    came = tmp_path / "came"
    came.write_bytes(b"movie")
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "Film a cat", TurnWishes(films=True)))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ImageReady(1, "http://x/y", "d1", "video/mp4", 5, path=str(came)))
        line.say(ReplyEnded(1))
        await rig.until(lambda: rig.told_of(TurnTimed))
        [(kept, data)] = rig.journal.pictures
        assert (kept.remote_id, kept.mime_type, kept.prompt, data) == (
            "d1",
            "video/mp4",
            "Film a cat",
            b"movie",
        )
        assert kept.is_video
        assert rig.replies[-1].details.missing is None
        assert not came.exists()


async def test_a_picture_that_is_made_from_another_knows_it_and_what_was_asked():
    wishes = TurnWishes(edits="/pictures/o.png", edited_id="ours")
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "At night", wishes))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ImageReady(1, "u", "d1", "image/png", data=b"1", model="a/b", parent_ids=("t",)))
        line.say(ImageReady(1, "v", "d2", "image/png", data=b"2", prompt="A fox at night"))
        line.say(ReplyEnded(1))
        await rig.until(lambda: rig.told_of(TurnTimed))
        (first, _), (second, _) = rig.journal.pictures
        assert (first.prompt, first.model, first.parent_id) == ("At night", "a/b", "ours")
        assert (second.prompt, second.model, second.parent_id) == ("A fox at night", "", "ours")


async def test_a_turn_goes_on_with_the_outputs_of_its_functions_however_long_they_take():
    call = ToolCall("c", "price", "{}")
    async with Rig(answers_tools=True) as rig:
        await rig.take(PromptTyped("m1", "What does it cost?"))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ToolsRequested(1, "run", (call,)))
        await rig.until(lambda: rig.told_of(ToolsWanted))
        assert rig.told_of(ToolsWanted) == [ToolsWanted(THREAD, 1, "run", (call,))]
        await rig.time.advance(600)
        assert rig.engine.phase is Phase.THINKING
        outputs = (ToolOutput("c", "7"),)
        await rig.take(ToolsAnswered(1, "run", outputs))
        assert await line.expect(SubmitToolOutputs) == SubmitToolOutputs(1, "run", outputs)
        await rig.take(ToolsAnswered(1, "run", outputs), ToolsAnswered(2, "run", outputs))
        line.say(ReplyText(1, "It costs 7."), ReplyEnded(1))
        await rig.until(lambda: rig.told_of(TurnTimed))
        assert [reply.text for reply in rig.replies][-1:] == ["It costs 7."]
        assert [one for one in line.sent if isinstance(one, SubmitToolOutputs)] == [
            SubmitToolOutputs(1, "run", outputs)
        ]


async def test_after_the_outputs_the_server_is_not_waited_for_without_end():
    async with Rig(answers_tools=True) as rig:
        await rig.take(PromptTyped("m1", "What does it cost?"))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ToolsRequested(1, "run", (ToolCall("c", "price", "{}"),)))
        await rig.until(lambda: rig.told_of(ToolsWanted))
        await rig.take(ToolsAnswered(1, "run", (ToolOutput("c", "7"),)))
        await line.expect(SubmitToolOutputs)
        await rig.time.advance(9)
        await rig.time.advance(60)
        await line.expect(CancelReply)
        assert rig.questions[-1].error == "reply.timeout"


async def test_a_video_is_waited_for_through_silent_minutes_and_a_dead_model_is_not():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "Film a fox"))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ToolCallStarted(1, "c", "generate_video"))
        await rig.until(lambda: rig.told_of(ReplyDetailed))
        for _ in range(29):
            await rig.time.advance(60)
        assert rig.engine.phase is Phase.THINKING
        assert not rig.told_of(NoticeRaised)
        line.say(MediaNamed(1), ReplyText(1, "Here it is."))
        await rig.until(lambda: rig.replies)
        await rig.time.advance(300)
        assert rig.engine.phase is Phase.THINKING
        line.say(ImageReady(1, "u", "d", "video/mp4"), ReplyReasoning(1, "So."))
        await rig.until(lambda: rig.told_of(ReasoningGrew))
        await rig.time.advance(9)
        await rig.time.advance(60)
        await line.expect(CancelReply)


async def test_a_video_that_fails_is_not_being_made_any_more_before_the_reply_goes_on():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "Film a fox"))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ToolCallStarted(1, "c", "generate_video"))
        await rig.until(lambda: rig.told_of(ReplyDetailed))
        await rig.time.advance(1.5)
        line.say(ToolCallFailed(1, "c"))
        await rig.until(lambda: len(rig.told_of(ReplyDetailed)) == 2)
        [tool] = rig.told_of(ReplyDetailed)[-1].details.tools
        assert (tool.state, tool.duration_ms) == (ToolState.FAILED, 1500)
        await rig.time.advance(9)
        assert rig.told_of(NoticeRaised), "its longer time is over with it"


async def test_an_upload_is_waited_for_while_it_moves_and_is_no_answer():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "What does it say?", WITH_A_FILE))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        for sent in range(1, 21):
            await rig.time.advance(5)
            line.say(UploadProgressed(1, "report.pdf", sent, 20))
            await rig.until(lambda so_far=sent: len(rig.told_of(UploadAdvanced)) == so_far)
        assert rig.told_of(UploadAdvanced)[-1] == UploadAdvanced(THREAD, 1, "report.pdf", 20, 20)
        assert not rig.told_of(NoticeRaised)
        line.say(ServerFault("Too large", code="http.413", turn=1))
        await rig.until(lambda: rig.told_of(TurnTimed))
        assert rig.questions[-1].status is MessageStatus.FAILED
        assert rig.told_of(TurnTimed)[-1].reply_id == "", "there is none"


async def test_a_question_whose_files_were_not_all_sent_when_it_was_stopped_can_be_sent_again():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "What does it say?", WITH_A_FILE))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(UploadProgressed(1, "report.pdf", 5, 20))
        await rig.until(lambda: rig.told_of(UploadAdvanced))
        await rig.take(ReplyStopped())
        await line.expect(CancelReply)
        assert (rig.questions[-1].status, rig.questions[-1].error) == (
            MessageStatus.FAILED,
            "turn.interrupted",
        )


async def test_reasoning_is_told_and_is_no_part_of_the_reply():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "Why?"))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ReplyReasoning(1, "Hm."), ReplyText(1, "Because."), ReplyEnded(1))
        await rig.until(lambda: rig.told_of(TurnTimed))
        assert rig.told_of(ReasoningGrew) == [ReasoningGrew(THREAD, 1, "Hm.")]
        assert rig.replies[-1].text == "Because."


async def test_an_assistants_own_tool_ends_the_turn_in_words():
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "What does it cost?"))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ToolsRequested(1, "run", (ToolCall("c", "price", "{}"),)))
        await line.expect(CancelReply)
        await rig.until(lambda: rig.told_of(TurnTimed))
        saved = rig.told_of(MessageSaved)[-1].message
        assert (saved.status, saved.error) == (MessageStatus.FAILED, "tools.not_here")


async def test_what_is_known_of_a_reply_beside_its_words_is_told_and_kept_with_it():
    usage = Usage(input_tokens=10, output_tokens=3, cost_usd=0.001)
    async with Rig() as rig:
        await rig.take(PromptTyped("m1", "What do I like?"))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(MemoriesRecalled(1, (Memory("likes tea", "f"),)), ReplyReasoning(1, "Hm, "))
        line.say(ReplyReasoning(1, "tea."), ToolCallStarted(1, "c", "look_up"))
        line.say(ToolCallReady(1, ToolCall("c", "look_up", '{"a": 1}')))
        await rig.until(lambda: len(rig.told_of(ReplyDetailed)) == 3)
        assert not rig.replies  # it only thinks: a failure now is the question's
        await rig.time.advance(1.5)
        line.say(ReplyText(1, "Tea."), ReplyEnded(1, usage=usage, retrieved_files=("a.pdf",)))
        await rig.until(lambda: rig.told_of(TurnTimed))
        done = ToolUse("c", "look_up", '{"a": 1}', state=ToolState.DONE, duration_ms=1500)
        assert rig.replies[-1].details == ReplyDetails(
            reasoning="Hm, tea.",
            tools=(done,),
            memories=(Memory("likes tea", "f"),),
            files=("a.pdf",),
            usage=usage,
        )


async def test_calls_that_a_person_answered_or_refused_are_kept_as_such():
    calls = (ToolCall("c", "price", "{}"), ToolCall("d", "delete", "{}"))
    async with Rig(answers_tools=True) as rig:
        await rig.take(PromptTyped("m1", "What does it cost?"))
        line = await rig.text.connection(1)
        await line.expect(PromptText)
        line.say(ToolsRequested(1, "run", calls))
        await rig.until(lambda: rig.told_of(ReplyDetailed))
        wanted = rig.told_of(ReplyDetailed)[-1].details.tools
        assert [(tool.state, tool.run_id) for tool in wanted] == [(ToolState.WANTED, "run")] * 2
        outputs = (ToolOutput("c", "7"), ToolOutput("d", "No."))
        await rig.take(ToolsAnswered(1, "run", outputs, refused=("d",)))
        await line.expect(SubmitToolOutputs)
        line.say(ReplyText(1, "It costs 7."), ReplyEnded(1))
        await rig.until(lambda: rig.told_of(TurnTimed))
        kept = rig.replies[-1].details.tools
        assert [(tool.state, tool.output) for tool in kept] == [
            (ToolState.DONE, "7"),
            (ToolState.REFUSED, "No."),
        ]


async def test_only_an_answer_that_nobody_will_hear_is_told_as_written():
    async with Rig() as rig:
        for number, wishes in enumerate((TurnWishes(), TurnWishes(is_spoken=True)), 1):
            await rig.take(PromptTyped(f"m{number}", "What is it?", wishes))
            line = await rig.text.connection(number)
            await line.expect(PromptText)
            assert rig.engine.phase_changed.is_written is not wishes.is_spoken
            line.say(ReplyText(number, "It is ten."), ReplyEnded(number))
            await rig.phase_is(Phase.READY)
            assert not rig.engine.phase_changed.is_written
        await rig.take(VoiceStarted())
        await rig.phase_is(Phase.LISTENING)
        await rig.take(PromptTyped("m3", "And now?"))
        assert rig.engine.phase is Phase.THINKING
        assert not rig.engine.phase_changed.is_written, "in voice it is answered aloud"
