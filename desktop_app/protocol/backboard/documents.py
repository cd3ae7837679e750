"""Documents: section 11 of the Backboard contract, and the files that are taken (5.4)."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from desktop_app.protocol.backboard.wire import WireObject


def _endings(text: str) -> frozenset[str]:
    return frozenset(f".{ending}" for ending in text.split())


OFFICE = _endings("pdf doc docx ppt pptx xls xlsx")
TEXT = _endings("txt csv md markdown json jsonl xml")
CODE = _endings("py js ts jsx tsx html css cpp c h java go rs rb php sql")
IMAGES = _endings("png jpg jpeg webp gif bmp tiff tif")
AUDIO = _endings("mp3 wav m4a ogg flac aac")
VIDEO = _endings("mp4 mov avi mkv mpeg mpg webm")
EXTENSIONS = OFFICE | TEXT | CODE | IMAGES | AUDIO | VIDEO
"""In lower case, with the dot; the check takes either case and does not count for recordings."""

DONE = frozenset({"indexed", "completed"})
FAILED = frozenset({"error", "failed"})


_SEARCH_FAULT = "search_fault"


class SearchFault(WireObject, frozen=True):
    """Why a document is found by its words alone, and not by meaning; of our own service.

    Attributes:
        code: Of what went wrong, e.g. ``http.404``.
        model: ``provider/model`` that was asked.
    """

    code: str
    model: str


class Document(WireObject, frozen=True):
    """``status`` goes pending -> processing -> indexed | error, with ``status_message``."""

    document_id: str
    filename: str = ""
    status: str = "pending"
    created_at: str = ""
    status_message: str | None = None
    summary: str | None = None
    updated_at: str | None = None
    file_size_bytes: int | None = None
    total_tokens: int | None = None
    chunk_count: int | None = None
    processing_started_at: str | None = None
    processing_completed_at: str | None = None
    document_type: str | None = None
    metadata_: dict[str, Any] | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the status is a terminal one, under any of its names."""
        return self.status.lower() in DONE | FAILED

    @property
    def is_indexed(self) -> bool:
        """Whether it can be searched."""
        return self.status.lower() in DONE

    @property
    def search_fault(self) -> SearchFault | None:
        """Why it is found by its words alone; None where it is not, or nobody says so."""
        match (self.metadata_ or {}).get(_SEARCH_FAULT):
            case {"code": str() as code, "model": str() as model}:
                return SearchFault(code=code, model=model)
        return None

    def with_fault(self, fault: SearchFault) -> Document:
        """The same, with why it is found by its words alone."""
        facts = {"code": fault.code, "model": fault.model}
        return replace(self, metadata_={**(self.metadata_ or {}), _SEARCH_FAULT: facts})
