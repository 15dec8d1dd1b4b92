"""From the items of a request's `input` to the turns of a conversation: pure."""

from collections.abc import Sequence
from itertools import groupby

from server.engine.protocol import Role
from server.exchange.conversation import join_texts
from server.tools.history import Called, Returned, Said, Turn
from server.tools.tool import ToolCall
from server.wire.responses_request import InputItem, InputPart, ResponsesRequest

_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


def list_items(request: ResponsesRequest) -> Sequence[InputItem]:
    """Give the items; a text is one of the user's."""
    if isinstance(request.input, str):
        return (InputItem(role="user", content=request.input),)
    return request.input or ()


def list_parts(content: str | tuple[InputPart, ...] | None) -> tuple[InputPart, ...]:
    """Give the parts of a content or an output; a text has none."""
    return content if isinstance(content, tuple) else ()


def name_type(item: InputItem) -> str | None:
    """Give an item's type, as OpenAI does where it is left out."""
    if item.type is not None:
        return item.type
    if item.role is not None:
        return "message"
    return None if item.id is None else "item_reference"


def read_turns(request: ResponsesRequest) -> list[Turn]:
    """Read items without faults. A reasoning says nothing: Gemma 3 has none, and it is another model's."""
    turns: list[Turn] = [Said(role="system", text=request.instructions)] if request.instructions else []
    placed = [(f"input[{i}]", item) for i, item in enumerate(list_items(request)) if name_type(item) != "reasoning"]
    for kind, group in groupby(placed, key=lambda one: name_type(one[1])):
        match kind:
            case "function_call":
                turns.append(_read_calls([item for _, item in group], turns))
            case "function_call_output":
                turns += [_read_result(item, place) for place, item in group]
            case "message":
                turns += [Said(role=_ROLES[item.role], text=join_parts(item.content)) for _, item in group if item.role is not None]
    return turns


def join_parts(content: str | Sequence[InputPart] | None) -> str:
    """Give the text of a content or an output."""
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part.text or part.refusal or "" for part in content)


def _read_calls(items: Sequence[InputItem], turns: list[Turn]) -> Called:
    """Read neighbours; what the assistant said in front of them is of the same turn, and taken from the turns."""
    said: list[str] = []
    while turns and isinstance(turns[-1], Said) and turns[-1].role == "assistant":
        said.insert(0, turns[-1].text)
        turns.pop()
    calls = tuple(ToolCall(id=item.call_id, name=item.name or "", arguments=item.arguments or "") for item in items)
    return Called(calls=calls, text=join_texts(said))


def _read_result(item: InputItem, place: str) -> Returned:
    return Returned(text=join_parts(item.output), call_id=item.call_id, name=item.name, place=f"{place}.call_id")
