"""From written text to what is said: finished sentences, without marks that have no sound."""

from __future__ import annotations

import html
import re

from desktop_app.service.gateway.indented_code import Margin, without_indented_code
from desktop_app.service.gateway.spoken_marks import said_displays, said_math, said_tables

_LONGEST = 200  # characters without an end: then a comma or a space must do
_EARLIEST_COMMA = 60
_COMMAS = (", ", "، ", "؛ ", "，", "、", "；")  # noqa: RUF001
_ENDS = ".!?…؟"
_WIDE_ENDS = "。！？"  # noqa: RUF001
_CLOSERS = "\"')]}*_”’»」』）"  # noqa: RUF001
_LONGEST_ADDRESS = 100_000  # characters
_QUOTE_OR_ITEM = r"[ \t]*(?:>[ \t]*|[-*+][ \t]+|\d{1,3}[.)][ \t]+)*"
_FENCE = re.compile(rf"{_QUOTE_OR_ITEM}(`{{3,}}|~{{3,}})[^`\n]*(?P<end>\n|\Z)")
_WIDE = "\u3000-\u9fff\uac00-\ud7af\uff00-\uffef"  # no part of an address
_ADDRESS = re.compile(
    r"(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{1,20}://|www\.|data:[a-z]+/)", re.IGNORECASE
)
_ADDRESS_END = re.compile(rf"[\s<>{_WIDE}]")
_HIDDEN = re.compile(r"<(?:!--|(script|style)\b)", re.IGNORECASE)
_DISPLAY = re.compile(r"(\$\$|\\\[)[ \t]{0,8}\n")
_DISPLAY_ENDS = {"$$": "$$", "\\[": "\\]"}
_LONGEST_DISPLAY = 1000  # characters from mark to mark

_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[\"'“*_])(?:mr|mrs|ms|dr|prof|st|vs|etc|no|fig|approx|e\.g|i\.e|cf|al|inc|ltd|jr|sr"
    r"|mt|dept|est|gen|col|lt|sgt|capt|rev|hon|vol|ch|sec|pp|ca|[A-HJ-Z]|[a-z](?:\.[a-z])+"
    r"|nr|hr|fr|bzw|ggf|evtl|inkl|vgl|bspw|sog|mio|mrd|mme|mlle|sra|srta|dña|uds?|pág|núm)$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|[\s(\[\"'“])(?:[A-Z]\.)*[A-HJ-Z]$")
_ORDINAL = re.compile(  # German: a number with a full stop is the how-manieth
    r"(?:^|\s)(?:der|die|das|dem|den|des|(?<!I )am|im|vom|zum|zur|beim)\s\d{1,3}$", re.IGNORECASE
)
_MAY_GO_ON = re.compile(r"(?:^|[\s(\[\"'“„«])(\d{1,2}|[^\W\d_]|[Nn]o)$")
_NEXT_WORD = re.compile(r"[ \t]+([^\W\d_]+\.?|\S)")
_MONTH = re.compile(
    r"(?:Jan(?:uar)?|Jänner|Feb(?:ruar)?|März|Apr(?:il)?|Mai|Jun[i.]|Jul[i.]|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Okt(?:ober)?|Nov(?:ember)?|Dez(?:ember)?)\.?"
)
_LETTERS = re.compile(r"[^\W\d_]\.[ \t]?[^\W\d_]$")
_ITEM_NUMBER = re.compile(r"^[\s>*_]*\d{1,3}$")


class SentenceSplitter:
    """Cuts a growing text into sentences, each as soon as its end is certain.

    However the text is split into deltas, the sentences are the same. A fenced block of code is
    one sentence of its own, from fence to fence, and so is a displayed formula, and what HTML
    hides. A line of indented code is one, too, and keeps its indentation. No address is cut.
    """

    def __init__(self) -> None:
        self._text = ""
        self._margin = Margin()

    def feed(self, delta: str) -> tuple[str, ...]:
        """The sentences that ``delta`` completed."""
        self._text += delta
        return self._take(is_whole=False)

    def finish(self) -> tuple[str, ...]:
        """The rest: nothing more comes. The splitter is empty again."""
        sentences = self._take(is_whole=True)
        self._text = ""
        self._margin = Margin()
        return sentences

    def _take(self, *, is_whole: bool) -> tuple[str, ...]:
        sentences = []
        at = self._after_space(0)
        while (end := self._end(at, is_whole=is_whole)) is not None:
            sentences.append(self._margin.take(self._text[at:end]))
            at = self._after_space(end)
        self._text = self._text[at:]
        return tuple(sentences)

    def _after_space(self, at: int) -> int:
        begin = at
        while begin < len(self._text) and self._text[begin].isspace():
            begin += 1
        self._margin.skip(self._text[at:begin])
        return begin

    def _end(self, begin: int, *, is_whole: bool) -> int | None:
        if begin == len(self._text):
            return None
        if not self._margin.is_code:
            return _end_of_sentence(self._text, begin, is_whole=is_whole)
        line_end = self._text.find("\n", begin) + 1
        return line_end or (len(self._text) if is_whole else None)


