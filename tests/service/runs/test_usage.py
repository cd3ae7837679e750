"""What the rounds of a turn cost, and how full the context is."""

from __future__ import annotations

import pytest

from desktop_app.protocol.backboard.messages import ContextUsage
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.protocol.events import ToolCall, Usage
from desktop_app.service.messages.message_stream import flat_reply
from desktop_app.service.providers.ports import ToolsCalled
from desktop_app.service.runs.usage import added, context_usage

MODEL = ModelInfo(name="m", provider="p", context_limit=1_000)


@pytest.mark.parametrize(
    ("before", "more", "sum_"),
    [
        (None, None, None),
        (None, Usage(1, 2), Usage(1, 2)),
        (Usage(1, 2), None, Usage(1, 2)),
        (Usage(1, 2), Usage(10, 20), Usage(11, 22)),
        (Usage(1, None), Usage(None, 20), Usage(1, 20)),
        (Usage(cached_input_tokens=3), Usage(cached_input_tokens=4), Usage(cached_input_tokens=7)),
        (
            Usage(cached_input_tokens=3, cache_write_input_tokens=1),
            Usage(cache_write_input_tokens=4),
            Usage(cached_input_tokens=3, cache_write_input_tokens=5),
        ),
        (Usage(cost_usd=0.25), Usage(cost_usd=0.5), Usage(cost_usd=0.75)),
    ],
)
def test_counts_are_added_where_they_are_known(before, more, sum_):
    assert added(before, more) == sum_


@pytest.mark.parametrize(
    ("last", "used"),
    [(Usage(200, 50), 250), (Usage(200, None), 200), (Usage(None, 50), 90), (None, 90)],
)
def test_the_servers_count_goes_before_our_estimate(last, used):
    assert context_usage(MODEL, "m", last, 90) == ContextUsage(
        percent=used / 10, used_tokens=used, context_limit=1_000, summary_tokens=0, model="m"
    )


def test_nothing_is_said_of_a_context_of_unknown_size():
    assert context_usage(None, "m", Usage(1, 2), 3) is None
    assert context_usage(ModelInfo(name="m", provider="p"), "m", Usage(1, 2), 3) is None


async def test_a_reply_reports_the_sum_of_its_rounds_and_the_context_of_the_last(turns):
    turns.language.rounds = [(ToolsCalled((ToolCall("c", "no such", "{}"),)),)]
    run, end = await turns.ask()
    reply = flat_reply(run, end)
    assert (reply.input_tokens, reply.output_tokens, reply.total_tokens) == (14, 10, 24)
    assert reply.context_usage.used_tokens == 12
    assert reply.context_usage.context_limit == 8_192
    assert reply.context_usage.model == "parrot"


async def test_a_server_that_counts_nothing_leaves_the_counts_unknown(turns):
    turns.language.usage = None
    run, end = await turns.ask()
    reply = flat_reply(run, end)
    assert (reply.input_tokens, reply.output_tokens, reply.total_tokens) == (None, None, None)
    assert reply.context_usage.used_tokens > 0
