"""The kinds of rows, told row by row: other keys may stand beside them.

`messages` is OpenAI's kind and that of LEM's training files, `conversations` ShareGPT's; `prompt` with `completion` is TRL's, of texts or
of messages, and `prompt` with `response` is how LEM keeps what a model has answered; `text` has no turns.
"""

from collections.abc import Mapping
from typing import Any

from adapters.train.data.refusals import ROW_KEYS, find_refusals
from adapters.train.data.row import Conversation, PlainText, Row, RowFault, Turn
from adapters.train.data.turns import Tell, name_kind, order_turns, read_messages, read_speeches

COMPLETIONS = ("completion", "response")
SYSTEM_KEYS = ("system", "system_prompt")  # beside a conversation, as some keep its system text
EXPECTED = "expected messages, conversations, prompt with completion, or text"


def read_row(value: object) -> Row:
    """Read what a line holds. Raises RowFault with all that is wrong with it."""
    if not isinstance(value, dict):
        array = ": a file of rows has one object a line" if isinstance(value, list) else ""
        raise RowFault([f"it is {name_kind(value)}{array}; {EXPECTED}"])
    faults = list(find_refusals(value, ROW_KEYS))
    if value.get("label") is False:  # TRL's unpaired preferences
        faults.append("label: answers that are to be avoided are not trained")
    row = _read_kind(value, faults.append)
    if faults or row is None:
        raise RowFault(faults)
    return row


def _read_kind(row: Mapping[str, Any], tell: Tell) -> Row | None:
    kinds = _list_kinds(row)
    match kinds:
        case []:
            keys = ", ".join(repr(key)[:40] for key in list(row)[:8])
            tell(f"{EXPECTED}; it has {keys or 'nothing'}")
        case ["text"]:
            return _read_plain(row["text"], tell)
        case [kind]:
            turns = [*_read_system(row, tell), *_read_turns(row, kind, tell)]
            return Conversation(order_turns(turns))
        case _:
            tell(f"it has {' and '.join(kinds)}: which of them is to be learnt? Leave one")
    return None


def _list_kinds(row: Mapping[str, Any]) -> list[str]:
    """List the kinds that a row has; a text beside a conversation is taken for a copy of it."""
    kinds = [kind for kind in ("messages", "conversations") if row.get(kind) is not None]
    if row.get("prompt") is not None:
        kinds += [kind for kind in COMPLETIONS if row.get(kind) is not None]
    if kinds or row.get("text") is None:
        return kinds or [kind for kind in ("messages", "conversations") if kind in row]
    return ["text"]


def _read_turns(row: Mapping[str, Any], kind: str, tell: Tell) -> list[Turn]:
    match kind:
        case "messages":
            return read_messages(row[kind], kind, tell)
        case "conversations":
            return read_speeches(row[kind], kind, tell)
        case _:
            return _read_completion(row["prompt"], row[kind], kind, tell)


def _read_completion(prompt: object, completion: object, kind: str, tell: Tell) -> list[Turn]:
    """Read what is given and what comes of it: of the first nothing is learnt."""
    if isinstance(prompt, str) and isinstance(completion, str):
        return [Turn("user", prompt), Turn("assistant", completion)]
    if isinstance(prompt, list) and isinstance(completion, list):
        given = read_messages(prompt, "prompt", tell)
        return [*(turn._replace(is_learnt=turn.role != "assistant") for turn in given), *read_messages(completion, kind, tell)]
    tell(f"prompt is {name_kind(prompt)} and {kind} is {name_kind(completion)}; expected two texts, or two lists of messages")
    return []


def _read_system(row: Mapping[str, Any], tell: Tell) -> list[Turn]:
    texts = {key: row[key] for key in SYSTEM_KEYS if row.get(key) not in (None, "")}
    for key, text in texts.items():
        if not isinstance(text, str):
            tell(f"{key} is {name_kind(text)}; expected the system text")
    if len(set(map(repr, texts.values()))) > 1:
        tell(f"{' and '.join(texts)} differ: leave one")
    return [Turn("system", text) for text in list(texts.values())[:1] if isinstance(text, str)]


def _read_plain(text: object, tell: Tell) -> PlainText | None:
    if isinstance(text, str) and text.strip():
        return PlainText(text)
    tell(f"text is {'nothing but white space' if isinstance(text, str) and text else name_kind(text)}; expected a text")
    return None
