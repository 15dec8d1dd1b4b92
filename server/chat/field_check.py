"""Holds a chat's body against what was decided for each field: pure."""

from collections.abc import Iterable, Iterator

import msgspec

from server.chat.conversation import find_idle_prefixes, is_text_part
from server.chat.fields import CALL, CALLED_FUNCTION, JSON_SCHEMA, MESSAGE, PART, REQUEST, TEMPLATE_KWARGS, TOOL
from server.exchange.fields import FieldTable, refuse_field
from server.exchange.generation_fields import STREAM_OPTIONS
from server.http.faults import Fault
from server.wire.chat_request import ChatRequest, ContentPart
from server.wire.tools import RequestToolCall

_Counted = tuple[tuple[int, ...], msgspec.Struct]  # with its place in the lists that it stands in


def find_refused_fields(request: ChatRequest) -> Iterator[Fault]:
    """Find the fields that ask for what candor does not have."""
    for table, place, structs in _list_levels(request):
        for indices, struct in structs:
            for name in table.find_refused(struct):
                yield refuse_field(_count(place, indices) + name, table.fields[name])


def list_accepted_fields(request: ChatRequest) -> tuple[str, ...]:
    """List, each once, the fields that ask for something and change nothing, in the form `messages[].name`."""
    named = [
        place + name for table, place, structs in _list_levels(request) for name in table.list_accepted(struct for _, struct in structs)
    ]
    if not request.stream and _has_options(request):
        named.append("stream_options")
    if any(True for _ in find_idle_prefixes(request)):
        named.append("messages[].prefix")
    return tuple(named)


def _list_levels(request: ChatRequest) -> Iterator[tuple[FieldTable, str, Iterable[_Counted]]]:
    yield REQUEST, "", [((), request)]
    if request.stream_options is not None and request.stream:
        yield STREAM_OPTIONS, "stream_options.", [((), request.stream_options)]
    if request.chat_template_kwargs is not None:
        yield TEMPLATE_KWARGS, "chat_template_kwargs.", [((), request.chat_template_kwargs)]
    if request.response_format is not None and request.response_format.json_schema is not None:
        yield JSON_SCHEMA, "response_format.json_schema.", [((), request.response_format.json_schema)]
    # A tool of another kind is refused as a whole, and so is a part of a content.
    yield TOOL, "tools[].", (((i,), tool) for i, tool in enumerate(request.tools or ()) if tool.custom is None)
    yield MESSAGE, "messages[].", (((i,), message) for i, message in enumerate(request.messages))
    yield PART, "messages[].content[].", _count_parts(request)
    yield CALL, "messages[].tool_calls[].", _count_calls(request)
    yield CALLED_FUNCTION, "messages[].tool_calls[].function.", ((indices, call.function) for indices, call in _count_calls(request))


def _count_parts(request: ChatRequest) -> Iterator[tuple[tuple[int, ...], ContentPart]]:
    for i, message in enumerate(request.messages):
        if isinstance(message.content, tuple):
            yield from (((i, j), part) for j, part in enumerate(message.content) if is_text_part(part))


def _count_calls(request: ChatRequest) -> Iterator[tuple[tuple[int, ...], RequestToolCall]]:
    for i, message in enumerate(request.messages):
        yield from (((i, j), call) for j, call in enumerate(message.tool_calls or ()))


def _count(place: str, indices: tuple[int, ...]) -> str:
    for index in indices:
        place = place.replace("[]", f"[{index}]", 1)
    return place


def _has_options(request: ChatRequest) -> bool:
    return request.stream_options is not None and any(msgspec.structs.astuple(request.stream_options))
