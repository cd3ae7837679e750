"""A refused microphone leads to the page of the system that allows it."""

from __future__ import annotations

import pytest

from desktop_app.link.messages import Notice, NoticeLevel
from desktop_app.ui import wording
from desktop_app.ui.voice import microphone_page as pages
from desktop_app.ui.voice.microphone_page import microphone_page


@pytest.mark.parametrize(
    ("platform", "code", "kind", "scheme"),
    [
        ("win32", "device.refused", "", "ms-settings"),
        ("win32", "device.silent", "", ""),
        ("darwin", "device.refused", "microphone", "x-apple.systempreferences"),
        ("darwin", "device.silent", "", "x-apple.systempreferences"),
        ("darwin", "device.refused", "loudspeaker", ""),
        ("darwin", "device.lost", "", ""),
        ("linux", "device.refused", "", ""),
    ],
)
def test_only_a_refusal_of_a_microphone_has_a_page(platform, code, kind, scheme):
    page = microphone_page(code, {"kind": kind} if kind else {}, platform)
    assert page.partition(":")[0] == scheme


@pytest.mark.parametrize(
    ("platform", "says"), [("win32", "Allow the microphone"), ("linux", "Try again")]
)
def test_the_button_says_where_it_leads_and_leads_there(desk, monkeypatch, platform, says):
    opened = []
    monkeypatch.setattr(pages.sys, "platform", platform)
    monkeypatch.setattr(
        "desktop_app.ui.wiring.QDesktopServices.openUrl", lambda url: opened.append(url.scheme())
    )
    assert wording.action_label("settings", "device.refused", {"device": "USB"}) == says
    refused = Notice(NoticeLevel.ERROR, "device.refused", {"device": "USB"}, "settings")
    desk.window.pane.notices.action_chosen.emit(refused)
    assert opened == (["ms-settings"] if platform == "win32" else [])
