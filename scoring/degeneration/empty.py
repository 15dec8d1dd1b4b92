"""An answer with nothing to see in it."""

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.visible import visible_characters
from scoring.scores import Flag


class Empty:
    """Flags an answer that ends before its first visible character."""

    def __init__(self, context: Context) -> None:
        self._is_empty = True

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if self._is_empty:
            self._is_empty = not visible_characters(block.text, 1)

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: an answer may still come."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of an answer that never came."""
        return (Flag(flag="empty", tier="hard"),) if self._is_empty else ()
