"""From the body of a request for a response to a `Generation`: pure."""

from collections.abc import Iterator, Sequence
from itertools import chain

from server.engine.protocol import Generation, ServedModel
from server.engine.sampling_defaults import NO_DEFAULTS, SamplingDefaults
from server.exchange.conversation import merge_turns, split_beginning
from server.exchange.sampling import (
    apply_common,
    choose_scale,
    find_common_faults,
    find_limit_faults,
    read_limit,
    translate_sampling,
)
from server.http.faults import Fault, refuse
from server.responses.fields import ACCEPTED, find_refused, name_accepted
from server.responses.items import find_item_faults, name_accepted_in_items, take_turns
from server.tools.history import Said
from server.wire.responses_request import InputItem, ResponsesRequest

_LOGPROBS = "message.output_text.logprobs"


def translate_request(
    request: ResponsesRequest,
    *,
    id: str,
    served: ServedModel,
    max_completion_tokens: int,
    defaults: SamplingDefaults = NO_DEFAULTS,
    drawn_seed: int | None = None,
) -> Generation:
    """Translate a request for a served model; raises InvalidRequest with its faults, the first of them as `param`.

    `defaults` are for what it leaves unset, and `drawn_seed` for a request without a seed; with None the engine draws one.
    """
    items = _list_items(request)
    refuse(
        chain(
            find_refused(request),
            _find_include_faults(request),
            find_limit_faults(request, "max_output_tokens"),
            find_common_faults(request),
            _find_silence(request),
            find_item_faults(items),
        )
    )
    instructions = (Said(role="system", text=request.instructions),) if request.instructions else ()
    messages, beginning = split_beginning(merge_turns((*instructions, *take_turns(items))))
    asked_tokens = read_limit(request.max_output_tokens)
    generation = Generation(
        id=id,
        messages=messages,
        sampling=translate_sampling(request, defaults, drawn_seed),
        max_tokens=min(asked_tokens or defaults.max_tokens or max_completion_tokens, max_completion_tokens),
        is_limit_asked_for=asked_tokens is not None,
        beginning=beginning,
        adapter=None if served.parent is None else served.id,
        adapter_scale=choose_scale(request),
    )
    return apply_common(generation, request)


def name_all_accepted(request: ResponsesRequest) -> tuple[str, ...]:
    """Name what a request holds that changes nothing, each once."""
    return tuple(dict.fromkeys(chain(name_accepted(request, ACCEPTED), name_accepted_in_items(_list_items(request)))))


def _list_items(request: ResponsesRequest) -> Sequence[InputItem]:
    if isinstance(request.input, str):
        return (InputItem(role="user", content=request.input),)
    return request.input or ()


def _find_include_faults(request: ResponsesRequest) -> Iterator[Fault]:
    if request.include and _LOGPROBS in request.include:
        place = f"include[{request.include.index(_LOGPROBS)}]"
        yield Fault(param=place, message=f"'{place}' is {_LOGPROBS!r}, which is not supported yet: leave it out.")


def _find_silence(request: ResponsesRequest) -> Iterator[Fault]:
    if not request.instructions and not any(item.type != "reasoning" for item in _list_items(request)):
        yield Fault(param="input", message="There is nothing to answer: expected text or messages in 'input', or 'instructions'.")
