"""Words of endpoints and models, made fit for a line of ours."""

from typing import Any

MAX_CHARS = 300


def one_line(text: str) -> str:
    """Flatten a text: line breaks and control characters have no place in a table."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def error_words(error: Any) -> str:
    """Take the message from OpenAI's `error` object; mlx_lm.server has a bare string there, and proxies whole pages."""
    words = one_line(str(error.get("message") or error if isinstance(error, dict) else error))
    return words if len(words) <= MAX_CHARS else words[: MAX_CHARS - 1] + "…"
