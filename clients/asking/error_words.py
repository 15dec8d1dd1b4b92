"""The endpoint's own words for what went wrong."""

from typing import Any

from clients.one_line import one_line

MAX_CHARS = 300


def read_error_words(error: Any) -> str:
    """Take the message from OpenAI's `error` object; mlx_lm.server has a bare string there, FastAPI `detail`, and proxies whole pages."""
    if isinstance(error, dict):
        error = next((error[key] for key in ("message", "detail", "error") if error.get(key)), error)
        if isinstance(error, dict) and error.get("message"):
            error = error["message"]
    words = one_line(str(error))
    return words if len(words) <= MAX_CHARS else words[: MAX_CHARS - 1] + "…"
