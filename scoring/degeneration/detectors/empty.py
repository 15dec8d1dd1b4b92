"""An answer with nothing to see in it, or nothing after its reasoning."""

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.words.reasoning import CLOSING, MAX_TAG_CHARS
from scoring.degeneration.words.visible import visible_characters
from scoring.scores import Flag


class Empty:
    """Flags an answer that ends before its first visible character. The answer proper begins after the last tag that closes reasoning."""

    def __init__(self, context: Context) -> None:
        self._is_empty = True
        self._tail = ""  # of the block before, in which a tag may begin

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if self._is_empty:
            self._is_empty = not visible_characters(block.text, 1)
        if ">" in block.text or "]" in block.text:
            text = self._tail + block.text
            closings = list(CLOSING.finditer(text))
            if closings:
                self._is_empty = not visible_characters(text[closings[-1].end() :], 1)
        self._tail = block.text[-MAX_TAG_CHARS:]

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: an answer may still come."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of an answer that never came."""
        return (Flag(flag="empty", tier="hard"),) if self._is_empty else ()
