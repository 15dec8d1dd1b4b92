"""What a reader can see of a text."""

from unicodedata import category

INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})  # controls, format characters such as the zero-width ones, and white space


def visible_characters(text: str, limit: int) -> str:
    """Return the first visible characters, at most `limit`."""
    if not text or text.isspace():
        return ""
    visible = []
    for character in text:
        if category(character) not in INVISIBLE:
            visible.append(character)
            if len(visible) == limit:
                break
    return "".join(visible)
