"""The command line prints what people and programs need, and knows when a turn is over."""

import asyncio
import io
import json
from pathlib import Path

import pytest

from desktop_app.commands.questions.turn_report import (
    JsonLines,
    Prose,
    TurnOutcome,
    watch_turn,
    waterfall_ms,
)
from desktop_app.errors import AppError
from desktop_app.journal.records import MessageRecord, MessageStatus, Role, TurnTimes
from desktop_app.link.messages import (
    LevelMeasured,
    MessageSaved,
    Notice,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
    ReplyGrew,
    TurnTimed,
)
from tests.fakes.virtual_time import rounds

TIMES = TurnTimes(
    speech_end=10.0, commit=10.6, transcript=10.7, first_text=10.71, first_sound=10.72
)


def message(role: Role, text: str, status: MessageStatus, *, spoken: bool = True, error: str = ""):
    return MessageSaved(
        MessageRecord(
            id=f"{role}",
            thread_id="t",
            role=role,
            text=text,
            created_at=1.0,
            status=status,
            is_spoken=spoken,
            error=error,
        )
    )


ASKED = message(Role.USER, "what time is it", MessageStatus.SENT)
ANSWERED = message(Role.ASSISTANT, "Ten past nine.", MessageStatus.COMPLETE)
TIMED = TurnTimed("t", 1, TIMES)


def test_a_spoken_turn_reads_as_a_dialogue_with_its_times():
    out = io.StringIO()
    printer = Prose(out)
    for event in (ASKED, ASKED, ANSWERED, ANSWERED, TIMED):
        printer.publish(event)
    printer.wrote(Path("reply.wav"))
    assert out.getvalue().splitlines() == [
        "You     what time is it",
        "Parley  Ten past nine.",
        "Times   transcript 0.70 s, first word 0.71 s, first sound 0.72 s after your last word",
        "Reply   reply.wav",
    ]


def test_a_typed_turn_prints_the_answer_as_it_grows():
    out = io.StringIO()
    printer = Prose(out, is_typed=True)
    for text in ("Ten ", "past nine."):
        printer.publish(ReplyGrew("t", "m", text))
    printer.publish(ANSWERED)
    assert out.getvalue() == "Ten past nine.\n"


def test_what_had_no_effect_is_said_after_the_answer():
    out = io.StringIO()
    printer = Prose(out, is_typed=True)
    said = "web_search had no effect: basic cannot search the web."
    printer.publish(ReplyGrew("t", "m", "Hello."))
    for code, facts in (("wish.unmet", {"message": said}), ("reply.slow", {})):
        printer.publish(NoticeRaised(Notice(NoticeLevel.WARNING, code, facts)))
    printer.publish(ANSWERED)
    assert out.getvalue() == f"Hello.\nNote    {said}\n"


def test_the_words_of_a_recording_are_shown_once_they_are_known():
    out = io.StringIO()
    printer = Prose(out, is_typed=True)
    printer.publish(message(Role.USER, "", MessageStatus.SENT))
    assert out.getvalue() == ""
    printer.publish(ASKED)
    printer.publish(ANSWERED)
    printer.wrote(Path("cat.png"), "Picture")
    assert out.getvalue().splitlines() == ["You     what time is it", "", "Picture cat.png"]


def test_json_gives_one_event_a_line_with_the_waterfall():
    out = io.StringIO()
    printer = JsonLines(out)
    for event in (ASKED, LevelMeasured(0.1, 0.2), TIMED):
        printer.publish(event)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [row["type"] for row in rows] == ["message_saved", "turn_timed"]
    assert rows[1]["waterfall_ms"] == {
        "speech_end": 0,
        "commit": 600,
        "transcript": 700,
        "first_text": 710,
        "first_sound": 720,
    }


def test_a_typed_turn_counts_from_when_it_was_sent():
    assert waterfall_ms(TurnTimes(commit=1.0, first_text=1.25)) == {"commit": 0, "first_text": 250}
    assert waterfall_ms(TurnTimes()) == {}


