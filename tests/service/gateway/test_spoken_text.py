"""Sentences as they finish, and what of them is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.service.gateway.spoken_text import SentenceSplitter, portions, spoken


def sentences(*deltas: str) -> list[str]:
    splitter = SentenceSplitter()
    found = [sentence for delta in deltas for sentence in splitter.feed(delta)]
    return [*found, *splitter.finish()]


def test_a_sentence_is_told_as_soon_as_the_next_one_begins():
    splitter = SentenceSplitter()
    assert splitter.feed("Hello there.") == ()
    assert splitter.feed(" ") == ("Hello there.",)
    assert splitter.feed("How are you? I am") == ("How are you?",)
    assert splitter.finish() == ("I am",)
    assert splitter.finish() == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is 3.14 meters. Yes.", ["It is 3.14 meters.", "Yes."]),
        ("Dr. Smith met Mrs. Jones. They spoke.", ["Dr. Smith met Mrs. Jones.", "They spoke."]),
        ("Use fruit, e.g. apples. Good.", ["Use fruit, e.g. apples.", "Good."]),
        ("J. R. Tolkien wrote. Did he?", ["J. R. Tolkien wrote.", "Did he?"]),
        ("Well... maybe so. Fine.", ["Well... maybe so.", "Fine."]),
        ("Wait... Now go.", ["Wait...", "Now go."]),
        ("Really?! Yes!", ["Really?!", "Yes!"]),
        ('She said "Go." Then left.', ['She said "Go."', "Then left."]),
        ("1. First\n2. Second one. More", ["1. First", "2. Second one.", "More"]),
        ("- one\n- two\n\nend", ["- one", "- two", "end"]),
        ("See https://a.b/c?d=e.f now. Ok", ["See https://a.b/c?d=e.f now.", "Ok"]),
        ("今日は晴れ。「はい。」そうです。", ["今日は晴れ。", "「はい。」", "そうです。"]),
        ("Is it so? No. It is not.", ["Is it so?", "No.", "It is not."]),
        ("See No. 5 there. No. 5.", ["See No. 5 there.", "No. 5."]),
        (
            "Am 3. Oktober 2024. Der 1. FC spielt. Gut.",
            ["Am 3. Oktober 2024.", "Der 1. FC spielt.", "Gut."],
        ),
        (
            "Vom 3. bis 5. Mai. Es sind 5. Das reicht.",
            ["Vom 3. bis 5. Mai.", "Es sind 5.", "Das reicht."],
        ),
        ("I am 30. You are 5. We met.", ["I am 30.", "You are 5.", "We met."]),
        ("Obst, z. B. Äpfel, d. h. viel. Ja.", ["Obst, z. B. Äpfel, d. h. viel.", "Ja."]),
        ("It is x. Then y. So be it.", ["It is x.", "Then y.", "So be it."]),
        ("La Sra. López vino. Mme. Curie aussi.", ["La Sra. López vino.", "Mme. Curie aussi."]),
        ("هل أنت بخير؟ نعم. حسنًا.", ["هل أنت بخير؟", "نعم.", "حسنًا."]),
        ("So:\n$$\na = b. c\n\n\n", ["So:", "$$", "a = b.", "c"]),
        ("So:\n$$\na = b. c\n= d\n$$.\nYes", ["So:", "$$\na = b. c\n= d\n$$.", "Yes"]),
        ("\\[ \nE = 2\n\\] is it. Yes", ["\\[ \nE = 2\n\\]", "is it.", "Yes"]),
        ("$$\nOne. Two", ["$$", "One.", "Two"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_texts_are_cut_where_sentences_end(text, expected):
    assert sentences(text) == expected


def test_a_long_run_without_an_end_is_cut_at_a_comma_or_a_space():
    cut = sentences("word, " + "and more of it, and " * 40)
    assert all(len(sentence) <= 200 for sentence in cut)
    assert cut[0].endswith(",")
    assert all(len(sentence) <= 200 for sentence in sentences("x" * 1000))


@pytest.mark.parametrize("comma", ["，", "；", "، "])
def test_a_long_run_of_any_language_is_cut_at_its_own_commas(comma):
    cut = sentences(("字词" * 20 + comma) * 12)
    assert len(cut) > 2
    assert all(one.endswith(comma.strip()) for one in cut)


def test_a_model_that_sends_nothing_but_space_is_not_kept_waiting_for():
    splitter = SentenceSplitter()
    assert [one for _ in range(300_000) for one in splitter.feed("\n ")] == []
    assert splitter.feed("Done. ") == ("Done.",)


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "[](",
        "![x",
        "www.",
        "<a",
        "|",
        "| ",
        "|\n",
        "$",
        "$$",
        "$x",
        "\\",
        "\\frac{",
        "```",
        "~~~\n",
        "> ",
        "1. ",
        "<!--",
        "<script",
        '<a "',
        ":a",
        "a-",
        "【†",
        "&a",
        "](",
        "[^",
    ],
)
def test_what_is_said_of_half_marks_is_found_in_one_go(piece):
    spoken(piece * 100_000)


def test_a_formula_that_does_not_end_is_not_waited_for():
    splitter = SentenceSplitter()
    assert splitter.feed("$$\nx is one. ") == ()
    assert len(splitter.feed("So is y. " * 150)) > 100


def test_a_block_of_code_is_one_sentence():
    text = "Look:\n```python\na. b = 1. 2\n\nprint(a)\n```\nDone. Yes"
    assert sentences(text) == [
        "Look:",
        "```python\na. b = 1. 2\n\nprint(a)\n```",
        "Done.",
        "Yes",
    ]


ADDRESS = "https://storage.example/" + "a1b2c3/" * 60 + "x.png?sig=" + "beef" * 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"Here: {ADDRESS}. And so on.", ["Here:", "And so on."]),
        (f"Here: ![a cat]({ADDRESS}) and more.", ["Here: a", "cat", "and more."]),
        (f"<{ADDRESS}> is it.", ["is it."]),
        (f"请看{ADDRESS}。好的。", ["请看", "好的。"]),
        ("Data: data:image/png;base64," + "A" * 700, ["Data:"]),
        ("See [a story. It goes on](https://a.b/c) here.", ["See a story.", "It goes on here."]),
        ("Look:\n~~~python\nprint(1)\n\nx. y\n~~~\nDone.", ["Look:", "Done."]),
        ("````\n```\na = 1\n```\nb = 2\n````\nDone.", ["Done."]),
        ("> ```\n> a = 1\n> ```\n> Done.", ["Done."]),
        ("1. ```sh\n   ls. x\n   ```\n2. Done.", ["2. Done."]),
        ("``` one ``` word. Two", ["one word.", "Two"]),
        ("<!-- not\n\nthis. -->\nBut this.", ["But this."]),
        ("<style>\np { x: y }\n</style>\nThis.", ["This."]),
        ("<script>\nx. y", []),
        ("Do:\n\n    a = 1. 2\n\n    print(a)\n\nDone.", ["Do:", "Done."]),
        ("    x. y\n\tz\nDone.", ["Done."]),
        ("Do:\n\n\tls -l. x\nDone.", ["Do:", "Done."]),
        ("One\n    goes on.\n\n   So.", ["One", "goes on.", "So."]),
        (
            "- One.\n\n    More. Yes.\n\n  - Two\n\n      More.",
            ["One.", "More.", "Yes.", "Two", "More."],
        ),
        ("1. One\n\n    More.\n\n        x. y\n\n2. Two", ["1. One", "More.", "2. Two"]),
        ("- One\n\nBut:\n\n    x. y\n\n- Two\n\n    More.", ["One", "But:", "Two", "More."]),
        ("- One\n# Two\n\n    x. y", ["One", "Two"]),
        ("* * *\n\n    x. y", []),
        ("So[^1].\n\n[^1]: As said.\n\n    More.", ["So.", "As said.", "More."]),
        ("## Two ##\nOne.", ["Two", "One."]),
        ("It is so (see https://a.b/c).", ["It is so (see)."]),
        ("So[^1] it is.\n\n[^1]: As said.", ["So it is.", "As said."]),
        ("See [it][1].\n\n[1]: https://a.b 'T'", ["See it."]),
    ],
)
def test_what_goes_over_lines_or_is_long_is_not_said_in_pieces(text, expected):
    for deltas in ([text], text, [text[at : at + 7] for at in range(0, len(text), 7)]):
        assert [said for one in sentences(*deltas) if (said := spoken(one))] == expected


_PIECES = st.sampled_from(
    [
        "Hello",
        " ",
        ".",
        "...",
        "…",
        "\n",
        "```",
        "e.g.",
        "Dr.",
        "1",
        "?!",
        '"',
        ")",
        "。",
        "」",
        "a",
        "I",
        "…b",
        "A long run of words without an end, " * 7,
        "$$",
        "$$\n",
        "\\[\n",
        "\\]",
        "~~~",
        "````",
        "\n> ",
        "\n- ",
        "<!--",
        "-->",
        "<script>",
        "https://",
        "x" * 250,
        "\n\n    ",
        "    ",
        "\t",
        "\n1. ",
        "z. B. ",
        "No. ",
        "Am 3. ",
        "Mai",
        "؟",
    ]
)


@given(st.lists(_PIECES, max_size=25).map("".join), st.lists(st.integers(0, 900), max_size=12))
def test_any_split_of_the_deltas_gives_the_same_sentences(text, cuts):
    ends = [*sorted(min(cut, len(text)) for cut in cuts), len(text)]
    deltas = [text[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    assert sentences(*deltas) == sentences(text) == sentences(*text)


@given(st.lists(_PIECES, max_size=25).map("".join))
def test_no_character_is_lost(text):
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This is **bold** and *soft* and `code`.", "This is bold and soft and code."),
        ("# A title", "A title"),
        ("- [ ] buy milk", "buy milk"),
        ("> quoted", "quoted"),
        ("See [the page](https://x.y/z) now", "See the page now"),
        ("![a cat](cat.png)", "a cat"),
        ("Go to https://example.com/a?b=c.", "Go to."),
        ("Nice 👍🏽 day ☀️!", "Nice day!"),
        ("```python\nprint(1)\n```", ""),
        ("```python\nprint(1)", ""),
        (
            "| City | People |\n|---|:-:|\n| Paris | 2.1 million |",
            "City, People. Paris, 2.1 million.",
        ),
        ("Name | Age\n--- | ---\nAda | 36", "Name, Age Ada, 36"),
        ("| **Is it?** | Yes. |", "Is it? Yes."),
        ("| - | 👍 | 3 |", "3."),
        ("+---+---+\n|||", ""),
        ("---", ""),
        ("3 * 4 = 12", "3 times 4 = 12"),
        ("snake_case and _this_", "snake case and this"),
        ("**Half a bold", "Half a bold"),
        ("It is 2 < 3 and 5 > 4.", "It is 2 < 3 and 5 > 4."),
        ("line<br>break", "line break"),
        ("...", ""),
        ("東京は*夜*です。", "東京は夜です。"),
        ("请看https://a.b/c。好的", "请看。好的"),
        ("HTTPS://A.B/C, ftp://a.b/c and file:///srv/x", ", and"),
        ("[it](https://a.b/c_(d)) and [that](x 'a (b)')", "it and that"),
        ("Is that so[^note]? See [1]. 【4:0†source】", "Is that so? See 1."),
        ("> [!NOTE]\n> Take care.", "Take care."),
        ("Term\n: What it is", "Term What it is"),
        ("A `<!--` begins it and `-->` ends it.", "A <!-- begins it and --> ends it."),
        ("A&nbsp;B &amp; C&#39;s &lt;3 AT&T", "A B & C's <3 AT&T"),
        ('<a title="a > b" href="x">link</a> <!-- no --> ok', "link ok"),
        ("⌚ ⏰ ▶️ ℹ️ ㊗️ 1️⃣ :+1: :tada: at 10:30:45", "1 at 10:30:45"),
        ("This is ==marked==, ~~not~~ x==y", "This is marked, not x==y"),
    ],
)
def test_only_what_has_a_sound_is_said(text, expected):
    assert spoken(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"The root of $x^2 = 2$ is $\sqrt{2}$.", "The root of x² = 2 is √2."),
        (r"\(a_1 - b_n\) or \[\frac{a+b}{2c} \leq 1\]", "a 1 − b n or (a + b) ÷ 2c ≤ 1"),
        (r"$$x^{n+1} \times \frac{1}{2}$$", "x^(n + 1) × 1/2"),
        (r"It is $-5$, $90\%$ and $|x|$.", "It is − 5, 90% and x."),
        ("$$", ""),
        (r"\[", ""),
        (r"\int_0^1 x \, dx = \frac{\text{area}}{\pi}", "∫ 0 ¹ x dx = area ÷ π"),
        (r"\begin{aligned}", ""),
        (r"y &= -3 \\", "y = − 3"),
        ("$$\nE = mc^2\n$$", "E = mc²"),
        ("\\[\nE = a\n- b\n\\]", "E = a − b"),
        (r"At $20^\circ C$ or $90^\circ$", "At 20° C or 90°"),
        (r"$10^{-3}$ m", "10^(−3) m"),
        (r"$f: a\to b$, $a \Rightarrow b$", "f: a → b, a → b"),
        ("Settings → Sound→On", "Settings Sound On"),
        (r"The angle \alpha is small", "The angle α is small"),
        (r"| $|x|$ | $x^2$ |", "x, x²."),
        ("It costs $5 or $10.", "It costs $5 or $10."),
        ("It costs $5-10$.", "It costs $5-10$."),
        (r"Open C:\Users\ada now", r"Open C:\Users\ada now"),
        (r"Use `\n`, `\d+\.\d` or `\alpha`, not \n.", r"Use \n, \d+\.\d or \alpha, not \n."),
        ("One\\\ntwo", "One two"),
        (r"2\. not \*bold\*", "2. not bold"),
    ],
)
def test_mathematics_is_said_without_its_marks(text, expected):
    assert spoken(text) == expected


def test_a_table_that_is_being_written_is_said_row_by_row():
    splitter = SentenceSplitter()
    pieces = "| City | ", "People |\n|---", "|---|\n| Paris | 2 |", "\n| Rome | 3 |\nThat is all."
    rows = [[spoken(row) for row in splitter.feed(piece)] for piece in pieces]
    assert rows == [[], ["City, People."], [""], ["Paris, 2.", "Rome, 3."]]
    assert [spoken(row) for row in splitter.finish()] == ["That is all."]


@given(st.text())
def test_saying_a_second_time_is_never_longer(text):
    once = spoken(text)
    assert len(spoken(once)) <= len(once) + once.count("*") * 7
    assert "\n" not in once


def test_a_long_text_is_cut_between_sentences_into_few_parts():
    text = "One two three. Four five six. Seven eight nine."
    assert portions(text, 30) == ("One two three. Four five six.", "Seven eight nine.")
    assert portions(text, 1_000) == (text,)


def test_a_sentence_that_is_longer_than_a_part_is_cut_anyway():
    assert portions("x" * 25, 10) == ("x" * 10, "x" * 10, "x" * 5)


def test_no_text_has_no_parts():
    assert portions("  ", 10) == ()
