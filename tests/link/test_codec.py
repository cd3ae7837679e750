"""Messages survive any cut; what is not a message is one kind of error."""

import msgspec
import pytest

from desktop_app.errors import ProtocolError
from desktop_app.journal.records import MessageRecord, MessageStatus, PictureRecord, Role, TurnTimes
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.link.codec import MAX_MESSAGE_BYTES, Decoder, encode
from desktop_app.link.device_messages import (
    DevicesChanged,
    DeviceShown,
    ListDevices,
    MicrophoneTest,
    MicrophoneTestChanged,
    PlayMicrophoneTest,
    StartMicrophoneTest,
    StopMicrophoneTest,
    SwitchMicrophone,
)
from desktop_app.link.keeping import (
    CancelImport,
    ClearKept,
    ImportAdvanced,
    ImportArchive,
    Kept,
)
from desktop_app.link.messages import (
    Intent,
    LevelMeasured,
    LinkEvent,
    MessageRemoved,
    MessageSaved,
    Notice,
    NoticeLevel,
    NoticeRaised,
    Phase,
    PhaseChanged,
    Quit,
    SendText,
    SetMuted,
)
from desktop_app.link.recordings import (
    DiscardUtterance,
    PlayUtterance,
    RecordingPlayed,
    RecordingsRemoved,
    SaveUtterance,
    StopUtterance,
)
from desktop_app.link.replies import (
    AnswerTools,
    DecideTool,
    Decision,
    FetchPictures,
    ReplyDetailed,
    ToolPlace,
    ToolRuns,
)
from desktop_app.link.thread_messages import (
    ChooseAnswerer,
    DeletePicture,
    MarkThread,
    NextTurnTaken,
    PictureRemoved,
    PictureSaved,
    PinThread,
    RestorePicture,
    WishNextTurn,
)
from desktop_app.protocol.commands import Answerer, ToolOutput
from desktop_app.protocol.events import Memory, ToolCall, Usage

MESSAGE = MessageRecord(
    id="m",
    thread_id="t",
    role=Role.ASSISTANT,
    text="dreißig 🎄",
    created_at=1.5,
    status=MessageStatus.COMPLETE,
    heard_chars=3,
    times=TurnTimes(commit=2.25),
)
EVENTS = [
    NextTurnTaken("t"),
    ReplyDetailed(
        "t",
        3,
        ReplyDetails(
            reasoning="Hm.",
            tools=(ToolUse("c", "price", '{"of": "tea"}', state=ToolState.WANTED, run_id="r"),),
            memories=(Memory("likes tea", "m1", 0.5),),
            files=("guide.pdf",),
            usage=Usage(input_tokens=3),
        ),
    ),
    PhaseChanged("t", Phase.SPEAKING, turn=3),
    MessageSaved(MESSAGE),
    LevelMeasured(0.5, 0.0),
    NoticeRaised(Notice(NoticeLevel.ERROR, "device.lost", {"device": "Büro"})),
    DevicesChanged((DeviceShown("bluez_1", "Büro", True, 16_000, 1, is_bluetooth=True),)),
    MicrophoneTestChanged(MicrophoneTest.PLAYING, "Büro", 5_000, "device.silent"),
    PictureSaved(
        PictureRecord(
            id="p",
            thread_id="t",
            message_id="m",
            remote_id="d",
            mime_type="image/png",
            path="pictures/x.png",
            size_bytes=3,
            created_at=1.5,
            prompt="A fox",
            model="a/b",
            parent_id="o",
        )
    ),
    PictureRemoved("p"),
    MessageRemoved("t", "m"),
    RecordingPlayed("u", 200, 1500, is_over=True),
    RecordingsRemoved(("u", "v")),
    ToolRuns("t", 3, "c"),
    ImportAdvanced("a.zip", 3, 9),
]
WIRE = b"".join(encode(event) for event in EVENTS)
DEVICE_INTENTS = [
    SwitchMicrophone("usb-cam"),
    ListDevices(),
    StartMicrophoneTest("usb-cam"),
    PlayMicrophoneTest(),
    StopMicrophoneTest(),
]
INTENTS = [
    PinThread("t", True),
    MarkThread("t", False),
    SendText("t", "m", "hello"),
    SetMuted(True),
    DeletePicture("p"),
    RestorePicture("p"),
    PlayUtterance("u", from_ms=200),
    StopUtterance(),
    SaveUtterance("u", "büro.wav"),
    AnswerTools("t", 3, "r", (ToolOutput("c", "7"),), ("c",)),
    ChooseAnswerer("t", Answerer("a/b", "x")),
    WishNextTurn("t", Answerer(spoken_by="a/b", voice="nova")),
    FetchPictures("m"),
    DecideTool(ToolPlace("t", 3, "r", ("c",)), ToolCall("c", "f", "{}"), Decision.RUN),
    DiscardUtterance("u"),
    ImportArchive("büro.zip"),
    CancelImport(),
    ClearKept(Kept.RECORDINGS),
    Quit(),
    *DEVICE_INTENTS,
]


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + body


def test_any_split_gives_the_same_messages():
    for size in range(1, len(WIRE) + 1):
        decoder, events = Decoder(LinkEvent), []
        for at in range(0, len(WIRE), size):
            events += decoder.feed(WIRE[at : at + size])
        assert events == EVENTS, f"in pieces of {size} bytes"


def test_intents_come_back_as_they_were():
    assert Decoder(Intent).feed(b"".join(encode(one) for one in INTENTS)) == INTENTS


def test_a_message_of_another_version_is_left_out():
    later = framed(msgspec.msgpack.encode({"type": "planet_seen", "name": "Mars"}))
    assert Decoder(Intent).feed(encode(INTENTS[0]) + later + encode(Quit())) == [
        INTENTS[0],
        Quit(),
    ]


def test_a_field_of_another_version_is_ignored():
    body = framed(msgspec.msgpack.encode({"type": "set_muted", "is_muted": True, "why": "x"}))
    assert Decoder(Intent).feed(body) == [SetMuted(True)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b"hello there",
        msgspec.msgpack.encode([1]),
        msgspec.msgpack.encode({"no": "type"}),
        msgspec.msgpack.encode({"type": 3}),
        msgspec.msgpack.encode({"type": "set_muted"}),
        msgspec.msgpack.encode({"type": "set_muted", "is_muted": "yes"}),
        b"\x91" * 100_000,  # lists in lists
        b"\x81\xa1x" * 100_000,
    ],
)
def test_what_is_no_message_is_a_protocol_error(body):
    with pytest.raises(ProtocolError) as caught:
        Decoder(Intent).feed(framed(body))
    assert caught.value.code == "link.malformed"


def test_a_length_beyond_the_bound_is_refused_before_its_bytes_come():
    with pytest.raises(ProtocolError) as caught:
        Decoder(Intent).feed((MAX_MESSAGE_BYTES + 1).to_bytes(4, "big"))
    assert caught.value.code == "link.too_long"


def test_a_message_beyond_the_bound_is_not_sent():
    with pytest.raises(ProtocolError):
        encode(SendText("t", "m", "x" * MAX_MESSAGE_BYTES))
