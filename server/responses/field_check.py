"""Holds a request for a response against what was decided for each field: pure."""

from collections.abc import Iterable, Iterator

import msgspec

from server.exchange.fields import FieldTable, refuse_field
from server.http.faults import Fault
from server.responses.fields import FORMAT, ITEM, PART, REASONING, REQUEST, STREAM_OPTIONS, TEXT, TOOL
from server.responses.items import list_items, list_parts
from server.responses.logprobs import LOGPROBS
from server.wire.responses_request import ResponsesRequest
from server.wire.responses_tools import OfferedFunction


def find_refused_fields(request: ResponsesRequest) -> Iterator[Fault]:
    """Find the fields that ask for what candor does not have; those of items are found with what is wrong with the item."""
    yield from (refuse_field(name, REQUEST.fields[name]) for name in REQUEST.find_refused(request))
    for i, tool in enumerate(request.tools or ()):
        if isinstance(tool, OfferedFunction):  # any other is refused as a whole
            yield from (refuse_field(f"tools[{i}].{name}", TOOL.fields[name]) for name in TOOL.find_refused(tool))


def list_accepted_fields(request: ResponsesRequest) -> tuple[str, ...]:
    """List, each once, the fields that ask for something and change nothing, in the form `input[].id`."""
    named = ["include"] if any(name != LOGPROBS for name in request.include or ()) else []
    for table, place, structs in _list_levels(request):
        named += [place + name for name in table.list_accepted(filter(None, structs))]
    if any(item.type == "reasoning" for item in list_items(request)):
        named.append("input[].type=reasoning")
    return tuple(named)


def _list_levels(request: ResponsesRequest) -> Iterator[tuple[FieldTable, str, Iterable[msgspec.Struct | None]]]:
    text = request.text
    items = [item for item in list_items(request) if item.type != "reasoning"]
    yield REQUEST, "", (request,)
    yield REASONING, "reasoning.", (request.reasoning,)
    yield STREAM_OPTIONS, "stream_options.", (request.stream_options,)
    yield TEXT, "text.", (text,)
    yield FORMAT, "text.format.", (text.format if text else None,)
    yield TOOL, "tools[].", (tool for tool in request.tools or () if isinstance(tool, OfferedFunction))
    yield ITEM, "input[].", items
    yield PART, "input[].content[].", (part for item in items for part in list_parts(item.content))
    yield PART, "input[].output[].", (part for item in items for part in list_parts(item.output))
