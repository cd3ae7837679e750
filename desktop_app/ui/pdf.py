"""Conversations as PDF. May be called on a worker thread; a QGuiApplication must exist."""

from __future__ import annotations

import errno
import html
import math
import os
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import (
    QFile,
    QFileDevice,
    QIODevice,
    QMarginsF,
    QPointF,
    QRectF,
    QSizeF,
    Qt,
    QUrl,
)
from PySide6.QtGui import (
    QFont,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
    QTextOption,
)

from desktop_app.errors import InputError
from desktop_app.export.exporting import ExportWish, chosen_threads, page_title, written_whole
from desktop_app.export.formatted import formatted
from desktop_app.export.watch import Watch
from desktop_app.export.wording import failure_of, notes_of, speaker_of, title_of, video_words
from desktop_app.journal.records import MessageRecord, Role
from desktop_app.journal.snapshot import Snapshot, open_snapshot
from desktop_app.prose import tr
from desktop_app.ui.gallery.film import still

_MARGIN_MM = 20.0
_POINTS = 10
_DPI = 300
_GAP_PT = 12
_FOOT_PT = 24
_UNCUT = 0.3  # of a page
_TOUCH = 2.0  # of 300 to an inch
_STYLE = """
p { white-space: pre-wrap; line-height: 130%; }
li { line-height: 130%; }
pre, code { font-family: monospace; font-size: 9pt; }
pre { white-space: pre-wrap; background: #f3f2ee; }
a { color: #0b6b5b; }
table { border-collapse: collapse; border: 1px solid #999999; }
th, td { padding: 3px 8px; border: 1px solid #999999; }
"""


def export_pdf(wish: ExportWish, watch: Watch | None = None) -> int:
    """Write the file; returns how many threads are in it. Memory does not grow with them.

    Raises:
        StorageError, InputError, StoppedError: As ``export_threads``.
    """
    watch = watch or Watch()
    with open_snapshot(wish.folder) as snapshot:
        chosen = chosen_threads(snapshot, wish.thread_ids)
        watch.begin(sum(snapshot.count(thread.id) for thread in chosen))
        with written_whole(wish.path) as part, _Pages(part, page_title(chosen)) as pages:
            for number, thread in enumerate(chosen):
                if number:
                    pages.turn()
                pages.put(pages.heading(title_of(thread)))
                for message in snapshot.messages(thread.id):
                    watch.step()
                    pages.put(pages.message(message, snapshot))
    return len(chosen)


