"""What a request wants done to its logits, beside its sampling."""

from collections.abc import Sequence

import msgspec

from server.engine.mlx.drawing.fewest_tokens import FewestTokens
from server.engine.mlx.drawing.logit_bias import LogitBias
from server.engine.mlx.drawing.penalties import Penalties, has_penalties
from server.engine.mlx.drawing.processor import LogitProcessor
from server.engine.protocol import Sampling
from server.engine.sampling_defaults import MAX_INT64


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """By default none."""

    logit_bias: tuple[tuple[int, float], ...] = ()
    min_tokens: int = 0
    forbidden_until_then: frozenset[int] = frozenset()
    last_resort: frozenset[int] = frozenset()  # ids that are drawn only where a grammar leaves nothing else

    def make_processors(self, sampling: Sampling) -> Sequence[LogitProcessor]:
        """Make the processors of a row that has drawn nothing with them yet."""
        processors: list[LogitProcessor] = []
        if self.logit_bias:
            processors.append(LogitBias(self.logit_bias))
        if has_penalties(sampling):
            processors.append(Penalties())
        if self.min_tokens and self.forbidden_until_then:
            processors.append(FewestTokens(self.min_tokens, self.forbidden_until_then))
        if self.last_resort:
            processors.append(FewestTokens(MAX_INT64, self.last_resort))
        return processors


NO_WISHES = Wishes()
