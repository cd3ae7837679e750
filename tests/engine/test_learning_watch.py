"""What a turn teaches is pending, then kept with the reply; whatever the service does."""

from __future__ import annotations

from desktop_app.engine.learning_watch import WAITS_S, LearningWatch
from desktop_app.errors import NetworkError
from desktop_app.journal.records import MessageRecord, MessageStatus, Role, TurnTimes
from desktop_app.journal.reply_details import Learned, Learning, LearningState, ReplyDetails
from desktop_app.link.messages import MessageSaved, TurnTimed
from desktop_app.protocol.backboard.memories import MemoryOperation
from desktop_app.protocol.service_calls import GetMemoryOperation, OperationState
from tests.fakes.journal import MemoryJournal
from tests.fakes.virtual_time import VirtualTime, rounds

LIKES_TEA = {"id": "m", "event": "ADD", "memory": "Likes tea"}


class Calls:
    """Answers each look with the next of ``answers``."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.asked: list[object] = []

    async def answer(self, question, _advance):
        self.asked.append(question)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return OperationState(answer)


class Rig:
    def __init__(self, *answers: object) -> None:
        self.journal, self.time, self.calls = MemoryJournal(), VirtualTime(), Calls(*answers)
        self.told: list[object] = []
        self.failures: list[BaseException] = []
        self.watch = LearningWatch(
            self.journal,
            self.calls,
            self.told.append,
            self.time,
            lambda _name, error: self.failures.append(error),
        )

    async def ends(self, turn: int = 1) -> None:
        """A reply that teaches something is over."""
        await self.journal.save_message(reply(turn))
        self.watch.notice(TurnTimed("a", turn, TurnTimes()))
        await rounds()

    @property
    def learned(self) -> list[Learning]:
        return [event.message.details.learning for event in self.told]


def reply(turn: int) -> MessageRecord:
    return MessageRecord(
        id=f"m{turn}",
        thread_id="a",
        role=Role.ASSISTANT,
        text="Noted.",
        created_at=float(turn),
        status=MessageStatus.COMPLETE,
        turn=turn,
        details=ReplyDetails(learning=Learning("op")),
    )


def operation(status: str, *changes: object) -> MemoryOperation:
    return MemoryOperation("op", status, list(changes))


async def test_bar_43_a_turn_that_teaches_is_pending_and_then_says_what_was_learned():
    rig = Rig(operation("IN_PROGRESS"), operation("COMPLETED", LIKES_TEA))
    await rig.ends()
    assert rig.told == []
    await rig.time.advance(WAITS_S[0])
    assert rig.calls.asked == [GetMemoryOperation("op")]
    await rig.time.advance(WAITS_S[1])
    done = Learning("op", LearningState.DONE, (Learned("m", "ADD", "Likes tea"),))
    assert rig.learned == [done]
    assert (await rig.journal.message("m1")).details.learning == done


async def test_a_service_that_is_away_is_asked_again():
    rig = Rig(NetworkError("network.lost", retryable=True), operation("completed", "m"))
    await rig.ends()
    await rig.time.advance(WAITS_S[0] + WAITS_S[1])
    assert rig.learned == [Learning("op", LearningState.DONE, (Learned("m"),))]


async def test_an_operation_that_fails_or_is_unknown_says_so():
    for answer in (operation("ERROR"), NetworkError("http.404")):
        rig = Rig(answer)
        await rig.ends()
        await rig.time.advance(WAITS_S[0])
        assert rig.learned == [Learning("op", LearningState.FAILED)]
        assert rig.failures == []


async def test_while_the_service_is_away_it_stays_pending_for_the_next_run():
    rig = Rig(NetworkError("network.unreachable", retryable=True))
    await rig.ends()
    await rig.time.advance(sum(WAITS_S))
    assert rig.told == []
    assert (await rig.journal.message("m1")).details.learning == Learning("op")


async def test_one_that_never_ends_is_given_up():
    rig = Rig(operation("IN_PROGRESS"))
    await rig.ends()
    await rig.time.advance(sum(WAITS_S))
    assert rig.learned == [Learning("op", LearningState.FAILED)]
    assert len(rig.calls.asked) == len(WAITS_S)


async def test_what_an_earlier_run_left_pending_is_taken_up():
    rig = Rig(operation("COMPLETED", LIKES_TEA, {"id": "n", "event": "NONE"}))
    await rig.journal.save_message(reply(7))
    await rig.watch.resume()
    await rig.time.advance(WAITS_S[0])
    assert [event.message.id for event in rig.told if isinstance(event, MessageSaved)] == ["m7"]
    assert len(rig.learned[0].changes) == 1


async def test_a_turn_that_teaches_nothing_asks_nothing():
    rig = Rig(operation("COMPLETED"))
    rig.watch.notice(TurnTimed("a", 1, TurnTimes()))
    await rig.time.advance(100)
    await rig.watch.aclose()
    assert rig.calls.asked == []
