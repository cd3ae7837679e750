"""A real sound server with a virtual microphone and a virtual loudspeaker, owned by one test.

What the test plays into the microphone is what the product captures through PortAudio; what
the product plays is recorded from the loudspeaker's monitor. Nothing of the machine's own sound
is touched. Both null sinks are loaded with ``norewinds=1``: without it the first block of the
microphone comes two seconds late. The room hums at -75 dB, as every room does: a microphone that
gives zeros only is taken for one that is switched off.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.fakes import child_server
from tests.fakes.child_server import ServerMissingError

RECORDING_RATE_HZ = 24_000
_START_LIMIT_S = 15.0
_OPEN_LIMIT_S = 15.0
_LOOK_S = 0.02
_TAIL_BYTES = RECORDING_RATE_HZ // 10 * 2
_MODULES = """\
.fail
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink norewinds=1 sink_name=speaker rate=48000 channels=2 format=s16le
load-module module-null-sink norewinds=1 sink_name=micfeed rate=48000 channels=1 format=s16le
load-module module-sine sink=micfeed frequency=100
set-sink-input-volume 0 3700
load-module module-remap-source source_name=mic master=micfeed.monitor
set-default-sink speaker
set-default-source mic
"""
_ROOM = """\
.fail
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink norewinds=1 sink_name=room rate=48000 channels=3 format=s16le \
channel_map=front-left,front-right,lfe
load-module module-remap-sink sink_name=speaker master=room channels=2 remix=no \
channel_map=front-left,front-right master_channel_map=front-left,front-right
load-module module-remap-sink sink_name=micfeed master=room channels=1 remix=no \
channel_map=mono master_channel_map=lfe
load-module module-sine sink=micfeed frequency=100
set-sink-input-volume 2 3700
load-module module-remap-source source_name=mic master=room.monitor channels=1 remix=no \
channel_map=mono master_channel_map=lfe
load-module module-loopback source=speaker.monitor sink=micfeed latency_msec={delay_ms} \
adjust_time=0
set-sink-input-volume 3 {volume}
set-default-sink speaker
set-default-source mic
"""
_FULL_VOLUME = 65_536


class SoundServer:
    """PulseAudio as a child of the test.

    Attributes:
        environment: Variables that send a program's sound here; the fixture sets them for the
            test's own process, children inherit them.
        process: The running server, or None while stopped.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="parley-sound-"))
        runtime = self._folder / "pulse"
        runtime.mkdir(mode=0o700)
        self._socket = runtime / "native"
        self._script = self._folder / "default.pa"
        self._script.write_text(_MODULES.format(socket=self._socket))
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_RUNTIME_PATH": str(runtime),
            "PULSE_COOKIE": str(self._folder / "cookie"),
        }

    def start(self) -> None:
        """Start the server and wait until it answers. Also brings a stopped one back.

        Raises:
            ServerMissingError: PulseAudio is not installed or did not start; says why.
        """
        pulseaudio = child_server.program("pulseaudio", "pulseaudio")
        pactl = child_server.program("pactl", "pulseaudio-utils")
        child_server.program("paplay", "pulseaudio-utils")
        self.process = child_server.start(
            [
                *(pulseaudio, "-n", "-F", str(self._script), "--daemonize=no"),
                *("--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes"),
                *("--realtime=no", "--high-priority=no"),
            ],
            log=self._folder / "log",
            environment=self._child_environment(
                HOME=str(self._folder), XDG_RUNTIME_DIR=str(self._folder)
            ),
        )
        self._wait_until_it_answers(self.process, pactl)

    def stop(self) -> None:
        """End the server, as a crash of it would look to its clients. Idempotent."""
        if self.process is not None:
            child_server.end(self.process)
            self.process = None

    def close(self) -> None:
        """End the server and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def microphone_is_open(self) -> None:
        """Return when a program listens to the microphone: a person sees that on the screen."""
        async with asyncio.timeout(_OPEN_LIMIT_S):
            while not self._listeners():  # noqa: ASYNC110 - a server that can only be asked
                await asyncio.sleep(_LOOK_S)

    async def microphone_is_closed(self) -> None:
        """Return when no program listens to the microphone any more."""
        async with asyncio.timeout(_OPEN_LIMIT_S):
            while self._listeners():  # noqa: ASYNC110 - a server that can only be asked
                await asyncio.sleep(_LOOK_S)

    async def speak(self, wav: Path | str, *, into: str = "micfeed") -> None:
        """Play a WAV file into the microphone and return when it has been played to its end."""
        player = await asyncio.create_subprocess_exec(
            *("paplay", f"--device={into}", str(wav)), env=self._child_environment()
        )
        try:
            status = await player.wait()
        finally:
            if player.returncode is None:
                player.kill()
                await player.wait()
        if status != 0:
            raise RuntimeError(f"paplay ended with {status}; is {wav} a sound file?")

    @asynccontextmanager
    async def recording(self, path: Path | str, *, of: str = "speaker") -> AsyncIterator[None]:
        """Record what the loudspeaker plays into a 24 kHz mono s16 WAV while the block runs."""
        recorder = await asyncio.create_subprocess_exec(
            *("parecord", "--raw", f"--device={of}.monitor", "--channels=1"),
            *("--format=s16le", f"--rate={RECORDING_RATE_HZ}", "--latency-msec=20"),
            stdout=asyncio.subprocess.PIPE,
            env=self._child_environment(),
        )
        assert recorder.stdout is not None
        tape = _Tape(recorder.stdout)
        await tape.listen_once()
        listening = asyncio.create_task(tape.listen(), name="record")  # a group would wrap errors
        try:
            yield
            await tape.hear_more(_TAIL_BYTES)
        finally:
            recorder.kill()
            await recorder.wait()
            await listening
            _write_wav(Path(path), bytes(tape.pcm))

    def listeners(self) -> int:
        """How many programs capture from a microphone now; recordings of the test left out."""
        asked = subprocess.run(
            ["pactl", "list", "short", "source-outputs"],
            env=self._child_environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        clients = [line.split("\t") for line in asked.stdout.splitlines()]
        return sum(1 for line in clients if line[2] != "-" and line[1] == self._source("mic"))

    def _source(self, name: str) -> str:
        """The server's number of a source."""
        asked = subprocess.run(
            ["pactl", "list", "short", "sources"],
            env=self._child_environment(),
            check=True,
            capture_output=True,
            text=True,
        )
        rows = [line.split("\t") for line in asked.stdout.splitlines()]
        return next(row[0] for row in rows if row[1] == name)

    def let_the_microphone_hear_the_loudspeaker(self, *, db: int = 0, delay_ms: int = 30) -> None:
        """An echo, as in a room: so much louder or quieter, so late, to a period of the server.

        The server begins anew, so before anything is opened. Loudspeaker and microphone are
        channels of one card there: between two, the delay grows each time the server is late,
        by as much as it was, which no room does.
        """
        self.stop()
        volume = round(_FULL_VOLUME * 10 ** (db / 60))  # the server's are cubic
        room = _ROOM.format(socket=self._socket, delay_ms=delay_ms, volume=volume)
        self._script.write_text(room)
        self.start()

    def plug_loudspeaker(
        self, name: str, *, rate_hz: int = 0, channels: int = 2, properties: str = ""
    ) -> None:
        """One more loudspeaker; without a rate, of the server's."""
        formats = (f"rate={rate_hz}", f"channels={channels}") if rate_hz else ()
        self._control(
            *("load-module", "module-null-sink", "norewinds=1", f"sink_name={name}", *formats),
            f"sink_properties='device.description={name} {properties}'",
        )

    def plug_microphone(
        self, name: str, *, rate_hz: int = 0, channels: int = 1, properties: str = ""
    ) -> None:
        """One more microphone, which hears what is spoken.

        With a rate it is a card of its own: it hears what is spoken into ``NAME_feed``.
        """
        feed = "micfeed"
        if rate_hz:
            feed = f"{name}_feed"
            self._control(
                *("load-module", "module-null-sink", "norewinds=1", f"sink_name={feed}"),
                *("format=s16le", f"rate={rate_hz}", f"channels={channels}"),
            )
        self._control(
            *("load-module", "module-remap-source", f"source_name={name}"),
            f"master={feed}.monitor",
            f"source_properties='device.description={name} {properties}'",
        )

    def prefer(self, kind: str, name: str) -> None:
        """Make it the system's ``sink`` or ``source``."""
        self._control(f"set-default-{kind}", name)

    def unplug(self, name: str) -> None:
        """Take one device away while programs may be using it."""
        modules = self._control("list", "short", "modules").splitlines()
        [number] = [row.split("\t")[0] for row in modules if f"_name={name} " in f"{row} "]
        self._control("unload-module", number)

    def switch_microphone(self, *, is_on: bool) -> None:
        """Use the switch on the microphone: off, it gives zeros."""
        self._control("set-source-mute", "mic", "0" if is_on else "1")

    def unplug_microphone(self) -> None:
        """Take the microphone away while programs may be using it."""
        self._control("unload-module", "module-remap-source")

    def _listeners(self) -> list[str]:
        """The programs, by number, that record from the microphone."""
        sources = self._control("list", "short", "sources").splitlines()
        microphones = {line.split("\t")[0] for line in sources if line.split("\t")[1] == "mic"}
        outputs = self._control("list", "short", "source-outputs").splitlines()
        return [line.split("\t")[0] for line in outputs if line.split("\t")[1] in microphones]

    def _control(self, *words: str) -> str:
        return subprocess.run(
            ["pactl", *words],
            env=self._child_environment(),
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def _child_environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, **self.environment, **more}

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes], pactl: str) -> None:
        limit = time.monotonic() + _START_LIMIT_S
        while time.monotonic() < limit and process.poll() is None:
            if self._socket.exists() and self._answers(pactl):
                return
            time.sleep(0.01)
        self.stop()
        raise ServerMissingError(f"PulseAudio did not start: {self._last_words()}")

    def _answers(self, pactl: str) -> bool:
        asked = subprocess.run(
            [pactl, "info"], env=self._child_environment(), capture_output=True, check=False
        )
        return asked.returncode == 0

    def _last_words(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-500:] or "it said nothing"


class _Tape:
    """What the recorder has said so far."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self.pcm = bytearray()
        self._stream = stream
        self._arrived = asyncio.Event()

    async def listen_once(self) -> bool:
        """Take one block; False at the end."""
        block = await self._stream.read(4_096)
        self.pcm += block
        self._arrived.set()
        return bool(block)

    async def listen(self) -> None:
        """Take blocks until the recorder ends."""
        while await self.listen_once():
            pass

    async def hear_more(self, count: int) -> None:
        """Wait for ``count`` more bytes, but not for a server that is gone."""
        wanted = len(self.pcm) + count
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                while len(self.pcm) < wanted:
                    self._arrived.clear()
                    await self._arrived.wait()


def _write_wav(path: Path, pcm: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RECORDING_RATE_HZ)
        file.writeframes(pcm[: len(pcm) // 2 * 2])
