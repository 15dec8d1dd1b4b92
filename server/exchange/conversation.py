"""From turns as clients send them to those that Gemma's template takes: pure.

The template wants turns of user and model that alternate, the user's first, with the system text in the first of them.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from server.engine.protocol import Message, Role
from server.tools.history import Returned, Said, Turn, spell_turns


def merge_turns(turns: Sequence[Turn], *, preamble: str = "") -> tuple[Message, ...]:
    """Join the system texts in front, the preamble first, and same-role neighbours; calls of functions and their results are spelt.

    The user's turn that comes first holds the system text: where nobody has asked anything yet, that text is all of it.
    """
    system = [turn.text for turn in turns if _is_system(turn)]
    spelt = spell_turns([turn for turn in turns if not _is_system(turn)])
    opening: Role = "system" if spelt and spelt[0].role == "user" else "user"
    text = join_texts((preamble, *system))
    merged = [Message(role=opening, content=text)] if text or system or opening == "user" else []
    for role, group in groupby(spelt, key=lambda message: message.role):
        merged.append(Message(role=role, content=join_texts(message.content for message in group)))
    return tuple(merged)


def split_beginning(messages: tuple[Message, ...]) -> tuple[tuple[Message, ...], str]:
    """Part the conversation from what the client has said of the answer: an assistant message at the end."""
    if messages[-1].role != "assistant":
        return messages, ""
    return messages[:-1], messages[-1].content


def find_question(turns: Sequence[Turn]) -> str | None:
    """Give what the user said last, where a function's results may stand behind it; None where that is simply the last message."""
    if not any(isinstance(turn, Returned) for turn in turns):
        return None
    return next((turn.text for turn in reversed(turns) if isinstance(turn, Said) and turn.role == "user"), "")


def join_texts(texts: Iterable[str]) -> str:
    """Join texts with a blank line, leaving out those that say nothing."""
    return "\n\n".join(filter(None, texts))


def _is_system(turn: Turn) -> bool:
    return isinstance(turn, Said) and turn.role == "system"
