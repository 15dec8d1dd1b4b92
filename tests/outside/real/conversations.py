"""What the real model is asked: short and long, with a system text, several turns, several scripts. Nothing random: it is recorded too."""

from server.engine.protocol import Message

Conversation = tuple[Message, ...]

WINDOW = 512  # tokens that all layers but every sixth look back
REPORT = " ".join(
    f"On day {day} the water at the mill stood {30 + day * 7 % 40} centimetres above the mark, and {day * 3 % 11} boats went by."
    for day in range(1, 33)
)


def _user(content: str) -> Message:
    return Message(role="user", content=content)


SHORT: dict[str, Conversation] = {
    "question": (_user("What is the capital of France, and which river runs through it?"),),
    "system": (Message(role="system", content="Answer in one sentence.  "), _user("  Why is the sky blue?\n")),
    "turns": (_user("Name a colour."), Message(role="assistant", content="Blue."), _user("And one that goes with it?")),
    "scripts": (_user("Translate: Füße, 日本語の文章, здравствуйте, שלום, 👩‍🚀 and 𓀀."),),
    "code": (_user("Complete this:\n\n```python\ndef add(a, b):\n\treturn   a + b\n```\n<b>1,234.50</b>"),),
}
LONG: dict[str, Conversation] = {
    "report": (_user(f"{REPORT}\n\nOn which day were most boats seen?"),),
}
ALL = SHORT | LONG
