"""Conversations of the last weeks, as a journal holds them: something to look at."""

from __future__ import annotations

import io
import time
from pathlib import Path

from PIL import Image

from desktop_app.journal.records import (
    MessageRecord,
    MessageStatus,
    PictureRecord,
    Role,
    ThreadRecord,
    TurnTimes,
    UtteranceRecord,
    UtteranceState,
)
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.journal.writer import JournalWriter
from desktop_app.protocol.events import Memory, Usage

_DAY_S = 86_400
_SCRIPTS = "Grüße, año, Ünïcödé, 中文, العربية, ελληνικά and a flag 🇵🇹"
_TABLE = """Here is how the two tickets compare:

| Ticket | Price | Good for |
| --- | ---: | --- |
| Single ride | 3.10 € | one tram |
| Day pass | 6.80 € | everything until midnight |

```python
def is_cheaper(rides: int) -> bool:
    \"\"\"Whether the day pass pays.\"\"\"
    return rides * 3.10 > 6.80
```

- From the **third** ride on the pass is cheaper, since $3 \\cdot 3.10 > 6.80$.
- [The operator's page](https://example.org/tickets) has the details.
"""
_TITLES = (
    *("Questions about the tax letter", "Stand-up notes, spoken", "Logo ideas with a lighthouse"),
    *("Rust borrow checker", "Anna's birthday", "Reading list", "Contract, second version"),
    *("A title that is much longer than the side of the window is wide", _SCRIPTS),
)
_PICTURES = ((240, 180, 90), (30, 80, 120), (120, 160, 150), (200, 110, 90), (60, 60, 90))


async def write_conversations(folder: Path) -> None:
    """Fill the journal of a folder: ten threads, one of them with all that a message can show."""
    journal = await JournalWriter.open(folder)
    try:
        now = time.time()
        for number, title in enumerate(_TITLES):
            at = now - (number + 1) * 0.7 * _DAY_S
            await journal.save_thread(
                ThreadRecord(id=f"old{number}", title=title, created_at=at, updated_at=at)
            )
        trip = ThreadRecord(
            id="trip", title="Trip to Lisbon", created_at=now - 900, updated_at=now - 60
        )
        await journal.save_thread(trip)
        await _keep_utterance(journal, now)
        for message in _messages(now - 900):
            await journal.save_message(message)
        for number, colour in enumerate(_PICTURES):
            await _keep_picture(journal, number, colour, now)
    finally:
        await journal.aclose()


async def _keep_utterance(journal: JournalWriter, now: float) -> None:
    spoken = UtteranceRecord(
        id="u1", thread_id="trip", turn=1, created_at=now, state=UtteranceState.CAPTURING
    )
    await journal.begin_utterance(spoken)
    journal.append_utterance("u1", b"\0\x10" * 16_000 * 4)
    await journal.end_utterance("u1", UtteranceState.TRANSCRIBED)


async def _keep_picture(
    journal: JournalWriter, number: int, colour: tuple[int, int, int], now: float
) -> None:
    wide = Image.linear_gradient("L").resize((800, 600))
    tint = Image.composite(
        Image.new("RGB", wide.size, colour), Image.new("RGB", wide.size, "white"), wide
    )
    data = io.BytesIO()
    tint.save(data, "PNG")
    picture = PictureRecord(
        id=f"p{number}",
        thread_id="trip",
        message_id="m6",
        remote_id="",
        mime_type="image/png",
        path="",
        size_bytes=0,
        created_at=now - number * 0.8 * _DAY_S,
        prompt=f"A yellow tram at the castle, sketch {number + 1}, with long evening shadows",
        model="openai/gpt-image-1",
        parent_id="p0" if number == 1 else "",
    )
    await journal.keep_picture(picture, data.getvalue())


def _messages(at: float) -> list[MessageRecord]:
    given: list[tuple[Role, str, dict[str, object]]] = [
        (
            Role.USER,
            "What did we say about the tram?",
            {
                "is_spoken": True,
                "speech_ms": 4000,
                "utterance_id": "u1",
                "heard_by": "builtin/basic",
            },
        ),
        (
            Role.ASSISTANT,
            "You wanted line 28 early, before nine, because it fills up at the castle. From your "
            "hotel it is a six-minute walk to the stop at Graça.",
            {"details": _DETAILS, "times": _TIMES, "model": "openai/gpt-4.1", "is_spoken": True},
        ),
        (Role.USER, "Which ticket is cheaper?", {}),
        (Role.ASSISTANT, _TABLE, {"model": "openai/gpt-4.1"}),
        (Role.USER, f"Draw the tram. {_SCRIPTS}", {}),
        (Role.ASSISTANT, "Here are five sketches.", {"model": "openai/gpt-4.1"}),
        (Role.USER, "And what does a ticket cost?", {"is_spoken": True, "speech_ms": 3000}),
        (
            Role.ASSISTANT,
            "A single ride on board is a little over three euros, and a day pass pays for itself "
            "after the third ride. It also covers the funiculars.",
            {
                "status": MessageStatus.INTERRUPTED,
                "heard_chars": 66,
                "is_spoken": True,
                "model": "openai/gpt-4.1",
            },
        ),
    ]
    return [
        MessageRecord(
            id=f"m{number}",
            thread_id="trip",
            role=role,
            text=text,
            created_at=at + 30 * number,
            turn=(number + 1) // 2,
            **{  # type: ignore[arg-type]
                "status": MessageStatus.SENT if role is Role.USER else MessageStatus.COMPLETE,
                **more,
            },
        )
        for number, (role, text, more) in enumerate(given, start=1)
    ]


_TIMES = TurnTimes(
    speech_end=10.0,
    commit=10.29,
    transcript=10.44,
    first_text=10.69,
    first_audio=10.8,
    first_sound=10.84,
    reply_end=14.0,
)
_DETAILS = ReplyDetails(
    reasoning="The person asked for the tram earlier. Line 28 was named, and the morning.",
    tools=(
        ToolUse(
            "c1", "find_route", '{"from": "hotel", "to": "Graça"}', '{"walk_min": 6}',
            ToolState.DONE, 240,
        ),
    ),
    memories=(Memory("Likes early starts", "mem1", 0.92),),
    files=("lisbon-guide.pdf",),
    usage=Usage(412, 96, 0.0021, 31.0, 39_700, 128_000),
)  # fmt: skip
