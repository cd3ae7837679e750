"""What a PulseAudio or PipeWire server has: a list that is kept up to date on a thread."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from typing import Any

from desktop_app.audio import pulse_library
from desktop_app.audio.devices import DeviceKind, Direction
from desktop_app.audio.system_devices import SystemDevice, SystemState, SystemStream

_TRY_AGAIN_S = 1.0
_FOREVER = -1


class PulseServer:
    """Keeps a connection to the sound server and tells when anything changed.

    One thread belongs to it; there alone libpulse is entered. A server that goes away is looked
    for every second.

    Args:
        on_change: Called on that thread after something changed.
    """

    host_api = "PulseAudio"
    is_server = True

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._library: Any = pulse_library.load()
        self._state: SystemState | None = None
        self._mainloop: int | None = None
        self._is_dirty = False
        self._is_gathering = False
        self._is_closing = False
        self._turns = threading.Condition()
        self._looked = 0
        self._thread: threading.Thread | None = None

    def look(self, within_s: float) -> SystemState | None:
        """Ask the server now; None while there is none. Any thread but the own one.

        Args:
            within_s: How long to wait for its answer; then the newest known is returned.
        """
        if self._library is None:
            return None
        with self._turns:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
                self._thread.start()
            # what is being gathered now may be older than this question
            wanted = self._looked + (2 if self._is_gathering else 1)
            self._ask_again()
            self._turns.wait_for(lambda: self._looked >= wanted, within_s)
            return self._state

    def close(self) -> None:
        """Disconnect. Idempotent; returns without waiting long."""
        with self._turns:
            self._is_closing = True
            self._ask_again()
        if self._thread is not None:
            self._thread.join(1.0)

    def _ask_again(self) -> None:
        self._is_dirty = True
        self._turns.notify_all()
        if self._mainloop is not None:
            self._library.pa_mainloop_wakeup(self._mainloop)

    # ---- the own thread -----------------------------------------------------------------------

    def _run(self) -> None:
        while not self._is_closing:
            self._stay_connected()
            self._publish(None)
            with self._turns:
                self._turns.wait_for(lambda: self._is_closing or self._is_dirty, _TRY_AGAIN_S)

    def _stay_connected(self) -> None:
        library = self._library
        mainloop = library.pa_mainloop_new()
        api = library.pa_mainloop_get_api(mainloop)
        context = library.pa_context_new(api, b"Parley")
        with self._turns:
            self._mainloop = mainloop
            self._is_dirty = True
        try:
            if library.pa_context_connect(context, None, pulse_library.NO_AUTOSPAWN, None) >= 0:
                self._follow(mainloop, context)
        finally:
            with self._turns:
                self._mainloop = None
                self._is_dirty = self._is_gathering = False
            library.pa_context_disconnect(context)
            library.pa_context_unref(context)
            library.pa_mainloop_free(mainloop)

    def _follow(self, mainloop: int, context: int) -> None:
        """Run the connection until it ends."""
        library = self._library
        on_event = pulse_library.OnEvent(self._on_event)
        gathering: _Gathering | None = None
        is_subscribed = False
        while self._take_up_news(mainloop, may_ask=is_subscribed and gathering is None):
            state = library.pa_context_get_state(context)
            if state in (pulse_library.FAILED, pulse_library.TERMINATED):
                return
            if state != pulse_library.READY:
                continue
            if not is_subscribed:
                library.pa_context_set_subscribe_callback(context, on_event, None)
                subscribed = pulse_library.SUBSCRIBED
                _forget(library, library.pa_context_subscribe(context, subscribed, None, None))
                is_subscribed = True
            if gathering is not None and gathering.is_complete:
                self._is_gathering = False
                self._publish(gathering.state())
                gathering = None
            if gathering is None and self._is_dirty:
                self._is_dirty, self._is_gathering = False, True
                gathering = _Gathering(library, context)

    def _take_up_news(self, mainloop: int, *, may_ask: bool) -> bool:
        """Wait for the server, or for a question that may be asked; False once it is over.

        A wake-up that comes before it is prepared is forgotten by libpulse: ours come under the
        lock, so what they are about is seen here.
        """
        library = self._library
        with self._turns:
            if self._is_closing:
                return False
            is_wanted = may_ask and self._is_dirty
            if library.pa_mainloop_prepare(mainloop, 0 if is_wanted else _FOREVER) < 0:
                return False
        if library.pa_mainloop_poll(mainloop) < 0:
            return False
        return bool(library.pa_mainloop_dispatch(mainloop) >= 0)

    def _on_event(self, *_: object) -> None:
        self._is_dirty = True

    def _publish(self, state: SystemState | None) -> None:
        with self._turns:
            is_news = state != self._state
            self._state = state
            self._looked += 1
            self._turns.notify_all()
        if is_news and not self._is_closing:
            self._on_change()


class _Gathering:
    """Five questions to the server; their answers come in this order, the last one ends it."""

    def __init__(self, library: Any, context: int) -> None:
        self.is_complete = False
        self._library = library
        self._defaults = {Direction.OUTPUT: "", Direction.INPUT: ""}
        self._names: dict[tuple[Direction, int], str] = {}
        self._devices: list[SystemDevice] = []
        self._streams: list[tuple[int, Direction, int, float]] = []
        self._kept = (  # C calls these: they must live as long as the questions
            pulse_library.OnServer(self._on_server),
            pulse_library.OnDevice(self._on_sink),
            pulse_library.OnDevice(self._on_source),
            pulse_library.OnSinkInput(self._on_sink_input),
            pulse_library.OnSourceOutput(self._on_source_output),
        )
        questions = (
            library.pa_context_get_server_info,
            library.pa_context_get_sink_info_list,
            library.pa_context_get_source_info_list,
            library.pa_context_get_sink_input_info_list,
            library.pa_context_get_source_output_info_list,
        )
        for question, answer in zip(questions, self._kept, strict=True):
            _forget(library, question(context, answer, None))

    def state(self) -> SystemState:
        """What the answers say together."""
        streams = [
            SystemStream(index, direction, self._names.get((direction, device), ""), latency_s)
            for index, direction, device, latency_s in self._streams
        ]
        return SystemState(tuple(self._devices), tuple(streams))

    def _on_server(self, _context: int, info: Any, _data: object) -> None:
        if info:
            self._defaults = {
                Direction.OUTPUT: _text(info.contents.default_sink_name),
                Direction.INPUT: _text(info.contents.default_source_name),
            }

    def _on_sink(self, _context: int, info: Any, end: int, _data: object) -> None:
        if not end:
            self._note_device(Direction.OUTPUT, info.contents)

    def _on_source(self, _context: int, info: Any, end: int, _data: object) -> None:
        if not end:
            self._note_device(Direction.INPUT, info.contents)

    def _note_device(self, direction: Direction, info: Any) -> None:
        name = _text(info.name)
        self._names[direction, info.index] = name
        if direction is Direction.INPUT and info.monitor_name:
            return  # what a sink plays is no microphone
        self._devices.append(
            SystemDevice(
                id=name,
                name=" ".join(_text(info.description).split()) or name,
                direction=direction,
                rate_hz=info.sample_spec.rate,
                channels=info.sample_spec.channels,
                is_default=self._defaults[direction] == name,
                kind=self._kind(name, info.proplist),
                plug=info.index,
                latency_s=max(info.latency, info.configured_latency) / 1e6,
            )
        )

    def _kind(self, name: str, properties: int | None) -> DeviceKind:
        bus = self._property(properties, b"device.bus")
        form = self._property(properties, b"device.form_factor")
        if bus == "bluetooth" or name.startswith("bluez_"):
            return DeviceKind.BLUETOOTH
        is_inside = form == "internal" or (bus in ("pci", "platform") and form in ("", "speaker"))
        return DeviceKind.BUILT_IN if is_inside else DeviceKind.OTHER

    def _on_sink_input(self, _context: int, info: Any, end: int, _data: object) -> None:
        if not end:
            self._note_stream(Direction.OUTPUT, info.contents)

    def _on_source_output(self, _context: int, info: Any, end: int, _data: object) -> None:
        if not end:
            self._note_stream(Direction.INPUT, info.contents)
        else:
            self.is_complete = True

    def _note_stream(self, direction: Direction, info: Any) -> None:
        if self._property(info.proplist, b"application.process.id") == str(os.getpid()):
            latency_s = (info.buffer_usec + info.device_usec) / 1e6
            self._streams.append((info.index, direction, info.device, latency_s))

    def _property(self, properties: int | None, key: bytes) -> str:
        return _text(self._library.pa_proplist_gets(properties, key)) if properties else ""


def _forget(library: ctypes.CDLL, operation: int | None) -> None:
    if operation:
        library.pa_operation_unref(operation)


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode(errors="replace")
