"""Lists with something in them: models, memories and files, as a service tells of them."""

from __future__ import annotations

from desktop_app.errors import NetworkError
from desktop_app.link.device_messages import DeviceShown
from desktop_app.protocol.backboard.documents import Document
from desktop_app.protocol.service_calls import ModelRow
from desktop_app.ui.panels.failure import failure_words
from desktop_app.ui.panels.files_panel import document_row, failed_row, upload_row
from desktop_app.ui.panels.rows import RowText

MODELS = (
    ModelRow("openai", "gpt-4.1", "llm", "GPT-4.1", 1_047_576, 2.0, 8.0, None, True, True),
    ModelRow("openai", "o4-mini", "llm", "", 200_000, 1.1, 4.4, None, True, True, False, True),
    ModelRow("anthropic", "claude-sonnet-4-5", "llm", "", 200_000, 3.0, 15.0, None, True, True),
    ModelRow("google", "gemini-2.5-flash", "llm", "", 1_000_000, 0.3, 2.5, None, True, True, True),
    ModelRow("openrouter", "a-vendor/with-a-very-long-name-of-a-model-128k-preview-2026-11-20"),
    *(ModelRow("openrouter", f"model-{number}", "llm", "", 32_000) for number in range(40)),
)
DEVICES = (
    DeviceShown("m1", "USB headset", True, 48_000, 1, is_default=True, latency_ms=21),
    DeviceShown("m2", "Built-in microphone", True, 44_100, 2, latency_ms=35),
    DeviceShown("s1", "USB headset", False, 48_000, 2, is_default=True, latency_ms=18),
)
MEMORIES = (
    "Likes early starts",
    "Lives in Lisbon, near the stop at Graça, and takes line 28 to work on most days",
    "Has a sister called Anna, whose birthday is on 3 May",
    "يفضل القهوة في الصباح",
)


def files() -> tuple[RowText, ...]:
    """Files in every state, in the words of the language that is spoken now."""
    return (
        upload_row("u1", "a-large-recording-of-the-meeting.wav", 42, 100),
        failed_row("f1", "tickets.docx", failure_words(NetworkError("http.503"))),
        document_row(Document("d1", "lisbon-guide.pdf", "indexed", file_size_bytes=2_300_000)),
        document_row(Document("d2", "a name that is far longer than the side is wide, 2026.md")),
        document_row(Document("d3", "old.xls", "error", status_message="It holds no text")),
        document_row(Document("d4", "notes.txt", "indexed", file_size_bytes=812), is_deleted=True),
    )
