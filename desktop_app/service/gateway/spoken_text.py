"""From written text to what is said: finished sentences, without marks that have no sound."""

from __future__ import annotations

import re

from desktop_app.service.gateway.spoken_marks import said_displays, said_math, said_tables

_LONGEST = 200  # characters without an end: then a comma or a space must do
_EARLIEST_COMMA = 60
_ENDS = ".!?…"
_WIDE_ENDS = "。！？"  # noqa: RUF001
_CLOSERS = "\"')]}*_”’»」』）"  # noqa: RUF001
_FENCE = "```"
_DISPLAY = re.compile(r"(\$\$|\\\[)[ \t]{0,8}\n")
_DISPLAY_ENDS = {"$$": "$$", "\\[": "\\]"}
_LONGEST_DISPLAY = 1000  # characters from mark to mark

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“*_])(?:mr|mrs|ms|dr|prof|st|vs|etc|no|fig|approx|e\.g|i\.e|cf|al|inc|ltd|jr|sr"
    r"|mt|dept|est|gen|col|lt|sgt|capt|rev|hon|vol|ch|sec|pp|ca|[A-HJ-Z]|[a-z](?:\.[a-z])+)$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|[\s(\[\"'“])(?:[A-Z]\.)*[A-HJ-Z]$")
_ITEM_NUMBER = re.compile(r"^[\s>*_]*\d{1,3}$")


class SentenceSplitter:
    """Cuts a growing text into sentences, each as soon as its end is certain.

    However the text is split into deltas, the sentences are the same. A fenced block of code is
    one sentence of its own, from fence to fence, and so is a displayed formula.
    """

    def __init__(self) -> None:
        self._text = ""

    def feed(self, delta: str) -> tuple[str, ...]:
        """The sentences that ``delta`` completed."""
        self._text += delta
        return self._take(is_whole=False)

    def finish(self) -> tuple[str, ...]:
        """The rest: nothing more comes. The splitter is empty again."""
        sentences = self._take(is_whole=True)
        self._text = ""
        return sentences

    def _take(self, *, is_whole: bool) -> tuple[str, ...]:
        sentences = []
        at = 0
        while (end := _end_of_sentence(self._text, at, is_whole=is_whole)) is not None:
            if sentence := self._text[at:end].strip():
                sentences.append(sentence)
            at = end
        self._text = self._text[at:].lstrip()
        return tuple(sentences)


def _end_of_sentence(text: str, at: int, *, is_whole: bool) -> int | None:
    """Where the sentence that begins at ``at`` ends, or None while that is not certain."""
    begin = at
    while begin < len(text) and text[begin].isspace():
        begin += 1
    if begin == len(text):
        return None
    if (found := _end_of_block(text, begin, is_whole=is_whole)) != 0:
        return found
    for i in range(begin, min(len(text), begin + _LONGEST)):
        if text[i] == "\n":
            return i + 1
        if text[i] in _ENDS or text[i] in _WIDE_ENDS:
            found = _judge(text, begin, i, is_whole=is_whole)
            if found != 0:
                return found
    if len(text) > begin + _LONGEST:
        return _cut_long(text, begin)
    return len(text) if is_whole else None


def _end_of_block(text: str, begin: int, *, is_whole: bool) -> int | None:
    """The end of code or a formula; 0 where there is none; None while that is not certain."""
    head = text[begin : begin + len(_FENCE)]
    if head == _FENCE:
        return _end_of_code(text, begin, is_whole=is_whole)
    if not is_whole and _FENCE.startswith(head):
        return None
    display = _DISPLAY.match(text, begin)
    return _end_of_display(text, display, is_whole=is_whole) if display else 0


def _end_of_code(text: str, begin: int, *, is_whole: bool) -> int | None:
    close = text.find("\n" + _FENCE, begin + len(_FENCE))
    line_end = text.find("\n", close + 1) if close >= 0 else -1
    if line_end >= 0:
        return line_end + 1
    return len(text) if is_whole else None


def _end_of_display(text: str, mark: re.Match[str], *, is_whole: bool) -> int | None:
    """The end of a displayed formula; 0 when it is none; None while that is not certain."""
    begin, furthest = mark.start(), mark.start() + _LONGEST_DISPLAY
    close = text.find(_DISPLAY_ENDS[mark[1]], mark.end(), furthest)
    gap = text.find("\n\n", mark.end() - 1, furthest)
    if gap >= 0 and not begin < close < gap:
        return 0
    if close < 0:
        return 0 if is_whole or len(text) >= furthest else None
    end = close + len(mark[1])
    while end < len(text) and text[end] in ".,;:!?":
        end += 1
    return end if is_whole or end < len(text) else None