def _end_of_sentence(text: str, begin: int, *, is_whole: bool) -> int | None:
    """Where the sentence that begins at ``begin`` ends, or None while that is not certain."""
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
        return _cut_long(text, begin, is_whole=is_whole)
    return len(text) if is_whole else None


def _end_of_block(text: str, begin: int, *, is_whole: bool) -> int | None:
    """The end of what is not cut; 0 where there is none; None while that is not certain."""
    if fence := _FENCE.match(text, begin):
        return _end_of_code(text, fence, is_whole=is_whole)
    if hidden := _HIDDEN.match(text, begin):
        closing = f"</{hidden[1]}>" if hidden[1] else "-->"
        close = text.find(closing, hidden.end())
        return close + len(closing) if close >= 0 else len(text) if is_whole else None
    display = _DISPLAY.match(text, begin)
    return _end_of_display(text, display, is_whole=is_whole) if display else 0


def _end_of_code(text: str, fence: re.Match[str], *, is_whole: bool) -> int | None:
    """Behind the line that holds nothing but such a fence again, or a longer one."""
    mark, at = fence[1], fence.end("end")
    while (at := text.find(mark, at)) >= 0:
        line, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
        before, after = text[line:at], text[at : end if end >= 0 else len(text)]
        if end >= 0 and not before.strip(" \t>") and not after.strip(f"{mark[0]} \t"):
            return end + 1
        at += len(mark)
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
        if _is_inside(text[begin:i]):
            return 0
        return _judge_short(text, begin, i, is_whole=is_whole) if after == i + 1 else after
    if text[i] == "…" or text[max(begin, i - 2) : i + 1] == "...":
        return _judge_pause(text, after, is_whole=is_whole)
    return after


def _judge_short(text: str, begin: int, i: int, *, is_whole: bool) -> int | None:
    """A full stop behind a number, a letter or "No": what follows says whether it ends there."""
    short = _MAY_GO_ON.search(text[max(begin, i - 24) : i])
    if short is None:
        return i + 1
    word = _NEXT_WORD.match(text, i + 1)
    if word is None:
        is_open = not text[i + 1 :].strip(" \t") and not is_whole
        return None if is_open else i + 1
    if short[1] in ("No", "no"):
        return 0 if word[1].isdigit() else i + 1
    is_letter = not short[1].isdigit()
    is_one_of_some = is_letter and _LETTERS.search(text[begin:i])
    if word[1][0].islower() and (is_one_of_some or not is_letter):
        return 0
    if word.end() == len(text) and not is_whole:
        return None
    goes_on = re.fullmatch(r"\w\.", word[1]) if is_letter else _MONTH.fullmatch(word[1])
    return 0 if goes_on else i + 1


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
    if _ITEM_NUMBER.match(before) or _ORDINAL.search(tail):
        return True
    found = _ABBREVIATION.search(tail)
    if found is None:
        return False
    word = found.group().strip(" ([\"'“*_\n\t")
    if len(word) == 1:
        return bool(_INITIAL.search(tail))
    return word != "No" and word != "no"


def _cut_long(text: str, begin: int, *, is_whole: bool) -> int | None:
    window = text[begin : begin + _LONGEST]
    for marks, earliest in ((_COMMAS, _EARLIEST_COMMA), ((" ",), 1)):
        ends = [at + len(one) for one in marks if (at := window.rfind(one, earliest)) > 0]
        if ends:
            return begin + max(ends)
    address = _ADDRESS.search(window)
    if address is None:
        return begin + _LONGEST
    furthest = begin + _LONGEST_ADDRESS
    if end := _ADDRESS_END.search(text, begin + address.end(), furthest):
        return end.start()
    return min(len(text), furthest) if is_whole or len(text) > furthest else None


