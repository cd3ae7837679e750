"""Tooltips say words as they are, whoever wrote them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument

from desktop_app import ui
from desktop_app.protocol.service_calls import ModelRow
from desktop_app.ui.button import Button
from desktop_app.ui.labels import Label
from desktop_app.ui.models.model_rows import ModelRows
from desktop_app.ui.threads.thread_rows import Row, ThreadRows
from desktop_app.ui.tips import plain_tip

HOSTILE = '<img src="//elsewhere/share/x.png"> &lt;b&gt; <h1>Pay here</h1>'


def read(tip: str) -> str:
    """A tooltip as Qt shows it; where a picture stands, U+FFFC does."""
    shown = QTextDocument()
    shown.setHtml(tip)
    return shown.toPlainText()


def test_what_looks_like_html_is_read_as_words(qapp):
    assert "\N{OBJECT REPLACEMENT CHARACTER}" in read(HOSTILE)  # else nothing is shown here
    assert read(plain_tip(HOSTILE)) == HOSTILE


@pytest.mark.parametrize("words", ["Send (Enter)", "a\nb", "1 > 0"])
def test_other_words_stay_as_they_are(words):
    assert plain_tip(words) == words


def test_lines_and_spaces_stay(qapp):
    assert read(plain_tip("a  <b>\nc")) == "a  <b>\nc"


def test_a_title_a_file_and_a_model_are_not_read_as_html(look, qtbot):
    rows = ThreadRows()
    rows.show((Row(HOSTILE, "a", hint="yesterday"),), has_more=False)
    assert HOSTILE in read(rows.index(0).data(Qt.ItemDataRole.ToolTipRole))
    label = Label(look, None, HOSTILE)
    qtbot.addWidget(label)
    label.resize(40, 20)
    label.grab()
    assert HOSTILE in read(label.toolTip())
    button = Button(look, None, text="Remove", says=f"Remove {HOSTILE}")
    qtbot.addWidget(button)
    assert HOSTILE in read(button.toolTip())
    models = ModelRows()
    models.show_rows((ModelRow("p", HOSTILE),), "")
    assert HOSTILE in read(models.index(0).data(Qt.ItemDataRole.ToolTipRole))


def test_no_tooltip_of_the_window_is_set_in_another_way():
    """The program's own words may be set as they are."""
    set_as = re.compile(r"setToolTip\((?!plain_tip\(|tr\(|self\._rest\))")
    files = Path(ui.__path__[0]).rglob("*.py")
    assert [one.name for one in files if set_as.search(one.read_text("utf-8"))] == []
