"""Turns as Gemma's template takes them."""

import pytest

from server.engine.protocol import Message, Role
from server.exchange.conversation import merge_turns, split_beginning
from server.tools.history import Said

ROLES: dict[str, Role] = {"u": "user", "a": "assistant", "s": "system"}


def speak(conversation: str) -> tuple[Said, ...]:
    return tuple(Said(role=message.role, text=message.content) for message in spell(conversation))


def spell(conversation: str) -> tuple[Message, ...]:
    return tuple(Message(role=ROLES[turn[0]], content=turn[2:].replace("|", "\n\n")) for turn in conversation.split())


@pytest.mark.parametrize(
    ("spoken", "merged"),
    [
        ("u:a", "u:a"),
        ("u:a u:b a:c a:d u:e", "u:a|b a:c|d u:e"),
        ("s:x u:a s:y", "s:x|y u:a"),
        ("s:x", "u:x"),
        ("s:x a:b u:c", "u:x a:b u:c"),
        ("a:b u:c", "u: a:b u:c"),
    ],
)
def test_turns_alternate_and_begin_with_the_users(spoken: str, merged: str) -> None:
    assert merge_turns(speak(spoken)) == spell(merged)


def test_an_answers_beginning_is_no_turn() -> None:
    assert split_beginning(spell("u:a a:b")) == (spell("u:a"), "b")
    assert split_beginning(spell("u:a a:b u:c")) == (spell("u:a a:b u:c"), "")
