"""Two rules that other programs go by, on the same texts: vLLM's `repetition_detection` and Whisper's compression ratio."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from tokenizers import Tokenizer

from scoring.compression import compression_ratio

WHISPER_MAX_RATIO = 2.4  # above it Whisper takes its own transcript for a failure

OTHER_RULES = """**Other rules** on the same texts: Whisper's, which doubts a text that zlib shortens to less than 1 in 2.4; and, where a
tokenizer is given, that of vLLM 0.32, which ends an answer once its last tokens are one pattern several times over. It is off by default
and vLLM's documents suggest no sizes: "1 to 20 × 3" (patterns of 1 to 20 tokens, three copies) is what its pull request 40097 would set,
"4 to 128 × 4" an example of 52677. The tokens are Gemma's, of the text encoded anew."""


class TokenRepetition(msgspec.Struct, frozen=True, kw_only=True):
    """vLLM's rule, as of 0.32: an answer ends as soon as its last tokens are one pattern, so many times over.

    It is off by default. A request names the sizes of the patterns, in tokens, and the number of copies.
    """

    least_size: int
    greatest_size: int
    copies: int

    @property
    def name(self) -> str:
        """Say what a request would ask for."""
        return f"vLLM {self.least_size} to {self.greatest_size} × {self.copies}"

    def ends(self, tokens: Sequence[int]) -> bool:
        """Say whether an answer of these tokens would have been ended anywhere."""
        ids = np.asarray(tokens, dtype=np.int64)
        sizes = range(self.least_size, min(self.greatest_size, len(ids) // self.copies) + 1)
        return any(_longest_run(ids[size:] == ids[:-size]) >= size * (self.copies - 1) for size in sizes)


def _longest_run(is_same: np.ndarray) -> int:
    """Count the most neighbours that are all true."""
    breaks = np.flatnonzero(~is_same)
    edges = np.concatenate(([-1], breaks, [len(is_same)]))
    return int(np.diff(edges).max()) - 1


SUGGESTED = (
    TokenRepetition(least_size=1, greatest_size=20, copies=3),
    TokenRepetition(least_size=4, greatest_size=128, copies=4),
)


class OtherRules:
    """The other rules, ready to judge; those that count tokens only where a tokenizer is given."""

    def __init__(self, tokenizer_folder: Path | None) -> None:
        self._tokenizer = None if tokenizer_folder is None else Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
        self._token_rules = SUGGESTED if self._tokenizer else ()
        self.names = (*(rule.name for rule in self._token_rules), f"compression ratio > {WHISPER_MAX_RATIO}")

    def judge(self, text: str) -> tuple[bool, ...]:
        """Say of each rule, in the order of the names, whether it would call the text a loop."""
        tokens = self._tokenizer.encode(text, add_special_tokens=False).ids if self._tokenizer else []
        return (*(rule.ends(tokens) for rule in self._token_rules), (compression_ratio(text) or 0) > WHISPER_MAX_RATIO)
