"""What an answer consists of where functions may be called: text, and calls one behind the other."""

from collections.abc import Iterable

import msgspec

from server.tools.tool import ToolCall


class TextPart(msgspec.Struct, frozen=True, kw_only=True, tag="text"):
    """More of the answer's text."""

    text: str


class CallBegin(msgspec.Struct, frozen=True, kw_only=True, tag="call_begin"):
    """A call of a function that the request offers; calls are counted from 0."""

    index: int
    id: str
    name: str


class CallArguments(msgspec.Struct, frozen=True, kw_only=True, tag="call_arguments"):
    """More of a call's arguments: joined, JSON, or the beginning of it where the answer breaks off."""

    index: int
    text: str


class CallEnd(msgspec.Struct, frozen=True, kw_only=True, tag="call_end"):
    """The end of a call: exactly one for each `CallBegin`."""

    index: int


Part = TextPart | CallBegin | CallArguments | CallEnd


class CollectedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer's parts, put together."""

    text: str
    calls: tuple[ToolCall, ...]


def collect_parts(parts: Iterable[Part]) -> CollectedAnswer:
    """Put the parts of a whole answer together."""
    texts: list[str] = []
    begun: list[CallBegin] = []
    arguments: list[list[str]] = []
    for part in parts:
        match part:
            case TextPart():
                texts.append(part.text)
            case CallBegin():
                begun.append(part)
                arguments.append([])
            case CallArguments():
                arguments[part.index].append(part.text)
    calls = [ToolCall(id=call.id, name=call.name, arguments="".join(written)) for call, written in zip(begun, arguments, strict=True)]
    return CollectedAnswer(text="".join(texts), calls=tuple(calls))
