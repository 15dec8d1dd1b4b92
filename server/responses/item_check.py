"""What is wrong with the items of a request's `input`: pure."""

from collections.abc import Iterator, Sequence
from itertools import chain

from server.http.faults import Fault
from server.responses.items import list_items, list_parts, name_type, read_turns
from server.tools.history import find_history_faults
from server.wire.responses_request import InputItem, InputPart, ResponsesRequest

_BOOKKEEPING = ("type", "id", "status")
_FIELDS = {
    "message": frozenset({*_BOOKKEEPING, "role", "content", "phase"}),
    "reasoning": frozenset({*_BOOKKEEPING, "content", "summary", "encrypted_content"}),
    "function_call": frozenset({*_BOOKKEEPING, "call_id", "name", "arguments", "namespace", "caller", "async", "parsed_arguments"}),
    "function_call_output": frozenset({*_BOOKKEEPING, "call_id", "name", "output", "namespace", "caller"}),
}
_REQUIRED = {"function_call": ("call_id", "name", "arguments"), "function_call_output": ("output",)}
_TEXT_FIELDS = frozenset({"type", "text", "annotations", "logprobs", "prompt_cache_breakpoint", "parsed"})
_FIELDS_OF_PARTS = {
    "input_text": _TEXT_FIELDS,
    "output_text": _TEXT_FIELDS,
    "text": _TEXT_FIELDS,
    "refusal": frozenset({"type", "refusal"}),
}
_EXPECTED = "expected 'message', 'function_call' or 'function_call_output'"
_NOT_KEPT = (
    "'{place}' refers to an item by its id: candor keeps none, send the item itself. "
    "The AI SDK does so with providerOptions.openai.store: false, and any client with 'store': false."
)


def find_item_faults(request: ResponsesRequest) -> Iterator[Fault]:
    """Find items that say nothing, or what Gemma cannot take, and calls and results that do not belong together."""
    items = list_items(request)
    yield from chain.from_iterable(_find_faults_of_item(item, f"input[{i}]") for i, item in enumerate(items))
    yield from find_history_faults(read_turns(request))
    yield from _find_open_call(items)


def _find_faults_of_item(item: InputItem, place: str) -> Iterator[Fault]:
    kind = name_type(item)
    match kind:
        case "message" | "reasoning" | "function_call" | "function_call_output":
            yield from _find_strangers(item, _FIELDS[kind], place)
            for field in _REQUIRED.get(kind, ()):
                if getattr(item, field) is None:
                    yield Fault(param=f"{place}.{field}", message=f"'{place}.{field}' is missing.")
            if kind == "message":
                yield from _find_message_faults(item, place)
            for j, part in enumerate(list_parts(item.output)):
                yield from _find_part_faults(part, f"{place}.output[{j}]")
        case "item_reference":
            yield Fault(param=place, message=_NOT_KEPT.format(place=place))
        case None:
            yield Fault(param=f"{place}.type", message=f"'{place}.type' and '{place}.role' are missing: {_EXPECTED}.")
        case other:
            yield Fault(param=f"{place}.type", message=f"'{place}.type' is {other!r}, not supported: {_EXPECTED}.")


def _find_open_call(items: Sequence[InputItem]) -> Iterator[Fault]:
    """Find a call at the end, of which nothing has come yet; system texts go to the front, and what was thought says nothing."""
    for i in reversed(range(len(items))):
        if name_type(items[i]) == "reasoning" or items[i].role in ("system", "developer"):
            continue
        if name_type(items[i]) == "function_call":
            text = (
                f"'input[{i}]' is a call at the end of the conversation: expected what came of it behind it, as a 'function_call_output'."
            )
            yield Fault(param=f"input[{i}]", message=text)
        return


def _find_message_faults(item: InputItem, place: str) -> Iterator[Fault]:
    if item.role is None:
        yield Fault(param=f"{place}.role", message=f"'{place}.role' is missing: expected system, developer, user or assistant.")
    if item.content is None:
        yield Fault(param=f"{place}.content", message=f"'{place}.content' is missing or null: expected text.")
    elif not item.content and not isinstance(item.content, str):
        yield Fault(param=f"{place}.content", message=f"'{place}.content' is an empty list: expected text or at least one text part.")
    for j, part in enumerate(list_parts(item.content)):
        yield from _find_part_faults(part, f"{place}.content[{j}]")


def _find_part_faults(part: InputPart, place: str) -> Iterator[Fault]:
    known = _FIELDS_OF_PARTS.get(part.type)
    if known is None:
        yield Fault(param=place, message=f"'{place}' is of type {part.type!r}, not supported: expected a text part.")
        return
    yield from _find_strangers(part, known, place)
    field = "refusal" if part.type == "refusal" else "text"
    if getattr(part, field) is None:
        yield Fault(param=f"{place}.{field}", message=f"'{place}.{field}' is missing.")


def _find_strangers(struct: InputItem | InputPart, known: frozenset[str], place: str) -> Iterator[Fault]:
    """Find fields that belong to other types of items or parts."""
    for attribute, field in zip(struct.__struct_fields__, struct.__struct_encode_fields__, strict=True):
        if field not in known and getattr(struct, attribute) is not None:
            yield Fault(param=f"{place}.{field}", message=f"Unknown field: {place}.{field}.")
