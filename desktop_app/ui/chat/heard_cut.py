"""Where in rendered text a cut of its Markdown source falls."""

from __future__ import annotations


def rendered_cut(source: str, rendered: str, heard_chars: int) -> int:
    """Characters of ``rendered`` that belong to the first ``heard_chars`` of ``source``.

    The marks of Markdown are not in the rendered text; everything else is, in the same order,
    so the two are walked side by side and what does not match is a mark.
    """
    place = 0
    while 0 < heard_chars < len(source) and source[heard_chars - 1 : heard_chars + 1].isalnum():
        heard_chars += 1  # the mark stands between words
    for letter in source[:heard_chars]:
        if place == len(rendered):
            break
        is_gap = letter == "|" or letter.isspace()  # also between the cells of a table
        if letter == rendered[place] or (is_gap and rendered[place].isspace()):
            place += 1
    return place
