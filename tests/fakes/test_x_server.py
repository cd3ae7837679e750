"""The test's own X server takes windows."""

from __future__ import annotations

import os
import subprocess

from tests.fakes.x_server import XServer


def test_a_program_finds_the_display(x_server: XServer):
    asked = subprocess.run(
        ["xdotool", "getdisplaygeometry"], capture_output=True, text=True, check=True
    )
    assert asked.stdout.split() == ["1280", "800"]
    assert os.environ["DISPLAY"] == x_server.display


def test_two_servers_do_not_meet(x_server: XServer):
    other = XServer()
    try:
        other.start()
        assert other.display != x_server.display
    finally:
        other.close()


def test_its_screen_can_be_looked_at(x_server: XServer):
    picture = x_server.picture()
    assert picture.size == (1280, 800)
    assert picture.getextrema() == ((0, 0), (0, 0), (0, 0))
