"""From the items of a request's `input` to the turns of a conversation: pure."""

from collections.abc import Iterator, Sequence

from server.engine.protocol import Role
from server.http.faults import Fault
from server.responses.fields import ACCEPTED_IN_ITEM, ACCEPTED_IN_PART, name_accepted
from server.tools.history import Said, Turn
from server.wire.responses_request import InputItem, InputPart

_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_REASONING_FIELDS = frozenset({"type", "id", "status", "content", "summary", "encrypted_content"})
_MESSAGE_FIELDS = frozenset({"type", "id", "status", "role", "content", "phase"})
_TEXT_FIELDS = frozenset({"type", "text", *ACCEPTED_IN_PART})
_FIELDS_OF_PARTS = {
    "input_text": _TEXT_FIELDS,
    "output_text": _TEXT_FIELDS,
    "text": _TEXT_FIELDS,
    "refusal": frozenset({"type", "refusal"}),
}
_NOT_KEPT = (
    "'{place}' refers to an item by its id: candor keeps none, send the item itself. "
    "The AI SDK does so with providerOptions.openai.store: false, and any client with 'store': false."
)


def find_item_faults(items: Sequence[InputItem]) -> Iterator[Fault]:
    """Find items that say nothing, or what Gemma cannot take."""
    for i, item in enumerate(items):
        place = f"input[{i}]"
        match _name_type(item):
            case "message":
                yield from _find_strangers(item, _MESSAGE_FIELDS, place)
                yield from _find_message_faults(item, place)
            case "reasoning":
                yield from _find_strangers(item, _REASONING_FIELDS, place)
            case "item_reference":
                yield Fault(param=place, message=_NOT_KEPT.format(place=place))
            case None:
                yield Fault(param=f"{place}.type", message=f"'{place}.type' and '{place}.role' are missing: expected a message.")
            case other:
                text = f"'{place}.type' is {other!r}, not supported: expected a message."
                yield Fault(param=f"{place}.type", message=text)


def take_turns(items: Sequence[InputItem]) -> Iterator[Turn]:
    """Give what is said in items without faults. A reasoning is not: Gemma 3 has none, and it is another model's."""
    for item in items:
        if item.role is not None:
            yield Said(role=_ROLES[item.role], text=_join_parts(item.content))


def name_accepted_in_items(items: Sequence[InputItem]) -> Iterator[str]:
    """Name what items hold that changes nothing, by its place."""
    for item in items:
        if item.type == "reasoning":
            yield "input[].type=reasoning"
            continue
        yield from name_accepted(item, ACCEPTED_IN_ITEM, "input[].")
        for part in _list_parts(item):
            yield from name_accepted(part, ACCEPTED_IN_PART, "input[].content[].")


def _name_type(item: InputItem) -> str | None:
    if item.type is not None:
        return item.type
    if item.role is not None:
        return "message"
    return None if item.id is None else "item_reference"


def _find_message_faults(item: InputItem, place: str) -> Iterator[Fault]:
    if item.role is None:
        yield Fault(param=f"{place}.role", message=f"'{place}.role' is missing: expected system, developer, user or assistant.")
    if item.content is None:
        yield Fault(param=f"{place}.content", message=f"'{place}.content' is missing or null: expected text.")
    elif not item.content and not isinstance(item.content, str):
        yield Fault(param=f"{place}.content", message=f"'{place}.content' is an empty list: expected text or at least one text part.")
    for j, part in enumerate(_list_parts(item)):
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
    for field in struct.__struct_fields__:
        if field not in known and getattr(struct, field) is not None:
            yield Fault(param=f"{place}.{field}", message=f"Unknown field: {place}.{field}.")


def _list_parts(item: InputItem) -> tuple[InputPart, ...]:
    return item.content if isinstance(item.content, tuple) else ()


def _join_parts(content: str | Sequence[InputPart] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "".join(part.text or part.refusal or "" for part in content)
