"""One picture: whole, with how it was made, its relatives, and what can be done with it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop_app.journal.records import PictureRecord
from desktop_app.prose import tr
from desktop_app.protocol.motion_jpeg import MotionJpeg
from desktop_app.ui import look as size
from desktop_app.ui.button import BY_KEYBOARD, ICON_AIR, LABELLED_ICON_AIR, Button
from desktop_app.ui.gallery import picture_words
from desktop_app.ui.gallery.edit_row import EditRow
from desktop_app.ui.gallery.family_strip import Family, FamilyStrip, family_of
from desktop_app.ui.gallery.film_bar import FilmBar
from desktop_app.ui.gallery.lines import in_line, inset
from desktop_app.ui.gallery.picture_canvas import PictureCanvas, Shown
from desktop_app.ui.gallery.thumbnail_supply import ThumbnailSupply
from desktop_app.ui.labels import Label
from desktop_app.ui.look import Look
from desktop_app.ui.mirroring import leading, mirrored_margins
from desktop_app.ui.numbers import money
from desktop_app.ui.typed_text import typed_text
from desktop_app.ui.wording import apart

COMPARED = 4
_OTHERS = COMPARED - 1
_PROMPT_CHARACTERS = 600
_GIVE_WAY = (4, 1, 3, 2, 6, 5)  # facts that are left out first; who made it stays
_MARGIN = 20  # px; words and icons begin and end there, whatever air their buttons have


class PictureViewer(QWidget):
    """Shows what it is told to; knows neither journal nor disk.

    Signals:
        closed: The person wants to see all pictures again.
        step_requested: -1 for the one before, 1 for the next one.
        picture_wanted: A relative, to be looked at instead.
        images_wanted: Pictures whose images are needed.
        edit_requested: The picture, and in words what shall become of it.
        filming_requested: The picture, and in words the video that begins with it.
        film_wanted: A video, of which it is to be told whether it is played here.
        played_elsewhere: A video that is not.
        copy_requested, save_requested, delete_requested, message_requested, drag_requested:
            The picture.
    """

    spoken_role = "Graphic"

    closed = Signal()
    step_requested = Signal(int)
    picture_wanted = Signal(object)
    images_wanted = Signal(object)
    edit_requested = Signal(object, str)
    filming_requested = Signal(object, str)
    film_wanted = Signal(object)
    played_elsewhere = Signal(object)
    copy_requested = Signal(object)
    save_requested = Signal(object)
    delete_requested = Signal(object)
    message_requested = Signal(object)
    drag_requested = Signal(object)

    def __init__(self, look: Look, parent: QWidget, supply: ThumbnailSupply) -> None:
        super().__init__(parent)
        self._look = look
        self._picture: PictureRecord | None = None
        self._images: dict[str, QImage] = {}
        self._gone = frozenset[str]()  # ids of pictures without a file
        self._family = Family()
        self._compared: tuple[PictureRecord, ...] = ()
        self._row: tuple[PictureRecord, ...] = ()
        self._thread = ""
        self._cost_usd: float | None = None
        self._length_s = 0.0  # of a video
        self.canvas = PictureCanvas(look, self)
        self.bar = FilmBar(look, self)
        self.strip = FamilyStrip(look, self, supply)
        self._prompt = QLabel(self)
        self._facts = Label(look, self, ink="dim", px=size.SMALL)
        self._place = Label(look, self, ink="dim", px=size.SMALL)
        self.edit = EditRow(look, self)
        self._dress()
        self._lay_out()
        self._connect()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Picture"))

    def _dress(self) -> None:
        self._prompt.setTextFormat(Qt.TextFormat.PlainText)
        self._prompt.setWordWrap(True)
        self._prompt.setAlignment(leading())
        self._prompt.setFont(self._look.font(size.TEXT))
        self._prompt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._place.alignment = Qt.AlignmentFlag.AlignCenter

    def _button(self, icon: str, says: str, key: str = "", text: str = "") -> Button:
        button = Button(self._look, self, icon=icon, text=text, says=says)
        button.describe(says, key)
        return button

    def _lay_out(self) -> None:
        self.back = self._button("back", tr("Gallery"), "Esc", tr("Gallery"))
        self.before = self._button("left", tr("The picture before"), "PgUp")
        self.after = self._button("right", tr("The next picture"), "PgDown")
        self.compare = self._button("compare", tr("Compare with its relatives"))
        self.compare.setCheckable(True)
        self.compare.setEnabled(False)
        self.message = self._button("chat", tr("Go to its message"))
        self.copy = self._button("copy", tr("Copy the picture"))
        self.save = self._button("save", tr("Save the picture as a file"))
        self.delete = self._button("trash", tr("Delete the picture"))
        top = QGridLayout()  # of which the sides are equally wide: the middle is the picture's
        top.setHorizontalSpacing(0)  # in a narrow window large letters need all of it
        at = Qt.AlignmentFlag
        top.addLayout(in_line(self.back), 0, 0, at.AlignLeading)
        top.addLayout(in_line(self.before, self._place, self.after), 0, 1)
        steps = (self.compare, self.message, self.copy, self.save, self.delete)
        top.addLayout(in_line(*steps), 0, 2, at.AlignTrailing)
        top.setColumnStretch(0, 1)
        top.setColumnStretch(2, 1)
        left, right = _MARGIN - LABELLED_ICON_AIR, _MARGIN - ICON_AIR
        top.setContentsMargins(*mirrored_margins(left, 0, right, 0))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 18)
        column.setSpacing(10)
        column.addLayout(top)
        column.addLayout(inset(self.canvas, _MARGIN, _MARGIN), 1)
        column.addLayout(inset(self.bar, _MARGIN - ICON_AIR, _MARGIN))
        for part in (self.strip, self._prompt, self._facts, self.edit):
            column.addLayout(inset(part, _MARGIN, _MARGIN))

    def _connect(self) -> None:
        self.back.clicked.connect(self.closed)
        self.before.clicked.connect(self._on_before)
        self.after.clicked.connect(self._on_after)
        self.compare.toggled.connect(self._on_compared)
        for button, signal in (
            (self.message, self.message_requested),
            (self.copy, self.copy_requested),
            (self.save, self.save_requested),
            (self.delete, self.delete_requested),
        ):
            button.clicked.connect(partial(self._tell, signal))
        self.strip.chosen.connect(self.picture_wanted)
        self.canvas.dragged.connect(self._on_dragged)
        self.canvas.chosen.connect(self._on_chosen)
        self.edit.picture_requested.connect(partial(self._ask, self.edit_requested))
        self.edit.video_requested.connect(partial(self._ask, self.filming_requested))
        self.bar.played.connect(self._on_played)

    # ---- what is shown ------------------------------------------------------------------------

    @property
    def picture(self) -> PictureRecord | None:
        """The one that is looked at."""
        return self._picture

    def show_picture(
        self, picture: PictureRecord, place: str, thread: str, *, has_others: bool = True
    ) -> None:
        """Look at a picture.

        Args:
            place: Where it stands among all, in words.
            thread: Title of its thread.
            has_others: There is one before or after it.
        """
        is_other = self._picture is None or self._picture.id != picture.id
        self._picture = picture
        if is_other:
            self._images.clear()
            self._family = Family()
            self._cost_usd, self._length_s = None, 0.0
            self.bar.show_film(None)
            self.compare.setChecked(False)
            self.compare.setEnabled(False)
            self.strip.show_family(self._family)
            self.edit.clear()
        self._thread = thread
        self.show_place(place, has_others=has_others)
        prompt = picture.prompt.strip()
        cut = prompt[:_PROMPT_CHARACTERS] + "…" if len(prompt) > _PROMPT_CHARACTERS else prompt
        self._prompt.setText(cut)
        self._prompt.setVisible(bool(cut))
        self._show_facts()
        self._show_images()
        self._name_steps(is_film=picture.is_video)
        if is_other and picture.is_video:
            self.film_wanted.emit(picture)

    def show_place(self, place: str, *, has_others: bool) -> None:
        """Where it stands among all, in words, and whether there is one before or after it."""
        self._place.show_text(place)
        for button in (self.before, self.after):
            button.setEnabled(has_others)

    def _name_steps(self, *, is_film: bool) -> None:
        """What a picture and a video have in common is called by what it is."""
        self.edit.setVisible(not is_film)
        self.compare.setVisible(not is_film)
        self.setAccessibleName(tr("Video") if is_film else tr("Picture"))
        copy, save = tr("Copy the picture"), tr("Save the picture as a file")
        delete = tr("Delete the picture")
        if is_film:
            copy, save = tr("Copy the video"), tr("Save the video as a file")
            delete = tr("Delete the video")
        self.copy.describe(copy, "Ctrl+C")
        self.save.describe(save, "Ctrl+S")
        self.delete.describe(delete, "Del")

    def show_film(self, picture_id: str, film: MotionJpeg | None, length_s: float) -> None:
        """How the video with that id is played; None where that is another program's work.

        Args:
            length_s: How long it is; 0 where nothing says it.
        """
        picture = self._picture
        if picture is None or picture.id != picture_id:
            return
        self._length_s = length_s
        self.bar.show_film(film)
        self._show_facts()
        if film is not None and not self._look.is_calm:
            self.bar.play()

    def show_frame(self, image: QImage) -> None:
        """The frame of the video that is due."""
        self.canvas.show_frame(image, is_playing=self.bar.is_playing or self.bar.is_within)

    def play(self) -> None:
        """Play the video, or stop it where it is."""
        if self.bar.film is not None:
            self.bar.toggle()
        elif self.is_film:
            self.played_elsewhere.emit(self._picture)

    @property
    def is_film(self) -> bool:
        """Whether it is a video that is looked at."""
        return self._picture is not None and self._picture.is_video

    @property
    def is_pressed_by_space(self) -> bool:
        """Whether Space plays something here; else it talks."""
        return self.is_film

    def show_relatives(self, picture_id: str, relatives: tuple[PictureRecord, ...]) -> None:
        """What else belongs to the picture with that id."""
        if self._picture is not None and self._picture.id == picture_id:
            self._family = family_of(self._picture, relatives)
            self.strip.show_family(self._family)
            self.compare.setEnabled(bool(self._others()))

    def show_thread(self, picture_id: str, title: str) -> None:
        """The title of the thread of the picture with that id."""
        if self._picture is not None and self._picture.id == picture_id:
            self._thread = title
            self._show_facts()

    def show_cost(self, picture_id: str, cost_usd: float | None) -> None:
        """What the reply with that picture cost; None where nobody told."""
        if self._picture is not None and self._picture.id == picture_id:
            self._cost_usd = cost_usd
            self._show_facts()

    def show_image(self, picture_id: str, image: QImage, *, is_gone: bool = False) -> None:
        """The whole picture with that id; null where the file is none, or is gone."""
        self._images[picture_id] = image
        self._gone = self._gone | {picture_id} if is_gone else self._gone - {picture_id}
        self._show_facts()
        self._show_images()

    def image(self, picture_id: str) -> QImage | None:
        """The whole picture with that id, where it is there."""
        return self._images.get(picture_id)

    def _others(self) -> tuple[PictureRecord, ...]:
        """With whom it is compared: what it was made from, and what else was made."""
        parent = self._family.ancestors[-1:]
        everyone = (*parent, *self._family.siblings, *self._family.children)
        return () if self.is_film else tuple(one for one in everyone if not one.is_video)[:_OTHERS]

    def _show_images(self) -> None:
        picture = self._picture
        if picture is None:
            return
        parents = self._family.ancestors[-1:] if self._compared else ()
        rest = tuple(one for one in self._compared if one not in parents)
        row = (*parents, picture, *rest)
        self._row = row
        missing = [one for one in row if one.id not in self._images]
        self.canvas.show_pictures(
            tuple(
                Shown(name, self._images.get(one.id), one.is_video, one.id in self._gone)
                for name, one in zip(map(picture_words.caption, row), row, strict=True)
            )
        )
        if missing:
            self.images_wanted.emit(tuple(missing))

    def _show_facts(self) -> None:
        picture = self._picture
        if picture is None:
            return
        image = self._images.get(picture.id)
        width, height = (image.width(), image.height()) if image is not None else (0, 0)
        cost, film = self._cost_usd, self.bar.film
        facts = (
            picture_words.maker(picture),
            picture_words.made_at(picture),
            picture_words.length(self._length_s) if self._length_s else "",
            tr("without its sound here") if film is not None and film.has_sound else "",
            picture_words.size_words(picture, width, height),
            tr("in {thread}").format(thread=self._thread) if self._thread else "",
            "" if cost is None else tr("Cost of the reply: {cost}").format(cost=money(cost)),
        )
        said = {number: apart(fact) for number, fact in enumerate(facts) if fact}
        lines = ["  ·  ".join(said.values())]
        for number in _GIVE_WAY:
            if len(said) > 1 and said.pop(number, ""):
                lines.append("  ·  ".join(said.values()))
        self._facts.show_text(lines[0], briefer=tuple(lines[1:]))

    # ---- what is done -------------------------------------------------------------------------

    def _tell(self, signal: object, _checked: bool = False) -> None:
        if self._picture is not None:
            signal.emit(self._picture)  # type: ignore[attr-defined]  # a bound signal

    def _on_before(self) -> None:
        self.step_requested.emit(-1)

    def _on_after(self) -> None:
        self.step_requested.emit(1)

    def _on_compared(self, is_on: bool) -> None:
        self._compared = self._others() if is_on else ()
        self._show_images()

    def _on_dragged(self, number: int) -> None:
        self.drag_requested.emit(self._row[number])

    def _on_chosen(self, number: int) -> None:
        if self._picture is not None and self._row[number].id != self._picture.id:
            self.picture_wanted.emit(self._row[number])
        elif self.is_film:
            self.play()

    def _on_played(self, is_playing: bool) -> None:
        image = self._images.get(self._picture.id) if self._picture is not None else None
        if image is not None and self.bar.film is not None:
            self.canvas.show_playing(is_playing=is_playing or self.bar.is_within)

    def _ask(self, signal: object, words: str) -> None:
        if self._picture is not None:
            signal.emit(self._picture, words)  # type: ignore[attr-defined]  # a bound signal

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusInEvent(event)
        self.canvas.show_focus(is_seen=event.reason() in BY_KEYBOARD)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        super().focusOutEvent(event)
        self.canvas.show_focus(is_seen=False)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if isinstance(self.focusWidget(), QLineEdit) and self.focusWidget().hasFocus():
            super().keyPressEvent(event)  # what it does not want is nobody's key here
            return
        onward = -1 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 1
        steps = {
            Qt.Key.Key_PageUp: -1,
            Qt.Key.Key_PageDown: 1,
            Qt.Key.Key_Left: -onward,
            Qt.Key.Key_Right: onward,
        }
        button = self.delete if event.key() == Qt.Key.Key_Delete else None
        if event.matches(QKeySequence.StandardKey.Copy):
            button = self.copy
        elif event.matches(QKeySequence.StandardKey.Save):
            button = self.save
        plays = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if self.is_film and Qt.Key(event.key()) in plays:
            self.play()
        elif Qt.Key(event.key()) in steps:
            self.step_requested.emit(steps[Qt.Key(event.key())])
        elif button is not None:
            button.click()
        elif (text := typed_text(event)) and not self.is_film:
            self.edit.write(text)
        else:
            super().keyPressEvent(event)
