"""What a model reads of a conversation."""

from __future__ import annotations

from desktop_app.service.gateway.answering.kept_conversation import (
    LONGEST_KEPT,
    LONGEST_READ,
    KeptConversations,
    Turn,
    history_of,
)
from desktop_app.service.gateway.state.memory_state import MemoryState
from desktop_app.service.runs.history import CUT_HERE, STOPPED_HERE
from desktop_app.service.storage.conversation_store import Heard


async def said(conversations: KeptConversations, key: str = "s") -> list[tuple[str, str]]:
    return [(each.role, each.content) for each in await conversations.history(key)]


async def test_turns_are_read_in_their_order_by_their_session_alone():
    kept = KeptConversations(MemoryState())
    await kept.keep("s", Turn("1", "Hi", "Hello."))
    await kept.keep("s", Turn("2", "Who are you?", "Ada."))
    await kept.keep("other", Turn("3", "Secret", "Yes."))
    assert await said(kept) == [
        ("user", "Hi"),
        ("assistant", "Hello."),
        ("user", "Who are you?"),
        ("assistant", "Ada."),
    ]
    assert await said(kept, "nobody") == []


async def test_a_model_reads_only_what_was_heard():
    kept = KeptConversations(MemoryState())
    await kept.keep("s", Turn("1", "Tell me", "Once upon a time.", is_stopped=True))
    assert (await said(kept))[1] == ("assistant", f"Once upon a time. {STOPPED_HERE}")
    await kept.mark_heard("s", "1", Heard(300, 4))
    assert (await said(kept))[1] == ("assistant", f"Once {CUT_HERE}")
    await kept.mark_heard("s", "1", Heard(9_000, 17))
    assert (await said(kept))[1] == ("assistant", "Once upon a time.")


async def test_a_question_that_was_never_answered_stands_alone():
    kept = KeptConversations(MemoryState())
    await kept.keep("s", Turn("1", "And", "", is_stopped=True))
    assert await said(kept) == [("user", "And")]


async def test_a_turn_that_was_sent_twice_is_read_once_and_garbage_never():
    state = MemoryState()
    kept = KeptConversations(state)
    await kept.keep("s", Turn("1", "Hi", "Hello."))
    await kept.keep("s", Turn("1", "Hi", "Hello."))
    (key,) = state._entries
    lines = [*await state.lines(key), "{", '{"type":"later"}', "[]"]
    assert len(history_of(lines)) == 2


async def test_the_newest_whole_turns_are_read_and_long_ones_are_cut():
    kept = KeptConversations(MemoryState())
    for number in range(10):
        await kept.keep("s", Turn(str(number), f"{number}", "x" * (LONGEST_KEPT + 1)))
    told = await said(kept)
    assert sum(len(text) for _, text in told) <= LONGEST_READ
    assert told[-2:] == [("user", "9"), ("assistant", "x" * LONGEST_KEPT)]
    assert told[0][0] == "user"
