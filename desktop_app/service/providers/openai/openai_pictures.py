"""Pictures of OpenAI: new ones from words, and changes to others."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from desktop_app.errors import AppError, InputError
from desktop_app.protocol.backboard.models import ModelInfo
from desktop_app.service.providers.known_models import known_models
from desktop_app.service.providers.model_listing import listed_models
from desktop_app.service.providers.openai.openai_connection import OpenAiConnection
from desktop_app.service.providers.picture_ports import Picture, PictureRequest

_PATIENCE_S = 300.0  # a careful picture of a large model takes minutes
_MOST_SOURCES = 16
_MOST_SOURCE_BYTES = 50_000_000
_SOURCE_NAMES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_PASSED_ON = ("size", "quality", "background", "output_format", "output_compression", "n")
_SQUARE, _WIDE, _HIGH = "1024x1024", "1536x1024", "1024x1536"
_SIGNATURES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
)


class OpenAiPictures:
    """A ``PictureMaker`` over ``/images/generations`` and ``/images/edits``.

    What OpenAI has no word for (``seed``, ``provider``, ``resolution``) is left out of a
    configuration; an aspect ratio becomes the size that is nearest to it.

    Args:
        url: Of the server, with or without ``/v1``.
        key: Bearer token.
    """

    provider = "openai"

    def __init__(self, url: str, key: str) -> None:
        self._connection = OpenAiConnection(url, key, called="image service", family="image")
        self._default = ""

    async def make(self, request: PictureRequest) -> Sequence[Picture]:
        """Ask for one picture or several.

        Raises:
            InputError: ``image.*``: what was asked for cannot be made, or is refused.
            NetworkError, AccessError, ProtocolError
        """
        if not request.prompt.strip():
            raise InputError("image.prompt", "A picture needs a description.")
        model = request.model or self._default or (await self.models())[0].name
        fields = {"model": model, "prompt": request.prompt, **_settings(request.config)}
        if request.sources:
            found = await self._changed(fields, request.sources)
        else:
            found = await self._connection.ask(
                "POST", "/images/generations", patience_s=_PATIENCE_S, json=fields
            )
        return [self._picture(row) for row in self._rows(found)]

    def check(self, config: Mapping[str, Any]) -> None:
        """Refuse a configuration that can never be used.

        Raises:
            InputError: ``image.config``
        """
        _settings(config)

    async def models(self) -> Sequence[ModelInfo]:
        """What the account has; what is known of OpenAI's where it cannot be asked or has none."""
        known = known_models(self.provider)
        try:
            rows = await listed_models(self._connection, self.provider)
        except AppError:
            rows = []
        found = known.in_order([row for row in rows if row.model_type == "image"], "image")
        if found:
            self._default = found[0].name
        return found or known.of_type("image", self.provider)

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._connection.aclose()

    async def _changed(
        self, fields: Mapping[str, Any], sources: Sequence[Picture]
    ) -> dict[str, Any]:
        if len(sources) > _MOST_SOURCES:
            raise InputError("image.source", f"At most {_MOST_SOURCES} pictures can be combined.")
        files = [("image[]", _file(number, each)) for number, each in enumerate(sources)]
        data = {name: str(value) for name, value in fields.items()}
        return await self._connection.ask(
            "POST", "/images/edits", patience_s=_PATIENCE_S, data=data, files=files
        )

    def _rows(self, found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        rows = found.get("data")
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise self._connection.unreadable()
        return rows

    def _picture(self, row: Mapping[str, Any]) -> Picture:
        try:
            data = base64.b64decode(row["b64_json"], validate=True)
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise self._connection.unreadable() from error
        for signature, mime_type in _SIGNATURES:
            if signature.match(data):
                return Picture(data, mime_type)
        raise self._connection.unreadable()


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """What of a configuration OpenAI understands.

    Raises:
        InputError: ``image.config``
    """
    wanted = {name: config[name] for name in _PASSED_ON if config.get(name) not in (None, "")}
    aspect = config.get("aspect_ratio")
    if "size" not in wanted and aspect not in (None, "", "auto"):
        wanted["size"] = _size_like(str(aspect))
    if wanted.get("output_format") == "jpg":
        wanted["output_format"] = "jpeg"
    for name, (what, is_right) in _CHECKS.items():
        if name in wanted and not is_right(wanted[name]):
            raise InputError("image.config", f"The value of {name} is not {what}.")
    return wanted


def _whole(least: int, most: int) -> tuple[str, Callable[[Any], bool]]:
    def is_right(value: Any) -> bool:
        text = "" if isinstance(value, bool) else str(value)
        return text.isdecimal() and least <= int(text) <= most

    return f"a whole number from {least} to {most}", is_right


def _one_of(*names: str) -> tuple[str, Callable[[Any], bool]]:
    return f"one of {', '.join(names)}", lambda value: value in names


_CHECKS = {
    "n": _whole(1, 10),
    "output_compression": _whole(0, 100),
    "output_format": _one_of("png", "jpeg", "webp"),
    "background": _one_of("auto", "opaque", "transparent"),
    "size": (
        "of the form 1024x1024",
        lambda value: re.fullmatch(r"auto|\d{2,5}x\d{2,5}", str(value)) is not None,
    ),
}
"""What each setting is, as far as all of OpenAI's image models agree."""


def _size_like(aspect: str) -> str:
    found = re.fullmatch(r"\s*(\d{1,3})\s*[:/x]\s*(\d{1,3})\s*", aspect)
    if found is None or not (int(found[1]) and int(found[2])):
        raise InputError(
            "image.config", f"The aspect ratio {aspect[:40]!r} is not of the form 16:9."
        )
    shape = int(found[1]) / int(found[2])
    if 0.8 <= shape <= 1.25:
        return _SQUARE
    return _WIDE if shape > 1 else _HIGH


def _file(number: int, source: Picture) -> tuple[str, bytes, str]:
    ending = _SOURCE_NAMES.get(source.mime_type)
    if ending is None:
        raise InputError("image.source", "Only PNG, JPEG and WebP pictures can be changed there.")
    if len(source.data) > _MOST_SOURCE_BYTES:
        raise InputError("image.source", "The picture to be changed is larger than 50 MB.")
    return f"picture{number}.{ending}", source.data, source.mime_type
