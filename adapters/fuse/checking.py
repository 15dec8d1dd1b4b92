"""Hold a fused model's greedy answers against those of the adapter on its base, each loaded as the server loads it."""

import math
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import mlx.core as mx
import numpy as np
from numpy.typing import NDArray

from adapters.base.device import Device
from adapters.base.loading import LoadedModel, load
from adapters.base.vocabulary import load_vocabulary
from adapters.command import CommandFault
from adapters.files.reading import AdapterWeights
from adapters.fuse.answering import Answering, TokenIds
from adapters.fuse.check_prompts import encode_prompts
from adapters.fuse.report import AnswerCheck


class ReferenceAnswer(NamedTuple):
    """What the adapter on its base says to a prompt."""

    prompt: TokenIds
    answer: TokenIds
    likeliest: NDArray[np.int32]  # (N, K): tokens at each place of the answer
    logprobs: NDArray[np.float32]  # (N, K): theirs
    effect: float  # the largest change of one of those by the adapter


class Reference(NamedTuple):
    """All answers, and how they were drawn."""

    answers: tuple[ReferenceAnswer, ...]
    most_tokens: int
    stops: frozenset[int]


def answer_with_adapter(
    model: Path, adapter: AdapterWeights, device: Device, *, scale: float, prompts: tuple[str, ...], most_tokens: int
) -> Reference:
    """Load the base and have it answer with the adapter beside its weights. Raises CommandFault, ModelLoadError or BankFull."""
    vocabulary = load_vocabulary(model)
    loaded = load(model, device)
    vocabulary.check_rows(model, loaded.vocabulary_size)
    stops = vocabulary.stop_ids(loaded.vocabulary_size)
    encoded = encode_prompts(prompts, vocabulary, num_rows=loaded.vocabulary_size, most_tokens=loaded.context_size - most_tokens)
    answering = Answering(loaded)
    answering.install(adapter.pairs, scale)
    answers = tuple(_answer(answering, prompt, scale, most_tokens, stops) for prompt in encoded)
    return Reference(answers, most_tokens, stops)


def compare_answers(fused: Path, reference: Reference, device: Device) -> AnswerCheck:
    """Load the fused model and ask it the same. Raises ModelLoadError."""
    loaded: LoadedModel = load(fused, device)
    answering = Answering(loaded)
    differences, largest = [], 0.0
    for known in reference.answers:
        own = answering.answer(known.prompt, most_tokens=reference.most_tokens, stops=reference.stops)
        if own != known.answer:
            differences.append(_find_difference(own, known.answer))
        weighed = answering.weigh(known.prompt, known.answer, known.likeliest)
        largest = max(largest, _largest(weighed, known.logprobs))
        mx.clear_cache()
    return AnswerCheck(
        num_prompts=len(reference.answers),
        num_equal=len(reference.answers) - len(differences),
        first_differences=tuple(differences),
        num_tokens=sum(len(known.answer) for known in reference.answers),
        largest_difference=largest,
        adapter_effect=max(known.effect for known in reference.answers),
    )


def _answer(answering: Answering, prompt: TokenIds, scale: float, most_tokens: int, stops: frozenset[int]) -> ReferenceAnswer:
    answering.use(scale)
    answer = answering.answer(prompt, most_tokens=most_tokens, stops=stops)
    likeliest = answering.find_likeliest(prompt, answer)
    logprobs = answering.weigh(prompt, answer, likeliest)
    answering.use(None)
    effect = _largest(answering.weigh(prompt, answer, likeliest), logprobs)
    if not math.isfinite(effect):
        raise CommandFault(
            "with the adapter the base gives numbers that are not finite, so no answers can be compared; nothing was written"
        )
    mx.clear_cache()
    return ReferenceAnswer(prompt, answer, likeliest, logprobs, effect)


def _largest(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).max())


def _find_difference(one: TokenIds, other: TokenIds) -> int:
    """Give the first token, from 1, that is not the same, or that only one has."""
    return next(place for place, (a, b) in enumerate(zip_longest(one, other), start=1) if a != b)
