"""Text that comes as a list of blocks: the answer, the reasoning and the refusal in it, each by itself.

OpenAI's blocks are `text` and `refusal`, those of Anthropic and Mistral `text` and `thinking`, those of OpenRouter `reasoning.text` and
`reasoning.summary`.
"""

from typing import Any

import msgspec

REASONING_TYPES = ("thinking", "reasoning", "thought", "think")  # also with what stands behind a dot
SEALED_TYPES = ("redacted_thinking", "reasoning.encrypted")  # reasoning that nobody is to read
TEXT_KEYS = ("text", "thinking", "reasoning", "refusal", "content", "summary", "value")  # where a block has its text


class UnknownBlock(ValueError):
    """What stands there is no text, and no list of blocks of text."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says; empty where it has nothing of the kind."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""


def read_blocks(value: Any) -> Said:
    """Read a text, a block or a list of both; null says nothing. Raises UnknownBlock."""
    said = {"text": "", "reasoning": "", "refusal": ""}
    for block in value if isinstance(value, list) else [value]:
        kind, text = _read_block(block)
        said[kind] += text
    return Said(**said)


def plain_text(value: Any) -> str:
    """Join all text of a value whatever kind its blocks are of; nothing where there is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(plain_text, value))
    if isinstance(value, dict):
        return next((text for key in TEXT_KEYS if (text := plain_text(value.get(key)))), "")
    return ""


def _read_block(block: Any) -> tuple[str, str]:
    if block is None or isinstance(block, str):
        return "text", block or ""
    if not isinstance(block, dict):
        raise UnknownBlock(f"expected text or a list of blocks of text, got {_named(block)}")
    kind = block.get("type", "text")
    if kind in SEALED_TYPES:
        return "reasoning", ""
    if isinstance(kind, str) and kind.partition(".")[0] in REASONING_TYPES:
        return "reasoning", plain_text(block)
    if kind == "refusal":
        return "refusal", plain_text(block)
    if kind in ("text", "output_text") and any(isinstance(block.get(key), str | dict | list) for key in TEXT_KEYS):
        return "text", plain_text(block)
    raise UnknownBlock(f"expected a block of text, got one of type {kind!r:.40} with the keys {', '.join(map(str, block)):.80}")


def _named(value: Any) -> str:
    return {bool: "a truth value", int: "a number", float: "a number"}.get(type(value), type(value).__name__)
