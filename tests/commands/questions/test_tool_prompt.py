"""A person types the outputs of a model's calls."""

from __future__ import annotations

import asyncio
import io
import os

from desktop_app.commands.questions.tool_prompt import ToolPrompt
from desktop_app.protocol.commands import ToolOutput
from desktop_app.protocol.events import ToolCall

CALLS = (ToolCall("a", "price", "{}"), ToolCall("b", "stock", "{}"))


async def test_each_call_is_asked_for_by_its_name(monkeypatch):
    source, typing = os.pipe()
    lines = {"Output of price: ": b"7 euros\n", "Output of stock: ": b"\n"}

    class Screen(io.StringIO):
        def write(self, prompt: str) -> int:
            return os.write(typing, lines.pop(prompt))

    monkeypatch.setattr("sys.stderr", Screen())
    async with asyncio.timeout(5):
        outputs = await ToolPrompt(source).outputs(CALLS)
    assert outputs == (ToolOutput("a", "7 euros"), ToolOutput("b", ""))
    for end in (source, typing):
        os.close(end)


async def test_at_the_end_of_the_input_the_outputs_are_empty():
    source, typing = os.pipe()
    os.close(typing)
    assert [one.output for one in await ToolPrompt(source).outputs(CALLS)] == ["", ""]
    os.close(source)