async def test_the_end_of_a_turn_gives_both_sides_words():
    printer = Prose(io.StringIO())
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        for event in (ASKED, ANSWERED, TIMED, TIMED):
            printer.publish(event)
        assert await outcome == TurnOutcome("what time is it", "Ten past nine.", TIMES)


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (message(Role.USER, "x", MessageStatus.FAILED, error="The line broke."), "The line broke."),
        (
            NoticeRaised(Notice(NoticeLevel.INFO, "voice.no_speech")),
            "No speech was heard in the recording.",
        ),
        (
            NoticeRaised(Notice(NoticeLevel.ERROR, "device.odd", {"reason": "It is odd."})),
            "It is odd.",
        ),
    ],
)
async def test_a_turn_that_fails_says_why(event, sentence):
    printer = Prose(io.StringIO())
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        printer.publish(event)
        with pytest.raises(AppError, match=sentence):
            await outcome


async def test_a_turn_without_an_answer_is_no_success():
    out = io.StringIO()
    printer = Prose(out)
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        printer.publish(TurnTimed("t", 1, TurnTimes(commit=1.0)))
        with pytest.raises(AppError, match="no answer"):
            await outcome
    assert "after sending" not in out.getvalue()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(AppError("x", "The disk is gone."), "The disk is gone"), (ValueError("x"), "went wrong")],
)
async def test_who_waits_for_a_turn_learns_that_the_conversation_failed(error, sentence, caplog):
    printer = Prose(io.StringIO())
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        printer.failed("conversation", error)
        with pytest.raises(AppError, match=sentence):
            await outcome
    caplog.clear()


async def test_a_command_does_not_wait_for_a_line_without_end(monkeypatch):
    monkeypatch.setattr("desktop_app.commands.questions.turn_report._AWAY_S", 0.001)
    printer = Prose(io.StringIO())
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        printer.publish(PhaseChanged("t", Phase.RECONNECTING, 1))
        printer.publish(PhaseChanged("t", Phase.RECONNECTING, 2))
        with pytest.raises(AppError) as failed:
            await outcome
        assert failed.value.code == "network.unreachable"


async def test_a_service_that_said_why_it_begins_no_session_is_quoted(monkeypatch):
    monkeypatch.setattr("desktop_app.commands.questions.turn_report._AWAY_S", 0.001)
    printer = Prose(io.StringIO())
    fault = Notice(NoticeLevel.WARNING, "server.fault", {"message": "Quota exceeded."})
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        printer.publish(NoticeRaised(fault))
        printer.publish(PhaseChanged("t", Phase.RECONNECTING, 1))
        with pytest.raises(AppError, match="Quota exceeded") as failed:
            await outcome
        assert failed.value.code == "server.fault"


async def test_a_line_that_comes_back_is_waited_for(monkeypatch):
    monkeypatch.setattr("desktop_app.commands.questions.turn_report._AWAY_S", 0.0)
    printer = Prose(io.StringIO())
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        for phase in (Phase.RECONNECTING, Phase.THINKING):
            printer.publish(PhaseChanged("t", phase, 1))
        await rounds()
        for event in (ASKED, ANSWERED, TIMED):
            printer.publish(event)
        assert (await outcome).reply == "Ten past nine."


async def test_a_service_that_does_not_start_says_why():
    printer = Prose(io.StringIO())
    facts = {"reason": "It is too new."}
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        printer.publish(NoticeRaised(Notice(NoticeLevel.WARNING, "service.down", facts)))
        with pytest.raises(AppError, match="too new"):
            await outcome


async def test_a_command_gives_a_service_up_that_three_tries_did_not_reach():
    printer = Prose(io.StringIO())
    waits = NoticeRaised(Notice(NoticeLevel.WARNING, "prompt.queued"))
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        printer.publish(waits)
        printer.publish(waits)
        assert not outcome.done()
        printer.publish(waits)
        with pytest.raises(AppError, match="cannot be reached"):
            await outcome


class FullDisk(io.StringIO):
    """Takes nothing."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def write(self, _text: str) -> int:
        raise self.error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [(BrokenPipeError(), ""), (OSError(28, "No space left on device"), "No space left on device")],
)
async def test_an_output_that_takes_no_more_does_not_disturb_the_turn(error, trouble):
    printer = JsonLines(FullDisk(error))
    async with watch_turn(printer) as outcome, asyncio.timeout(5):
        for event in (ASKED, ANSWERED, TIMED):
            printer.publish(event)
        assert (await outcome).reply == "Ten past nine."
    assert printer.trouble == trouble
