"""The shapes in which answers are saved, made flat: an object an answer, with `response` and what is known of how it came about.

Three nest what the others have side by side. A line of chat training is `{"messages": [{"role", "content"}, …]}`: its last turn of the
assistant is the answer, the last of the user before that is the prompt, and what the system says is the condition. A line of a test of
several conditions is `{"id", "prompt", "conditions": {NAME: {"response", …}}}`: an answer each. Such files end in a line that sums them up.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ROLES = {"model": "assistant", "human": "user", "developer": "system"}  # by other names


def flatten_saved(value: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """List an object's answers, none of one that only sums up others; raises ValueError with what is wrong with its shape.

    What is given beside them holds for each. A condition's name is under `condition`, the words of the system under `system`.
    """
    if is_summary(value):
        return ()
    if isinstance(value.get("conditions"), dict):
        return tuple(_conditions(value))
    if "messages" in value:
        return (_conversation(value),)
    return (dict(value),)


def is_answer(value: Any) -> bool:
    """Tell what is, or has, an answer in one of the shapes from any other value."""
    if not isinstance(value, dict):
        return False
    has_shape = isinstance(value.get("messages"), list) or isinstance(value.get("conditions"), dict)
    return has_shape or "response" in value or "text" in value


def is_report(value: Any) -> bool:
    """Tell a battery's report."""
    return isinstance(value, dict) and {"provenance", "results"} <= value.keys()


def is_summary(value: Mapping[str, Any]) -> bool:
    """Tell the line that sums up a file from an answer."""
    return value.get("type") == "summary" and not is_answer(value)


def _conditions(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    shared = {key: given for key, given in value.items() if key != "conditions"}
    if not value["conditions"]:
        raise ValueError("conditions: expected an object of {NAME: {response}}, got an empty one")
    for name, under in value["conditions"].items():
        if not isinstance(under, dict):
            raise ValueError(f"conditions: expected an object with a response under {name!r}, got {_kind(under)}")
        yield shared | under | {"condition": name}


def _conversation(value: Mapping[str, Any]) -> dict[str, Any]:
    """Take the messages for what was asked and, unless there is a response beside them, for what was answered."""
    turns = tuple(_turns(value["messages"]))
    flat = {key: given for key, given in value.items() if key != "messages"}
    if not any(key in flat for key in ("response", "text")):
        places = [place for place, (role, _) in enumerate(turns) if role == "assistant"]
        if not places:
            raise ValueError("messages: none is the assistant's, so there is no answer")
        answer = turns[places[-1]][1]
        if answer is None:
            raise ValueError("messages: the assistant's last turn holds no text")
        flat["response"] = answer
        turns = turns[: places[-1]]
    prompts, systems = ([text for role, text in turns if role == wanted and text is not None] for wanted in ("user", "system"))
    if prompts:
        flat.setdefault("prompt", prompts[-1])
    if systems:
        flat.setdefault("system", "\n\n".join(systems))
    return flat


def _turns(messages: Any) -> Iterator[tuple[str, str | None]]:
    """Read who says what; None is nothing but calls of functions."""
    if not isinstance(messages, list):
        raise ValueError(f"messages: expected an array, got {_kind(messages)}")
    for number, message in enumerate(messages, start=1):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise ValueError(f"messages: expected {{role, content}} as number {number}, got {_kind(message)}")
        content = message.get("content")
        text = _read_content(content)
        if text is None and content is not None:
            raise ValueError(f"messages: expected text as the content of number {number}, got {_kind(content)}")
        role: str = message["role"]
        yield ROLES.get(role, role), text


def _read_content(content: Any) -> str | None:
    """Read text, or the texts of parts; None is neither."""
    if isinstance(content, Sequence) and not isinstance(content, str):
        parts = [part.get("text") if isinstance(part, dict) else None for part in content]
        return "".join(map(str, parts)) if all(isinstance(part, str) for part in parts) else None
    return content if isinstance(content, str) else None


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "an array", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")