_CODE_BLOCK = re.compile(
    rf"^{_QUOTE_OR_ITEM}(`{{3,}}|~{{3,}})[^`\n]*(?:\n.*?)??(?:^[ \t>]*\1[`~]*[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
_HIDDEN_PART = re.compile(  # what is quoted as code is a word
    r"(?<!`)<!--.*?-->|(?<!`)<(script|style)\b.*?</\1>|\A<(?:!--|script\b|style\b).*",
    re.DOTALL | re.IGNORECASE,
)
_RULE = re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$|^[ \t|:+=-]+$", re.MULTILINE)
_LINE_MARK = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|(?:>[ \t]*)+|[-*+•:][ \t]+(?:\[[ xX]\][ \t]+)?|\[![A-Za-z]+\]$)+", re.M
)
_HEADING_END = re.compile(r"^([ \t]*#{1,6}[ \t].*?)[ \t]+#+[ \t]*$", re.M)
_LINK = re.compile(r"!?\[([^\]\n]{0,400})\]\((?:[^()\n]|\([^()\n]{0,400}\)){0,2000}\)")
_REFERENCE = re.compile(r"(\[[^\[\]\n]{0,400}\])\[[^\[\]\n]{0,100}\]")
_DEFINITION = re.compile(
    r"^[ \t]*\[[^\]\n]{1,400}\]:[ \t]*<?[A-Za-z][A-Za-z0-9+.-]{1,30}:\S.*$", re.M
)
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,60}\]:?|【[^】†\n]{0,60}†[^】\n]{0,200}】")
_URL = re.compile(
    rf"<?{_ADDRESS.pattern}[^\s<>{_WIDE}]*[^\s<>{_WIDE}.,;:!?)\]}}'\"*_`]>?",
    re.IGNORECASE,
)
_NO_WORD = re.compile(r"[!-{}~]{100,}")  # pieces of addresses and of what is encoded
_QUOTED_TAG = re.compile(r"""</?[a-zA-Z](?:[^<>\n"']|"[^"\n]{0,400}"|'[^'\n]{0,400}'){0,200}>""")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_ENTITY = re.compile(r"&#?\w{1,31};")
_TIMES = re.compile(r"(?<=\d) ?\* ?(?=\d)")
_BOLD = re.compile(r"\*\*+|~~+|`+|__+|(?<!\w)==(?=[^\s=])|(?<=[^\s=])==(?!\w)")
_ITALIC = re.compile(r"(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2139\u231a\u231b\u23cf\u23e9-\u23fa"
    "\u24c2\u25aa\u25ab\u25b6\u25c0\u25fb-\u25fe\u2934\u2935\u3030\u303d\u3297\u3299\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]"
    r"|(?<![\w:]):(?:[+-]1|[a-z][a-z0-9_+-]{1,40}):(?![\w:])"
)
_ARROW = re.compile("[\u2190-\u21ff]")  # of prose: those of LaTeX are said
_PAUSES = str.maketrans({"*": "", "_": " ", "[": " ", "]": ""})
_HALF_LINK = re.compile(r"(?<!\w)!(?=\[)|\]\(\s*[^()\s]*\s*\)?")


def spoken(text: str) -> str:
    """What a voice should say of ``text``, which may be Markdown; empty when nothing is left."""
    text = without_indented_code(_HIDDEN_PART.sub(" ", _CODE_BLOCK.sub(" ", text)))
    text = _ARROW.sub(" ", said_displays(text))
    text = _HEADING_END.sub(r"\1", text)
    for silent in (_RULE, _LINE_MARK, _DEFINITION, _FOOTNOTE):
        text = silent.sub("", text)
    text = _REFERENCE.sub(r"\1", _LINK.sub(r"\1", said_math(text)))
    for mark in (_URL, _QUOTED_TAG, _TAG, _NO_WORD):
        text = mark.sub(" ", text)
    text = _ENTITY.sub(lambda found: html.unescape(found[0]), said_tables(text))
    text = _TIMES.sub(" times ", text)
    for mark in (_BOLD, _ITALIC, _EMOJI, _HALF_LINK):
        text = mark.sub("", text)
    text = text.translate(_PAUSES)
    text = re.sub(r"\(\s*\)", " ", text)
    text = re.sub(r"\s+([.,;:!?)。，、！？؟،؛])", r"\1", re.sub(r"\s+", " ", text)).strip()  # noqa: RUF001
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
