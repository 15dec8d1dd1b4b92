"""Repetition, presence and frequency penalties of one row.

Presence and frequency count the answer so far, as OpenAI documents them; the repetition penalty counts prompt and answer, as in CTRL
(https://arxiv.org/abs/1909.05858), Hugging Face's transformers and vLLM.
"""

from collections.abc import Sequence

import mlx.core as mx

from server.engine.protocol import Sampling


def has_penalties(sampling: Sampling) -> bool:
    """Say whether any penalty is on."""
    return sampling.repetition_penalty != 1 or sampling.presence_penalty != 0 or sampling.frequency_penalty != 0


class Penalties:
    """Counts what a row has said and lowers the logits accordingly. The counts stay on the device: no step waits for them."""

    def __init__(self, sampling: Sampling, *, prompt_ids: Sequence[int], answer_ids: Sequence[int], vocabulary_size: int) -> None:
        self._sampling = sampling
        self._num_in_prompt = _count(prompt_ids, vocabulary_size)  # (V,)
        self._num_in_answer = _count(answer_ids, vocabulary_size)  # (V,)
        self._is_fresh = True

    def apply(self, logits: mx.array, last_token: mx.array) -> mx.array:
        """Count the token that this step was fed with, and give the lowered logits (V,)."""
        if not self._is_fresh:  # the first step is fed with a token that was counted above
            self._num_in_answer = self._num_in_answer.at[last_token].add(1.0)
        self._is_fresh = False
        sampling = self._sampling
        if sampling.repetition_penalty != 1:
            lowered = mx.where(logits < 0, logits * sampling.repetition_penalty, logits / sampling.repetition_penalty)
            logits = mx.where(self._num_in_prompt + self._num_in_answer > 0, lowered, logits)
        return logits - sampling.frequency_penalty * self._num_in_answer - sampling.presence_penalty * (self._num_in_answer > 0)


def _count(ids: Sequence[int], vocabulary_size: int) -> mx.array:
    zeros = mx.zeros(vocabulary_size, dtype=mx.float32)
    return zeros.at[mx.array(list(ids))].add(1.0) if ids else zeros
