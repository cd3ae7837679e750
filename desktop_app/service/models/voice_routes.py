"""Voices, and a sentence spoken with one: an extension of the API, under a name of its own."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.protocol.backboard.voices import (
    LONGEST_SAMPLE,
    SPEECH_PATH,
    VOICES_PATH,
    SpeechRequest,
    VoicePage,
)
from desktop_app.service.http.bodies import JsonResponse, invalid, not_found, read_json
from desktop_app.service.http.described import Described
from desktop_app.service.models.voices import VoiceList
from desktop_app.service.provider_failures import provider_failures
from desktop_app.service.provider_source import ProviderSource
from desktop_app.service.providers.openai.streams import closing
from desktop_app.service.providers.recording_ports import SpeakingWish

_SAMPLES = "pcm_24000"


class VoiceRoutes:
    """Whom replies can be spoken as, and how that sounds."""

    def __init__(self, source: ProviderSource) -> None:
        self._source = source
        self._voices = VoiceList(source)

    def routes(self) -> list[Route]:
        return [
            Route(f"/api{VOICES_PATH}", self.voices, methods=["GET"]),
            Route(f"/api{SPEECH_PATH}", self.speak, methods=["POST"]),
        ]

    @Described("List voices (an extension)", answer=VoicePage, query={"provider": str})
    async def voices(self, request: Request) -> Response:
        wanted = request.query_params.get("provider", "").lower()
        rows = [one for one in await self._voices.rows() if wanted in ("", one.provider.lower())]
        return JsonResponse(VoicePage(voices=rows, total=len(rows)))

    @Described(
        "Speak a sentence with a voice (an extension)",
        body=SpeechRequest,
        answer=bytes,
        refuses=(400, 404),
    )
    async def speak(self, request: Request) -> Response:
        """The sound as samples, whole: so a failure is told in words, whenever it happens.

        Raises:
            Refused: 404 or 422.
            AppError: It cannot be spoken.
        """
        wish = await read_json(request, SpeechRequest)
        if not 0 < len(wish.text.strip()) <= LONGEST_SAMPLE:
            raise invalid("text", f"A sentence of at most {LONGEST_SAMPLE} characters is spoken")
        speakers = (await self._source.get()).speakers
        if wish.provider not in speakers:
            raise not_found("Provider")
        how = SpeakingWish(wish.model, wish.voice, _SAMPLES, {"response_format": "pcm"})
        with provider_failures("providers.broken", "It could not speak."):
            async with closing(speakers[wish.provider].utter(wish.text, how)) as sound:
                pcm = b"".join([piece async for piece in sound])
        return Response(pcm, media_type="audio/pcm;rate=24000")
