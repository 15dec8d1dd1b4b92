"""Whether a text holds anything but marks: `.`, `**` and a fence with nothing in it say nothing."""

import re
from unicodedata import category

FENCE_LINE = re.compile(r"^[^\S\n]*(?:`{3,8}(?!`)|~{3,8}(?!~))[^\n`]*$", re.MULTILINE)  # a longer row is drawn
# Values of JSON and of programs, and faces: `{}`, `[]`, `""`, `:-)`, `^_^`.
VALUES = re.compile(r"\{\s*\}|\[\s*\]|\(\s*\)|\"\"|''|[:;=]['-]?[()\[\]/\\|]|[()]['-]?[:;=]|[\^>\-*]_+[\^<\-*]")


def without_fences(text: str) -> str:
    """Leave out the lines that open and close fenced code, with the names of languages on them."""
    return FENCE_LINE.sub("", text) if "`" in text or "~" in text else text


def has_content(text: str) -> bool:
    """Say whether there is a letter, a digit, a sign beyond ASCII such as an emoji, or an empty value or a face."""
    return any(map(_says_something, text)) or VALUES.fullmatch(text.strip()) is not None


def _says_something(character: str) -> bool:
    return character.isalnum() or (not character.isascii() and category(character)[0] in "SMLN")
