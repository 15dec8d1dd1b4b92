"""An answer that the token limit cut off in the middle of a sentence: information, not degeneration."""

from scoring.degeneration.detector import Block, Context, Ending
from scoring.scores import Flag

SENTENCE_ENDS = ".!?…。！？｡؟۔।॥։"
CLOSERS_AND_SPACE = " \t\r\n\"'“”‘’»«)]}>*_~|」』）】》"  # of quotes, brackets, emphasis and tables: they may follow a full stop
FENCE = "```"
FRAMES = ("|", "}")  # of a table's row and of JSON: these end too


class Truncated:
    """Flags, as a hint, an answer that ended at its limit and neither with a sentence nor with code or a row."""

    def __init__(self, context: Context) -> None:
        self._last = ""  # character that closes nothing
        self._tail = ""  # the last three visible characters
        self._end = 0

    def feed(self, block: Block) -> None:
        """Take the next block."""
        self._end = block.start + len(block.text)
        visible = block.text.rstrip()
        if visible:
            self._tail = (self._tail + visible)[-len(FENCE) :]
            self._last = visible.rstrip(CLOSERS_AND_SPACE)[-1:] or self._last

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: only the end tells."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of a sentence that was cut off, with the offset at which the text stops."""
        is_whole = self._last in SENTENCE_ENDS or self._tail == FENCE or self._tail.endswith(FRAMES)
        if ending.end != "cut" or is_whole:
            return ()
        return (Flag(flag="truncated", tier="soft", start=self._end),)
