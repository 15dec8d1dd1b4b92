"""A model's tokens as llguidance wants them: the bytes that each adds to a text.

llguidance's own way, from `tokenizer.json`, takes Gemma's vocabulary ten times as long, and Gemma's pieces for HTML's tags for control
tokens, which no string may hold.
"""

import logging
import re
from collections.abc import Set
from typing import Any

from llguidance import LLTokenizer, TokenizerWrapper

from adapters.base.tokens.control_pieces import BREAK, ControlPieces
from adapters.base.tokens.tokenizer import Tokenizer
from adapters.base.vocabulary import Vocabulary

# What most of a string's tokens are, found out once for all places in it. Each costs some 60 ms at start, two more gain next to nothing.
SLICES = [r'[^"\\\x00-\x1F\x7F]{1,10}', r'[^"\\\x00-\x1F\x7F]+']
BYTE = re.compile(r"<0x([0-9A-F]{2})>")

log = logging.getLogger(__name__)


def make_grammar_tokenizer(vocabulary: Vocabulary) -> LLTokenizer | None:
    """Make what grammars are compiled for; None, and a line in the log, for tokens whose bytes are not known or that have no end.

    Control pieces belong to no text. It holds the interpreter's lock for 0.6 s on Gemma's vocabulary, which is why it is made at
    start: made at the first grammar it would hold up every running row for as long.
    """
    tokenizer, controls = vocabulary.tokenizer, vocabulary.tokenizer.control_pieces(vocabulary.template.source)
    ends = sorted(token for token in vocabulary.end_ids if token < len(tokenizer.pieces))
    if not ends or not _has_byte_pieces(tokenizer.decoder):
        log.warning("structured output is off: the model has %s", "pieces of an unknown kind" if ends else "no token that ends an answer")
        return None
    try:
        wrapper = TokenizerWrapper(_Pieces(tokenizer, controls, ends))
        return LLTokenizer(wrapper, n_vocab=len(tokenizer.pieces), eos_token=ends, slices=SLICES)
    except Exception as exc:  # the library raises nothing narrower
        log.warning("structured output is off: llguidance does not take the model's pieces: %s", exc)
        return None


class _Pieces:
    """A tokenizer with the names that llguidance's wrapper knows."""

    bos_token_id = None  # it writes no prompts

    def __init__(self, tokenizer: Tokenizer, controls: Set[str], ends: list[int]) -> None:
        self._tokenizer = tokenizer
        self._controls = ControlPieces(controls)
        self.eos_token_id = ends[0]
        # Some tokenizers call pieces of single bytes special, too, and without them there are letters that nobody could spell.
        self.special_token_ids = [
            token for token, piece in enumerate(tokenizer.pieces) if token in ends or (piece in controls and not BYTE.fullmatch(piece))
        ]
        self.tokens = [_spell(piece) for piece in tokenizer.pieces]

    def __call__(self, text: str) -> list[int]:
        """Give the ids of a text that a grammar leaves no choice about. A control piece that is spelt in it is text."""
        if not isinstance(text, str):  # the wrapper asks once whether bytes will do
            raise TypeError(f"expected a text, got {type(text).__name__}")
        return [token for part in self._controls.break_in(text).split(BREAK) for token in self._tokenizer.encode(part)]


def _has_byte_pieces(decoder: Any) -> bool:
    """Say whether pieces are spelt in Gemma's manner: blanks as ▁, and single bytes by their numbers."""
    steps = decoder.get("decoders", [decoder]) if isinstance(decoder, dict) else []
    return any(isinstance(step, dict) and step.get("type") == "ByteFallback" for step in steps)


def _spell(piece: str) -> bytes:
    byte = BYTE.fullmatch(piece)
    return bytes([int(byte[1], 16)]) if byte else piece.replace("▁", " ").encode()
