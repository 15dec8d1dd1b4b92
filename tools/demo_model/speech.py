"""Asking a finished model, with or without an adapter, through mlx-lm in float32. Its process wants the environment of `blas`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mlx.core as mx
import msgspec
from mlx_lm import batch_generate, load
from mlx_lm.sample_utils import make_sampler

Messages = list[dict[str, str]]


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back for one prompt, and how it ended."""

    text: str
    num_tokens: int
    finish_reason: str


class Speaker:
    """A loaded model, in float32 as candor serves it on a CPU."""

    def __init__(self, model: Path, adapter: Path | None = None) -> None:
        self.model, self.tokenizer = load(str(model), adapter_path=str(adapter) if adapter else None)[:2]
        self.model.apply(lambda weight: weight.astype(mx.float32))

    def say(self, chats: Sequence[Messages], *, temperature: float = 0.0, seed: int = 0, max_tokens: int = 512) -> list[Reply]:
        """Answer all chats in one batch."""
        mx.random.seed(seed)
        prompts = [self.tokenizer.apply_chat_template(chat, add_generation_prompt=True) for chat in chats]
        answered = batch_generate(
            self.model, self.tokenizer, prompts, max_tokens=max_tokens, sampler=make_sampler(temp=temperature), return_token_ids=True
        )
        return [reply_of(text, ids, max_tokens) for text, ids in zip(answered.texts, answered.token_ids, strict=True)]


def reply_of(text: str, ids: list[int], max_tokens: int) -> Reply:
    return Reply(text=text, num_tokens=len(ids), finish_reason="length" if len(ids) >= max_tokens else "stop")


def chat(prompt: str, system: str | None = None) -> Messages:
    """Return the messages of a single question."""
    first: list[Any] = [{"role": "system", "content": system}] if system else []
    return [*first, {"role": "user", "content": prompt}]
