"""From the body of a completion to one `Generation` a prompt: pure."""

from collections.abc import Iterator
from itertools import chain

import msgspec
from msgspec.structs import replace

from server.completions.fields import REQUEST
from server.engine.protocol import Generation, ServedModel
from server.engine.sampling_defaults import NO_DEFAULTS, SamplingDefaults
from server.exchange.answer_form import find_form_faults, translate_form
from server.exchange.choices import shift_seed
from server.exchange.fields import refuse_field
from server.exchange.generation_fields import STREAM_OPTIONS
from server.exchange.model_choice import choose_adapters
from server.exchange.sampling import (
    RANDOM_SEED,
    apply_common,
    find_common_faults,
    find_number_faults,
    read_limit,
    translate_sampling,
)
from server.http.faults import Fault, refuse
from server.wire.completion_request import CompletionRequest

DEFAULT_MAX_TOKENS = 16  # OpenAI's and vLLM's
MAX_ANSWERS = 1024  # to one request

Prompt = str | tuple[int, ...]


def translate_completion(
    request: CompletionRequest,
    *,
    id: str,
    served: ServedModel,
    max_completion_tokens: int,
    defaults: SamplingDefaults = NO_DEFAULTS,
    drawn_seed: int | None = None,
) -> tuple[Generation, ...]:
    """Translate a request for a served model, a generation for each prompt; raises InvalidRequest with its faults, the first as `param`.

    `defaults` are for what it leaves unset, and `drawn_seed` for the first prompt of a request without a seed; with None the engine draws.
    """
    prompts = read_prompts(request)
    found = chain(
        (refuse_field(name, REQUEST.fields[name]) for name in REQUEST.find_refused(request)),
        find_number_faults(request, "max_tokens", "n", "best_of", "logprobs"),
        _find_prompt_faults(request, len(prompts)),
        _find_contradictions(request),
        find_form_faults(request.response_format, request.structured_outputs),
        find_common_faults(request),
    )
    refuse(found)
    asked_tokens = DEFAULT_MAX_TOKENS if request.max_tokens is None else read_limit(request.max_tokens)
    num_top = None if request.logprobs is None else int(request.logprobs)
    generation = Generation(
        id=id,
        messages=(),
        sampling=translate_sampling(request, defaults, drawn_seed),
        max_tokens=max_completion_tokens if asked_tokens is None else min(asked_tokens, max_completion_tokens),
        is_limit_asked_for=asked_tokens is not None,
        adapters=choose_adapters(request, served),
        num_top_logprobs=num_top,
        num_prompt_logprobs=num_top if request.echo else None,
        tells_prompt=counts_on(request),
        grammar=translate_form(request.response_format, request.structured_outputs),
    )
    generation = apply_common(generation, request)
    if len(prompts) == 1:
        return (replace(generation, prompt=prompts[0]),)
    return tuple(_ask_one_of_many(generation, request, place, prompt) for place, prompt in enumerate(prompts))


def _ask_one_of_many(generation: Generation, request: CompletionRequest, place: int, prompt: Prompt) -> Generation:
    """Ask for the answer to the prompt at a place of a list: without a seed of the request's, equal prompts have answers of their own."""
    sampling = generation.sampling
    if request.seed in (None, RANDOM_SEED):
        sampling = replace(sampling, seed=shift_seed(sampling.seed, place * int(request.n or 1)))
    return replace(generation, id=f"{generation.id}-{place}", prompt=prompt, sampling=sampling)


def read_prompts(request: CompletionRequest) -> tuple[Prompt, ...]:
    """Give the prompts; none where the list is mixed."""
    asked = request.prompt
    if isinstance(asked, str):
        return (asked,)
    if ids := tuple(part for part in asked if isinstance(part, int)):
        return (ids,) if len(ids) == len(asked) else ()
    prompts = tuple(part for part in asked if not isinstance(part, int))
    return prompts if len({type(prompt) for prompt in prompts}) == 1 else ()


def counts_on(request: CompletionRequest) -> bool:
    """Say whether each chunk is to have the usage so far."""
    return bool(request.stream and request.stream_options is not None and request.stream_options.continuous_usage_stats)


def list_accepted_fields(request: CompletionRequest) -> tuple[str, ...]:
    """List the fields that ask for something and change nothing."""
    named = list(REQUEST.list_accepted([request]))
    if (options := request.stream_options) is not None:
        if request.stream:
            named += [f"stream_options.{name}" for name in STREAM_OPTIONS.list_accepted([options])]
        elif any(msgspec.structs.astuple(options)):
            named.append("stream_options")
    return tuple(named)


def _find_prompt_faults(request: CompletionRequest, num_prompts: int) -> Iterator[Fault]:
    if not num_prompts:
        text = "'prompt' is a list of different things: expected texts, the token ids of one prompt, or lists of token ids."
        yield Fault(param="prompt", message=text)
    num_answers = num_prompts * int(request.n or 1)
    if num_answers > MAX_ANSWERS:
        text = f"'prompt' holds {num_prompts} prompts, {num_answers} answers are asked for: expected no more than {MAX_ANSWERS}."
        yield Fault(param="prompt", message=text)


def _find_contradictions(request: CompletionRequest) -> Iterator[Fault]:
    if request.max_tokens == 0 and not request.echo:
        yield Fault(param="max_tokens", message="'max_tokens' is 0, which leaves nothing to answer: expected 1 or more, or 'echo': true.")
    num_choices = request.n or 1
    if request.best_of is not None and request.best_of not in (1, num_choices):
        text = f"'best_of' is {int(request.best_of)}, more than 'n': candor gives all answers that it makes, ask for that 'n'."
        yield Fault(param="best_of", message=text)
