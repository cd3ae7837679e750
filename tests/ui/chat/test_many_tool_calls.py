"""A reply that called very many tools: only what changed and what is in sight costs anything."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from desktop_app.journal.records import MessageRecord, MessageStatus
from desktop_app.journal.reply_details import ReplyDetails, ToolState, ToolUse
from desktop_app.ui.chat import fold_list, folds
from desktop_app.ui.chat.fold_list import FoldList
from desktop_app.ui.chat.folds import folds_of
from desktop_app.ui.chat.message_row import MessageRow
from desktop_app.ui.chat.picture_shelf import PictureShelf
from desktop_app.ui.chat.text_block import TextBlock
from desktop_app.ui.look import Look
from tests.ui.conftest import make_message

CALLS = tuple(ToolUse(f"c{n}", "look_up", '{"n": 1}', state=ToolState.DONE) for n in range(1000))
REPLY = make_message(1, "It", details=ReplyDetails(tools=CALLS), status=MessageStatus.STREAMING)


@pytest.fixture
def look(qapp):
    return Look(theme="light")


def test_words_that_grow_leave_the_calls_as_they_are(look, monkeypatch):
    told = []

    def counted(message, known):
        told.append(message)
        return folds_of(message, known)

    monkeypatch.setattr(fold_list, "folds_of", counted)
    row = MessageRow(look, REPLY, 600, PictureShelf())
    row.show(replace(REPLY, text="It grows"))
    assert len(told) == 1
    row.show(replace(REPLY, text=""))
    row.show(replace(REPLY, text="", status=MessageStatus.COMPLETE))
    row.show(replace(REPLY, text="", status=MessageStatus.COMPLETE, details=ReplyDetails()))
    assert len(told) == 4


def test_only_the_lines_in_sight_are_painted(look, monkeypatch):
    painted = []
    folds = FoldList(look, 600)
    folds.show(folds_of(REPLY))
    monkeypatch.setattr(folds, "_paint_line", lambda _painter, fold, _y: painted.append(fold.key))
    image = QImage(600, 100, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    folds.paint(painter, QRectF(0, 500 * look.scaled(28) + 1, 600, 2 * look.scaled(28) - 2))
    painter.end()
    assert painted == ["tool-c500", "tool-c501"]


def test_a_body_that_is_open_is_painted_while_its_line_is_out_of_sight(look):
    folds = FoldList(look, 600)
    long = "\n".join(f"line {n}" for n in range(40))
    folds.show(folds_of(make_message(1, "It", details=ReplyDetails(reasoning=long * 3))))
    folds.toggle("reasoning")
    image = QImage(600, int(folds.height), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    folds.paint(painter, QRectF(0, 100, 600, 60))
    painter.end()
    rows = range(100, 160)
    assert any(image.pixel(x, y) != 0xFFFFFFFF for y in rows for x in range(18, 300))


def test_thoughts_that_grow_put_no_call_in_words_again(look, monkeypatch):
    formatted = []
    monkeypatch.setattr(folds, "pretty_json", lambda text: formatted.append(text) or text)
    row = MessageRow(look, REPLY, 600, PictureShelf())
    assert len(formatted) == len(CALLS)
    again = tuple(replace(call) for call in CALLS[:-1])  # as they come from the engine: alike
    failed = replace(CALLS[-1], state=ToolState.FAILED)
    row.show(replace(REPLY, details=ReplyDetails(reasoning="So", tools=(*again, failed))))
    assert len(formatted) == len(CALLS) + 1


def _thinking(text: str) -> MessageRecord:
    return make_message(1, "", details=ReplyDetails(reasoning=text), status=MessageStatus.STREAMING)


def test_of_thoughts_that_grow_only_the_end_is_painted_again(look):
    first = "It follows that this is so. " * 40 + "\n\n"
    row = MessageRow(look, _thinking(first * 3), 600, PictureShelf())
    row.toggle(next(iter(row.targets(0, 100))))
    row.measure(0, 10_000)
    before = dict.fromkeys(key for key, _, _ in row.pieces(0, 10_000))
    row.show(_thinking(first * 3 + "More"))
    row.measure(0, 10_000)
    after = [key for key, _, _ in row.pieces(0, 10_000)]
    assert [key in before for key in after[:5]] == [True, True, True, True, False]


def test_long_thoughts_are_shown_to_their_end(look):
    row = MessageRow(look, _thinking("Word by word. " * 5_000 + "The end"), 600, PictureShelf())
    row.toggle(next(iter(row.targets(0, 100))))
    row.measure(0, 1_000_000)
    assert row.height > 70_000 // 80 * 20


def test_what_of_a_tool_is_not_shown_is_said(look):
    long = replace(CALLS[0], output="x" * 30_000)
    [fold] = folds_of(make_message(1, "It", details=ReplyDetails(tools=(long,))))
    assert fold.body.endswith("x\n…")


def test_a_tool_that_is_open_is_not_laid_out_again_while_thoughts_grow(look, monkeypatch):
    row = MessageRow(look, REPLY, 600, PictureShelf())
    row.toggle(next(one for one in row.targets(0, 100) if one.value == "tool-c0"))
    laid_out = []
    monkeypatch.setattr(TextBlock, "_lay_out", lambda block, _width: laid_out.append(block))
    row.show(replace(REPLY, details=ReplyDetails(reasoning="So", tools=CALLS)))
    assert laid_out == []
