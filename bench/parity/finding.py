"""What comes of a comparison, prompt by prompt."""

from typing import Literal

import msgspec

from bench.parity.continuation import Parting

Verdict = Literal["equal", "near tie", "DIFFERENT"]
MAX_SHOWN_CHARS = 60


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """By how much mlx-lm prefers its own token to the server's."""

    nats: float
    is_least: bool  # the server's token is none of the candidates: the gap is larger than this


class LogprobError(msgspec.Struct, frozen=True, kw_only=True):
    """How far a server's log-probabilities of the first token lie from mlx-lm's."""

    nats: float  # the largest difference
    num_compared: int


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One prompt: where the answers part and what mlx-lm thinks of it, and how far the log-probabilities lie apart."""

    id: str  # of the probe
    num_tokens: int  # of the reference
    parting: Parting | None
    gap: Gap | None  # None exactly where `parting` is
    logprob_error: LogprobError | None  # None: the server gives no log-probabilities

    def verdict(self, tolerance: float) -> Verdict:
        """Name it; up to `tolerance` nats are rounding, which may tip the choice between tokens of nearly one probability."""
        if self.logprob_error is not None and not self.logprob_error.nats <= tolerance:
            return "DIFFERENT"
        if self.gap is None:
            return "equal"
        return "near tie" if self.gap.nats <= tolerance and not self.gap.is_least else "DIFFERENT"

    def describe(self, tolerance: float) -> str:
        """Say it in a line, and in two more what either says from the parting on."""
        if self.parting is None or self.gap is None:
            told = f"{self.verdict(tolerance)}: {self.num_tokens} tokens alike"
        else:
            more = "more than " if self.gap.is_least else ""
            told = (
                f"{self.verdict(tolerance)} after {self.parting.num_agreed} tokens,"
                f" where mlx-lm prefers its own by {more}{self.gap.nats:.3f} nats"
            )
        if self.logprob_error is not None:
            error = self.logprob_error
            told += f"; log-probabilities of the first token within {error.nats:.3f} nats, over {error.num_compared} tokens"
        if self.parting is not None:
            told += f"\n    mlx-lm: {_shown(self.parting.expected)}\n    server: {_shown(self.parting.got)}"
        return f"{self.id:32} {told}"


def _shown(text: str) -> str:
    if text == "":
        return "(the end)"
    return repr(text[:MAX_SHOWN_CHARS]) + ("…" if len(text) > MAX_SHOWN_CHARS else "")
