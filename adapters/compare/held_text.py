"""Text that divergence is measured on: prompts that the base answers itself, or whole conversations from a file."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from jinja2 import TemplateError
from numpy.typing import NDArray

from adapters.base.tokens.conversation_text import ConversationText, split_broken
from adapters.base.vocabulary import Vocabulary
from adapters.base.weights.names import LANGUAGE_MODEL
from adapters.command import CommandFault
from adapters.train.data.dataset import read_dataset

SHIPPED = Path(__file__).with_name("held-prompts.txt")
MAX_FILE_BYTES = 16 << 20
MOST_ROWS = 256  # that are read: more would tell no more
LONGEST_ROW = 2048  # tokens of a conversation from a file, of which what is longer is cut, and of a prompt


class HeldRow(NamedTuple):
    """Token ids, and the places whose next token is looked at."""

    token_ids: NDArray[np.int32]  # (L,)
    places: NDArray[np.int32]  # (N,), ascending: the next token is one of an answer


class HeldText(NamedTuple):
    """Rows, and what they are, for people."""

    rows: tuple[HeldRow, ...]
    told: str


def read_held_text(file: Path | None, model: nn.Module, vocabulary: Vocabulary, *, num_embeddings: int, answer_tokens: int) -> HeldText:
    """Read conversations (FILE.jsonl) or prompts, one a line; the base goes on with a prompt by `answer_tokens` of its likeliest tokens.

    Raises CommandFault with what is wrong with the file.
    """
    if file is not None and file.suffix == ".jsonl":
        examples = read_dataset(file, vocabulary, num_embeddings=num_embeddings, train_on="all", max_seq_length=LONGEST_ROW).examples
        rows = [HeldRow(one.token_ids, np.flatnonzero(one.is_target).astype(np.int32) - 1) for one in examples[:MOST_ROWS]]
        return HeldText(tuple(rows), f"the answers in {file.name}, {_tell_number(len(examples))} conversations")
    prompts = _read_prompts(file or SHIPPED)
    stops = vocabulary.stop_ids(num_embeddings)
    encoded = _encode(prompts[:MOST_ROWS], vocabulary, num_embeddings, file or SHIPPED)
    rows = [_go_on(model, prompt, answer_tokens, stops) for prompt in encoded]
    which = "candor's own" if file is None else f"those in {file.name}"
    return HeldText(
        tuple(rows), f"{_tell_number(len(prompts))} prompts, {which}, each with the base's likeliest answer of up to {answer_tokens} tokens"
    )


def _tell_number(num_rows: int) -> str:
    return f"{num_rows}" if num_rows <= MOST_ROWS else f"the first {MOST_ROWS} of {num_rows:,}"


def _read_prompts(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
        text = content.decode("utf-8-sig")
    except (OSError, ValueError) as exc:
        raise CommandFault(f"the prompts in {file} cannot be read: {exc}") from exc
    if len(content) > MAX_FILE_BYTES:
        raise CommandFault(f"{file} is over {MAX_FILE_BYTES >> 20} MiB: give fewer prompts, one a line")
    if not (prompts := [line.strip() for line in text.splitlines() if line.strip()]):
        raise CommandFault(f"{file} holds no prompts: expected one a line, or conversations in a file called .jsonl")
    return prompts


def _encode(prompts: Sequence[str], vocabulary: Vocabulary, num_embeddings: int, file: Path) -> list[list[int]]:
    conversation, tokenizer = ConversationText(vocabulary.tokenizer, vocabulary.template), vocabulary.tokenizer
    encoded = []
    for number, prompt in enumerate(prompts, start=1):
        try:
            text = conversation.render(conversation.break_messages([("user", prompt)]), opens_turn=True)
        except TemplateError as exc:
            raise CommandFault(f"{file}: the model's chat template does not take prompt {number}: {exc}") from exc
        ids = [token for part in split_broken(text) for token in tokenizer.encode(part, add_special_tokens=False)]
        if len(ids) > LONGEST_ROW:
            raise CommandFault(f"{file}: prompt {number} has {len(ids):,} tokens, expected {LONGEST_ROW:,} at most")
        if max(ids) >= num_embeddings:
            raise CommandFault(f"{file}: prompt {number} has the token {max(ids)}, and the model's ids end at {num_embeddings - 1}")
        encoded.append(ids)
    return encoded


def _go_on(model: nn.Module, prompt: list[int], num_tokens: int, stops: frozenset[int]) -> HeldRow:
    """Have the model answer, always by its likeliest token, to the end of its turn, which is looked at too, or to `num_tokens`."""
    cache, fed = model.make_cache(), mx.array([prompt])
    answer: list[int] = []
    while len(answer) < num_tokens and not (answer and answer[-1] in stops):
        likeliest = mx.argmax(_read_last(model, fed, cache))
        answer.append(int(np.array(likeliest)))
        fed = likeliest.reshape(1, 1)
    ids = np.array([*prompt, *answer], np.int32)
    return HeldRow(ids[:-1], np.arange(len(prompt) - 1, len(ids) - 1, dtype=np.int32))


def _read_last(model: nn.Module, fed: mx.array, cache: object) -> mx.array:
    """Give the logits (V,) behind the last token: those of a whole prompt would take 1 MiB a token on a large vocabulary."""
    text_model = getattr(model, LANGUAGE_MODEL, model)
    last = text_model.model(fed, cache)[0, -1:]
    logits: mx.array = text_model.model.embed_tokens.as_linear(last) if text_model.tie_word_embeddings else text_model.lm_head(last)
    return logits[0]
