"""The bus of screen readers, owned by one test: what a window tells them is read and heard here."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from jeepney import DBusAddress, HeaderFields, MatchRule, Message, message_bus, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.fakes import child_server
from tests.fakes.child_server import ServerMissingError

_WITHIN_S = 40.0
_START_LIMIT_S = 15.0
_LOOK_S = 0.1
_ACCESSIBLE = "org.a11y.atspi.Accessible"
_REGISTRY = DBusAddress(
    "/org/a11y/atspi/registry", "org.a11y.atspi.Registry", "org.a11y.atspi.Registry"
)
_ROOT = DBusAddress("/org/a11y/atspi/accessible/root", "org.a11y.atspi.Registry", _ACCESSIBLE)
_HEARD = ("object:announcement", "object:state-changed:focused", "focus:")
_FOCUSED = 12  # ATSPI_STATE_FOCUSED
_Found = TypeVar("_Found")
_ON_SCREEN = 0  # ATSPI_COORD_TYPE_SCREEN


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that a window told.

    Attributes:
        kind: Such as ``Announcement`` or ``StateChanged``.
        detail: Such as ``focused``.
        words: What was announced, or the name of what it is about.
        node: What it is about.
    """

    kind: str
    detail: str
    words: str
    node: Node


class Node:
    """One thing that a window has, as a screen reader sees it."""

    def __init__(self, line: DBusConnection, owner: str, path: str) -> None:
        self._line = line
        self._owner = owner
        self._path = path

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self._property("Name"))

    @property
    def role(self) -> str:
        """What it is, such as ``push button``."""
        return str(self._call("GetRoleName")[0])

    @property
    def is_focused(self) -> bool:
        """Whether it has the keyboard."""
        low = self._call("GetState")[0][0]
        return bool(low & (1 << _FOCUSED))

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, width and height on the screen, px."""
        where = DBusAddress(self._path, self._owner, "org.a11y.atspi.Component")
        left, top, width, height = _asked(
            self._line, new_method_call(where, "GetExtents", "u", (_ON_SCREEN,))
        )[0]
        return left, top, width, height

    def children(self) -> list[Node]:
        """What it consists of."""
        found = self._call("GetChildren")[0]
        return [Node(self._line, owner, path) for owner, path in found]

    def walk(self) -> Iterator[Node]:
        """It and everything in it."""
        yield self
        for child in self.children():
            yield from child.walk()

    def press(self) -> None:
        """Do what a press of it does."""
        where = DBusAddress(self._path, self._owner, "org.a11y.atspi.Action")
        _asked(self._line, new_method_call(where, "DoAction", "i", (0,)))

    def _call(self, method: str) -> Any:
        where = DBusAddress(self._path, self._owner, _ACCESSIBLE)
        return _asked(self._line, new_method_call(where, method))

    def _property(self, name: str) -> Any:
        where = DBusAddress(self._path, self._owner, "org.freedesktop.DBus.Properties")
        return _asked(self._line, new_method_call(where, "Get", "ss", (_ACCESSIBLE, name)))[0][1]


class AccessibilityBus:
    """A session bus with at-spi2-core on it, both children of the test.

    Attributes:
        environment: Variables with which a program speaks to it.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="parley-speech-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._lines: list[DBusConnection] = []
        self.environment: dict[str, str] = {}

    def start(self) -> None:
        """Start the bus and the registry.

        Raises:
            ServerMissingError: A program is not installed; says which.
        """
        daemon = child_server.program("dbus-daemon", "dbus")
        address = f"unix:path={self._folder / 'session'}"
        self.environment = {
            "DBUS_SESSION_BUS_ADDRESS": address,
            "XDG_RUNTIME_DIR": str(self._folder),
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        self._process = child_server.start(
            [daemon, "--session", "--nofork", "--nopidfile", f"--address={address}"],
            log=self._folder / "log",
            environment={**os.environ, **self.environment},
        )
        end = time.monotonic() + _START_LIMIT_S
        while not (self._folder / "session").exists():
            if time.monotonic() > end or self._process.poll() is not None:
                raise ServerMissingError(f"dbus-daemon did not start: {self._log()}")
            time.sleep(_LOOK_S)
        self._line = self._connect(self._readers_address(address))
        for kind in _HEARD:
            call = new_method_call(_REGISTRY, "RegisterEvent", "sass", (kind, [], ""))
            _asked(self._line, call)
        rule = MatchRule(type="signal", interface="org.a11y.atspi.Event.Object")
        self._ear = self._connect(self._address)
        _asked(self._ear, message_bus.AddMatch(rule))

    def close(self) -> None:
        """End everything and remove the folder."""
        for line in self._lines:
            line.close()
        if self._process is not None:
            child_server.end(self._process)
        shutil.rmtree(self._folder, ignore_errors=True)

    def window(self, name: str) -> Node:
        """The window of that name, once a program has told of it."""
        return self.eventually(lambda: self._find_window(name))

    def find(self, whole: Node, role: str, name: str) -> Node:
        """The thing of that role whose name begins so, once it is there."""

        def look() -> Node | None:
            for node in whole.walk():
                if node.role == role and node.name.startswith(name):
                    return node
            return None

        return self.eventually(look)

    def lose(self, whole: Node, role: str, name: str) -> None:
        """Return when there is nothing of that role whose name begins so."""

        def is_gone() -> bool:
            found = [node for node in whole.walk() if node.role == role]
            return not any(node.name.startswith(name) for node in found)

        self.eventually(is_gone)

    def eventually(self, find: Callable[[], _Found | None]) -> _Found:
        """What ``find`` gives once it gives something: another process can only be looked at."""
        end = time.monotonic() + _WITHIN_S
        while True:
            try:
                found = find()
            except _GoneError:
                found = None
            if found:
                return found
            assert time.monotonic() < end, "it did not come"
            time.sleep(_LOOK_S)

    def heard(self, kind: str, words: str) -> list[Heard]:
        """Everything that was told, up to what begins with ``words``."""
        told: list[Heard] = []
        end = time.monotonic() + _WITHIN_S
        while True:
            message = self._ear.receive(timeout=max(0.1, end - time.monotonic()))
            if (one := self._read(message)) is not None:
                told.append(one)
                if one.kind == kind and one.words.startswith(words):
                    return told

    def forget(self) -> None:
        """Let what was told until now be old."""
        while True:
            try:
                self._ear.receive(timeout=_LOOK_S)
            except TimeoutError:
                return

    def _read(self, message: Message) -> Heard | None:
        fields = message.header.fields
        if fields.get(HeaderFields.interface) != "org.a11y.atspi.Event.Object":
            return None
        kind, detail = str(fields[HeaderFields.member]), str(message.body[0])
        node = Node(self._line, fields[HeaderFields.sender], fields[HeaderFields.path])
        if kind == "Announcement":
            return Heard(kind, detail, str(message.body[3][1]), node)
        if kind == "StateChanged" and detail == "focused" and message.body[1]:
            try:
                return Heard(kind, detail, node.name, node)
            except _GoneError:
                return None
        return None

    def _find_window(self, name: str) -> Node | None:
        root = Node(self._line, str(_ROOT.bus_name), str(_ROOT.object_path))
        for program in root.children():
            for window in program.children():
                if window.name == name:
                    return window
        return None

    def _readers_address(self, session: str) -> str:
        line = self._connect(session)
        where = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
        try:
            self._address = str(_asked(line, new_method_call(where, "GetAddress"))[0])
        except _GoneError as error:
            raise ServerMissingError(
                f"at-spi2-core does not answer ({error}); `python3 packaging/dev.py test` "
                "installs it, or: apt-get install at-spi2-core"
            ) from error
        return self._address

    def _connect(self, address: str) -> DBusConnection:
        line = open_dbus_connection(address)
        self._lines.append(line)
        return line

    def _log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-500:]


class _GoneError(Exception):
    """What was asked does not exist, or no longer."""


def _asked(line: DBusConnection, call: Message) -> Any:
    reply = line.send_and_get_reply(call, timeout=_START_LIMIT_S)
    if reply.header.message_type.name == "error":
        raise _GoneError(reply.header.fields.get(HeaderFields.error_name), reply.body)
    return reply.body
