"""Function calls are answered by a program, whose failures a model can read."""

from __future__ import annotations

import json
import sys

import pytest

from desktop_app.errors import InputError
from desktop_app.processes import tool_command
from desktop_app.processes.tool_command import ToolCommand
from desktop_app.protocol.commands import ToolOutput
from desktop_app.protocol.events import ToolCall

ADDS = "import json, sys; print(sum(json.load(sys.stdin)['of']), sys.argv[1])"
CALL = ToolCall("c1", "add", '{"of": [3, 4]}')


def running(code: str) -> ToolCommand:
    return ToolCommand(f'{sys.executable} -c "{code}"')


async def test_each_call_gets_what_the_program_prints():
    second = ToolCall("c2", "$(touch x); sum", '{"of": [1]}')
    outputs = await running(ADDS).outputs((CALL, second))
    assert outputs == (ToolOutput("c1", "7 add"), ToolOutput("c2", "1 $(touch x); sum"))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (running("raise SystemExit('no such city')"), "no such city"),
        (running("raise SystemExit(3)"), "exit code 3"),
        (ToolCommand("/nowhere/program"), "No such file"),
    ],
)
async def test_a_failure_is_an_output_too(command, reason):
    (output,) = await command.outputs((CALL,))
    assert reason in json.loads(output.output)["error"]


async def test_a_program_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(tool_command, "WITHIN_S", 0.2)
    (output,) = await running("import time; time.sleep(60)").outputs((CALL,))
    assert "longer than" in json.loads(output.output)["error"]


@pytest.mark.parametrize("command", ["", "  ", "'half"])
def test_what_is_no_command_is_refused(command):
    with pytest.raises(InputError) as refused:
        ToolCommand(command)
    assert refused.value.code == "tools.command"
