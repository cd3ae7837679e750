"""What models can be narrowed down to: who offers them, how much they read, cost and can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from desktop_app.prose import mark, tr
from desktop_app.state.model_wish import ModelWish
from desktop_app.ui import look as size
from desktop_app.ui.button import Button, Tone
from desktop_app.ui.look import Look

_CONTEXTS = (
    (0, mark("Any context")),
    (32_000, mark("32k tokens or more")),
    (128_000, mark("128k tokens or more")),
    (1_000_000, mark("1M tokens or more")),
)
_PRICES = (
    (None, mark("Any price")),
    (0.0, mark("Free")),
    (1.0, mark("Up to $1")),
    (5.0, mark("Up to $5")),
    (15.0, mark("Up to $15")),
)
_ABILITIES = (
    ("sees", mark("Pictures")),
    ("has_tools", mark("Tools")),
    ("thinks", mark("Thinks")),
)
_ANY_PROVIDER = mark("Any provider")


class Pick(Button):
    """A button whose menu chooses one of several values.

    Signals:
        picked: The value.
    """

    picked = Signal(object)

    def __init__(self, look: Look, parent: QWidget, says: str) -> None:
        super().__init__(look, parent, text=says, tone=Tone.OUTLINE)
        self._says = says
        self._value: object = None
        self._menu = QMenu(self)
        self._group = QActionGroup(self._menu)
        self.setFont(look.font(size.CAPTION))
        self.clicked.connect(self._open)

    def offer(self, choices: Sequence[tuple[object, str]]) -> None:
        """Offer these; the first stands for no wish."""
        self._menu.clear()
        for value, words in choices:
            action = self._menu.addAction(words)
            action.setCheckable(True)
            action.setData(value)
            self._group.addAction(action)
            action.triggered.connect(self._on_triggered)
        self.show_value(self._value)

    def show_value(self, value: object) -> None:
        """Show what is chosen."""
        self._value = value
        actions = self._menu.actions()
        found = next((one for one in actions if one.data() == value), None)
        if found is None:
            return
        found.setChecked(True)
        self.setText(found.text())
        self.describe(f"{self._says}: {found.text()}")
        self.updateGeometry()
        self.update()

    @property
    def is_on(self) -> bool:
        """Something is chosen; a menu is no check box, which a screen reader would call it."""
        return any(one.data() == self._value for one in self.choices()[1:])

    def choices(self) -> tuple[QAction, ...]:
        """What the menu offers."""
        return tuple(self._menu.actions())

    def _open(self) -> None:
        self._menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _on_triggered(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        self.show_value(action.data())
        self.picked.emit(action.data())


class ModelFilters(QWidget):
    """A line of picks and switches.

    Signals:
        changed: The new ModelWish; its words are as they were shown.
    """

    changed = Signal(object)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._wish = ModelWish()
        self.provider = Pick(look, self, tr("Provider"))
        self.context = Pick(look, self, tr("Context"))
        self.price = Pick(look, self, tr("Price of a million tokens written"))
        self.context.offer([(least, tr(words)) for least, words in _CONTEXTS])
        self.price.offer([(most, tr(words)) for most, words in _PRICES])
        self.abilities: dict[str, Button] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for pick in (self.provider, self.context, self.price):
            row.addWidget(pick)
        for name, words in _ABILITIES:
            switch = Button(look, self, text=tr(words), tone=Tone.OUTLINE)
            switch.setFont(look.font(size.CAPTION))
            switch.setCheckable(True)
            switch.clicked.connect(self._on_switched)
            self.abilities[name] = switch
            row.addWidget(switch)
        row.addStretch(1)
        self.provider.picked.connect(self._on_provider)
        self.context.picked.connect(self._on_context)
        self.price.picked.connect(self._on_price)
        self.show_providers(())
        self.show_wish(ModelWish())

    def show_providers(self, providers: Sequence[str]) -> None:
        """Offer these providers."""
        self.provider.offer([("", tr(_ANY_PROVIDER)), *((one, one) for one in providers)])

    def show_wish(self, wish: ModelWish) -> None:
        """Show what is looked for."""
        self._wish = wish
        self.provider.show_value(wish.provider)
        self.context.show_value(wish.least_context)
        self.price.show_value(wish.most_usd)
        for name, switch in self.abilities.items():
            switch.setChecked(getattr(wish, name))

    def _tell(self, wish: ModelWish) -> None:
        self.show_wish(wish)
        self.changed.emit(wish)

    def _on_provider(self, provider: str) -> None:
        self._tell(replace(self._wish, provider=provider))

    def _on_context(self, least: int) -> None:
        self._tell(replace(self._wish, least_context=least))

    def _on_price(self, most: float | None) -> None:
        self._tell(replace(self._wish, most_usd=most))

    def _on_switched(self) -> None:
        is_on = {name: switch.isChecked() for name, switch in self.abilities.items()}
        self._tell(
            replace(
                self._wish,
                sees=is_on["sees"],
                has_tools=is_on["has_tools"],
                thinks=is_on["thinks"],
            )
        )
