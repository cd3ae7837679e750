"""Composition root of the engine: sound, network, turn taking and the journal in one process."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

from desktop_app import settings as settings_file
from desktop_app.audio import resampler
from desktop_app.audio.decoding import decode_speech
from desktop_app.audio.detectors import speech_detector
from desktop_app.audio.portaudio import SoundSystem
from desktop_app.children import at_work, on_parent_end, refusals_told, say_to_parent
from desktop_app.client.discarded_sound import DiscardsAtService
from desktop_app.client.remote_threads import RemoteThreads
from desktop_app.client.service_answers import ServiceAnswers
from desktop_app.client.service_connection import ServiceAddresses, ServiceConnection
from desktop_app.client.stored_replies import StoredReplies
from desktop_app.client.voice_sample import VoiceSampler
from desktop_app.credentials import Credentials
from desktop_app.engine.controller import Controller, Conversation
from desktop_app.engine.keeping_desk import KeepingDesk
from desktop_app.engine.learning_watch import LearningWatch
from desktop_app.engine.recording_desk import RecordingDesk
from desktop_app.engine.reply_watch import ReplyWatch
from desktop_app.engine.retention import Retention
from desktop_app.engine.sample_player import SamplePlayer
from desktop_app.engine.service_desk import ServiceDesk
from desktop_app.engine.service_keeper import ServiceKeeper
from desktop_app.engine.system_time import SystemTime
from desktop_app.engine.tool_desk import ToolDesk
from desktop_app.errors import AppError, DeviceError, InputError
from desktop_app.export.storage import remove_service_data
from desktop_app.journal.retention import OFF
from desktop_app.journal.taking_in import VIDEOS
from desktop_app.journal.writer import JournalWriter
from desktop_app.languages import choose, known, speak
from desktop_app.link.asks import Ask, CancelAsk
from desktop_app.link.keeping import CancelImport, ClearKept, ImportArchive
from desktop_app.link.messages import (
    Connection,
    ConnectionChanged,
    Intent,
    LinkEvent,
    Notice,
    NoticeLevel,
    NoticeRaised,
    Phase,
    ReloadSettings,
    TurnTimed,
    Welcome,
)
from desktop_app.link.replies import DecideTool, FetchPictures
from desktop_app.link.server import LinkServer
from desktop_app.logs import start_logging, tell_crashes
from desktop_app.network_access import use_network
from desktop_app.paths import Paths, find_paths
from desktop_app.processes.engine_note import leave_engine_note, remove_engine_note
from desktop_app.processes.engine_parts import EngineKit, realtime_terms, resample_speech
from desktop_app.processes.engine_rebuild import rebuild
from desktop_app.processes.engine_sound import EngineSound
from desktop_app.processes.remote_service import ProfileKeys, RemoteService, RemoteStanding
from desktop_app.processes.service_child import both_doors, remove_note, starter
from desktop_app.processes.service_sound import forgetting
from desktop_app.processes.tool_command import program_of
from desktop_app.processes.who_answers import described, who_answers
from desktop_app.profiles import EMBEDDED, Profile, find_profile, name_of
from desktop_app.protocol.commands import Answerer
from desktop_app.tasks import Background
from desktop_app.version import __version__

logger = logging.getLogger(__name__)

TOKEN_VARIABLE = "PARLEY_LINK_TOKEN"
AGAIN_VARIABLE = "PARLEY_ENGINE_AGAIN"
"""Set for an engine whose window had another one before: what was deleted may be wanted back."""


def main() -> int:
    """Run the engine until its parent is gone or a window asks it to quit.

    Raises:
        AppError: It cannot start.
    """
    paths = find_paths(os.environ)
    start_logging(paths.logs, "engine")
    try:
        asyncio.run(run(paths, os.environ.get(TOKEN_VARIABLE) or secrets.token_urlsafe(32)))
    except KeyboardInterrupt:
        return 0
    return 0


async def run(paths: Paths, token: str) -> None:
    """Open everything, announce the link on stdout, and serve windows until told to quit.

    Raises:
        StorageError, NetworkError: It cannot start.
    """
    quit_requested = asyncio.Event()
    loop = asyncio.get_running_loop()
    on_parent_end(lambda: _tell(loop, quit_requested))
    async with AsyncExitStack() as parts:
        # A large journal may have to be brought up to date, or a damaged one read.
        with refusals_told(), at_work():
            is_again = bool(os.environ.get(AGAIN_VARIABLE))
            journal = await JournalWriter.open(paths.data, purges=not is_again)
        parts.push_async_callback(journal.aclose)
        app = EngineApp(paths, token, journal, quit_requested)
        parts.push_async_callback(app.aclose)
        tell_crashes(loop, app.tell_crash)
        say_to_parent({"link": f"127.0.0.1:{await app.start()}"})
        await app.controller.resume()
        gc.collect()
        gc.freeze()  # what was loaded at start never needs to be looked at again
        await quit_requested.wait()


class EngineApp:
    """The parts of the engine's process, tied together."""

    def __init__(
        self, paths: Paths, token: str, journal: JournalWriter, quit_requested: asyncio.Event
    ) -> None:
        self._paths = paths
        self._token = token
        self._settings = settings_file.load(paths.settings)
        use_network(self._settings.network, os.environ)
        speak(choose(self._settings.appearance.language, os.environ))
        self._odd: list[Notice] = []
        self._profile = self._chosen_profile()
        self._journal = journal
        self._system = SoundSystem()
        self._detector = speech_detector()
        self._background = Background(self._report)
        self._sound = EngineSound(
            self._system, lambda: self._settings.voice, self._publish, self._background
        )
        self._connection: ConnectionChanged | None = None
        self._link = LinkServer(token, self._on_intent, self._snapshot)
        self._keeper = ServiceKeeper(
            starter(paths.data, lambda: self._settings.language),
            self._publish,
            profile=self._profile.key,
        )
        threads = RemoteThreads(journal, self._profile.key, self._answerer_of)
        find = self._finder()
        terms, videos = realtime_terms(self._profile), paths.data / VIDEOS
        self._service = ServiceConnection(
            find, threads, resample_speech, decode_speech, terms, self._answerer_of, videos
        )
        self._asked = ServiceConnection(find, threads, videos=videos)  # turns wait for none of it
        self._standing = RemoteStanding(self._profile, find, self._publish, self._odd)
        forget_at_service = forgetting(self._profile, self._asked)
        self._recordings = RecordingDesk(
            journal,
            self._sound.open_loudspeaker,
            resample_speech,
            floor=lambda: self.controller.floor,
            publish=self._publish,
            time=SystemTime(),
            let_go=lambda utterance_id: self.controller.let_go(utterance_id),
            at_service=DiscardsAtService(journal, self._profile.key, self._asked.api).run,
        )
        self._keeping = KeepingDesk(
            journal,
            paths.data,
            ask=self._on_intent,
            publish=self._publish,
            wall=SystemTime().wall,
            clear_service=lambda: self._keeper.renew(self._forget_service),
            forget_at_service=forget_at_service,
        )
        self._remote_threads = threads
        self._retention = Retention(
            journal,
            lambda: self._settings.privacy.keep_recordings,
            self._publish,
            SystemTime(),
            forget_at_service,
        )
        keys = ProfileKeys(lambda: self._settings, Credentials(), os.environ)
        self._samples = SamplePlayer(self._sound.open_loudspeaker, lambda: self.controller.floor)
        sampler = VoiceSampler(resample_speech, decode_speech)
        answers = ServiceAnswers(self._asked.api, threads, keys, self._samples, sampler)
        self._desk = ServiceDesk(answers, self._publish)
        self._tools = ToolDesk(
            approvals=lambda: self._settings.approvals.values(),
            program=lambda: program_of(self._settings.tools),
            answer=self._on_intent,
            publish=self._publish,
            report=self._report,
        )
        self._learning = LearningWatch(journal, answers, self._publish, SystemTime(), self._report)
        self._stored = StoredReplies(self._asked.api, threads, decode_speech)
        self._cut_replies = ReplyWatch(
            journal,
            self._stored,
            self._publish,
            SystemTime(),
            self._report,
            keeps_recordings=self._keeps_recordings,
        )
        self.controller = Controller(
            open_conversation=self._open_conversation,
            journal=journal,
            publish=self._publish,
            recordings=self._recordings.take,
            reload=self._reload,
            quit_=quit_requested.set,
            sound=self._sound,
        )

    async def start(self) -> int:
        """Start the service and listen for windows.

        Returns:
            The link's port.
        """
        if self._profile.is_embedded:
            self._background.run(self._keeper.run(), name="service")
        self._background.run(self._standing.look(), name="standing")
        self._background.run(self._load_sound(), name="sound")
        self._background.run(self._learning.resume(), name="learning")
        self._background.run(self._cut_replies.resume(), name="cut replies")
        self._background.run(self._retention.run(), name="retention")
        self._background.run(self._rebuild(), name="rebuild")
        port = await self._link.start()
        leave_engine_note(self._paths.data, port, self._token)
        return port

    async def aclose(self) -> None:
        """Close everything, last opened first."""
        await self._keeping.aclose()
        await self._recordings.aclose()
        await self.controller.aclose()
        await self._link.aclose()
        await self._desk.aclose()
        await self._learning.aclose()
        await self._cut_replies.aclose()
        await self._tools.aclose()
        await self._asked.aclose()
        await self._service.aclose()
        self._sound.close()
        await self._background.aclose()
        remove_note(self._paths.data)
        remove_engine_note(self._paths.data)
        await self._system.aclose()

    def tell_crash(self) -> None:
        """Tell every window that something went wrong, and where the log is."""
        facts = {"folder": str(self._paths.logs)}
        self._publish(NoticeRaised(Notice(NoticeLevel.ERROR, "something.failed", facts)))

    async def _load_sound(self) -> None:
        """Load what sound needs before it is needed: the first word is not kept waiting for it."""
        await asyncio.to_thread(resampler.load)
        try:
            await self._system.devices()
        except DeviceError as error:
            logger.info("no sound yet: %s", error)

    def _open_conversation(self, thread_id: str) -> Conversation:
        kit = EngineKit(
            settings=self._settings,
            journal=self._journal,
            connection=self._service,
            publish=self._publish,
            open_sound=self._sound.open_sound,
            detector=self._detector,
            profile=self._profile.key,
            keeps_recordings=self._keeps_recordings,
            answers_tools=True,
            find_stored=self._stored.find,
        )
        return kit.build(thread_id)

    def _keeps_recordings(self) -> bool:
        return self._settings.privacy.keep_recordings != OFF

    async def _answerer_of(self, thread_id: str) -> Answerer:
        """See ``who_answers``."""
        thread = await self._journal.thread(thread_id)
        return who_answers(thread, self._settings, self._profile.key)

    def _chosen_profile(self) -> Profile:
        """The settings' one; a name that nobody knows must not keep the engine from starting."""
        try:
            return find_profile(self._settings)
        except InputError as error:
            logger.warning("%s", error)
            self._odd.append(Notice(NoticeLevel.WARNING, error.code, dict(error.facts)))
            return find_profile(self._settings, EMBEDDED)

    def _finder(self) -> Callable[[], Awaitable[ServiceAddresses]]:
        if self._profile.is_embedded:
            return self._find_embedded
        return RemoteService(self._profile, Credentials(), os.environ, self._name).addresses

    def _name(self) -> str:
        """How the service is called now: its key in the keyring is called so too."""
        return name_of(self._settings, self._profile.key)

    async def _find_embedded(self) -> ServiceAddresses:
        return both_doors(await self._keeper.address())

    async def _rebuild(self) -> None:
        folder, open_api = self._paths.data, self._asked.api
        notice = await rebuild(self._journal, folder, self._remote_threads, open_api, self._publish)
        if notice is not None:
            self._odd.append(notice)

    async def _forget_service(self) -> None:
        """Delete what the embedded service keeps, and which of its threads are ours."""
        await asyncio.to_thread(remove_service_data, self._paths.data)
        for beginning in (f"thread:{EMBEDDED}:", f"assistant:{EMBEDDED}"):
            await self._journal.forget_settings(beginning)

    def _on_intent(self, intent: Intent) -> None:
        match intent:
            case Ask():
                self._desk.take(intent)
            case CancelAsk(ask_id):
                self._desk.cancel(ask_id)
            case DecideTool():
                self._tools.take(intent)
            case FetchPictures(message_id):
                self._cut_replies.fetch_pictures(message_id)
            case ReloadSettings(language) if known(language):
                self._background.run(asyncio.to_thread(speak, language), name="language")
                self.controller.on_intent(intent)
            case ImportArchive() | CancelImport() | ClearKept():
                self._keeping.take(intent)
            case _:
                self.controller.on_intent(intent)

    def _reload(self) -> None:
        self._settings = settings_file.load(self._paths.settings)
        self._publish(described(self._settings, self._profile.key))
        self._background.run(self._standing.look(), name="standing")
        self._background.run(self._retention.run(), name="retention")
        self._sound.settle()

    def _publish(self, event: LinkEvent) -> None:
        if isinstance(event, TurnTimed):
            self._on_turn_ended(event.thread_id)
        if isinstance(event, ConnectionChanged):
            self._connection = event
        self.controller.next_turns.notice(event)
        self._recordings.notice(event)
        self._samples.notice(event)
        self._learning.notice(event)
        self._cut_replies.notice(event)
        self._tools.notice(event)
        self._link.publish(event)
        self._sound.follow(event)

    def _on_turn_ended(self, thread_id: str) -> None:
        self.controller.on_turn_ended(thread_id)
        if self._retention.follows_turns:
            self._background.run(self._retention.run(), name="retention")

    def _snapshot(self) -> Iterator[LinkEvent]:
        """What a new window is told first."""
        phase = self.controller.phase_changed
        yield Welcome(
            __version__,
            self.controller.thread_id,
            phase.phase if phase else Phase.READY,
            self._keeper.connection if self._profile.is_embedded else Connection.READY,
            self._profile.key,
        )
        if phase is not None:
            yield phase
        if self._connection is not None:
            yield self._connection
        yield described(self._settings, self._profile.key)
        for notice in (*self._odd, *self._keeper.odd):
            yield NoticeRaised(notice)
        is_told = any(one.code.startswith("journal.") for one in self._odd)
        if self._journal.set_aside and not is_told:
            facts = {"file": self._journal.set_aside.name}
            yield NoticeRaised(Notice(NoticeLevel.WARNING, "journal.set_aside", facts))

    def _report(self, name: str, error: BaseException) -> None:
        logger.error("%s failed", name, exc_info=error)
        if isinstance(error, AppError):
            notice = Notice(NoticeLevel.ERROR, error.code, dict(error.facts))
            self._publish(NoticeRaised(notice))
        else:
            self.tell_crash()


def _tell(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> None:
    loop.call_soon_threadsafe(event.set)
