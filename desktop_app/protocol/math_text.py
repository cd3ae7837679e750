"""Mathematics of LaTeX as a line of text that a person can read."""

from __future__ import annotations

import re

from desktop_app.protocol.math_signs import (
    ACCENTS,
    DOUBLE,
    LOWERED,
    RAISED,
    SIGNS,
    SILENT,
    WORDS,
)

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}^_&~]|\s+|[^\\{}^_&~\s]")
_DEEPEST = 24  # groups within groups; what lies deeper stays as it was written


def math_text(source: str) -> str:
    """LaTeX without its marks: ``\\frac{a}{b^2}`` becomes ``a/b²``. Unknown words stay."""
    reader = _Reader(_TOKEN.findall(source))
    said = reader.read(until="", depth=0)
    return re.sub(r" {2,}", " ", said).strip()


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def read(self, until: str, depth: int) -> str:
        """Everything up to a closing mark, which is taken, or the end."""
        parts: list[str] = []
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token == until:
                break
            if token in "^_" and token:
                parts.append(_moved(token, self._argument(depth)))
            else:
                parts.append(self._said(token, depth))
        return "".join(parts)

    def _argument(self, depth: int) -> str:
        """What a command takes: a group, or one sign."""
        while self._at < len(self._tokens) and self._tokens[self._at].isspace():
            self._at += 1
        if self._at == len(self._tokens):
            return ""
        token = self._tokens[self._at]
        self._at += 1
        return self._said(token, depth)

    def _said(self, token: str, depth: int) -> str:
        if token == "{":
            return self.read("}", depth + 1) if depth < _DEEPEST else "{"
        if token in ("}", "&", "~"):
            return "" if token == "}" else " "
        if token.isspace():
            return " "
        if not token.startswith("\\"):
            return token
        return self._command(token[1:].rstrip("*"), depth)

    def _command(self, name: str, depth: int) -> str:
        if depth >= _DEEPEST:
            return name
        if name in SIGNS:
            return SIGNS[name]
        if name in SILENT or not name:
            return ""
        if name in ("frac", "dfrac", "tfrac", "cfrac"):
            over = self._argument(depth + 1)
            return f"{_grouped(over)}/{_grouped(self._argument(depth + 1))}"
        if name == "binom":
            over = self._argument(depth + 1)
            return f"C({over}, {self._argument(depth + 1)})"
        if name == "sqrt":
            return self._root(depth)
        if name in WORDS:
            return self._argument(depth + 1)
        return self._dressed(name, depth)

    def _dressed(self, name: str, depth: int) -> str:
        if name in ACCENTS:
            under = self._argument(depth + 1)
            return under[:1] + ACCENTS[name] + under[1:] if len(under) <= 2 else under
        if name in ("mathbb", "Bbb"):
            return "".join(DOUBLE.get(sign, sign) for sign in self._argument(depth + 1))
        if name in ("begin", "end"):
            self._argument(depth + 1)
            return ""
        return name

    def _root(self, depth: int) -> str:
        degree = ""
        if self._tokens[self._at : self._at + 1] == ["["]:
            self._at += 1
            degree = self.read("]", depth + 1)
        sign = {"3": "∛", "4": "∜"}.get(degree, "√")
        inside = self._argument(depth + 1)
        before = _moved("^", degree) if degree and sign == "√" else ""
        return f"{before}{sign}{inside if len(inside) == 1 else f'({inside})'}"


def _grouped(said: str) -> str:
    """Brackets where a fraction would be read wrongly without."""
    said = said.strip()
    return said if re.fullmatch(r"[^\s+\-/*=]*", said) else f"({said})"


def _moved(mark: str, said: str) -> str:
    """Raised or lowered, in small signs where there are some."""
    said = said.strip()
    if (mark, said) == ("^", "∘"):
        return "°"
    small = RAISED if mark == "^" else LOWERED
    if said and all(sign in small for sign in said):
        return "".join(small[sign] for sign in said)
    return f"{mark}{said}" if len(said) <= 1 else f"{mark}({said})"
