"""Lists of messages, as OpenAI's format and ShareGPT's have them, read as turns."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from adapters.train.data.refusals import TURN_KEYS, find_refusals
from adapters.train.data.row import Role, Turn

ROLES: Mapping[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
SPEAKERS: Mapping[str, Role] = {
    "system": "system",
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "chatgpt": "assistant",
    "model": "assistant",
}
EXPECTED_TEXT = "expected a text, or a list of text parts"

Tell = Callable[[str], None]


def read_messages(value: object, place: str, tell: Tell) -> list[Turn]:
    """Read `role` and `content` of each; `tell` is given every fault."""
    return [turn for entry, where in _list_entries(value, place, tell) if (turn := _read_message(entry, where, tell))]


def read_speeches(value: object, place: str, tell: Tell) -> list[Turn]:
    """Read `from` and `value` of each, as ShareGPT has them; one with `role` and `content` is a message."""
    return [turn for entry, where in _list_entries(value, place, tell) if (turn := _read_speech(entry, where, tell))]


def join_texts(texts: Iterable[str]) -> str:
    """Join texts with a blank line, as a server does with those of a conversation, leaving out those that say nothing."""
    return "\n\n".join(filter(None, texts))


def order_turns(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    """Put all system texts into one in front, as a server does; where nobody asks before the model speaks, the user says it."""
    told = list(turns)
    said = [turn for turn in told if turn.role != "system"]
    if len(said) == len(told):
        return tuple(said)
    role: Role = "system" if said and said[0].role == "user" else "user"
    return (Turn(role, join_texts(turn.text for turn in told if turn.role == "system")), *said)


def _list_entries(value: object, place: str, tell: Tell) -> Iterator[tuple[dict[str, Any], str]]:
    if not isinstance(value, list) or not value:
        tell(f"{place} is {name_kind(value)}; expected a list of messages")
        return
    for number, entry in enumerate(value):
        where = f"{place}[{number}]"
        if isinstance(entry, dict):
            yield entry, where
        else:
            tell(f"{where} is {name_kind(entry)}; expected a message with role and content")


def _read_message(entry: dict[str, Any], where: str, tell: Tell) -> Turn | None:
    return _read_turn(entry, where, tell, keys=("role", "content"), roles=ROLES)


def _read_speech(entry: dict[str, Any], where: str, tell: Tell) -> Turn | None:
    keys = ("from", "value") if "from" in entry or "value" in entry else ("role", "content")
    return _read_turn(entry, where, tell, keys=keys, roles={**SPEAKERS, **ROLES})


def _read_turn(entry: dict[str, Any], where: str, tell: Tell, *, keys: tuple[str, str], roles: Mapping[str, Role]) -> Turn | None:
    role_key, text_key = keys
    role = roles.get(entry[role_key]) if isinstance(entry.get(role_key), str) else None
    if role is None:
        found = repr(entry[role_key])[:60] if role_key in entry else "missing"
        tell(f"{where}.{role_key} is {found}; expected {', '.join(dict.fromkeys(roles))}")
    for refusal in find_refusals(entry, TURN_KEYS, f"{where}."):
        tell(refusal)
    text = _read_text(entry, f"{where}.{text_key}", text_key, tell, is_system=role == "system")
    is_learnt = _read_weight(entry, f"{where}.weight", tell)
    return None if role is None or text is None else Turn(role, text, is_learnt or role != "assistant")


def _read_text(entry: dict[str, Any], where: str, key: str, tell: Tell, *, is_system: bool) -> str | None:
    content = entry.get(key)
    if isinstance(content, str):
        return content
    if not isinstance(content, list) or not content:
        tell(f"{where} is {name_kind(content) if key in entry else 'missing'}; {EXPECTED_TEXT}")
        return None
    texts = [_read_part(part, f"{where}[{number}]", tell) for number, part in enumerate(content)]
    # Without the white space around each, as Gemma's template does with all but a system text.
    return None if None in texts else "".join(text if is_system else text.strip() for text in texts if text is not None)


def _read_part(part: object, where: str, tell: Tell) -> str | None:
    if isinstance(part, dict) and part.get("type") == "text" and isinstance(text := part.get("text"), str):
        return text
    kind = part.get("type") if isinstance(part, dict) else None
    found = f"of type {kind!r:.60}" if isinstance(kind, str) and kind != "text" else name_kind(part)
    tell(f"{where} is {found}; expected a part of type 'text' with a text")
    return None


def _read_weight(entry: dict[str, Any], where: str, tell: Tell) -> bool:
    """Read OpenAI's `weight`: 0 keeps an answer from being learnt."""
    weight = entry.get("weight")
    if weight is None:
        return True
    if type(weight) not in (int, float) or weight not in (0, 1):
        tell(f"{where} is {weight!r:.60}; expected 0 or 1")
    return bool(weight)


def name_kind(value: object) -> str:
    """Say what was found where something else belongs."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "a text" if value else "an empty text"
        case int() | float():
            return "a number"
        case list():
            return "a list" if value else "an empty list"
        case _:
            return "an object"
