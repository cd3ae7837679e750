"""Every colour, size and font of the window, for light and dark from one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette

from desktop_app.ui.tips import Tips

if TYPE_CHECKING:
    from PySide6.QtCore import QRect, QRectF
    from PySide6.QtGui import QPainter
    from PySide6.QtWidgets import QWidget

RADIUS = 10
CAPTION, SMALL, TEXT, TITLE, DISPLAY = 12, 13, 15, 20, 28  # px at 1x
COLUMN = 680  # widest line of text in the conversation, px at 1x
_PICTURE_EDGE = 30  # how dark it is, of 255
_EDGE_NAME = "picture edge"  # beside the tokens

# Looked for, in this order, only where the system has nothing better than its last resort.
_PLEASANT = ("Inter", "Noto Sans", "Cantarell", "Open Sans", "Liberation Sans")
_LAST_RESORT = "DejaVu Sans"
_MONO = ("JetBrains Mono", "SF Mono", "Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono")


class Tokens(NamedTuple):
    """The colours of one theme as ``#rrggbb``."""

    background: str
    side: str
    raised: str
    hover: str
    line: str
    edge: str
    text: str
    dim: str
    faint: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    bubble: str
    code: str
    warn: str
    warn_soft: str
    danger: str
    danger_soft: str
    selection: str
    ink_keyword: str
    ink_string: str
    ink_number: str
    ink_name: str
    ink_comment: str


LIGHT = Tokens(
    background="#fbfaf8",
    side="#f3f1ed",
    raised="#ffffff",
    hover="#ebe8e2",
    line="#e4e0d9",
    edge="#8a857c",
    text="#1d1b18",
    dim="#5f5a53",
    faint="#6b665e",
    accent="#0b6e5f",
    accent_hover="#095b4f",
    accent_soft="#dcefe9",
    on_accent="#ffffff",
    bubble="#ece8e1",
    code="#f4f2ee",
    warn="#8a5200",
    warn_soft="#faefdb",
    danger="#b3261e",
    danger_soft="#fbe9e6",
    selection="#bfe3d9",
    ink_keyword="#8b2f7a",
    ink_string="#3d6b1c",
    ink_number="#9a4a00",
    ink_name="#1f5c99",
    ink_comment="#6b665e",
)
DARK = Tokens(
    background="#171615",
    side="#1d1c1a",
    raised="#201f1d",
    hover="#2a2826",
    line="#2f2d2a",
    edge="#817c73",
    text="#ece8e1",
    dim="#aaa499",
    faint="#9d968b",
    accent="#4fc0aa",
    accent_hover="#6bd0bc",
    accent_soft="#17352f",
    on_accent="#0d1f1b",
    bubble="#292724",
    code="#201f1c",
    warn="#e0a84a",
    warn_soft="#332812",
    danger="#f2928a",
    danger_soft="#3a201d",
    selection="#24564b",
    ink_keyword="#d9a0d4",
    ink_string="#a9c98a",
    ink_number="#e3b27a",
    ink_name="#8fbde8",
    ink_comment="#9d968b",
)


class Look(QObject):
    """The theme in use; widgets read tokens and fonts from it when they paint.

    Attributes:
        tokens: Colours of the theme in use.
        is_calm: Reduced motion: nothing moves, states change at once.
        tips: What tooltips say of the keys.

    Signals:
        changed: The theme was replaced; repaint and lay out again.
    """

    changed = Signal()

    def __init__(
        self, *, theme: str = "system", is_calm: bool = False, text_percent: int = 100
    ) -> None:
        super().__init__()
        self.is_calm = is_calm
        self.tips = Tips()
        self._text_percent = text_percent
        self._theme = theme
        self._family = _interface_family()
        self._mono_family = ""
        self._fonts: dict[tuple[int, int], QFont] = {}
        self._colours: dict[str, QColor] = {}  # of these tokens
        self.tokens = self._wanted_tokens()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)

    def pin(self, theme: str) -> None:
        """Follow the system (``system``) or stay ``light`` or ``dark``."""
        self._theme = theme
        self._on_scheme_changed()

    @property
    def is_dark(self) -> bool:
        """Whether the dark tokens are in use."""
        return self.tokens is DARK

    def colour(self, name: str) -> QColor:
        """A token by name, ready to paint with; who changes it copies it first."""
        known = self._colours.get(name)
        if known is None:
            known = self._colours[name] = QColor(getattr(self.tokens, name))
        return known

    @property
    def picture_edge(self) -> QColor:
        """The hairline inside pictures, made once: a gallery asks for it with each of them."""
        known = self._colours.get(_EDGE_NAME)
        if known is None:
            known = self._colours[_EDGE_NAME] = QColor(self.colour("text"))
            known.setAlpha(_PICTURE_EDGE)
        return known

    def font(self, size: int = TEXT, weight: int = QFont.Weight.Normal) -> QFont:
        """The interface font at one of the five sizes, times what the person wants."""
        known = self._fonts.get((size, weight))
        if known is None:
            known = self._fonts[size, weight] = QFont(self._family)
            known.setPixelSize(self.scaled(size))
            known.setWeight(QFont.Weight(weight))
        return QFont(known)

    def mono(self, size: int = SMALL) -> QFont:
        """The font of code."""
        if not self._mono_family:
            self._mono_family = _first_installed(_MONO)
        font = QFont(self._mono_family)
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(self.scaled(size))
        return font

    @property
    def text_scale(self) -> float:
        """How many times as large as usual the letters are, 1 to 2."""
        return self._text_percent / 100

    def scaled(self, px: int) -> int:
        """A length that grows with the letters, px at 1x."""
        return round(px * self.text_scale)

    def palette(self) -> QPalette:
        """The tokens in Qt's own roles, for everything that is not painted here."""
        palette = QPalette()
        for role, name in _ROLES:
            palette.setColor(role, self.colour(name))
        return palette

    def _on_scheme_changed(self, _scheme: object = None) -> None:
        wanted = self._wanted_tokens()
        if wanted is not self.tokens:
            self.tokens = wanted
            self._colours = {}
            self.changed.emit()

    def _wanted_tokens(self) -> Tokens:
        if self._theme in ("light", "dark"):
            return DARK if self._theme == "dark" else LIGHT
        scheme = QGuiApplication.styleHints().colorScheme()
        return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


