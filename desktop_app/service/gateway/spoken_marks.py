"""What a voice says of tables and of mathematics. Pure."""

from __future__ import annotations

import re
import unicodedata

from desktop_app.protocol.math_places import math_in, may_have_math
from desktop_app.protocol.math_signs import LOWERED, RAISED, SIGNS, SILENT, WORDS
from desktop_app.protocol.math_text import math_text

_ROW = re.compile(r"^[ \t]*\|(.*)$", re.MULTILINE)
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
_IS_ENDED = re.compile(r"[.!?…:;,。！？：；，][\"')\]}*_”’»」』）]*$")  # noqa: RUF001

_COMMAND = re.compile(r"\\([A-Za-z]{2,})|\\\\[ \t]*$")
_KNOWN = frozenset((*SIGNS, *SILENT, *WORDS, "frac", "dfrac", "sqrt", "binom", "begin", "end"))
_NAMED = re.compile(r"\\(?:text|mathrm|mathbf|operatorname|begin|end)\*?\{[^}\n]{0,80}\}")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}")
_SMALL = re.compile(f"([{re.escape(''.join(LOWERED.values()))}]+)")
_HIGH = re.compile(f"([{re.escape(''.join(RAISED.values()))}]+)")
_OPERATOR = re.compile(r" ?([=+\u2212\u00d7÷±·≤≥≠≈←→↔]) ?")
_OPENING_SIGN = re.compile(r"([(\[{]) ([+\u2212±]) ")
_SIMPLER_SIGNS = str.maketrans(
    dict.fromkeys("|‖_", " ") | dict.fromkeys("⇒↦", "→") | {"⇐": "←", "⇔": "↔"}
)
_OVER = re.compile(r"(?<=[^\s\d])/|/(?=[^\s\d])")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_AT_LINE_END = re.compile(r"(?<!\\)\\+[ \t]*$", re.MULTILINE)
_SIGN = re.compile(rf"(?<![\w:/\\])\\({'|'.join(filter(str.isalpha, SIGNS))})(?![\w\\])")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_DISPLAYED = re.compile(r"(?:\$\$|\\\[)[ \t]*\n(.{1,2000}?)(?:\$\$|\\\])", re.DOTALL)


def said_tables(text: str) -> str:
    """Each row of a table as a sentence of its cells; elsewhere a bar is a pause."""
    if "|" not in text:
        return text
    return re.sub(r"\|+", ", ", _ROW.sub(_row, text))


def _row(found: re.Match[str]) -> str:
    cells = [cell.strip() for cell in _BETWEEN_CELLS.split(found[1]) if re.search(r"\w", cell)]
    said = [cell if _IS_ENDED.search(cell) else f"{cell}," for cell in cells]
    return re.sub(r",$", ".", " ".join(said))


def said_displays(text: str) -> str:
    """Formulas on lines of their own as what is said of them; signs there begin no list."""
    return _DISPLAYED.sub(lambda found: _said(found[1]), text)


def said_math(text: str) -> str:
    """Mathematics in signs that voices have words for, without the marks of LaTeX.

    Between marks, or on a line of its own: a displayed formula without an end is cut into lines.
    Elsewhere backslashes are words of what was written, but for those of Markdown.
    """
    if may_have_math(text):
        parts, at = [], 0
        for place in math_in(text):
            parts += [text[at : place.begin], _said(place.source)]
            at = place.end
        text = "".join([*parts, text[at:]])
    if "\\" in text:
        text = _AT_LINE_END.sub("", "\n".join(map(_line, text.split("\n"))))
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [_prose(text[at : code.start()]), code[0].replace("\\|", "|")]
        at = code.end()
    return "".join([*parts, _prose(text[at:])])


def _prose(text: str) -> str:
    """A text without code, mathematics and what escapes marks."""
    if "\\" in text:
        text = _ESCAPED.sub(_unescaped, _SIGN.sub(lambda found: SIGNS[found[1]], text))
    return text.replace("$$", " ")


def _line(line: str) -> str:
    """A line of nothing but LaTeX is a piece of a displayed formula."""
    has_commands = any(not name or name in _KNOWN for name in _COMMAND.findall(line))
    is_formula = has_commands and "`" not in line and not _WORD.search(_NAMED.sub("", line))
    return _said(line.replace("$$", "")) if is_formula else line


def _unescaped(found: re.Match[str]) -> str:
    """The sign itself, which then is no mark any more; brackets stood for mathematics."""
    return " " if found[1] in "[]()" else found[1]


def _said(source: str) -> str:
    text = math_text(source).replace("-", "\u2212").strip("; ")
    if "frac" in source:
        text = _OVER.sub(" ÷ ", text)
    text = _SMALL.sub(lambda low: f" {_plain(low[1])} ", text)
    text = _HIGH.sub(_raised, text).translate(_SIMPLER_SIGNS)
    return _OPENING_SIGN.sub(r"\1\2", _OPERATOR.sub(r" \1 ", text))


def _raised(high: re.Match[str]) -> str:
    """Small digits have words everywhere, small letters nowhere."""
    plain = _plain(high[1])
    if plain.isdigit():
        return high[1]
    return f"^{plain}" if len(plain) == 1 else f"^({plain})"


def _plain(small: str) -> str:
    return unicodedata.normalize("NFKC", small)
