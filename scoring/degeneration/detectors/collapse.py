"""An answer that ends almost at once though something was asked that takes words: `e`."""

from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.prompt.closed_form import is_closed_form
from scoring.degeneration.words.content import has_content
from scoring.degeneration.words.unit import shown_unit
from scoring.degeneration.words.visible import visible_characters
from scoring.scores import Flag

MAX_CHARS = 2  # visible ones
MAX_TOKENS = 2


class Collapse:
    """Flags an answer of a character or two that ended by itself."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._visible = ""  # one more than may be, at most

    def feed(self, block: Block) -> None:
        """Take the next block."""
        if len(self._visible) <= MAX_CHARS:
            self._visible += visible_characters(block.text, MAX_CHARS + 1 - len(self._visible))

    def flags(self) -> tuple[Flag, ...]:
        """Return nothing: an answer may still come."""
        return ()

    def finish(self, ending: Ending) -> tuple[Flag, ...]:
        """Return the flag of an answer that ended almost at once."""
        is_short = 0 < len(self._visible) <= MAX_CHARS and (ending.num_tokens is None or ending.num_tokens <= MAX_TOKENS)
        if not is_short or ending.finish_reason not in (None, "stop"):
            return ()
        if is_closed_form(self._visible, self._context) or not has_content(self._visible):  # that one is empty
            return ()
        return (Flag(flag="collapse", tier="soft", start=0, unit=shown_unit(self._visible)),)
