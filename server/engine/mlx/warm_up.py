"""Two rows through a batch before anybody asks.

What MLX compiles at its first use, kernels on a GPU and code on a CPU, takes seconds; and a model that cannot be run is not served.
"""

from collections.abc import Sequence

from adapters.base.errors import ModelLoadError
from server.engine.mlx.batch import NotFinite, Token
from server.engine.mlx.prefix.cache import PrefixCache
from server.engine.mlx.row import Row
from server.engine.mlx.runtime import Runtime
from server.engine.mlx.text import AnswerText
from server.engine.protocol import Sampling

NUM_TOKENS = 64  # of the prompt: enough for the ways of long ones
NUM_DRAWN = 2  # one by the pass that reads the prompt, one by a pass that goes on


def warm_up(runtime: Runtime) -> None:
    """Answer one row, then two; nothing stays of them. Raises ModelLoadError if the model gives no numbers to draw from."""
    prefixes, runtime.prefixes = runtime.prefixes, PrefixCache(0)
    try:
        batch = runtime.make_batch()
        for num_rows in (1, 2):
            rows = [_make_row(runtime, number) for number in range(num_rows)]
            for row in rows:
                batch.insert(row)
            for _ in range(NUM_DRAWN):
                batch.step(_take)
            for row in rows:
                batch.remove(row)
            batch.rest()
    finally:
        runtime.prefixes = prefixes


def _take(drawn: Sequence[Token | NotFinite]) -> None:
    for one in drawn:
        if isinstance(one, NotFinite):
            raise ModelLoadError("its logits are not finite: its weights are damaged, or overflow in their dtype; fetch them again")
        one.row.token_ids.append(one.token_id)


def _make_row(runtime: Runtime, number: int) -> Row:
    num_rows = runtime.loaded.vocabulary_size
    num_tokens = max(1, min(NUM_TOKENS, runtime.loaded.context_size - NUM_DRAWN))
    return Row(
        id=f"warm-up-{number}",
        prompt_ids=[place * num_rows // num_tokens for place in range(num_tokens)],  # from everywhere in the embedding
        max_tokens=NUM_DRAWN,
        sampling=Sampling(temperature=0),
        seed=0,
        text=AnswerText(_Mute(), ()),
        arrived_s=0.0,
    )


class _Mute:
    """In the place of a detokeniser: the vocabulary may not be there yet."""

    last_segment = ""

    def add_token(self, token: int) -> None:
        pass

    def finalize(self) -> None:
        pass
