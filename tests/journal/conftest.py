"""A journal in an empty folder, and short ways to say its records."""

import pytest

from desktop_app.journal.reader import JournalReader
from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    ThreadRecord,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.writer import JournalWriter


class Records:
    """Makes records with every field filled in."""

    @staticmethod
    def thread(thread_id="t1", **changes) -> ThreadRecord:
        fields = {"title": "Christmas", "created_at": 1.0, "updated_at": 2.0}
        return ThreadRecord(**{"id": thread_id, **fields, **changes})

    @staticmethod
    def message(message_id="m1", **changes) -> MessageRecord:
        fields = {
            "thread_id": "t1",
            "role": Role.USER,
            "text": "How many days until Christmas?",
            "created_at": 10.0,
            "status": MessageStatus.SENT,
        }
        return MessageRecord(**{"id": message_id, **fields, **changes})

    @staticmethod
    def picture(picture_id="p1", **changes) -> PictureRecord:
        fields = {
            "thread_id": "t1",
            "message_id": "m1",
            "remote_id": "d1",
            "mime_type": "image/png",
            "path": "",
            "size_bytes": 0,
            "created_at": 10.0,
        }
        return PictureRecord(**{"id": picture_id, **fields, **changes})

    @staticmethod
    def utterance(utterance_id="u1", **changes) -> UtteranceRecord:
        fields = {"thread_id": "t1", "turn": 3, "created_at": 10.0}
        state = UtteranceState.CAPTURING
        return UtteranceRecord(**{"id": utterance_id, "state": state, **fields, **changes})


@pytest.fixture
def records():
    return Records


@pytest.fixture
async def writer(tmp_path):
    journal = await JournalWriter.open(tmp_path)
    yield journal
    await journal.aclose()


@pytest.fixture
def reader(tmp_path):
    return JournalReader(tmp_path)