def _judge(text: str, begin: int, i: int, *, is_whole: bool) -> int | None:
    """The end that the mark at ``i`` makes; 0 when it makes none; None when it is too early."""
    after = i + 1
    while after < len(text) and text[after] in _CLOSERS:
        after += 1
    if after == len(text):
        return after if is_whole else None
    if text[i] in _WIDE_ENDS:
        return after if text[after] not in _WIDE_ENDS else 0
    if not text[after].isspace():
        return 0
    if text[i] == "." and text[i - 1 : i] not in (".", ""):
        return 0 if _is_inside(text[begin:i]) else after
    if text[i] == "…" or text[max(begin, i - 2) : i + 1] == "...":
        return _judge_pause(text, after, is_whole=is_whole)
    return after


def _judge_pause(text: str, after: int, *, is_whole: bool) -> int | None:
    """Three dots end a sentence unless it goes on in small letters on the same line."""
    for character in text[after : after + _LONGEST]:
        if character == "\n":
            return after
        if not character.isspace():
            return 0 if character.islower() else after
    return after if is_whole or len(text) > after + _LONGEST else None


def _is_inside(before: str) -> bool:
    """Whether a full stop after ``before`` belongs to the word: an abbreviation, "1."."""
    tail = before[-24:]
    if _ITEM_NUMBER.match(before):
        return True
    found = _ABBREVIATION.search(tail)
    if found is None:
        return False
    word = found.group().strip(" ([\"'“*_\n\t")
    if len(word) == 1:
        return bool(_INITIAL.search(tail))
    return word != "No" and word != "no"


def _cut_long(text: str, begin: int) -> int:
    window = text[begin : begin + _LONGEST]
    for mark, earliest in ((", ", _EARLIEST_COMMA), ("、", _EARLIEST_COMMA), (" ", 1)):
        at = window.rfind(mark, earliest)
        if at > 0:
            return begin + at + len(mark)
    return begin + _LONGEST


_CODE_BLOCK = re.compile(r"^[ \t]*```.*?(?:^[ \t]*```[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$|^[ \t|:+=-]+$", re.MULTILINE)
_LINE_MARK = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|(?:>[ \t]*)+|[-*+•][ \t]+(?:\[[ xX]\][ \t]+)?)+", re.M
)
_LINK = re.compile(r"!?\[([^\]\n]{0,400})\]\([^)\n]{0,2000}\)")
_URL = re.compile(r"<?(?:https?://|www\.)[^\s<>]*[^\s<>.,;:!?)\]}'\"*_`]>?")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_TIMES = re.compile(r"(?<=\d) ?\* ?(?=\d)")
_BOLD = re.compile(r"\*\*+|~~|`+|__+")
_ITALIC = re.compile(r"(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]"
)
_ARROW = re.compile("[\u2190-\u21ff]")  # of prose: those of LaTeX are said


def spoken(text: str) -> str:
    """What a voice should say of ``text``, which may be Markdown; empty when nothing is left."""
    text = _ARROW.sub(" ", said_displays(_CODE_BLOCK.sub(" ", text)))
    for silent in (_RULE, _LINE_MARK):
        text = silent.sub("", text)
    text = _LINK.sub(r"\1", said_math(text))
    text = said_tables(_TAG.sub(" ", _URL.sub(" ", text)))
    text = _TIMES.sub(" times ", text)
    for mark in (_BOLD, _ITALIC, _EMOJI):
        text = mark.sub("", text)
    text = text.replace("*", "").replace("_", " ")
    text = re.sub(r"\(\s*\)|\[\s*\]", " ", text)
    text = re.sub(r"\s+([.,;:!?])", r"\1", re.sub(r"\s+", " ", text)).strip()
    return text if re.search(r"\w", text) else ""


def portions(text: str, most: int) -> tuple[str, ...]:
    """Cut a text into as few parts as its sentences allow, each up to ``most`` characters."""
    splitter = SentenceSplitter()
    parts = [""]
    for sentence in (*splitter.feed(text), *splitter.finish()):
        for piece in (sentence[at : at + most] for at in range(0, len(sentence), most)):
            if parts[-1] and len(parts[-1]) + 1 + len(piece) > most:
                parts.append("")
            parts[-1] += f" {piece}" if parts[-1] else piece
    return tuple(filter(None, parts))
