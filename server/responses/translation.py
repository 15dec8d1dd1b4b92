"""From the body of a request for a response to a `Generation`: pure."""

from collections.abc import Iterator
from itertools import chain

from server.engine.protocol import Generation, ServedModel
from server.engine.sampling_defaults import NO_DEFAULTS, SamplingDefaults
from server.exchange.answer_form import find_text_format_faults, translate_text_format
from server.exchange.conversation import merge_turns, split_beginning
from server.exchange.model_choice import choose_adapters
from server.exchange.sampling import (
    apply_common,
    find_common_faults,
    find_limit_faults,
    read_limit,
    translate_sampling,
)
from server.http.faults import Fault, refuse
from server.responses.field_check import find_refused_fields
from server.responses.item_check import find_item_faults
from server.responses.items import list_items, read_turns
from server.responses.logprobs import count_top_logprobs, find_logprobs_faults
from server.responses.tools import find_tool_faults, translate_tools
from server.tools.brief_schema import Detail
from server.wire.responses_request import ResponsesRequest


def translate_request(
    request: ResponsesRequest,
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
    form = request.text.format if request.text else None
    refuse(
        chain(
            find_refused_fields(request),
            find_limit_faults(request, "max_output_tokens"),
            find_logprobs_faults(request),
            find_common_faults(request),
            find_tool_faults(request),
            find_text_format_faults(form),
            _find_silence(request),
            find_item_faults(request),
        )
    )
    offer = translate_tools(request)
    messages, beginning = split_beginning(merge_turns(read_turns(request), preamble=offer.write_preamble(tool_detail)))
    asked_tokens = read_limit(request.max_output_tokens)
    generation = Generation(
        id=id,
        messages=messages,
        sampling=translate_sampling(request, defaults, drawn_seed),
        max_tokens=min(asked_tokens or defaults.max_tokens or max_completion_tokens, max_completion_tokens),
        is_limit_asked_for=asked_tokens is not None,
        beginning=beginning,
        adapters=choose_adapters(request, served),
        num_top_logprobs=count_top_logprobs(request),
        grammar=offer.hold(translate_text_format(form)),
    )
    return apply_common(generation, request)


def _find_silence(request: ResponsesRequest) -> Iterator[Fault]:
    if not request.instructions and not any(item.type != "reasoning" for item in list_items(request)):
        yield Fault(param="input", message="There is nothing to answer: expected text or messages in 'input', or 'instructions'.")
