"""Digits in JSON, of which there are enough at some point."""

import json
from typing import Any

import numpy as np
import pytest
from llguidance import LLMatcher, LLTokenizer

from server.engine.mlx.grammar.digits import MOST_DIGITS, DigitLimit, find_digits

BYTES = LLTokenizer("byte")
NUM_WORDS = -(-BYTES.vocab_size // 32)
DIGITS = find_digits(BYTES, NUM_WORDS)


def write(schema: Any, wishes: str, num_steps: int = 200) -> str:
    """Write under a schema: at each step the first of the wished letters that may come, or the end if none may."""
    matcher = LLMatcher(BYTES, LLMatcher.grammar_from_json_schema(json.dumps(schema)), log_level=0)
    assert not matcher.is_error()
    limit, text = DigitLimit(BYTES, DIGITS), ""
    words = np.zeros(NUM_WORDS, dtype=np.int32)
    for _ in range(num_steps):
        matcher.unsafe_compute_mask_ptr(words.ctypes.data, words.nbytes)
        limit.narrow(words)
        bits = np.unpackbits(words.view(np.uint8), bitorder="little")
        letter = next((letter for letter in wishes if bits[ord(letter)]), None)
        if letter is None:
            assert matcher.is_accepting()
            return text
        assert matcher.consume_token(ord(letter))
        limit.read([ord(letter)])
        text += letter
    raise AssertionError(f"no end: {text}")


def test_digits_are_the_tokens_that_begin_with_one() -> None:
    bits = np.unpackbits(DIGITS.view(np.uint8), bitorder="little")
    assert [chr(token) for token in np.flatnonzero(bits)] == [*"0123456789"]


@pytest.mark.parametrize(
    ("schema", "wishes", "text"),
    [
        ({"type": "integer"}, "1", "1" * MOST_DIGITS),
        ({"type": "number"}, "1", "1" * MOST_DIGITS),
        ({"type": "number"}, "-1.", "-" + "1" * MOST_DIGITS + "." + "1" * MOST_DIGITS),
        ({"type": "number"}, ".0", "0." + "0" * MOST_DIGITS),
        ({"type": "number"}, "e0", "0e00"),
        ({"type": "number"}, "1e+", "1" * MOST_DIGITS + "e11"),
        ({"type": "number", "minimum": 0}, "0.", "0." + "0" * MOST_DIGITS),
        ({"type": "array", "items": {"type": "number"}, "maxItems": 2}, "[1,]", f"[{'1' * MOST_DIGITS},{'1' * MOST_DIGITS}]"),
        ({"type": "string", "maxLength": 60}, '1"', f'"{"1" * 60}"'),
        ({"enum": ['"' + "1" * 60]}, '"1\\', '"\\"' + "1" * 60 + '"'),
    ],
)
def test_a_number_comes_to_its_end_and_a_text_is_left_alone(schema: Any, wishes: str, text: str) -> None:
    assert write(schema, wishes) == text
    json.loads(text)


def test_digits_that_have_to_come_come() -> None:
    assert json.loads(write({"const": 1e-300}, "0123456789.e-", num_steps=400)) == 1e-300
    digits = "1" * 30
    assert write({"type": "integer", "minimum": int("1" * 16)}, "1") == "1" * MOST_DIGITS
    assert write({"type": "array", "items": {"const": digits}, "minItems": 1, "maxItems": 1}, '["1]') == f'["{digits}"]'
