"""Repetition, presence and frequency penalties, as a logits processor of one row.

Presence and frequency count the answer so far, as OpenAI documents them; the repetition penalty counts prompt and answer, as in CTRL
(https://arxiv.org/abs/1909.05858), Hugging Face's transformers and vLLM.
"""

from collections.abc import Callable

import mlx.core as mx

from server.engine.protocol import Sampling

LogitsProcessor = Callable[[mx.array, mx.array], mx.array]


def penalties(sampling: Sampling, num_prompt_tokens: int) -> list[LogitsProcessor]:
    """Make the processors that a row needs, none if it asks for no penalty."""
    processors: list[LogitsProcessor] = []
    if sampling.repetition_penalty != 1:
        processors.append(_repetition(sampling.repetition_penalty))
    if sampling.presence_penalty or sampling.frequency_penalty:
        processors.append(_occurrence(sampling.presence_penalty, sampling.frequency_penalty, num_prompt_tokens))
    return processors


def _repetition(penalty: float) -> LogitsProcessor:
    def process(context: mx.array, logits: mx.array) -> mx.array:
        seen = logits[:, context]
        logits[:, context] = mx.where(seen < 0, seen * penalty, seen / penalty)
        return logits

    return process


def _occurrence(presence: float, frequency: float, num_prompt_tokens: int) -> LogitsProcessor:
    def process(context: mx.array, logits: mx.array) -> mx.array:
        answer = context[num_prompt_tokens:]
        if answer.size == 0:
            return logits
        counts = mx.zeros(logits.shape[-1], dtype=mx.float32).at[answer].add(1.0)
        return logits - (frequency * counts + presence * (counts > 0)).astype(logits.dtype)

    return process
