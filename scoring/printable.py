"""Text of anybody's on its way to a terminal: what would act on it is shown as an escape and does nothing."""

import json
import unicodedata


def printable(text: str) -> str:
    """Escape all but what can be seen and what is a blank, on one line; signs that turn the direction of writing are not seen."""
    return text if text.isprintable() else "".join(char if _is_harmless(char) else repr(char)[1:-1] for char in text)


def printable_lines(text: str) -> str:
    """Do the same with words of ours, whose line ends are meant."""
    return "\n".join(map(printable, text.split("\n")))


def printable_json(text: str) -> str:
    """Write the same JSON so that a terminal may be what reads it."""
    return text if text.isprintable() else "".join(char if _is_harmless(char) or char == "\n" else json.dumps(char)[1:-1] for char in text)


def _is_harmless(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"
