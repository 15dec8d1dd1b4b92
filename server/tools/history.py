"""Calls and their results of earlier turns, as the plain text that a chat template takes."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from server.engine.protocol import Message, Role
from server.http.faults import Fault
from server.tools.convention import BETWEEN_CALLS, write_call
from server.tools.tool import ToolCall

_FENCE = "```"


class Said(msgspec.Struct, frozen=True, kw_only=True, tag="said"):
    """A turn of words alone."""

    role: Role
    text: str


class Called(msgspec.Struct, frozen=True, kw_only=True, tag="called"):
    """An answer with calls; there may be words in front of them."""

    calls: tuple[ToolCall, ...]
    text: str = ""


class Returned(msgspec.Struct, frozen=True, kw_only=True, tag="returned"):
    """What came of a call: of the one with its id, or in OpenAI's older form (`role: "function"`) of the function named."""

    text: str
    call_id: str | None = None
    name: str | None = None
    place: str = ""  # of the id in the request, such as messages[3].tool_call_id


Turn = Said | Called | Returned


def find_history_faults(turns: Sequence[Turn]) -> Iterator[Fault]:
    """Find results that belong to no call before them, as OpenAI does; a call without a result is let be."""
    seen: set[str | None] = set()
    for turn in turns:
        match turn:
            case Called():
                seen.update(call.id for call in turn.calls)
            case Returned(call_id=None, name=None):
                yield Fault(param=turn.place, message=f"'{turn.place}' is missing: expected the id of the call that this is the result of.")
            case Returned(call_id=str()) if turn.call_id not in seen:
                message = f"'{turn.place}' is {turn.call_id!r}: expected the id of a call that stands before it."
                yield Fault(param=turn.place, message=message)


def spell_turns(turns: Sequence[Turn]) -> tuple[Message, ...]:
    """Spell turns without faults as messages: calls are the assistant's words, the results that follow them one message of the user's."""
    messages: list[Message] = []
    known: dict[str | None, tuple[int, str]] = {}  # by the id of a call: its place among all calls, and its function's name
    for kind, group in groupby(turns, key=type):
        if kind is Returned:
            messages.append(_spell_results([turn for turn in group if isinstance(turn, Returned)], known))
            continue
        for turn in group:
            if isinstance(turn, Said):
                messages.append(Message(role=turn.role, content=turn.text))
            elif isinstance(turn, Called):
                known |= {call.id: (len(known) + i, call.name) for i, call in enumerate(turn.calls)}
                messages.append(Message(role="assistant", content=_spell_calls(turn)))
    return tuple(messages)


def _spell_calls(called: Called) -> str:
    calls = [write_call(call.name, _spell_arguments(call.arguments)) for call in called.calls]
    return BETWEEN_CALLS.join([called.text, *calls] if called.text else calls)


def _spell_arguments(arguments: str) -> str:
    """Give the arguments as they came, so that what the model has said is found in the prefix cache; what is no JSON object as a text."""
    if not arguments.strip():
        return "{}"
    try:
        msgspec.json.decode(arguments, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return msgspec.json.encode(arguments).decode()
    return arguments.strip()


def _spell_results(results: list[Returned], known: dict[str | None, tuple[int, str]]) -> Message:
    """Spell results in the order of their calls: of two calls of one function, only the order tells which is which."""
    ordered = sorted(results, key=lambda result: known.get(result.call_id, (len(known), ""))[0])
    spelt = [_spell_result(result.name or known[result.call_id][1], result.text) for result in ordered]
    return Message(role="user", content="\n".join(spelt))


def _spell_result(name: str, text: str) -> str:
    fence = _FENCE
    while fence in text:
        fence += "`"
    return f"Result of {name}:\n{fence}tool_output\n{text}\n{fence}"
