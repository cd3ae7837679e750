"""A system without a keyring: a key that is entered in the window is used until it is closed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.profiles import KEY_VARIABLE
from tests.fakes.person import Person
from tests.fakes.service import real_service
from tests.journeys.test_panels_loop import until
from tests.journeys.test_window_loop import live  # noqa: F401 - a fixture
from tests.processes.test_engine import choose


def test_bar_47_a_key_without_a_keyring_is_used_in_this_run_and_written_nowhere(
    live,  # noqa: F811
    tmp_path,
):
    async def enters(person: Person) -> None:
        person.window.settings_requested.emit()
        card = person.window.pane._built("settings").key
        await until(lambda: KEY_VARIABLE in card.words.text())
        card.field.setText(service.api.key)
        QTest.keyClick(card.field, Qt.Key.Key_Return)
        await until(lambda: not card.field.text())
        assert "used until Parley ends" in card.words.text()
        person.window.pane.show_page("")
        person.types("what is seven times eight")
        assert "56" in (await person.sees_reply()).text

    with real_service(tmp_path / "elsewhere") as service:
        choose("near", near={"base_url": service.api.base_url})
        live(enters)
        written = [file for file in (tmp_path / "parley").rglob("*") if file.is_file()]
        assert written
        assert not any(service.api.key.encode() in file.read_bytes() for file in written)
