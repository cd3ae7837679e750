"""Whether a text seems to be in another language than English."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")

_ENGLISH = frozenset(
    _WORD.findall(
        """
        about all also and any are be been but by can could did do does for from had have her his
        how if is it its my of or our please she that the their them there these they this those
        to what when where which who why with would you your
        """
    )
)
_OTHERS = frozenset(
    _WORD.findall(
        """
        aber auf bei das dem den der des die ein eine einen für hat ich ist kann mit nicht oder
        sind und von was welche wer wie wird wo zu zum zur
        au aux avec ce cette comment dans du elle est et il je la le les mais nous où ou par pas
        pour quand que quel quelle qui sont sur un une vous
        como con cual cuando de del donde el ella en es esta este los las más no para pero por
        porque qué se su sus una y
        che chi come cosa da di dove gli ha ho il lo nel non per perché più quale quando sono
        com não na onde os pela qual quem são uma você
        een het hoe ik maar met niet op te van voor waar wat wie zijn
        """
    )
)


def is_foreign(text: str) -> bool:
    """By its little words, or where most words have letters that English has not."""
    words = _WORD.findall(text.lower())
    if sum(not word.isascii() for word in words) * 2 > len(words):
        return True
    english = sum(word in _ENGLISH for word in words)
    return sum(word in _OTHERS for word in words) > english
