"""What is discarded is noted for the service, by the reply of its very turn."""

from __future__ import annotations

import pytest

from desktop_app.journal.discarded_sound import DISCARDED, DiscardedSound, discarded_of
from desktop_app.journal.records import Role, UtteranceState


async def turn(writer, records, number, *, at, remote_id):
    """A question and its reply, both with their sound."""
    for role, name, second in ((Role.USER, "q", at), (Role.ASSISTANT, "a", at + 1)):
        sound_id = f"{name}{at:.0f}"
        sound = records.utterance(sound_id, created_at=second, role=role, turn=number)
        await writer.begin_utterance(sound)
        writer.append_utterance(sound_id, bytes(640))
        await writer.end_utterance(sound_id, UtteranceState.TRANSCRIBED)
        row = records.message(
            f"m-{sound_id}",
            role=role,
            created_at=second,
            turn=number,
            utterance_id=sound_id,
            remote_id=remote_id if role is Role.ASSISTANT else "",
        )
        if role is Role.USER or remote_id:
            await writer.save_message(row)


async def noted(writer) -> set[DiscardedSound]:
    found = await writer.settings(f"{DISCARDED}:")
    read = (discarded_of(key.split(":")[1], key, reply_id) for key, reply_id in found.items())
    return {one for one in read if one is not None}


@pytest.fixture
async def shared(writer):
    await writer.set_setting("thread:embedded:t1", "far")
    await writer.set_setting("thread:away:t1:helper", "further")
    await writer.set_setting("thread:third:t10", "another thread")
    return writer


@pytest.mark.parametrize(("name", "role"), [("q10", Role.USER), ("a10", Role.ASSISTANT)])
async def test_either_side_is_noted_for_each_service_that_knows_the_thread(
    shared, records, name, role
):
    await turn(shared, records, 1, at=10, remote_id="reply")
    await shared.discard_utterance(name)
    assert await noted(shared) == {
        DiscardedSound("embedded", role, "reply"),
        DiscardedSound("away", role, "reply"),
    }


async def test_a_question_without_a_reply_is_not_taken_for_that_of_a_later_one(shared, records):
    await turn(shared, records, 1, at=10, remote_id="")
    await turn(shared, records, 1, at=20, remote_id="reply")
    await shared.discard_utterance("q10")
    unnamed = {DiscardedSound(name, Role.USER, "", "q10") for name in ("embedded", "away")}
    assert await noted(shared) == unnamed
    await shared.discard_utterance("q20")
    assert {one.reply_id for one in await noted(shared) - unnamed} == {"reply"}


async def test_what_no_service_knows_is_not_noted(writer, records):
    await turn(writer, records, 1, at=10, remote_id="reply")
    await writer.discard_utterance("q10")
    assert await noted(writer) == set()


@pytest.mark.parametrize("reply_id", ["x", "msg:123"])
def test_a_note_is_read_as_it_was_written(reply_id):
    sound = DiscardedSound("a:b", Role.USER, reply_id)
    assert discarded_of("a:b", sound.key, reply_id) == sound
    assert discarded_of("a", sound.key, reply_id) is None, "a service of another name"
