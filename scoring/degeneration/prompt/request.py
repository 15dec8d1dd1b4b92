"""Where a prompt says what is wanted."""

MAX_CHARS_OF_AN_END = 8_000


def asking_part(prompt: str) -> str:
    """Give the beginning and the end of a prompt, and all of a shorter one.

    What stands between is a text to work on: its words ask for nothing, and searching hundreds of kilobytes would hold up every answer.
    """
    if len(prompt) <= 2 * MAX_CHARS_OF_AN_END:
        return prompt
    return f"{prompt[:MAX_CHARS_OF_AN_END]}\n{prompt[-MAX_CHARS_OF_AN_END:]}"
