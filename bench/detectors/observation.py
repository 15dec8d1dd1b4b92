"""What the detectors say of one example, streamed to them as a model would write it, and what it costs."""

import time

import msgspec

from bench.detectors.corpora.example import Example
from scoring.scores import Flag
from scoring.verdict import AnswerScoring

PIECE_CHARS = 4  # about a token


class Observation(msgspec.Struct, frozen=True, kw_only=True):
    """The flags of one example, and the way there."""

    example: Example
    flags: tuple[Flag, ...]
    hard_after_chars: int | None  # how much had been fed when the first hard flag could be read
    feeding_s: float  # of processor time, spent on the pieces
    finishing_s: float  # the same, on the verdict, the score and the compression ratio at the end

    @property
    def hard(self) -> frozenset[str]:
        """The names of the hard flags."""
        return frozenset(flag.flag for flag in self.flags if flag.tier == "hard")

    @property
    def named(self) -> frozenset[str]:
        """The names of all flags."""
        return frozenset(flag.flag for flag in self.flags)


def observe(example: Example) -> Observation:
    """Stream an example in small pieces, then finish it."""
    scoring = AnswerScoring(prompt=example.prompt, special_tokens=example.special_tokens)
    text, hard_after_chars = example.text, None
    begun_s = time.process_time()
    for at in range(0, len(text), PIECE_CHARS):
        scoring.feed(text[at : at + PIECE_CHARS])
        if hard_after_chars is None and scoring.hard_flag is not None:
            hard_after_chars = min(at + PIECE_CHARS, len(text))
    for token_id in example.silent_ids:
        scoring.feed("", (token_id,))
    fed_s = time.process_time()
    scores = scoring.finish(finish_reason=example.finish_reason, num_tokens=example.num_tokens)
    return Observation(
        example=example,
        flags=scores.degeneration.flags,
        hard_after_chars=hard_after_chars,
        feeding_s=fed_s - begun_s,
        finishing_s=time.process_time() - fed_s,
    )
