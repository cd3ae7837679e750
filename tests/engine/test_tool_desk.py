"""Calls of functions: nothing runs without a person's word, and each round is answered once."""

from __future__ import annotations

import asyncio

import pytest

from desktop_app.engine.tool_desk import ToolDesk
from desktop_app.engine.tool_round import REFUSAL
from desktop_app.link.messages import NoticeRaised, ToolsWanted
from desktop_app.link.replies import AnswerTools, DecideTool, Decision, ToolPlace, ToolRuns
from desktop_app.protocol.commands import ToolOutput
from desktop_app.protocol.events import ToolCall
from desktop_app.protocol.tool_approval import is_approved
from desktop_app.settings import ApprovalSettings
from tests.fakes.virtual_time import rounds

PRICE = ToolCall("price", "look_up", '{"of": "tram", "at": "Lisbon"}')
BOOK = ToolCall("book", "book_seat", "{}")
PLACE = ToolPlace("a", 4, "run", ("price", "book"))


class Rig:
    def __init__(self, *approvals: ApprovalSettings, has_program: bool = True) -> None:
        self.approvals = approvals
        self.has_program = has_program
        self.ran: list[str] = []
        self.answers: list[AnswerTools] = []
        self.told: list[object] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.desk = ToolDesk(
            approvals=lambda: self.approvals,
            program=lambda: self._run if self.has_program else None,
            answer=self.answers.append,
            publish=self.told.append,
            report=lambda _name, error: pytest.fail(str(error)),
        )

    async def _run(self, call: ToolCall) -> str:
        self.ran.append(call.id)
        await self.gate.wait()
        return f"output of {call.id}"

    async def wants(self, *calls: ToolCall) -> None:
        self.desk.notice(ToolsWanted("a", 4, "run", calls))
        await rounds()

    async def says(self, call: ToolCall, decision: Decision, output: str = "") -> None:
        self.desk.take(DecideTool(PLACE, call, decision, output))
        await rounds()


async def test_bar_44_without_a_word_of_the_person_nothing_runs():
    rig = Rig()
    await rig.wants(PRICE, BOOK)
    assert rig.ran == []
    assert rig.answers == []


async def test_bar_44_a_call_is_allowed_and_another_one_refused():
    rig = Rig()
    await rig.wants(PRICE, BOOK)
    await rig.says(PRICE, Decision.RUN)
    assert rig.told == [ToolRuns("a", 4, "price")]
    assert rig.answers == []
    await rig.says(BOOK, Decision.REFUSE)
    outputs = (ToolOutput("price", "output of price"), ToolOutput("book", REFUSAL))
    assert rig.answers == [AnswerTools("a", 4, "run", outputs, ("book",))]


async def test_bar_44_what_was_allowed_for_good_runs_at_once_and_the_rest_waits():
    rig = Rig(ApprovalSettings("look_up"))
    await rig.wants(PRICE, BOOK)
    assert rig.ran == ["price"]
    assert rig.answers == []
    await rig.says(BOOK, Decision.ANSWER, "seat 4")
    assert rig.answers[0].outputs[1] == ToolOutput("book", "seat 4")


async def test_a_revoked_approval_counts_no_more():
    rig = Rig(ApprovalSettings("look_up"))
    rig.approvals = ()
    await rig.wants(PRICE)
    assert rig.ran == []


async def test_allowing_twice_runs_once():
    rig = Rig()
    rig.gate.clear()
    await rig.says(PRICE, Decision.RUN)
    await rig.says(PRICE, Decision.RUN)
    assert rig.ran == ["price"]
    await rig.desk.aclose()


async def test_without_a_program_the_person_is_told_what_to_do():
    rig = Rig(ApprovalSettings("look_up"), has_program=False)
    await rig.wants(PRICE)
    assert rig.told == []
    await rig.says(PRICE, Decision.RUN)
    [event] = rig.told
    assert isinstance(event, NoticeRaised)
    assert event.notice.code == "tools.no_command"


@pytest.mark.parametrize(
    ("approval", "is_covered"),
    [
        (ApprovalSettings("look_up"), True),
        (ApprovalSettings("look_up", thread="a"), True),
        (ApprovalSettings("look_up", thread="b"), False),
        (ApprovalSettings("book_seat"), False),
        (ApprovalSettings("look_up", '{"at": "Lisbon", "of": "tram"}'), True),
        (ApprovalSettings("look_up", '{"at": "Lisbon"}'), False),
        (ApprovalSettings("look_up", '{"at": "Lisbon"}', exact=False), True),
        (ApprovalSettings("look_up", '{"at": "Porto"}', exact=False), False),
        (ApprovalSettings("look_up", "{}", exact=False), False),
        (ApprovalSettings("look_up", "no JSON", exact=False), False),
        (ApprovalSettings(), False),
    ],
)
def test_bar_44_an_approval_covers_a_function_a_pattern_of_arguments_and_a_thread(
    approval, is_covered
):
    assert is_approved([approval], PRICE, "a") is is_covered


@pytest.mark.parametrize("arguments", ["", "[1]", "{", '{"n": true}', '{"n": 1.0}'])
def test_other_arguments_than_those_allowed_are_not(arguments):
    approval = ApprovalSettings("count", '{"n": 1}')
    assert not is_approved([approval], ToolCall("c", "count", arguments), "a")
