"""Folds away what tells a copy from a near copy: the case of letters, and which digits a number is written with."""

import re

DIGIT = re.compile(r"[0-9]")


def fold(text: str) -> str:
    """Return the text in small letters with every digit a 0, character for character."""
    small = text.lower()
    if len(small) != len(text):  # İ alone becomes two
        small = "".join(character.lower()[0] for character in text)
    return DIGIT.sub("0", small)
