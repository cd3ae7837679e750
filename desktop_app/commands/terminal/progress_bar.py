"""A bar that is drawn over itself, on a terminal only."""

from __future__ import annotations

from desktop_app.commands.terminal.text_sink import TextSink

_CELLS = 24


class ProgressBar:
    """How far something is, in one line of the sink."""

    def __init__(self, sink: TextSink) -> None:
        self._sink = sink
        self._shown = ""

    def draw(self, name: str, done: int, total: int, unit: str = "") -> None:
        """Draw over the last one; ``total`` 0 is not known yet."""
        if not self._sink.is_terminal:
            return
        share = min(done / total, 1.0) if total else 0.0
        full = round(share * _CELLS)
        bar = "#" * full + "-" * (_CELLS - full)
        shown = f"{name}  [{bar}] {share:4.0%} {unit}".rstrip()
        self._sink.draw(shown.ljust(len(self._shown)))
        self._shown = shown

    def wipe(self) -> None:
        """Take it away: what follows says how it ended. Idempotent."""
        if self._shown:
            self._sink.draw(" " * len(self._shown))
            self._sink.draw("")
            self._shown = ""


def size_of(count: int | None) -> str:
    """Bytes for people; empty where nobody knows."""
    if count is None:
        return ""
    size = float(count)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
