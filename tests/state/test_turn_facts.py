"""What turns took."""

from __future__ import annotations

import pytest

from desktop_app.journal.records import MessageRecord, MessageStatus, Role
from desktop_app.journal.reply_details import ReplyDetails
from desktop_app.protocol.events import Usage
from desktop_app.state.turn_facts import Spent, context_share, spent_by


def reply(usage: Usage | None) -> MessageRecord:
    return MessageRecord(
        id="m", thread_id="t", role=Role.ASSISTANT, text="", created_at=0.0,
        status=MessageStatus.COMPLETE, details=ReplyDetails(usage=usage),
    )  # fmt: skip


def test_turns_add_up_and_what_has_no_price_is_counted():
    messages = (
        reply(Usage(input_tokens=10, output_tokens=2, cost_usd=0.25)),
        reply(Usage(input_tokens=5, output_tokens=1)),
        reply(None),
        reply(Usage(cost_usd=0.5)),
    )
    assert spent_by(messages) == Spent(15, 3, 0.75, 1)


def test_without_a_price_there_is_none():
    assert spent_by((reply(Usage(input_tokens=1)),)).cost_usd is None


@pytest.mark.parametrize(
    ("usage", "share"),
    [
        (None, None),
        (Usage(), None),
        (Usage(context_percent=31.0), 0.31),
        (Usage(context_used_tokens=32, context_limit_tokens=128, context_percent=9.0), 0.25),
        (Usage(context_used_tokens=300, context_limit_tokens=128), 1.0),
        (Usage(context_used_tokens=300, context_limit_tokens=0), None),
    ],
)
def test_how_full_the_context_is(usage, share):
    assert context_share(usage) == share