_ROLES = (
    (QPalette.ColorRole.Window, "background"),
    (QPalette.ColorRole.Base, "background"),
    (QPalette.ColorRole.AlternateBase, "side"),
    (QPalette.ColorRole.Button, "side"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.PlaceholderText, "faint"),
    (QPalette.ColorRole.Highlight, "selection"),
    (QPalette.ColorRole.HighlightedText, "text"),
    (QPalette.ColorRole.ToolTipBase, "raised"),
    (QPalette.ColorRole.ToolTipText, "text"),
    (QPalette.ColorRole.Link, "accent"),
    (QPalette.ColorRole.Accent, "accent"),
    (QPalette.ColorRole.Mid, "line"),
)


def fill(painter: QPainter, box: QRect, colour: QColor) -> None:
    """Fill a box; ``fillRect`` would make Qt's catalogue of gradients, 3 ms at the start."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRect(box)


def edge_picture(painter: QPainter, box: QRectF, look: Look, *, radius: int = RADIUS) -> None:
    """A hairline inside a picture: without it a bright one has no end on a bright ground."""
    painter.setPen(look.picture_edge)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def let_ground_through(view: QWidget) -> None:
    """Paint no ground of its own; asking for its viewport would cost several ms at the start."""
    palette = view.palette()
    palette.setColor(QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
    view.setPalette(palette)


def stylesheet(tokens: Tokens, letters_px: int = SMALL) -> str:
    """Qt's own widgets in the tokens; everything else paints itself.

    Args:
        letters_px: How large the letters of menus and tooltips are.
    """
    return f"""
QToolTip {{ background: {tokens.raised}; color: {tokens.text};
  border: 1px solid {tokens.line}; padding: 4px 8px; font-size: {letters_px}px; }}
QMenu {{ background: {tokens.raised}; color: {tokens.text};
  border: 1px solid {tokens.line}; border-radius: 8px; padding: 4px;
  menu-scrollable: 1; font-size: {letters_px}px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {tokens.accent_soft}; }}
QMenu::item:disabled {{ color: {tokens.faint}; }}
QMenu::separator {{ height: 1px; background: {tokens.line}; margin: 4px 8px; }}
QComboBox QAbstractItemView {{ background: {tokens.raised}; color: {tokens.text};
  border: 1px solid {tokens.line}; padding: 4px; outline: 0; }}
QComboBox QAbstractItemView::item {{ padding: 6px 8px; border-radius: 6px; }}
QComboBox QAbstractItemView::item:selected {{ background: {tokens.accent_soft};
  color: {tokens.text}; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
QScrollBar::handle:vertical {{ background: {tokens.line}; border-radius: 4px; min-height: 36px; }}
QScrollBar::handle:vertical:hover {{ background: {tokens.edge}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _interface_family() -> str:
    family = QFontInfo(QGuiApplication.font()).family()
    if family != _LAST_RESORT:
        return family
    return _first_installed((*_PLEASANT, "DejaVu Sans Condensed", _LAST_RESORT))


def _first_installed(families: tuple[str, ...]) -> str:
    installed = set(QFontDatabase.families())
    return next((family for family in families if family in installed), families[-1])
