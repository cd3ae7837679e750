"""A picture's relatives as small pictures in one row: made from, beside it, made from it."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.journal.records import PictureRecord
from desktop_app.prose import mark, tr
from desktop_app.ui import look as size
from desktop_app.ui.button import EnterButton
from desktop_app.ui.gallery import picture_words
from desktop_app.ui.gallery.play_sign import paint_play_sign
from desktop_app.ui.gallery.thumbnail_supply import ThumbnailSupply
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.tips import plain_tip

SIDE = 56
MOST = 12
_GROUPS = (mark("Made from"), mark("Alternatives"), mark("Made from this"))


class Family(NamedTuple):
    """The relatives of one picture, oldest first."""

    ancestors: tuple[PictureRecord, ...] = ()
    siblings: tuple[PictureRecord, ...] = ()
    children: tuple[PictureRecord, ...] = ()


def family_of(picture: PictureRecord, relatives: tuple[PictureRecord, ...]) -> Family:
    """Sort the relatives of a picture by what they are to it."""
    by_id = {one.id: one for one in relatives}
    ancestors: list[PictureRecord] = []
    parent = by_id.get(picture.parent_id)
    while parent is not None and parent not in ancestors:
        ancestors.insert(0, parent)
        parent = by_id.get(parent.parent_id)
    children = tuple(one for one in relatives if one.parent_id == picture.id)
    known = {picture.id, *(one.id for one in ancestors), *(one.id for one in children)}
    siblings = tuple(one for one in relatives if one.id not in known)
    return Family(tuple(ancestors), siblings, children)


class PictureButton(EnterButton):
    """One relative."""

    def __init__(
        self, look: Look, parent: QWidget, picture: PictureRecord, supply: ThumbnailSupply
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._supply = supply
        self.picture = picture
        self.setFixedSize(SIDE, SIDE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(picture_words.caption(picture))
        self.setToolTip(plain_tip(picture_words.caption(picture)))

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(SIDE, SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        image = self._supply.image(self.picture.path)
        if image is not None and not image.isNull():
            painter.drawImage(self.rect(), image)
            size.edge_picture(painter, QRectF(self.rect()), self._look)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._look.colour("hover"))
            painter.drawRoundedRect(self.rect(), size.RADIUS, size.RADIUS)
        if self.picture.is_video:
            paint_play_sign(painter, QRectF(self.rect()), self._look)
        if self.hasFocus() or self.underMouse():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._look.colour("accent"), 2))
            around = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            painter.drawRoundedRect(around, size.RADIUS, size.RADIUS)


class FamilyStrip(QWidget):
    """The relatives of the picture that is looked at; hidden where there are none.

    Signals:
        chosen: A relative that the person wants to see.
    """

    chosen = Signal(object)

    def __init__(self, look: Look, parent: QWidget, supply: ThumbnailSupply) -> None:
        super().__init__(parent)
        self._look = look
        self._supply = supply
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        supply.arrived.connect(self._on_arrived)
        self.hide()

    def show_family(self, family: Family) -> None:
        """Show these relatives."""
        while (item := self._row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        ratio = self.devicePixelRatioF()
        self._supply.use_size(round(SIDE * ratio), size.RADIUS * ratio)
        for title, group in zip(_GROUPS, family, strict=True):
            if group:
                self._add_group(tr(title), group[-MOST:])
        self._row.addStretch(1)
        self._supply.want([one.path for group in family for one in group[-MOST:]])
        self.setVisible(any(family))

    def _add_group(self, title: str, group: tuple[PictureRecord, ...]) -> None:
        label = Label(self._look, self, title, px=size.CAPTION, ink="dim")
        label.setSizePolicy(label.sizePolicy().Policy.Fixed, label.sizePolicy().Policy.Fixed)
        self._row.addWidget(label)
        for picture in group:
            button = PictureButton(self._look, self, picture, self._supply)
            button.clicked.connect(self._on_clicked)
            self._row.addWidget(button)
        self._row.addSpacing(8)

    @property
    def buttons(self) -> list[PictureButton]:
        """In the order in which they stand."""
        items = [self._row.itemAt(number) for number in range(self._row.count())]
        found = [item.widget() for item in items if item is not None]
        return [one for one in found if isinstance(one, PictureButton)]

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, PictureButton):
            self.chosen.emit(button.picture)

    def _on_arrived(self, _paths: frozenset[str]) -> None:
        for button in self.buttons:
            button.update()
