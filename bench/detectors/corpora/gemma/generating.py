"""Answers of a real model, a batch at a time with mlx-lm."""

from functools import partial
from pathlib import Path
from typing import Any

import mlx.core as mx
from mlx_lm.generate import BatchGenerator
from mlx_lm.utils import load

from bench.detectors.corpora.gemma.answer import Answer
from bench.detectors.corpora.gemma.plan import Batch, Question, Setting


class Generator:
    """A model folder, loaded once in 32-bit floats: CPUs multiply those fastest."""

    def __init__(self, folder: Path) -> None:
        loaded: tuple[Any, ...] = load(str(folder))
        self.model, self.tokenizer = loaded[0], loaded[1]
        self.model.set_dtype(mx.float32)
        self._ends = {int(end) for end in self.tokenizer.eos_token_ids} | set(self.tokenizer.encode("<end_of_turn>")[-1:])

    def answer(self, batch: Batch) -> list[Answer]:
        """Answer all questions of a batch; the same batch gives the same answers on the same machine."""
        mx.random.seed(batch.seed)
        setting = batch.setting
        size = len(batch.questions)
        generator = BatchGenerator(
            self.model,
            max_tokens=setting.max_tokens,
            stop_tokens=[[end] for end in sorted(self._ends)],
            sampler=partial(draw_tokens, setting),
            completion_batch_size=size,
            prefill_batch_size=size,
        )
        prompts = [self._encode(question) for question in batch.questions]
        uids = generator.insert(prompts, [setting.max_tokens] * size)
        drawn: dict[int, list[int]] = {uid: [] for uid in uids}
        reasons: dict[int, str] = {}
        while len(reasons) < size:
            for response in generator.next()[1]:
                if response.finish_reason:
                    reasons[response.uid] = response.finish_reason
                if response.finish_reason != "stop":
                    drawn[response.uid].append(response.token)
        generator.close()
        return [
            Answer(
                batch=batch.number,
                kind=question.kind,
                prompt=question.prompt,
                temperature=setting.temperature,
                max_tokens=setting.max_tokens,
                finish_reason=reasons[uid],
                num_tokens=len(drawn[uid]),
                text=self.tokenizer.decode(drawn[uid]),
            )
            for uid, question in zip(uids, batch.questions, strict=True)
        ]

    def _encode(self, question: Question) -> list[int]:
        text = (
            f"<start_of_turn>user\n{question.prompt}<end_of_turn>\n<start_of_turn>model\n" if question.kind == "chat" else question.prompt
        )
        return [int(token) for token in self.tokenizer.encode(text)]


def draw_tokens(setting: Setting, logprobs: mx.array) -> mx.array:  # (B, V) -> (B,)
    """Draw a token a row; mlx-lm's own sampler sorts all of a large vocabulary, which takes longer than the model."""
    if setting.temperature == 0:
        return mx.argmax(logprobs, axis=-1)
    if setting.top_k:
        least = mx.min(mx.topk(logprobs, setting.top_k, axis=-1), axis=-1, keepdims=True)
        logprobs = mx.where(logprobs >= least, logprobs, -mx.inf)
    return mx.random.categorical(logprobs / setting.temperature, axis=-1)
