"""The model as mlx-lm loads it and runs it: what candor is held against."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx_lm
import numpy as np
import numpy.typing as npt

from server.engine.protocol import Message

Floats = npt.NDArray[np.floating[Any]]


class Reference:
    """mlx-lm's model and transformers' tokenizer, without a line of candor."""

    def __init__(self, folder: Path, *, dtype: str, adapter: Path | None = None) -> None:
        self._model, self.tokenizer = mlx_lm.load(str(folder), adapter_path=str(adapter) if adapter else None)
        self._model.set_dtype(getattr(mx, dtype))

    def prompt_ids(self, messages: Sequence[Message]) -> list[int]:
        """Render a conversation and give its tokens."""
        turns = [{"role": message.role, "content": message.content} for message in messages]
        ids: list[int] = self.tokenizer.apply_chat_template(turns, add_generation_prompt=True)
        return ids

    def greedy(self, prompt_ids: Sequence[int], *, num_tokens: int) -> tuple[int, ...]:
        """Go on from a prompt with the likeliest tokens, without the one that ends the turn."""
        stream = mlx_lm.stream_generate(self._model, self.tokenizer, list(prompt_ids), max_tokens=num_tokens)
        return tuple(one.token for one in stream if one.token not in self.tokenizer.eos_token_ids)

    def logprobs(self, token_ids: Sequence[int], *, num_last: int) -> Floats:
        """Give the log-probabilities after each of the last tokens, from one call of the model: (num_last, V)."""
        logits = np.array(self._model(mx.array([token_ids]))[0, -num_last:].astype(mx.float32), dtype=np.float64)
        highest = logits.max(axis=-1, keepdims=True)
        # Not by mx.logsumexp: on a CPU its sum of 262,144 float32 is off by a thousandth (findings/mlx-logsumexp-loses-digits.sh).
        logprobs: Floats = logits - highest - np.log(np.exp(logits - highest).sum(axis=-1, keepdims=True))
        return logprobs

    def detokenise(self, token_ids: Sequence[int]) -> str:
        """Give the text of tokens, by mlx-lm's streaming detokeniser."""
        detokenizer = self.tokenizer.detokenizer
        detokenizer.reset()
        for token in token_ids:
            detokenizer.add_token(token)
        detokenizer.finalize()
        text: str = detokenizer.text
        return text
