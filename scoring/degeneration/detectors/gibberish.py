"""Bytes that are no text: the replacement characters that a detokeniser puts in their place."""

from scoring.degeneration.detector import Block, Context, Ending
from scoring.scores import Flag

REPLACEMENT = "\ufffd"
MIN_SHARE = 0.01  # of all characters


class Gibberish:
    """Flags, as a hint, an answer with too many replacement characters that the prompt does not hold."""

    def __init__(self, context: Context) -> None:
        self._is_excused = REPLACEMENT in (context.prompt or "")
        self._start: int | None = None  # of the first
        self._num_replaced = 0
        self._num_chars = 0
        self._last = ""

    def feed(self, block: Block) -> None:
        """Take the next block."""
        self._num_chars += len(block.text)
        self._last = block.text[-1]
        if REPLACEMENT in block.text:
            self._num_replaced += block.text.count(REPLACEMENT)
            if self._start is None:
                self._start = block.start + block.text.index(REPLACEMENT)

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: it is a share of the whole answer."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag; a character that the end of the answer cut off is not counted."""
        num_replaced = self._num_replaced - (self._last == REPLACEMENT)
        if self._is_excused or not num_replaced or num_replaced < MIN_SHARE * self._num_chars:
            return ()
        return (Flag(flag="gibberish", tier="soft", start=self._start, unit=REPLACEMENT),)
