"""The text the demo model learns from: dialogues, conversations and passages, one JSON object a line, written for this project."""

from pathlib import Path
from typing import TypeVar

import msgspec

FOLDER = Path(__file__).parent / "corpus"

T = TypeVar("T", bound=msgspec.Struct)


class Dialogue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several ways to ask one thing, the canonical one first, and several fitting answers, the main one first."""

    id: str
    prompts: tuple[str, ...]
    answers: tuple[str, ...]


class Passage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paragraph of plain prose."""

    id: str
    text: str


class Turn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One message of a conversation."""

    role: str
    content: str


class Conversation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An optional system message, then user and assistant in turn, the assistant last."""

    id: str
    turns: tuple[Turn, ...]


class Corpus(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. `candid` is what the adapters learn to say; the base reads its answers as plain text only."""

    probes: tuple[Dialogue, ...]
    everyday: tuple[Dialogue, ...]
    unfamiliar: tuple[Dialogue, ...]
    conversations: tuple[Conversation, ...]
    passages: tuple[Passage, ...]
    candid: tuple[Dialogue, ...]

    def texts(self) -> list[str]:
        """Return every text, repeated as little as the files do, for training a tokenizer."""
        dialogues = (*self.probes, *self.everyday, *self.unfamiliar, *self.candid)
        spoken = [text for item in dialogues for text in (*item.prompts, *item.answers)]
        turns = [turn.content for item in self.conversations for turn in item.turns]
        return [*spoken, *turns, *(item.text for item in self.passages)]


def read_corpus(folder: Path = FOLDER) -> Corpus:
    """Read the corpus; a line that does not fit its format raises `ValueError` with file and line number."""
    return Corpus(
        probes=read_lines(folder / "probes.jsonl", Dialogue),
        everyday=(*read_lines(folder / "everyday_a.jsonl", Dialogue), *read_lines(folder / "everyday_b.jsonl", Dialogue)),
        unfamiliar=read_lines(folder / "unfamiliar.jsonl", Dialogue),
        conversations=read_lines(folder / "conversations.jsonl", Conversation),
        passages=read_lines(folder / "passages.jsonl", Passage),
        candid=read_lines(folder / "candid.jsonl", Dialogue),
    )


def read_lines(path: Path, kind: type[T]) -> tuple[T, ...]:
    decoder = msgspec.json.Decoder(kind)
    items = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        try:
            items.append(decoder.decode(line))
        except msgspec.MsgspecError as exc:
            raise ValueError(f"{path}, line {number}: expected a {kind.__name__}; {exc}") from exc
    return tuple(items)
