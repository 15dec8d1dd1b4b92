"""From what all routes' bodies say of drawing and scoring to what an engine and the scoring want: pure."""

import re
from collections.abc import Iterator

import msgspec

from server.answers.answer import ScoringWish
from server.engine.protocol import Generation, Sampling
from server.engine.sampling_defaults import SamplingDefaults
from server.exchange.model_choice import find_repeated_adapters
from server.http.faults import Fault, find_scorer_faults
from server.wire.generation_fields import GenerationFields

NUM_SEED_BITS = 53  # of a seed that is drawn: it is told to the client, and JavaScript's numbers hold no more
_WHOLE_NUMBERS = ("top_k", "seed", "min_tokens")
_TOKEN_ID = re.compile("0|[1-9][0-9]{0,17}")  # in one way only: of two keys for one token, one would be lost
_MAX_QUOTED = 40  # characters of a key that is refused
RANDOM_SEED = -1  # as in vLLM and llama.cpp; any other negative seed is a seed


def translate_sampling(request: GenerationFields, defaults: SamplingDefaults, drawn_seed: int | None) -> Sampling:
    """Translate how to draw: `defaults` are for what is left unset, `drawn_seed` for a request without a seed."""
    off = Sampling()
    seed = None if request.seed is None else int(request.seed)
    return Sampling(
        temperature=_first_of(request.temperature, defaults.temperature, off.temperature),
        top_p=_first_of(request.top_p, defaults.top_p, off.top_p),
        top_k=max(int(_first_of(request.top_k, defaults.top_k, off.top_k)), 0),
        min_p=_first_of(request.min_p, defaults.min_p, off.min_p),
        seed=drawn_seed if seed in (None, RANDOM_SEED) else seed,
        repetition_penalty=_first_of(request.repetition_penalty, defaults.repetition_penalty, off.repetition_penalty),
        presence_penalty=request.presence_penalty or 0.0,
        frequency_penalty=request.frequency_penalty or 0.0,
    )


def apply_common(generation: Generation, request: GenerationFields) -> Generation:
    """Give a generation what all routes know beside the sampling: what is added to logits, and what ends an answer."""
    return msgspec.structs.replace(
        generation,
        logit_bias=tuple((int(token), bias) for token, bias in (request.logit_bias or {}).items()),
        stop=(request.stop,) if isinstance(request.stop, str) else request.stop or (),
        stop_token_ids=request.stop_token_ids or (),
        shows_stop=bool(request.include_stop_str_in_output),
        ignores_stop_ids=bool(request.ignore_eos),
        min_tokens=int(request.min_tokens or 0),
        hides_special_tokens=bool(request.skip_special_tokens),
    )


def translate_scoring(request: GenerationFields, *, prompt: str | None = None) -> ScoringWish:
    """Translate how the answer is to be scored; a prompt is for where it is not the last user message."""
    action = request.degeneration.action if request.degeneration else None
    return ScoringWish(prompt=prompt, scorer=request.scorer, on_degeneration=action)


def find_common_faults(request: GenerationFields) -> Iterator[Fault]:
    """Find what is wrong with the fields that all routes know."""
    yield from find_number_faults(request, *_WHOLE_NUMBERS)
    yield from find_repeated_adapters(request)
    for token in request.logit_bias or {}:
        if not _TOKEN_ID.fullmatch(token):
            yield Fault(param="logit_bias", message=f"'logit_bias' has the key {_shorten(token)!r}: expected a token id.")
    yield from find_scorer_faults(request.scorer)


def find_number_faults(request: GenerationFields, *fields: str) -> Iterator[Fault]:
    """Find fields that hold a float which is no whole number."""
    for field in fields:
        value = getattr(request, field)
        if isinstance(value, float) and not value.is_integer():
            yield Fault(param=field, message=f"'{field}' is {value!r}: expected a whole number.")


def find_limit_faults(request: GenerationFields, *fields: str) -> Iterator[Fault]:
    """Find limits that are no whole number of tokens."""
    yield from find_number_faults(request, *fields)
    for field in fields:
        if getattr(request, field) == 0:
            yield Fault(param=field, message=f"'{field}' is 0: expected a whole number from 1, or -1 or null for no limit of yours.")


def read_limit(limit: float | None) -> int | None:
    """Give the tokens of a limit; None where the client sets none."""
    return None if limit is None or limit == -1 else int(limit)


def _first_of(asked: float | None, default: float | None, off: float) -> float:
    """Give what was asked for, or else the default, or else what changes nothing."""
    if asked is not None:
        return asked
    return off if default is None else default


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_QUOTED else text[:_MAX_QUOTED] + "…"
