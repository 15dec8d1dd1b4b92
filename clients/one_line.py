"""A text of anybody's on one line of ours."""


def one_line(text: str) -> str:
    """Flatten a text: line breaks and control characters have no place in a table."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
