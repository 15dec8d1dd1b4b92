"""Several answers to one prompt."""

from collections.abc import Callable

import msgspec

from server.exchange.endpoint import Question
from server.tools.reading.answer_parser import AnswerParser

_SEEDS = 1 << 64  # signed, as 64 bits hold them


def repeat_for_choices(
    question: Question, num_choices: int, *, make_parser: Callable[[], AnswerParser | None] = lambda: None
) -> tuple[Question, ...]:
    """Ask for several answers to one prompt: each draws from the seed behind that of the one before, and is read by a parser of its own."""
    choices = (question,) if num_choices == 1 else tuple(_make_choice(question, index) for index in range(num_choices))
    return tuple(msgspec.structs.replace(choice, parser=make_parser()) for choice in choices)


def _make_choice(question: Question, index: int) -> Question:
    replace = msgspec.structs.replace
    generation = question.generation
    sampling = replace(generation.sampling, seed=shift_seed(generation.sampling.seed, index))
    generation = replace(generation, id=f"{generation.id}-{index}", sampling=sampling)
    return replace(question, generation=generation, is_sibling=index > 0)


def shift_seed(seed: int | None, places: int) -> int | None:
    """Give the seed so many places behind another; beyond the largest comes the smallest."""
    return None if seed is None else (seed + places + _SEEDS // 2) % _SEEDS - _SEEDS // 2
