"""Several answers to one prompt."""

import msgspec

from server.exchange.endpoint import Question

_SEEDS = 1 << 64  # signed, as 64 bits hold them


def repeat_for_choices(question: Question, num_choices: int) -> tuple[Question, ...]:
    """Ask for several answers to one prompt: each draws from the seed behind that of the one before."""
    if num_choices == 1:
        return (question,)
    return tuple(_make_choice(question, index) for index in range(num_choices))


def _make_choice(question: Question, index: int) -> Question:
    replace = msgspec.structs.replace
    generation = question.generation
    sampling = replace(generation.sampling, seed=_shift_seed(generation.sampling.seed, index))
    generation = replace(generation, id=f"{generation.id}-{index}", sampling=sampling)
    return replace(question, generation=generation, is_sibling=index > 0)


def _shift_seed(seed: int | None, places: int) -> int | None:
    """Beyond the largest seed comes the smallest."""
    return None if seed is None else (seed + places + _SEEDS // 2) % _SEEDS - _SEEDS // 2
