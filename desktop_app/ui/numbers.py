"""Numbers as people write them in their language: one way in the whole window."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from desktop_app.prose import tr, tr_n

_EXACTLY = -128  # QLocale.FloatingPointShortest, which PySide has no name for


def whole(number: int) -> str:
    """``8,192``, or ``8.192`` where people write it so."""
    return QLocale().toString(number)


def decimal(number: float, digits: int = _EXACTLY) -> str:
    """``1,234.5``; without ``digits`` as many as it has."""
    return QLocale().toString(float(number), "f", digits)


def short(number: float) -> str:
    """With one digit behind the point, unless that is none."""
    rounded = round(number, 1)
    return decimal(rounded, 0 if rounded == int(rounded) else 1)


def file_size(size_bytes: int) -> str:
    """``225 kB`` or ``2.2 MB``, in the units and signs of the language."""
    if size_bytes < 1 << 10:
        return tr_n("{number} byte", "{number} bytes", size_bytes).format(number=size_bytes)
    megabytes = size_bytes / (1 << 20)
    digits = 1 if 1 <= megabytes < 100 and round(megabytes, 1) != int(megabytes) else 0
    return QLocale().formattedDataSize(
        size_bytes, digits, QLocale.DataSizeFormat.DataSizeTraditionalFormat
    )


def price(dollars: float) -> str:
    """``2``, ``1.10`` or ``0.075``: cents as cents are written, and as exact as it is."""
    exact = f"{dollars:.6f}".rstrip("0").partition(".")[2]
    return decimal(dollars, max(2, len(exact)) if exact else 0)


def money(dollars: float) -> str:
    """A price, as exact as small prices need it; nothing is free."""
    if not dollars:
        return tr("free")
    digits = 2 if dollars >= 1 else 4
    if QLocale().language() == QLocale.Language.C:  # it writes the sign behind, as nobody does
        return f"${decimal(dollars, digits)}"
    return QLocale().toCurrencyString(float(dollars), "$", digits)
