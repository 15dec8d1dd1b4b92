"""Holds a chat's body against what was decided for each field: pure."""

from collections.abc import Iterator

import msgspec

from server.chat.conversation import find_idle_prefixes, is_text_part
from server.chat.fields import MESSAGE, PART, REQUEST, STREAM_OPTIONS, TEMPLATE_KWARGS
from server.exchange.fields import Field, FieldTable, refuse_field
from server.http.faults import Fault
from server.wire.chat_request import ChatRequest, RequestMessage


class _Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A field that asks for something and is not honoured."""

    place: str
    kind: str  # the place without counting
    field: Field


def find_refused_fields(request: ChatRequest) -> Iterator[Fault]:
    """Find the fields that ask for what candor does not have."""
    for wish in _find_wishes(request):
        if wish.field.decision == "refused":
            yield refuse_field(wish.place, wish.field)


def list_accepted_fields(request: ChatRequest) -> tuple[str, ...]:
    """List, each once, the fields that ask for something and change nothing, in the form `messages[].name`."""
    named = dict.fromkeys(wish.kind for wish in _find_wishes(request) if wish.field.decision == "accepted")
    if not request.stream and _has_options(request):
        named["stream_options"] = None
    if any(True for _ in find_idle_prefixes(request)):
        named["messages[].prefix"] = None
    return tuple(named)


def _find_wishes(request: ChatRequest) -> Iterator[_Wish]:
    yield from _look(REQUEST, request)
    if request.stream_options is not None and request.stream:
        yield from _look(STREAM_OPTIONS, request.stream_options, "stream_options.")
    if request.chat_template_kwargs is not None:
        yield from _look(TEMPLATE_KWARGS, request.chat_template_kwargs, "chat_template_kwargs.")
    for i, message in enumerate(request.messages):
        yield from _look(MESSAGE, message, "messages[].", i)
        yield from _find_wishes_of_parts(message, i)


def _find_wishes_of_parts(message: RequestMessage, i: int) -> Iterator[_Wish]:
    if not isinstance(message.content, tuple):
        return
    for j, part in enumerate(message.content):
        if is_text_part(part):  # any other is refused as a whole
            yield from _look(PART, part, "messages[].content[].", i, j)


def _look(table: FieldTable, struct: msgspec.Struct, prefix: str = "", *indices: int) -> Iterator[_Wish]:
    for name, field in table.find_wishes(struct):
        yield _Wish(place=_count(prefix, indices) + name, kind=prefix + name, field=field)


def _count(prefix: str, indices: tuple[int, ...]) -> str:
    for index in indices:
        prefix = prefix.replace("[]", f"[{index}]", 1)
    return prefix


def _has_options(request: ChatRequest) -> bool:
    return request.stream_options is not None and any(msgspec.structs.astuple(request.stream_options))
