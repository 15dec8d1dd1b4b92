"""Tokens read by the engine's own passes, without a tokenizer: what comes after each, and what is drawn behind them."""

from pathlib import Path
from typing import NamedTuple

from adapters.base.device import Device
from adapters.base.loading import load
from server.engine.mlx.batch import NotFinite, Token
from server.engine.mlx.row import Row
from server.engine.mlx.runtime import Runtime
from server.engine.mlx.text import AnswerText
from server.engine.protocol import Sampling
from server.settings.settings import Settings


class Read(NamedTuple):
    """What came of some tokens."""

    logprobs: list[list[float]]  # of every token, behind each token read but the last
    drawn: list[int]  # greedily


class Mute:
    """In the place of a detokeniser."""

    last_segment = ""

    def add_token(self, token: int) -> None:
        pass

    def finalize(self) -> None:
        pass


def read_tokens(folder: Path, device: Device, token_ids: list[int], *, num_drawn: int) -> Read:
    """Load the model in a folder and have a batch read the tokens."""
    runtime = Runtime(load(folder, device), device, Settings(max_batch_size=1, max_queue=1, prefix_cache_bytes=0).limits)
    row = Row(
        id="row",
        prompt_ids=list(token_ids),
        max_tokens=num_drawn,
        sampling=Sampling(temperature=0),
        seed=0,
        text=AnswerText(Mute(), ()),
        arrived_s=0.0,
        num_prompt_logprobs=runtime.loaded.vocabulary_size,
    )
    batch = runtime.make_batch()
    batch.insert(row)
    is_read = False

    def take(drawn: list[Token | NotFinite]) -> None:
        nonlocal is_read
        for one in drawn:
            assert isinstance(one, Token)
            is_read = True
            if num_drawn:
                row.token_ids.append(one.token_id)

    while not is_read or len(row.token_ids) < num_drawn:
        batch.step(take)
    batch.remove(row)
    batch.rest()
    logprobs = [[value for _, value in sorted(one.top)] for one in row.prompt_logprobs if one is not None]
    return Read(logprobs, row.token_ids)
