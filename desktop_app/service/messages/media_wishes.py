"""What a message asks for in pictures and videos, and the files that these are made from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Literal

from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.service.http.bodies import Refused, invalid
from desktop_app.service.http.uploads import Form, Upload
from desktop_app.service.making.makers import MakerChoice
from desktop_app.service.pictures.pictures import MAX_SOURCES
from desktop_app.service.providers.picture_ports import PICTURE_TOOL
from desktop_app.service.providers.video_ports import VIDEO_TOOL
from desktop_app.service.runs.question import HostedChoice

Operation = Literal["chat", "generate_image", "generate_video"]

_OPERATIONS: dict[str, Operation] = {
    name: name for name in ("chat", "generate_image", "generate_video")
}
_MAKING: tuple[Operation, ...] = ("generate_image", "generate_video")
_PLACES: dict[str, tuple[Operation, ...]] = {
    "files": ("chat",),
    "audio_file": ("chat",),
    "input_image": _MAKING,
    "input_references": _MAKING,
    "input_last_frame": ("generate_video",),
    "input_video": ("generate_video",),
}
"""The fields for files, and the operations that each goes with."""


@dataclass(frozen=True, slots=True)
class MediaWishes:
    """Who shall make pictures and videos, and whether the model may have them made."""

    operation: Operation = "chat"
    may_draw: bool = False
    may_film: bool = False
    pictures: MakerChoice = field(default_factory=MakerChoice)
    videos: MakerChoice = field(default_factory=MakerChoice)

    @property
    def draws(self) -> bool:
        """Whether a picture may come of it."""
        return self.may_draw or self.operation == "generate_image"

    @property
    def films(self) -> bool:
        """Whether a video may come of it."""
        return self.may_film or self.operation == "generate_video"

    @property
    def tools(self) -> tuple[HostedChoice, ...]:
        """What the model may call."""
        drawing = (self._tool("generate_image"),) if self.may_draw else ()
        return (*drawing, *((self._tool("generate_video"),) if self.may_film else ()))

    @property
    def direct(self) -> HostedChoice:
        """The tool that makes what the operation asks for."""
        return self._tool(self.operation)

    def _tool(self, operation: Operation) -> HostedChoice:
        if operation == "generate_video":
            return HostedChoice(VIDEO_TOOL, asdict(self.videos))
        return HostedChoice(PICTURE_TOOL, asdict(self.pictures))


@dataclass(frozen=True, slots=True)
class MediaSources:
    """Files that a picture or video is made from directly."""

    image: Upload | None = None
    references: tuple[Upload, ...] = ()
    last_frame: Upload | None = None
    video: Upload | None = None

    @property
    def pictures(self) -> tuple[Upload, ...]:
        """All that must be pictures."""
        single = (self.image, self.last_frame)
        return (*(each for each in single if each is not None), *self.references)


def media_wishes(message: MessageRequest) -> MediaWishes:
    """The wishes of a message.

    Raises:
        Refused: 400 or 422.
    """
    return MediaWishes(
        _operation(message),
        may_draw=(message.image_generation or "").lower() == "auto",
        may_film=(message.video_generation or "").lower() == "auto",
        pictures=MakerChoice(
            message.image_model_provider or "",
            message.image_model_name or "",
            message.image_config or {},
        ),
        videos=MakerChoice(
            message.video_model_provider or "",
            message.video_model_name or "",
            message.video_config or {},
        ),
    )


def media_sources(form: Form, operation: Operation) -> MediaSources:
    """The sources among the files, each in a field that the operation has.

    Raises:
        Refused: 400 or 422.
    """
    for upload in form.uploads:
        if upload.name not in _PLACES:
            raise invalid(upload.name, "There is no such field for a file", "unexpected_file")
        if operation not in _PLACES[upload.name]:
            operations = " or ".join(_PLACES[upload.name])
            raise Refused(400, f"{upload.name} goes only with operation {operations}.")
    sources = MediaSources(
        form.file("input_image"),
        tuple(form.files("input_references")),
        form.file("input_last_frame"),
        form.file("input_video"),
    )
    if len(sources.pictures) > MAX_SOURCES:
        raise Refused(400, f"At most {MAX_SOURCES} pictures can be combined.")
    if sources.last_frame and not sources.image:
        raise Refused(400, "input_last_frame needs input_image, with which the video begins.")
    return sources


def _operation(message: MessageRequest) -> Operation:
    asked = message.operation or "chat"
    if asked not in _OPERATIONS:
        known = ", ".join(_OPERATIONS)
        raise invalid("operation", f"Input should be one of {known}", "enum")
    if asked != "chat" and message.voice is not None:
        what = "video" if asked == "generate_video" else "picture"
        raise Refused(400, f"A {what} that is made directly has no voice: leave voice out.")
    return _OPERATIONS[asked]
