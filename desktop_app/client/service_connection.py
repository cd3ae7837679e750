"""Opens the lines of a conversation to the service that runs now, wherever it listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from msgspec.structs import replace

from desktop_app.client.addresses import ApiAddress, GatewayAddress
from desktop_app.client.api import BackboardApi
from desktop_app.client.gateway_transport import GatewayTransport, open_gateway
from desktop_app.client.message_terms import MessageTerms
from desktop_app.client.message_transport import MessageTransport, open_messages
from desktop_app.client.realtime_transport import (
    RealtimeTerms,
    RealtimeTransport,
    open_realtime,
)
from desktop_app.client.remote_threads import AnswererOf, RemoteThreads
from desktop_app.client.reply_media import Decode
from desktop_app.client.session_choice import configured_for, hears_live, is_meant
from desktop_app.client.turn_request import (
    VoiceDefaults,
    answered_by,
    chosen_voices,
    documented_voices,
)
from desktop_app.client.voice_socket_transport import VoiceSocketTransport, open_voice_transport
from desktop_app.errors import AccessError, InputError, NetworkError, ProtocolError
from desktop_app.prose import tr
from desktop_app.protocol.backboard.messages import MessageRequest
from desktop_app.protocol.commands import Answerer, ConfigureSession
from desktop_app.protocol.gateway_speech import MakeResample

READ_LIMIT_S = 20.0
"""How long a spoken turn waits until one of its files is read."""

logger = logging.getLogger(__name__)

VoiceTransport = RealtimeTransport | GatewayTransport | VoiceSocketTransport | MessageTransport

_Opened = TypeVar("_Opened")

_USUAL = MessageRequest(image_generation="auto", video_generation="auto")
"""Who asks for a picture or video gets one: the model itself knows when that is."""

_MEMORY = {"auto": "Auto", "readonly": "Readonly", "off": "off"}
"""As the API calls what may be done with it."""

_JUDGE = "typesafe/jev-latest"
"""Whom Backboard has typed questions answered by."""


@dataclass(frozen=True, slots=True)
class ServiceAddresses:
    """Both doors of one service; one that is a voice gateway alone has no API."""

    api: ApiAddress
    voice: GatewayAddress


class ServiceConnection:
    """The two ways to talk to a service: by voice over a socket, by text over its API.

    Both take our thread's id as session id and configure the peer with its own. A service that
    is restarted elsewhere is found again at the next opening.

    Args:
        find: Waits until the service is there and says where.
        threads: Which thread of the service stands behind ours.
        make_resample: Converts speech of other rates than ours; without it such speech is a fault.
        decode: Decodes speech that comes encoded; without it such speech is a fault.
        realtime: Who is spoken to over the realtime socket, before every other way; not in a
            thread for which a person chose another model, or who hears or speaks.
        answerer_of: Who answers in a thread of ours; asked at each opening.
        videos: Where videos of replies wait until they are kept, see ``MediaFetcher``.
    """

    def __init__(
        self,
        find: Callable[[], Awaitable[ServiceAddresses]],
        threads: RemoteThreads,
        make_resample: MakeResample | None = None,
        decode: Decode | None = None,
        realtime: RealtimeTerms | None = None,
        answerer_of: AnswererOf | None = None,
        videos: Path | None = None,
    ) -> None:
        self._find = find
        self._threads = threads
        self._make_resample = make_resample
        self._decode = decode
        self._realtime = realtime
        self._answerer_of = answerer_of
        self._videos = videos
        self._opening = asyncio.Lock()
        self._api: BackboardApi | None = None
        self._api_address: ApiAddress | None = None

    async def open_voice(self, configuration: ConfigureSession) -> VoiceTransport:
        """Open the line that carries speech.

        The realtime socket, where a model for it was named; a voice gateway where there is one;
        the API's voice socket; messages with recordings. The next is tried where one is refused,
        but the gateway is the last where there is one: who has it has no need of the others.

        Raises:
            NetworkError, AccessError, ProtocolError
        """
        addresses = await self._find()
        configuration, who = await self._with_choice(configuration)
        if not addresses.api.base_url:  # it knows the conversation by our own name for it
            return await self._open_gateway(addresses.voice, configuration)
        if self._realtime is not None and is_meant(configuration, self._realtime.name):
            opened = await self._unless_refused(
                self._open_realtime(configuration, who, addresses, self._realtime),
                "realtime socket",
            )
            if opened is not None:
                return opened
        if not addresses.voice.url:
            return await self._open_api_voice(configuration, who, addresses)
        remote = await self._with_remote_id(configuration, await self._api_at(addresses.api))
        return await self._open_gateway(addresses.voice, remote)

    async def open_text(self, configuration: ConfigureSession) -> MessageTransport:
        """Open a line for turns over messages: typed ones, and recordings.

        Raises:
            NetworkError: ``gateway.alone``: it has no API.
            NetworkError, AccessError, ProtocolError
        """
        addresses = await self._find()
        configuration, who = await self._with_choice(configuration)
        api = await self._api_at(addresses.api)
        remote, terms = await self._talk_terms(configuration, who, addresses, api)
        return await open_messages(api, remote, terms)

    async def api(self) -> BackboardApi:
        """The API of the service that runs now; it stays open until ``aclose``.

        Raises:
            NetworkError, AccessError
        """
        return await self._api_at((await self._find()).api)

    async def upload(self, thread_id: str, path: str, progress: Callable[[int, int], None]) -> None:
        """Put a file into the thread's documents; returns once it is read, or takes long to.

        Raises:
            NetworkError, AccessError
            InputError: ``file.extension``: of no kind that is taken; ``files.unread``.
        """
        api = await self.api()
        remote_id = await self._threads.remote_id(thread_id, api)
        documents = api.documents
        document = await documents.upload_to_thread(remote_id, Path(path), progress=progress)
        try:
            read = await documents.wait_until_settled(document.document_id, limit_s=READ_LIMIT_S)
        except NetworkError as error:
            if error.code != "server.unfinished":
                raise
            return  # it goes on reading; the turn says what it could not wait for
        if not read.is_indexed:
            reason = tr(read.status_message or "")
            raise InputError("files.unread", f"It could not be read. {reason}", reason=reason)

    async def aclose(self) -> None:
        """Close what is kept open between lines. Idempotent."""
        api, self._api = self._api, None
        if api is not None:
            await api.aclose()

    async def _open_gateway(
        self, address: GatewayAddress, configuration: ConfigureSession
    ) -> GatewayTransport:
        return await open_gateway(
            address, configuration, make_resample=self._make_resample, decode=self._decode
        )

    async def _open_api_voice(
        self, configuration: ConfigureSession, who: Answerer, addresses: ServiceAddresses
    ) -> VoiceSocketTransport | MessageTransport:
        api = await self._api_at(addresses.api)
        remote, terms = await self._talk_terms(configuration, who, addresses, api)
        if hears_live(remote):
            opening = open_voice_transport(api, addresses.api, remote, terms)
            opened = await self._unless_refused(opening, "voice socket")
            if opened is not None:
                return opened
        await api.reach()  # or messages would listen for a server that is not there
        return await open_messages(api, remote, terms)

    async def _open_realtime(
        self,
        configuration: ConfigureSession,
        who: Answerer,
        addresses: ServiceAddresses,
        realtime: RealtimeTerms,
    ) -> RealtimeTransport:
        api = await self._api_at(addresses.api)
        remote, terms = await self._talk_terms(configuration, who, addresses, api)
        return await open_realtime(api, addresses.api, remote, realtime, terms.request)

    @staticmethod
    async def _unless_refused(opening: Awaitable[_Opened], name: str) -> _Opened | None:
        """The line, or None where the server is there and has no such line, or none for us."""
        try:
            return await opening
        except AccessError:
            raise
        except (NetworkError, ProtocolError) as error:
            if error.code == "network.unreachable":
                raise
            logger.info("no %s: %s", name, error)
            return None

    async def _talk_terms(
        self,
        configuration: ConfigureSession,
        who: Answerer,
        addresses: ServiceAddresses,
        api: BackboardApi,
    ) -> tuple[ConfigureSession, MessageTerms]:
        """The configuration with the server's thread, and how that is talked to."""

        async def renew_thread() -> str:
            await self._threads.forget(configuration.session_id)
            return await self._threads.remote_id(configuration.session_id, api)

        remote = await self._with_remote_id(configuration, api)

        def leave_unused() -> None:
            if remote.session_id in self._threads.made:
                leaving = self._leave_empty(configuration.session_id, remote.session_id, api)
                api.run_behind(leaving, name=f"leave {remote.session_id}")

        async def own_prompt() -> str:
            thread = await api.threads.get(remote.session_id)
            return (await api.assistants.get(thread.assistant_id)).system_prompt or ""

        terms = MessageTerms(
            request=answered_by(
                configuration.model, replace(_USUAL, memory=_MEMORY[configuration.memory])
            ),
            own_prompt=own_prompt,
            renew_thread=renew_thread,
            leave_unused=leave_unused,
            # One with a voice gateway is of Parley's kind and knows best; others must be told.
            judge="" if addresses.voice.url else _JUDGE,
            voices=chosen_voices(
                who, VoiceDefaults() if addresses.voice.url else documented_voices()
            ),
            make_resample=self._make_resample,
            decode=self._decode,
        )
        return remote, terms

    async def _leave_empty(self, thread_id: str, remote_id: str, api: BackboardApi) -> None:
        """Remove a thread that was made for a question which never arrived."""
        if (await api.threads.get(remote_id)).messages or await api.documents.of_thread(remote_id):
            return
        await self._threads.forget(thread_id)  # first, so that the next question makes a new one
        await api.threads.delete(remote_id)

    async def _api_at(self, address: ApiAddress) -> BackboardApi:
        async with self._opening:
            if self._api is None or self._api_address != address:
                await self.aclose()
                # Its certificates take 20 to 50 ms to load: not on the loop that plays sound.
                self._api = await asyncio.to_thread(BackboardApi, address, videos=self._videos)
                self._api_address = address
            return self._api

    async def _with_choice(
        self, configuration: ConfigureSession
    ) -> tuple[ConfigureSession, Answerer]:
        """What the session does not say itself, as it was chosen for the thread; and that."""
        if self._answerer_of is None:
            return configuration, Answerer()
        who = await self._answerer_of(configuration.session_id)
        return configured_for(configuration, who), who

    async def _with_remote_id(
        self, configuration: ConfigureSession, api: BackboardApi
    ) -> ConfigureSession:
        remote_id = await self._threads.remote_id(configuration.session_id, api)
        return replace(configuration, session_id=remote_id)
