"""A row of the data as people wrote it: a conversation, or a text without turns."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

Role = Literal["system", "user", "assistant"]


class Turn(NamedTuple):
    """What one side says at a time."""

    role: Role
    text: str
    is_learnt: bool = True  # of the model's turns: not one that was given as part of a prompt, or has the weight 0


class Conversation(NamedTuple):
    """Turns as the chat template takes them: at most one system text, at the front."""

    turns: tuple[Turn, ...]


class PlainText(NamedTuple):
    """A text that is learnt as it stands."""

    text: str


Row = Conversation | PlainText


class RowFault(Exception):
    """A row that cannot be learnt from; `faults` are all of its own, each a phrase."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))
