"""From a chat's body to a `Generation`: pure."""

from collections.abc import Iterator
from itertools import chain

from server.chat.conversation import find_conversation_faults, read_conversation
from server.chat.field_check import find_refused_fields
from server.chat.tools import find_tool_faults, translate_tools
from server.engine.protocol import Generation, ServedModel
from server.engine.sampling_defaults import NO_DEFAULTS, SamplingDefaults
from server.exchange.answer_form import find_form_faults, translate_form
from server.exchange.model_choice import choose_adapters
from server.exchange.sampling import (
    apply_common,
    find_common_faults,
    find_limit_faults,
    find_number_faults,
    read_limit,
    translate_sampling,
)
from server.http.faults import Fault, refuse
from server.tools.brief_schema import Detail
from server.wire.chat_request import ChatRequest


def translate_chat(
    request: ChatRequest,
    *,
    id: str,
    served: ServedModel,
    max_completion_tokens: int,
    defaults: SamplingDefaults = NO_DEFAULTS,
    drawn_seed: int | None = None,
    tool_detail: Detail = "full",
) -> Generation:
    """Translate a request for a served model; raises InvalidRequest with its faults, the first of them as `param`.

    `defaults` are for what it leaves unset, and `drawn_seed` for a request without a seed; with None the engine draws one. Of functions
    the model is told in `tool_detail`.
    """
    found = chain(
        find_refused_fields(request),
        find_limit_faults(request, "max_tokens", "max_completion_tokens"),
        _find_contradictions(request),
        find_number_faults(request, "n", "top_logprobs"),
        find_common_faults(request),
        find_tool_faults(request),
        find_form_faults(request.response_format, request.structured_outputs),
        find_conversation_faults(request),
    )
    refuse(found)
    offer = translate_tools(request)
    conversation = read_conversation(request, preamble=offer.write_preamble(tool_detail))
    asked_tokens = read_limit(request.max_completion_tokens) or read_limit(request.max_tokens)
    generation = Generation(
        id=id,
        messages=conversation.messages,
        sampling=translate_sampling(request, defaults, drawn_seed),
        max_tokens=min(asked_tokens or defaults.max_tokens or max_completion_tokens, max_completion_tokens),
        is_limit_asked_for=asked_tokens is not None,
        beginning=conversation.beginning,
        adapters=choose_adapters(request, served),
        num_top_logprobs=int(request.top_logprobs or 0) if request.logprobs else None,
        tells_prompt=_counts_on(request),
        grammar=offer.hold(translate_form(request.response_format, request.structured_outputs)),
    )
    return apply_common(generation, request)


def _counts_on(request: ChatRequest) -> bool:
    options = request.stream_options
    return bool(request.stream and options is not None and options.continuous_usage_stats)


def _find_contradictions(request: ChatRequest) -> Iterator[Fault]:
    if request.top_logprobs and not request.logprobs:
        yield Fault(param="top_logprobs", message="'top_logprobs' is only allowed with 'logprobs': true.")
    limits = read_limit(request.max_tokens), read_limit(request.max_completion_tokens)
    if None not in limits and limits[0] != limits[1]:
        yield Fault(
            param="max_completion_tokens",
            message=f"'max_tokens' is {limits[0]} and 'max_completion_tokens' {limits[1]}: send one of them.",
        )
