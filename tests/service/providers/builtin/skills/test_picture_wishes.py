"""Words that ask for a picture, and words that only sound so."""

from __future__ import annotations

import pytest

from desktop_app.service.providers.builtin.skills.picture_wishes import PictureWish, picture_wish

ONE = "6f1ed002-ab5f-4e0c-9d3a-1d2f7c3b4a55"
TWO = "0b9c1c53-33a4-4a3e-8a52-5f7f0e6c9d10"


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("Draw a red fox in the snow.", "a red fox in the snow"),
        ("please draw me a lighthouse", "a lighthouse"),
        ("Can you paint a field of poppies, please?", "a field of poppies"),
        ("Make a picture of two cats playing chess", "two cats playing chess"),
        ("Could you please create an image of a castle?", "a castle"),
        ("generate a photo showing rain", "rain"),
        ("Make me a small picture with a boat", "a small picture with a boat"),
        ("Hey Parley, sketch my garden at night!", "my garden at night"),
        ("I would like a drawing of a bee", "a bee"),
        ("Design a logo for a bakery", "a logo for a bakery"),
        ("Draw a house\nwith a red roof", "a house\nwith a red roof"),
        ("Draw a fox on a hill", "a fox on a hill"),
        ("Draw cats from above", "cats from above"),
        ("Paint Zürich im Winter", "Zürich im Winter"),
    ],
)
def test_a_new_picture_is_wished_for(text, prompt):
    assert picture_wish(text) == PictureWish(prompt)


@pytest.mark.parametrize(
    ("text", "prompt", "ids"),
    [
        (f"Change {ONE}: make the sky green", "make the sky green", (ONE,)),
        (f"Edit {ONE.upper()} so that it is night.", "it is night", (ONE,)),
        (f"Can you turn {ONE} into a watercolour?", "a watercolour", (ONE,)),
        (f"Combine {ONE} and {TWO} in one frame", "in one frame", (ONE, TWO)),
        (f"Make the sky green in {ONE}", "Make the sky green", (ONE,)),
        (f"change {ONE} and {ONE} to blue", "blue", (ONE,)),
    ],
)
def test_pictures_that_are_named_shall_be_changed(text, prompt, ids):
    assert picture_wish(text) == PictureWish(prompt, ids)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        ("Change the picture to black and white", "black and white"),
        ("edit the last image: add a moon", "add a moon"),
        ("Recolour it", "Recolour it"),
        ("make it blue", "blue"),
        ("and make this darker", "darker"),
        ("Turn this photo into a drawing", "a drawing"),
    ],
)
def test_the_last_picture_shall_be_changed(text, prompt):
    assert picture_wish(text) == PictureWish(prompt, is_about_last=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Draw",
        "How do I draw a fox?",
        "Draw a conclusion from these numbers",
        "draw a line under it",
        "draw on my experience",
        "Draw the obvious conclusion",
        "I drew a picture of a fox",
        "What is a picture of health?",
        "Make a list of painters",
        "Show me the weather",
        "change the subject",
        "What happened to " + ONE + "?",
        "The painting of the year",
    ],
)
def test_other_words_are_no_wish(text):
    assert picture_wish(text) is None


@pytest.mark.parametrize("piece", [".", "!?", " .", ", please", "please "])
def test_a_wish_of_any_length_is_read_in_one_go(piece):
    what = f"x{piece * 300_000}x"
    assert picture_wish(f"draw {what}") == PictureWish(what)
