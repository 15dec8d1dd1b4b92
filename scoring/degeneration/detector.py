"""What a detector is: fed a text in blocks, it names flags while the text runs and at its end."""

from typing import Protocol

import msgspec

from scoring.finish_reasons import End, end_of
from scoring.scores import Abstention, Flag


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an answer before it begins."""

    prompt: str | None = None  # what was asked; None is unknown
    special_tokens: frozenset[str] = frozenset()  # as the tokenizer spells them in visible text
    max_tokens: int | None = None
    is_constrained: bool = False  # a schema or a grammar shapes the output


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the answer. Blocks are cut at fixed offsets, so no verdict can depend on how the text came."""

    start: int  # character offset of the first character
    text: str
    prose: str  # the same characters, those of code between backticks blanked out


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an answer when it ends."""

    finish_reason: str | None = None
    num_tokens: int | None = None

    @property
    def end(self) -> End:
        """Tell a limit that cut the answer off from an end of its own."""
        return end_of(self.finish_reason)


class Detector(Protocol):
    """Looks for one kind of degeneration in one answer, in time linear in the text and bounded memory."""

    def feed(self, block: Block) -> None:
        """Take the next block."""
        ...

    def flags(self) -> tuple[Flag, ...]:
        """Return what has been found so far; the guard asks after every block."""
        ...

    def finish(self, ending: Ending) -> tuple[Flag | Abstention, ...]:
        """Return all that was found, or could not be judged, once the last block has been fed."""
        ...