def export_pdf_without_window(wish: ExportWish, watch: Watch) -> int:
    """For the command line: no screen is needed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication.instance() or QGuiApplication(["parley"])
    try:
        return export_pdf(wish, watch)
    finally:
        del application


class _Pages:
    """Puts one piece of text below the other and turns the page between lines."""

    def __init__(self, path: Path, title: str) -> None:
        self._file = QFile(str(path))
        self._file.open(QIODevice.OpenModeFlag.WriteOnly)
        self._writer = QPdfWriter(self._file)
        self._writer.setResolution(_DPI)
        self._writer.setTitle(title)
        self._writer.setCreator("Parley")
        margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
        layout = QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            margins,
            QPageLayout.Unit.Millimeter,
        )
        self._writer.setPageLayout(layout)
        self._painter = QPainter()
        self._point = _DPI / 72
        size = layout.paintRectPixels(_DPI).size()
        self._width = float(size.width())
        self._height = size.height() - _FOOT_PT * self._point
        self._y = 0.0
        self._number = 1

    def __enter__(self) -> _Pages:
        if not self._painter.begin(self._writer):
            raise InputError("export.unwritable", tr("The PDF cannot be written there."))
        return self

    def __exit__(self, *_: object) -> None:
        self._write_number()
        self._painter.end()
        self._file.flush()
        self._check()
        self._file.close()

    def _check(self) -> None:
        """Qt's painter goes on where nothing can be written any more; its file remembers it.

        Raises:
            OSError: What could not be written.
        """
        if self._file.error() is not QFileDevice.FileError.NoError:
            raise OSError(errno.EIO, self._file.errorString())

    def turn(self) -> None:
        """Begin a new page."""
        self._write_number()
        self._writer.newPage()
        self._number += 1
        self._y = 0.0

    def heading(self, title: str) -> QTextDocument:
        """What stands above a thread."""
        return self._document(f"<h2>{html.escape(title)}</h2>")

    def message(self, message: MessageRecord, snapshot: Snapshot) -> QTextDocument:
        """One message with its pictures; everything that anybody wrote is escaped."""
        notes = html.escape(" · ".join(notes_of(message)))
        parts = [
            f"<p><b>{html.escape(speaker_of(message))}</b> "
            f'<span style="color:#666; font-size:8pt">{notes}</span></p>'
        ]
        if text := message.text.strip():
            is_reply = message.role is Role.ASSISTANT
            parts.append(formatted(text) if is_reply else f"<p>{html.escape(text)}</p>")
        if reason := failure_of(message):
            parts.append(f'<p style="color:#b02020">{html.escape(reason)}</p>')
        images: list[QImage] = []
        for picture in snapshot.pictures(message.thread_id, message.id):
            image = still(snapshot.folder / picture.path)
            if not image.isNull():
                width = min(self._width, image.width() * _DPI / 96)
                scale = min(1.0, 0.9 * self._height / (width * image.height() / image.width()))
                parts.append(
                    f'<p><img src="picture:{len(images)}" width="{int(width * scale)}"></p>'
                )
                images.append(image)
            if picture.is_video:
                said = html.escape(video_words(picture))
                parts.append(f'<p style="color:#666; font-size:8pt">{said}</p>')
        return self._document("".join(parts), images)

    def _document(self, body: str, images: list[QImage] | None = None) -> QTextDocument:
        document = QTextDocument()
        document.documentLayout().setPaintDevice(self._writer)
        document.setDocumentMargin(0)
        document.setDefaultFont(QFont(QGuiApplication.font().family(), _POINTS))
        option = QTextOption()
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        document.setDefaultTextOption(option)
        for number, image in enumerate(images or ()):
            kind = QTextDocument.ResourceType.ImageResource.value
            document.addResource(kind, QUrl(f"picture:{number}"), image)
        document.setDefaultStyleSheet(_STYLE)
        document.setHtml(body)
        document.setTextWidth(self._width)
        return document

    def put(self, document: QTextDocument) -> None:
        """Below what is there; what is short is not cut by the end of a page."""
        left = self._height - self._y
        whole = document.size().height()
        if whole > left and whole <= self._height * _UNCUT and self._y:
            self.turn()
        begin = 0.0
        for end in self._cuts(document):
            self._draw(document, begin, end)
            if end < whole:
                self.turn()
            begin = end
        self._check()
        self._y += _GAP_PT * self._point

    def _cuts(self, document: QTextDocument) -> Iterator[float]:
        """Where pages end: below the last line that fits, and at the end."""
        begin, last = 0.0, 0.0
        left = self._height - self._y
        for bottom in _line_bottoms(document):
            if bottom - begin > left and last > begin:
                yield last
                begin, left = last, self._height
            last = bottom
        yield document.size().height()

    def _draw(self, document: QTextDocument, begin: float, end: float) -> None:
        self._painter.save()
        self._painter.translate(QPointF(0.0, self._y - begin))
        # A line that only touches the cut belongs to the other page.
        shown = QRectF(0.0, begin + _TOUCH, self._width, max(0.0, end - begin - 2 * _TOUCH))
        document.drawContents(self._painter, shown)
        self._painter.restore()
        self._y += end - begin

    def _write_number(self) -> None:
        self._painter.setFont(QFont(QGuiApplication.font().family(), 8))
        foot = QRectF(QPointF(0.0, self._height), QSizeF(self._width, _FOOT_PT * self._point))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        self._painter.drawText(foot, int(flags), str(self._number))


def _line_bottoms(document: QTextDocument) -> Iterator[float]:
    """Where a page may end: between lines, and in a table where no cell has one across it."""
    reach = -math.inf
    for top, bottom in sorted(_lines(document)):
        if -math.inf < reach <= top + _TOUCH:
            yield reach
        reach = max(reach, bottom)
    if reach > -math.inf:
        yield reach


def _lines(document: QTextDocument) -> Iterator[tuple[float, float]]:
    """Top and bottom of each."""
    layout = document.documentLayout()
    block = document.begin()
    while block.isValid():
        top = layout.blockBoundingRect(block).top()
        lines = block.layout()
        for number in range(lines.lineCount()):
            line = lines.lineAt(number)
            yield top + line.y(), top + line.y() + line.height()
        block = block.next()
