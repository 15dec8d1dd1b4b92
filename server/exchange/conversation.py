"""From turns as clients send them to those that Gemma's template takes: pure."""

from collections.abc import Iterable
from itertools import groupby

from server.engine.protocol import Message, Role


def merge_turns(spoken: Iterable[Message]) -> tuple[Message, ...]:
    """Join the system messages in front and same-role neighbours with a blank line: Gemma's template insists on alternating turns.

    It begins with the user's, which holds the system text: where nobody has asked anything yet, that text is all of it.
    """
    everything = tuple(spoken)
    system = [message.content for message in everything if message.role == "system"]
    turns = [message for message in everything if message.role != "system"]
    opening: Role = "system" if turns and turns[0].role == "user" else "user"
    merged = [Message(role=opening, content="\n\n".join(system))] if system or opening == "user" else []
    for role, group in groupby(turns, key=lambda turn: turn.role):
        merged.append(Message(role=role, content="\n\n".join(turn.content for turn in group)))
    return tuple(merged)


def split_beginning(messages: tuple[Message, ...]) -> tuple[tuple[Message, ...], str]:
    """Part the conversation from what the client has said of the answer: an assistant message at the end."""
    if messages[-1].role != "assistant":
        return messages, ""
    return messages[:-1], messages[-1].content
